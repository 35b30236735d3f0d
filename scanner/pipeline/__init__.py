"""From a device to a case, and from a case to a report: scan, acquire, examine.

A name is loaded when it is first asked for: who verifies a case needs no rules.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.pipeline.acquisition import acquire
    from scanner.pipeline.again import examine, examine_recording
    from scanner.pipeline.baseline import baseline_of, diff
    from scanner.pipeline.compose import Examined
    from scanner.pipeline.describe import describe_artifacts, dry_run
    from scanner.pipeline.files import describe_case, read_report, write_new, write_report
    from scanner.pipeline.knowledge import read_feeds
    from scanner.pipeline.offline import unread
    from scanner.pipeline.options import AdbServer, Custody, Options, Password
    from scanner.pipeline.pairing import Pairing, pair, require_iphone
    from scanner.pipeline.results import Acquired, Scanned
    from scanner.pipeline.scanning import scan
    from scanner.pipeline.several import scan_each
    from scanner.pipeline.target import as_path, devices, is_case, open_source

_WHERE = {
    "scanner.pipeline.acquisition": ("acquire",),
    "scanner.pipeline.again": (
        "examine",
        "examine_recording",
    ),
    "scanner.pipeline.baseline": (
        "baseline_of",
        "diff",
    ),
    "scanner.pipeline.compose": ("Examined",),
    "scanner.pipeline.describe": (
        "describe_artifacts",
        "dry_run",
    ),
    "scanner.pipeline.files": (
        "describe_case",
        "read_report",
        "write_new",
        "write_report",
    ),
    "scanner.pipeline.knowledge": ("read_feeds",),
    "scanner.pipeline.offline": ("unread",),
    "scanner.pipeline.options": (
        "AdbServer",
        "Custody",
        "Options",
        "Password",
    ),
    "scanner.pipeline.pairing": (
        "Pairing",
        "pair",
        "require_iphone",
    ),
    "scanner.pipeline.results": (
        "Acquired",
        "Scanned",
    ),
    "scanner.pipeline.scanning": ("scan",),
    "scanner.pipeline.several": ("scan_each",),
    "scanner.pipeline.target": (
        "as_path",
        "devices",
        "is_case",
        "open_source",
    ),
}
_MODULE_OF = {name: module for module, names in _WHERE.items() for name in names}

__all__ = [
    "Acquired",
    "AdbServer",
    "Custody",
    "Examined",
    "Options",
    "Pairing",
    "Password",
    "Scanned",
    "acquire",
    "as_path",
    "baseline_of",
    "describe_artifacts",
    "describe_case",
    "devices",
    "diff",
    "dry_run",
    "examine",
    "examine_recording",
    "is_case",
    "open_source",
    "pair",
    "read_feeds",
    "read_report",
    "require_iphone",
    "scan",
    "scan_each",
    "unread",
    "write_new",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
