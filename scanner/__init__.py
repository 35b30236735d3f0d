"""Examine a phone for traces of compromise; say what was seen, and what could not be.

    import scanner

    for phone in scanner.devices():
        scanned = scanner.scan(phone.target)
        print(scanned.report.verdict, scanned.folder)
    scanned = scanner.scan("bugreport.zip")

Nothing here prints, and nothing is global: several phones can be scanned in one process.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.errors import (
        Cancelled,
        CaseError,
        DeviceBusy,
        DeviceError,
        DeviceLost,
        RuleError,
        ScannerError,
        UsageError,
    )
    from scanner.model.changes import Diff, State
    from scanner.model.fleet import FleetReport
    from scanner.model.indicators import Feed
    from scanner.model.report import Report
    from scanner.model.watch import WatchEvent
    from scanner.pipeline import (
        Acquired,
        AdbServer,
        Custody,
        Examined,
        Options,
        Pairing,
        Scanned,
        acquire,
        devices,
        diff,
        dry_run,
        examine,
        open_source,
        pair,
        read_feeds,
        scan,
        scan_each,
    )
    from scanner.pipeline.fleet import compare_fleet
    from scanner.pipeline.since import News, since
    from scanner.watch import Settings, Watch

_WHERE = {
    "scanner.errors": (
        "Cancelled",
        "CaseError",
        "DeviceBusy",
        "DeviceError",
        "DeviceLost",
        "RuleError",
        "ScannerError",
        "UsageError",
    ),
    "scanner.model.changes": ("Diff", "State"),
    "scanner.model.fleet": ("FleetReport",),
    "scanner.model.indicators": ("Feed",),
    "scanner.model.report": ("Report",),
    "scanner.model.watch": ("WatchEvent",),
    "scanner.pipeline": (
        "Acquired",
        "AdbServer",
        "Custody",
        "Examined",
        "Options",
        "Pairing",
        "Scanned",
        "acquire",
        "devices",
        "diff",
        "dry_run",
        "examine",
        "open_source",
        "pair",
        "read_feeds",
        "scan",
        "scan_each",
    ),
    "scanner.pipeline.fleet": ("compare_fleet",),
    "scanner.pipeline.since": ("News", "since"),
    "scanner.watch": ("Settings", "Watch"),
}
_MODULE_OF = {name: module for module, names in _WHERE.items() for name in names}

__all__ = [
    "Acquired",
    "AdbServer",
    "Cancelled",
    "CaseError",
    "Custody",
    "DeviceBusy",
    "DeviceError",
    "DeviceLost",
    "Diff",
    "Examined",
    "Feed",
    "FleetReport",
    "News",
    "Options",
    "Pairing",
    "Report",
    "RuleError",
    "Scanned",
    "ScannerError",
    "Settings",
    "State",
    "UsageError",
    "Watch",
    "WatchEvent",
    "acquire",
    "compare_fleet",
    "devices",
    "diff",
    "dry_run",
    "examine",
    "open_source",
    "pair",
    "read_feeds",
    "scan",
    "scan_each",
    "since",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: `import scanner` costs nothing."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
