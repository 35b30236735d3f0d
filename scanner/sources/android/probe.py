"""The device's clock, uptime, lock state and serial, in one round trip."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from scanner.model.report import ClockReading
from scanner.model.source import Probe
from scanner.sources.android.server import Server
from scanner.sources.android.transport import Channel, open_stream

# The clock comes first, so that nothing but the shell's own start lies between question and answer.
COMMANDS = (
    'echo "clock ${EPOCHREALTIME:-$(date +%s.%N)}"',
    'echo "zone $(date +%z)"',
    "read -r up idle </proc/uptime; echo uptime $up",
    "echo serial $(getprop ro.serialno)",
    "dumpsys window policy",
)
SCRIPT = "; ".join(COMMANDS)
_WITHIN = 15.0  # seconds
_LIMIT = 1024 * 1024  # bytes of answer that are looked at
_CLOCK = re.compile(rb"clock (\d{1,12})(?:\.(\d{1,9}))?\D*\n")
_ZONE = re.compile(rb"^zone ([+-]\d{4})$", re.MULTILINE)
_UPTIME = re.compile(rb"^uptime (\d{1,12}(?:\.\d{1,9})?)", re.MULTILINE)
_SERIAL = re.compile(rb"^serial ([A-Za-z0-9._:-]{1,64})$", re.MULTILINE)
_FLAG = re.compile(rb"^\s*(showing|secure)=(true|false)\s*$", re.MULTILINE)


class Probed(NamedTuple):
    """What was learned, the serial of the hardware, and the answer's bytes."""

    probe: Probe
    serial: str | None
    output: bytes


class _Moments:
    """When the device was asked, and when its first word came, on both of the host's clocks."""

    def __init__(self) -> None:
        self.asked_at, self.asked = 0.0, 0.0
        self.trip = 0.0

    def ask(self) -> None:
        self.asked_at, self.asked = time.time(), time.monotonic()

    def answer(self) -> None:
        self.trip = time.monotonic() - self.asked


def ask(server: Server, serial: str) -> Probed:
    """Ask the device. DeviceLost or DeviceError where it does not answer; never TimeoutError."""
    moments = _Moments()
    with _stream(server, serial, moments) as channel:
        output = bytearray()
        while len(output) < _LIMIT:
            piece = _receive(channel)
            if not piece:
                break
            if b"\n" not in output:
                moments.answer()
            output += piece
    data = bytes(output[:_LIMIT])
    found = _SERIAL.search(data)
    name = found[1].decode("ascii") if found else None
    return Probed(Probe(clock=_clock(data, moments), locked=locked(data)), name, data)


@contextmanager
def _stream(server: Server, serial: str, moments: _Moments) -> Iterator[Channel]:
    channel = open_stream(server, serial, f"exec:{SCRIPT}", on_request=moments.ask)
    channel.deadline = time.monotonic() + _WITHIN
    try:
        yield channel
    finally:
        channel.close()


def _receive(channel: Channel) -> bytes:
    try:
        return channel.receive()
    except TimeoutError:
        return b""  # what came until now says what it says


def locked(output: bytes) -> bool | None:
    """Read the keyguard from `dumpsys window policy`; None where it does not say."""
    _, found, block = output.partition(b"KeyguardServiceDelegate")
    flags: dict[bytes, bool] = {}
    for name, value in _FLAG.findall(block if found else b""):
        flags.setdefault(name, value == b"true")
    showing, secure = flags.get(b"showing"), flags.get(b"secure")
    if showing is None or secure is None:
        return None
    return showing and secure


def _clock(output: bytes, moments: _Moments) -> ClockReading | None:
    found = _CLOCK.search(output)
    if found is None:
        return None
    uncertainty = moments.trip / 2
    seconds = float(found[1])
    if found[2]:
        seconds += int(found[2].ljust(9, b"0")) / 1e9
    else:  # a clock that shows whole seconds is on average half a second further
        seconds, uncertainty = seconds + 0.5, uncertainty + 0.5
    middle = moments.asked_at + moments.trip / 2
    try:
        device_at = datetime.fromtimestamp(seconds, tz=UTC)
        uptime = float(match[1]) if (match := _UPTIME.search(output)) else None
        booted_at = None if uptime is None else device_at - timedelta(seconds=uptime)
    except (OverflowError, ValueError, OSError):
        return None
    zone = _ZONE.search(output)
    return ClockReading(
        device_at=device_at,
        host_at=datetime.fromtimestamp(middle, tz=UTC),
        skew_seconds=round(seconds - middle, 6),
        uncertainty_seconds=round(uncertainty, 6),
        uptime_seconds=uptime,
        booted_at=booted_at,
        zone=zone[1].decode("ascii") if zone else None,
    )
