"""Names that every recording of its kind has; any other was chosen by a person, or by an app."""

from __future__ import annotations

import re

from scanner.sources.recorded.androidqf import KNOWN
from scanner.sources.recorded.bugreport import MAIN_ENTRY

_OF_EACH_BACKUP = ("Info.plist", "Manifest.plist", "Status.plist", "Manifest.db", "Manifest.mbdb")
_OF_EACH = frozenset((*KNOWN, MAIN_ENTRY, "version.txt", "dumpstate_log.txt", *_OF_EACH_BACKUP))
_SHAPES = re.compile(
    r"bugreport-[\w.-]{1,120}-\d{4}(?:-\d\d){5}\.txt"
    r"|FS/data/tombstones/tombstone_\d\d(?:\.pb)?"
    r"|FS/proc/1/mountinfo"
    r"|(?:[0-9a-f]{2}/)?[0-9a-f]{40}"
)


def is_given(name: str) -> bool:
    """Whether the format itself gives a file its name, below the recording's top."""
    return name in _OF_EACH or _SHAPES.fullmatch(name) is not None
