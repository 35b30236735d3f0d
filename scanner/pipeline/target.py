"""What a target names: an attached phone, or a path."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import Protocol

from scanner.errors import DeviceError, UsageError
from scanner.formats.text import safe_text
from scanner.model.source import Attached, DeviceAction, OnAction, Probe, Source
from scanner.pipeline.options import AdbServer

_PHONES = ("android:", "ios:")
_NAMED = 16  # phones that an error lists


class LiveSource(Source, Protocol):
    """A source with a device at its other end."""

    host_keys: tuple[str, ...]  # fingerprints by which the device knows this computer

    @property
    def round_trips(self) -> int:
        """How often the device was asked, as its transport counts."""
        ...

    def probe(self) -> Probe:
        """Ask the device for its clock and its lock state."""
        ...


def as_path(target: str | None) -> Path | None:
    """Return the path that a target names; None where it names a phone."""
    if target is None or target.startswith(_PHONES):
        return None
    path = Path(target)
    if path.exists():
        return path
    raise UsageError(
        f"no such path, and not the name of a phone: {target}",
        remedy="name a phone as android:SERIAL, android:HOST:PORT or ios:UDID"
        " (scanner devices lists them)",
    )


def is_case(path: Path) -> bool:
    """Whether a path is the folder of a case, also of one from which something was taken away."""
    return any((path / name).is_file() for name in ("bagit.txt", "data/acquisition.json"))


def devices(
    *, host: str | None = None, port: int | None = None, usbmux: str | None = None
) -> tuple[Attached, ...]:
    """List attached phones in every state; starts an adb server where none runs.

    `host` and `port` are the adb server's, `usbmux` the address of usbmuxd (HOST:PORT or the path
    of its socket), if not the usual ones. DeviceError where neither can be asked.
    """
    adb = AdbServer(host=host, port=port)
    found: list[Attached] = []
    errors: list[DeviceError] = []
    for ask in (partial(_androids, adb), partial(_iphones, usbmux)):
        try:
            found += ask()
        except DeviceError as error:  # without the one the other still has phones
            errors.append(error)
    if errors and not found:
        raise errors[0]
    return tuple(found)


def open_source(
    target: str | None = None,
    *,
    adb: AdbServer | None = None,
    usbmux: str | None = None,
    on_action: OnAction | None = None,
) -> LiveSource:
    """Open a phone, or the only one that is attached, to put requests to it directly.

    DeviceError, with a remedy, where it cannot be reached. The caller closes it.
    """
    return open_live(target, adb or AdbServer(), usbmux, on_action or _unrecorded)


def open_live(
    target: str | None, adb: AdbServer, usbmux: str | None, on_action: OnAction
) -> LiveSource:
    """Open the phone that a target names, or the only one that is attached."""
    if target is not None and not target.startswith(_PHONES) and Path(target).exists():
        raise UsageError(
            f"{target}: a recording has no phone at its other end to put requests to",
            remedy="scan or examine it: scanner.scan(path)",
        )
    if target is None:
        target = _only_iphone(adb, usbmux)
    if target is not None and target.startswith("ios:"):
        from scanner.sources.ios import open_ios

        return open_ios(target.removeprefix("ios:"), address=usbmux, on_action=on_action)
    from scanner.sources.android import open_android

    serial = None if target is None else target.removeprefix("android:")
    return open_android(serial, host=adb.host, port=adb.port, keys=adb.keys, on_action=on_action)


def _androids(adb: AdbServer) -> tuple[Attached, ...]:
    from scanner.sources.android import devices as attached

    return attached(host=adb.host, port=adb.port)


def _iphones(usbmux: str | None) -> tuple[Attached, ...]:
    from scanner.sources.ios import devices as attached

    return attached(address=usbmux)


def _only_iphone(adb: AdbServer, usbmux: str | None) -> str | None:
    """Return the iPhone that is the only phone; None where there is none to be asked."""
    found: list[Attached] = []
    with contextlib.suppress(DeviceError):  # of usbmuxd: an Android phone may be there
        found += _iphones(usbmux)
    if not found:
        return None
    with contextlib.suppress(DeviceError):  # without adb there is no other phone
        found += _androids(adb)
    if len(found) > 1:
        names = ", ".join(f"{safe_text(each.target)} ({each.state})" for each in found[:_NAMED])
        raise DeviceError(
            f"{len(found)} phones are attached: {names}.", remedy="Name one of them as the target."
        )
    return found[0].target


def _unrecorded(action: DeviceAction) -> None:
    """Take an action of a caller who keeps no audit log."""
