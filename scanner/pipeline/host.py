"""What is recorded of the computer that examines: its clock, and the tool."""

from __future__ import annotations

import ctypes
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from scanner.model.report import HostClock

TOOL = "phone-integrity-scanner"
_CLOCK_UNSYNCHRONIZED = 0x40  # STA_UNSYNC of adjtimex(2)


def tool_version() -> str:
    """Return the installed version of the scanner."""
    try:
        return version(TOOL)
    except PackageNotFoundError:
        return "0"


def now() -> datetime:
    """Return the host's time, aware and in UTC, in whole milliseconds."""
    moment = datetime.now(tz=UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def system() -> str:
    """Return the host's operating system and its release."""
    return f"{platform.system()} {platform.release()}"


def host_clock() -> HostClock:
    """Return whether the kernel holds the clock for synchronized, and the zone's offset."""
    return HostClock(synchronized=_synchronized(), zone=datetime.now().astimezone().strftime("%z"))


def _synchronized() -> bool | None:
    if sys.platform != "linux":
        return None
    # struct timex: `modes` (an int, padded), offset, freq, maxerror, esterror, then `status`.
    buffer = (ctypes.c_long * 64)()
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(buffer)) < 0:
        return None
    return not int(buffer[5]) & 0xFFFFFFFF & _CLOCK_UNSYNCHRONIZED
