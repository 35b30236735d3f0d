"""YARA rules: loaded, compiled out of harm's way, and applied to the bytes of files.

The engine itself (`yarax`) is imported by whoever applies rules, not here: it is large.

A name is loaded when it is first asked for: a child that scans needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.detect.yara.checks import inspect_yara, matches_of
    from scanner.detect.yara.lints import YARA_LINTS, YaraLint, lint_yara
    from scanner.detect.yara.pack import YaraFile, YaraPack, load_yara
    from scanner.detect.yara.sets import prepared

_WHERE = {
    "scanner.detect.yara.checks": ("inspect_yara", "matches_of"),
    "scanner.detect.yara.lints": ("YARA_LINTS", "YaraLint", "lint_yara"),
    "scanner.detect.yara.pack": ("YaraFile", "YaraPack", "load_yara"),
    "scanner.detect.yara.sets": ("prepared",),
}
_MODULE_OF = {name: module for module, names in _WHERE.items() for name in names}

__all__ = [
    "YARA_LINTS",
    "YaraFile",
    "YaraLint",
    "YaraPack",
    "inspect_yara",
    "lint_yara",
    "load_yara",
    "matches_of",
    "prepared",
]


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
