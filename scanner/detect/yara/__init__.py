"""YARA rules: loaded, compiled out of harm's way, and applied to the bytes of files.

The engine itself (`yarax`) is imported by whoever applies rules, not here: it is large.
"""

from scanner.detect.yara.checks import inspect_yara, matches_of
from scanner.detect.yara.lints import YARA_LINTS, YaraLint, lint_yara
from scanner.detect.yara.pack import YaraFile, YaraPack, load_yara
from scanner.detect.yara.sets import prepared

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
