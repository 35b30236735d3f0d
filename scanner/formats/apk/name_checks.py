"""What is odd about the names of an archive's entries, and about what they are marked as.

A name can mislead who lists the archive, a terminal, a page or a file system that it is unpacked
on. Source of the reserved names: Microsoft, Naming Files, Paths, and Namespaces; of the marks:
PKWARE APPNOTE 6.3.10, sections 4.4.2 and 4.4.15, and `sys/stat.h`.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator

from scanner.formats.apk.directory import Entry

# They take no room, or turn the direction of the text; joiners belong to some scripts.
_UNSEEN = re.compile(
    "[\x80-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
# Ends of paths that mean a device to Windows, as they are once letters and ends are evened out.
_DEVICE = re.compile(rb"\n(?:con|prn|aux|nul|com[1-9]|lpt[1-9])[.\n]")
_DEVICE_FILE = re.compile(
    rb"[\n/](?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.[^\n/]*)?\n", re.IGNORECASE
)
_CONTROL, _SIGN = b"\x01", b"?"  # what stands for each control, and for each sign of their kind
_EVENED = bytes.maketrans(
    bytes((*range(1, 10), *range(11, 32), 127)) + b'<>|"?*`/' + string.ascii_uppercase.encode(),
    _CONTROL * 31 + _SIGN * 7 + b"\n" + string.ascii_lowercase.encode(),
)
_UNIX = 3  # the system that made an entry
_ORDINARY = frozenset({0, 4, 8})  # not stated, a folder, a file


def odd_names(raws: list[bytes], names: list[str], joined: bytes) -> Iterator[str]:
    """Yield what is odd about some names; `joined` has a line end around each."""
    evened = joined.translate(_EVENED)
    if _CONTROL in evened or joined.count(b"\n") != len(raws) + 1:
        yield "name_unseen"
    if _SIGN in evened or (_DEVICE.search(evened) and _DEVICE_FILE.search(joined)):
        yield "name_reserved"
    if joined.isascii():
        return
    if _UNSEEN.search("\n".join(names)):
        yield "name_unseen"
    if len({unicodedata.normalize("NFC", name) for name in names}) < len(set(names)):
        yield "name_twins"


def odd_marks(entries: list[Entry], directory: bytes) -> Iterator[str]:
    """Yield whether an entry is marked as something else than a file or a folder."""
    for entry in entries:
        at = entry.record_at
        if directory[at + 41] >> 4 not in _ORDINARY and directory[at + 5] == _UNIX:
            yield "special_entry"
            return
