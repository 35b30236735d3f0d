"""Which phones are attached, and what stands in the way of each."""

from __future__ import annotations

import re
import time
from typing import NamedTuple

import adbutils

from scanner.errors import DeviceError
from scanner.formats.text import safe_text
from scanner.model.source import Attached, Obstacle
from scanner.sources.android.server import ANSWER_WITHIN, Server, find_server

_BETWEEN = 0.05  # seconds from one look at the states to the next
_FIRST_LOOK = 2.0  # seconds that a server just started gets to find its devices
_ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:.%]{2,64}\]|[A-Za-z0-9._-]{1,253}):(\d{1,5})")
_SERIAL_LIMIT = 200  # characters
_TRANSIENT = frozenset({"offline", "authorizing", "connecting"})
_DIALOG = _TRANSIENT | {"unauthorized"}  # what a phone passes through while its owner decides

_UNLOCK = "Unlock the phone, allow debugging from this computer in its dialog, and try again."
_RESTART = "Let the phone start Android (hold the power button), unlock it, and try again."
_OBSTACLES = {
    "unauthorized": ("has not authorised this computer", _UNLOCK),
    "authorizing": ("waits for this computer to be authorised", _UNLOCK),
    "connecting": ("is still connecting", "Wait a moment, and try again."),
    "offline": (
        "does not answer (offline)",
        "Unlock the phone, plug the cable in again or turn debugging off and on, and try again.",
    ),
    "recovery": ("is in recovery mode, not in Android", _RESTART),
    "rescue": ("is in rescue mode, not in Android", _RESTART),
    "sideload": ("waits for an update to be sideloaded, and is not in Android", _RESTART),
    "bootloader": ("is in its boot loader, not in Android", _RESTART),
    "host": ("is a computer, not a phone", "Choose another device."),
    "no permissions": (
        "may not be opened by this user (no permissions)",
        "Install Android's udev rules or join the group `plugdev`, then plug the phone in again.",
    ),
}


class Selected(NamedTuple):
    """The phone to examine, and whether the server came to it through us."""

    attached: Attached
    connected: bool


def devices(*, host: str | None = None, port: int | None = None) -> tuple[Attached, ...]:
    """List attached devices in every state; starts an adb server where none runs."""
    return _first_look(find_server(host, port))


def _first_look(server: Server) -> tuple[Attached, ...]:
    """List the devices; a server just started gets a moment to find them."""
    deadline = time.monotonic() + _FIRST_LOOK * server.started
    while True:
        found = look(server)
        settled = found and not any(one.state in _TRANSIENT for one in found)
        if settled or time.monotonic() >= deadline:
            return found
        time.sleep(_BETWEEN)


def look(server: Server) -> tuple[Attached, ...]:
    """Ask the server once for its devices. DeviceError where it does not answer."""
    try:
        listed = server.ask("host:devices-l")
    except (adbutils.AdbError, OSError, ValueError) as error:
        raise DeviceError(
            f"The adb server at {server.host}:{server.port} does not list its devices.",
            remedy="Run `adb devices` and see what it says.",
        ) from error
    return tuple(_attached(line) for line in listed.splitlines() if line.strip())


def select(server: Server, target: str | None) -> Selected:
    """Find the phone that `target` names, or the only one attached; HOST:PORT is connected first.

    DeviceError says for every other case what is wrong and what to do.
    """
    if target is None:
        return Selected(_only(server), connected=False)
    if any(one.serial == target for one in look(server)):
        return Selected(_usable(_settled(server, target, target)), connected=False)
    if _is_address(target):
        return _connect(server, target)
    return Selected(_usable(_settled(server, target, None)), connected=False)


def _only(server: Server) -> Attached:
    found = _first_look(server)
    if not found:
        raise DeviceError(
            "No phone is attached.",
            remedy="Plug a phone in, turn USB debugging on in its developer options, unlock it.",
        )
    if len(found) > 1:
        names = ", ".join(
            f"android:{safe_text(one.serial)} ({safe_text(one.state, 40)})" for one in found[:16]
        )
        raise DeviceError(
            f"{len(found)} phones are attached: {names}.", remedy="Name one of them as the target."
        )
    only = found[0]
    if only.state in _TRANSIENT:
        only = _settled(server, only.serial, only.serial)
    return _usable(only)


def _settled(
    server: Server,
    serial: str,
    known: str | None,
    seconds: float = 1.0,
    passing: frozenset[str] = _TRANSIENT,
) -> Attached:
    """Wait a bounded time for a device to be there, and to leave a state that passes by itself."""
    patience = seconds if known or not server.started else max(seconds, _FIRST_LOOK)
    deadline = time.monotonic() + patience
    while True:
        found = next((one for one in look(server) if one.serial == serial), None)
        if found and found.state not in passing:
            return found
        if time.monotonic() >= deadline or (not found and not known and not server.started):
            break
        time.sleep(_BETWEEN)
    if found is None:
        raise DeviceError(
            f"No phone with the serial {safe_text(serial)} is attached.",
            remedy="`scanner devices` lists the phones there are.",
        )
    return found


def _connect(server: Server, address: str) -> Selected:
    try:
        said = str(server.client.connect(address, timeout=ANSWER_WITHIN)).strip()
    except adbutils.AdbTimeout as error:
        raise _unreachable(address, f"no answer in {ANSWER_WITHIN:.0f} seconds") from error
    except (adbutils.AdbError, OSError, ValueError) as error:
        raise _unreachable(address, "the adb server refused") from error
    connected = said.startswith("connected to")
    asked = said.startswith("failed to authenticate")
    if not (connected or asked or said.startswith("already connected to")):
        raise _unreachable(address, safe_text(said))
    passing = _DIALOG if asked else _TRANSIENT
    found = _settled(server, address, address, ANSWER_WITHIN, passing)
    if found.obstacle is not None and found.state not in _DIALOG and connected:
        disconnect(server, address)
    # Where the owner must decide the phone stays connected: leaving would take the dialog away.
    return Selected(_usable(found), connected=connected or asked)


def disconnect(server: Server, address: str) -> None:
    """Let the server forget an address that we connected; whether it did is of no consequence."""
    try:
        server.client.disconnect(address)
    except (adbutils.AdbError, OSError, ValueError):
        return


def _unreachable(address: str, why: str) -> DeviceError:
    return DeviceError(
        f"{safe_text(address)} cannot be reached: {why}.",
        remedy="Check the address and port, that wireless debugging is on, and that both are in "
        "one network; a phone that was never paired needs `adb pair` first.",
    )


def _usable(found: Attached) -> Attached:
    if found.obstacle is not None:
        raise DeviceError(found.obstacle.message, remedy=found.obstacle.remedy)
    return found


def _attached(line: str) -> Attached:
    """Read `SERIAL STATE usb:1-2 product:... model:... device:... transport_id:N`."""
    serial, state, *words = (*line.split(), "", "")
    tags = {name: value for name, found, value in (word.partition(":") for word in words) if found}
    if state == "no":  # "no permissions (user ...)" is the one state with blanks
        state = "no permissions"
    return Attached(
        serial=serial,
        state=state,
        transport="usb" if "usb" in tags or not _looks_remote(serial) else "tcp",
        product=tags.get("product"),
        model=tags.get("model"),
        obstacle=obstacle(serial, state),
    )


def obstacle(serial: str, state: str) -> Obstacle | None:
    """Say what a state means for an examination; None where nothing stands in its way."""
    if state == "device":
        return None
    unknown = (f"is in the state {safe_text(state, 40)}", _RESTART)
    what, remedy = _OBSTACLES.get(state, unknown)
    return Obstacle(f"The phone {safe_text(serial)} {what}.", remedy)


def _looks_remote(serial: str) -> bool:
    return _is_address(serial) or serial.startswith("emulator-") or "._adb" in serial


def _is_address(text: str) -> bool:
    match = _ADDRESS.fullmatch(text[: _SERIAL_LIMIT * 2])
    return match is not None and 0 < int(match[1]) <= 0xFFFF  # noqa: PLR2004
