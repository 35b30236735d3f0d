"""Why there is no answer, in our words: what the phone and the library say is not repeated."""

from __future__ import annotations

import traceback
from collections import deque
from pathlib import Path

from pymobiledevice3.exceptions import (
    ConnectionTerminatedError,
    DeveloperModeIsNotEnabledError,
    GetProhibitedError,
    InvalidServiceError,
    LockdownError,
    MCProtectedError,
    MissingValueError,
    MuxException,
    NotMountedError,
    NotPairedError,
    PasscodeRequiredError,
    PasswordRequiredError,
    PyMobileDevice3Exception,
    StartServiceError,
)

from scanner.errors import NotAvailable, ParseError
from scanner.model.evidence import Reason

BROKEN_OFF = (ConnectionTerminatedError, MuxException, NotPairedError, OSError, EOFError)
REFUSED = (PyMobileDevice3Exception, NotAvailable, ParseError, OSError, EOFError)
"""What asking a phone may end with, other than an answer."""

_REASONS: tuple[tuple[type[BaseException], Reason, str], ...] = (
    (TimeoutError, "timeout", "the phone did not answer in time"),
    (PasswordRequiredError, "locked", "the phone must be unlocked for it"),
    (PasscodeRequiredError, "locked", "the phone must be unlocked for it"),
    (InvalidServiceError, "unsupported_version", "this phone has no such service"),
    (DeveloperModeIsNotEnabledError, "unsupported_version", "developer mode is off"),
    (NotMountedError, "unsupported_version", "no developer image is mounted"),
    (GetProhibitedError, "no_permission", "the phone does not tell it"),
    (MCProtectedError, "no_permission", "management of the phone forbids it"),
    (StartServiceError, "no_permission", "the phone does not start the service"),
    (MissingValueError, "source_absent", "the phone has no such value"),
    (LockdownError, "no_permission", "the phone refused it, for a reason that is not known"),
    (PyMobileDevice3Exception, "parse_error", "an answer of another form or size than is known"),
)
_WORDS: dict[str, tuple[Reason, str]] = {
    "PasswordProtected": ("locked", "the phone must be unlocked for it"),
    "PasscodeRequired": ("locked", "the phone must be unlocked for it"),
    "GetProhibited": ("no_permission", "the phone does not tell it"),
    "MCProtected": ("no_permission", "management of the phone forbids it"),
    "MissingValue": ("source_absent", "the phone has no such value"),
}


def reason_of(error: BaseException, *, began: bool) -> tuple[Reason, str]:
    """Say why an answer is missing, or is not whole where it `began`."""
    if isinstance(error, NotAvailable):
        reason, detail = error.reason, "" if str(error) == error.reason else str(error)
    elif isinstance(error, ParseError):
        reason, detail = "parse_error", error.expected
    elif isinstance(error, BROKEN_OFF) and not isinstance(error, TimeoutError):
        reason, detail = "source_absent", "the phone ended the connection without an answer"
    else:
        reason, detail = next(
            (reason, detail) for kind, reason, detail in _REASONS if isinstance(error, kind)
        )
    if not began:
        return ("source_absent" if reason == "truncated" else reason), detail
    if reason == "timeout":
        return "timeout", "the phone stopped in the middle of its answer"
    if isinstance(error, BROKEN_OFF):
        return "truncated", "the phone ended the connection in the middle of its answer"
    return "truncated", detail


def reason_of_word(word: str) -> tuple[Reason, str]:
    """Say what an error of lockdownd means."""
    return _WORDS.get(
        word, ("no_permission", "the phone refused it, for a reason that is not known")
    )


def place_of(error: BaseException) -> str:
    """Return what went wrong and where, without a value: the class, and the line that raised it."""
    frames = deque(traceback.walk_tb(error.__traceback__), maxlen=1)
    places = [f" at {Path(frame.f_code.co_filename).name}:{line}" for frame, line in frames]
    return "".join((type(error).__name__, *places))
