"""The errors of the scanner.

ScannerError                   everything raised on purpose; `remedy` says what to do
├── UsageError                 an argument, or a path of no known kind
├── RuleError                  a rule or indicator file is wrong; `where` names the key
├── CaseError                  a case is damaged, tampered with, or cannot be written
├── DeviceError                no device can be examined
│   ├── DeviceBusy             another scan of this device is running
│   └── DeviceLost             the device went away; what was collected is kept
├── NotAvailable               a request that a source cannot answer; becomes a gap
├── ParseError                 evidence that is not what its request promises; becomes a gap
├── WorkerKilled               a parser exceeded its limits; becomes a gap
└── Cancelled                  the caller, or Ctrl-C, stopped the work; the case is valid
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.model.evidence import Reason


class ScannerError(Exception):
    """Something that a person can act on; `remedy` says how."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class UsageError(ScannerError):
    """An argument is wrong, or a path is of no known kind."""


class RuleError(ScannerError):
    """A rule file is wrong; `where` names the key."""

    def __init__(self, path: Path | str, where: str, reason: str, *, remedy: str = "") -> None:
        super().__init__(f"{path}: {where}: {reason}", remedy=remedy)
        self.path, self.where, self.reason = path, where, reason


class CaseError(ScannerError):
    """A case is damaged, tampered with, or cannot be written."""


class DeviceError(ScannerError):
    """No device can be examined."""


class DeviceBusy(DeviceError):
    """Another scan of this device is running."""


class DeviceLost(DeviceError):
    """The device went away; what was collected before is kept."""


class NotAvailable(ScannerError):
    """A request that a source cannot answer."""

    def __init__(self, reason: Reason, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason: Reason = reason


class ParseError(ScannerError):
    """Evidence is not what its request promises."""

    reason: Reason = "parse_error"

    def __init__(self, expected: str, *, line: int = 0) -> None:
        super().__init__(f"line {line}: {expected}" if line else expected)
        self.expected, self.line = expected, line


class WorkerKilled(ScannerError):
    """A parser exceeded its time or memory, or died."""

    reason: Reason = "sandbox_kill"


class Cancelled(ScannerError):
    """The work was stopped on request; what was collected before is kept."""
