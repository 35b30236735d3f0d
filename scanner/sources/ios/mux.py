"""usbmuxd: where it listens, which phones it has, and what it keeps of a pairing.

A UDID is `XXXXXXXX-XXXXXXXXXXXXXXXX` in hexadecimal digits, since 2018, or forty of them before;
some versions of usbmuxd leave the dash out.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from scanner.errors import DeviceError, UsageError

if TYPE_CHECKING:
    from pymobiledevice3.usbmux import MuxDevice

    from scanner.sources.ios.mux_connection import MuxConnection

PIPE = "/var/run/usbmuxd"
_WINDOWS = "127.0.0.1:27015"
_UDID = re.compile(r"[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{16}|[0-9A-Fa-f]{40}")
_LISTED = 64  # phones
_REACHED_WITHIN = 2.0  # seconds
_ANSWERED_WITHIN = 5.0  # seconds for one exchange
OF_ANOTHER_FORM: tuple[type[Exception], ...] = (
    ExpatError,
    ValueError,  # among them what a packet of no known form raises
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,  # among them RecursionError
    struct.error,
)
"""What an answer of no known form, or one that nobody thought of, makes a library raise."""

_AGAIN = "Start usbmuxd again, and plug in again."


def is_udid(text: str) -> bool:
    """Whether a text has the form of a UDID; what has not is never part of a question or path."""
    return _UDID.fullmatch(text[:64]) is not None and len(text) <= 64  # noqa: PLR2004


def is_same(one: str, other: str) -> bool:
    """Whether two UDIDs name one phone, whichever way they are written."""
    return one.replace("-", "").upper() == other.replace("-", "").upper()


def address_of(address: str | None) -> str:
    """Return HOST:PORT or the path of a socket: what is given, or what USBMUXD_SOCKET_ADDRESS says.

    As for libusbmuxd the variable may say UNIX:/path.
    """
    given = address or os.environ.get("USBMUXD_SOCKET_ADDRESS")
    return given.removeprefix("UNIX:") if given else PIPE if os.name == "posix" else _WINDOWS


def is_running(address: str) -> bool:
    """Whether something listens there: asked before the library is imported, which takes long.

    DeviceError for an address that is none.
    """
    where = _host_and_port(address)
    try:
        if where is not None:
            socket.create_connection(where, _REACHED_WITHIN).close()
            return True
        if not hasattr(socket, "AF_UNIX"):
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as pipe:
            pipe.settimeout(_REACHED_WITHIN)
            pipe.connect(address)
    except (OSError, ValueError):  # a name or a path may be none that there can be
        return False
    return True


def none_running() -> DeviceError:
    """Return the error for a computer on which nothing listens for phones."""
    return DeviceError(
        "usbmuxd does not run, so no iPhone can be reached.",
        remedy="Install and start usbmuxd (Linux), or plug the phone in and unlock it (macOS has "
        "it; on Windows it comes with the Apple Devices app).",
    )


async def listed(address: str) -> tuple[MuxDevice, ...]:
    """Ask usbmuxd for its phones, each once for USB and once for the network.

    DeviceError where it does not list them; names that are no UDID are left as they are.
    """
    async with _exchange(address, "usbmuxd does not list its devices.") as client:
        await client.get_device_list()
        return tuple(client.devices[:_LISTED])


async def connected(address: str) -> MuxConnection:
    """Connect to usbmuxd. OSError where that fails; the caller closes it.

    Every usbmuxd since 2010 speaks property lists, so it is not asked which protocol it speaks.
    """
    from scanner.sources.ios.mux_connection import MuxConnection  # noqa: PLC0415 - a second's import

    where, loop = _host_and_port(address), asyncio.get_running_loop()
    if where is None:
        return MuxConnection(await _socket(socket.AF_UNIX, address))
    failed: OSError = ConnectionRefusedError()
    for family, _, _, _, found in await loop.getaddrinfo(*where, type=socket.SOCK_STREAM):
        try:
            return MuxConnection(await _socket(family, found))
        except OSError as error:
            failed = error
    raise failed


async def stream(address: str, device: MuxDevice, port: int) -> socket.socket:
    """Return a socket that leads to a port of a phone. MuxException or OSError where none does.

    Among them TimeoutError: whether usbmuxd or the phone is silent cannot be told apart here.
    """
    from scanner.sources.ios.mux_connection import MuxException  # noqa: PLC0415

    try:
        async with asyncio.timeout(_ANSWERED_WITHIN), AsyncExitStack() as stack:
            client = await stack.enter_async_context(await connected(address))
            found: socket.socket = await client.connect(device, port)
            stack.pop_all()  # the socket is the caller's from here on
            return found
    except (MuxException, OSError):
        raise
    except OF_ANOTHER_FORM as error:
        raise MuxException("an answer of usbmuxd expected") from error


async def pair_record(address: str, udid: str) -> dict[str, Any] | None:
    """Return what usbmuxd keeps of the pairing with a phone; None where there was none.

    ValueError for a name that is no UDID, before it is sent: usbmuxd makes a path of it.
    DeviceError where it does not say.
    """
    from pymobiledevice3.exceptions import NotPairedError  # noqa: PLC0415

    _require_udid(udid)
    failure = "usbmuxd does not say whether this computer is paired."
    try:
        async with _exchange(address, failure) as client:
            record = await client.get_pair_record(udid)
    except NotPairedError:
        return None
    return record if isinstance(record, dict) else None


async def save_pair_record(address: str, device: MuxDevice, data: bytes) -> None:
    """Hand usbmuxd the record of a pairing, to keep. DeviceError where it does not."""
    _require_udid(device.serial)
    async with _exchange(address, "usbmuxd does not keep the record of a pairing.") as client:
        await client.save_pair_record(device.serial, device.devid, data)


async def buid(address: str) -> str:
    """Return the name by which usbmuxd makes itself known to phones. DeviceError for none."""
    async with _exchange(address, "usbmuxd does not say its own name.") as client:
        return str(await client.get_buid())


@asynccontextmanager
async def _exchange(address: str, failure: str) -> AsyncIterator[MuxConnection]:
    """Connect for one question. DeviceError where no answer comes in time, or none that is one."""
    from scanner.sources.ios.mux_connection import MuxException  # noqa: PLC0415 - no time of usbmuxd

    try:
        async with asyncio.timeout(_ANSWERED_WITHIN), await connected(address) as client:
            yield client
    except TimeoutError as error:
        raise DeviceError("usbmuxd does not answer.", remedy=_AGAIN) from error
    except (MuxException, OSError) as error:
        raise DeviceError(failure, remedy=_AGAIN) from error
    except OF_ANOTHER_FORM as error:
        raise DeviceError(failure, remedy=_AGAIN) from error


async def _socket(family: int, where: Any) -> socket.socket:
    pipe = socket.socket(family, socket.SOCK_STREAM)
    try:
        pipe.setblocking(False)
        if family != getattr(socket, "AF_UNIX", None):
            pipe.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(pipe, where)
    except BaseException:
        pipe.close()
        raise
    return pipe


def _host_and_port(address: str) -> tuple[str, int] | None:
    """Take HOST:PORT apart; None for a path. DeviceError for an address that is neither."""
    host, colon, port = address.rpartition(":")
    if not colon:
        return None
    digits = port.isascii() and port.isdecimal() and len(port) < 6  # noqa: PLR2004
    if not (digits and 0 < int(port) <= 0xFFFF):  # noqa: PLR2004
        raise UsageError(
            "The address of usbmuxd is neither HOST:PORT nor a path.",
            remedy="Correct USBMUXD_SOCKET_ADDRESS, or unset it.",
        )
    return host.removeprefix("[").removesuffix("]"), int(port)


def _require_udid(udid: str) -> None:
    if not is_udid(udid):
        raise ValueError("a UDID expected")
