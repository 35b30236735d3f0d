"""The crash area of iOS, reduced to the names of its files and the header of the newest.

Reports (`.ips`, also `.ips.beta`, `.ips.synced` ...) begin with one line of JSON, as of iOS 9;
panics, jetsam events and stackshots do too. Of its keys those of `CrashHeader` are read, nothing
of the report below. What is written otherwise (`.crash` texts, logs, archives) has no header.

Stored is a JSON line for each file. The shape of the first line is the one of reports of iOS 14 to
26; keys and values are explained in Apple's "Interpreting the JSON format of a crash report".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from scanner.formats.json_lines import json_line, json_lines
from scanner.model.evidence import EvidenceFile

ENTRIES_LIMIT = 20_000
HEADER_LIMIT = 4096  # bytes of the first line
PATH_LIMIT = 1024
VALUE_LIMIT = 256

_BROKEN = (msgspec.MsgspecError, ValueError, RecursionError)

Word = Annotated[str, Meta(max_length=VALUE_LIMIT)]


class CrashHeader(Struct, frozen=True, omit_defaults=True, rename={"bundle": "bundleID"}):
    """What the first line of a report says; None where it does not say it."""

    bug_type: Word | None = None  # 309, 210, 298 ...
    name: Word | None = None  # of the process
    app_name: Word | None = None  # the same, as a rule
    bundle: Word | None = None
    os_version: Word | None = None  # iPhone OS 26.1 (23B85)
    timestamp: Word | None = None  # 2026-11-01 09:15:12.00 +0100


class CrashEntry(Struct, frozen=True):
    """One file of the crash area."""

    path: Annotated[str, Meta(min_length=1, max_length=PATH_LIMIT)]  # from the top of the area
    size: Annotated[int, Meta(ge=0, lt=2**62)]
    modified_at: Annotated[str, Meta(max_length=40)] | None  # 2026-11-01T09:15:12Z
    header: CrashHeader | None  # None: it has none, or was not looked into


_DECODER = msgspec.json.Decoder(CrashEntry)
_KEYS = tuple(zip(CrashHeader.__struct_fields__, CrashHeader.__struct_encode_fields__, strict=True))


def header_of(first_line: bytes) -> CrashHeader | None:
    """Return the header that a file begins with; None where it begins with anything else.

    The start of a file serves too: what follows the first line, or 4 KiB, is not looked at. A
    value that is no text, or is too long, costs that value alone.
    """
    line = first_line[:HEADER_LIMIT].partition(b"\n")[0]
    if not line.startswith(b"{"):
        return None
    try:
        found = msgspec.json.decode(line, type=dict[str, Raw])
    except _BROKEN:
        return None
    header = CrashHeader(**{name: _word(found.get(key)) for name, key in _KEYS})
    return None if header == CrashHeader() else header


def line(entry: CrashEntry) -> bytes:
    """Return the line of one file, with its end."""
    return json_line(entry)


def read(file: EvidenceFile) -> Iterator[CrashEntry]:
    """Yield the files of a reduced listing; ParseError for anything else."""
    return json_lines(file, _DECODER, limit=ENTRIES_LIMIT)


def _word(value: Raw | None) -> str | None:
    if value is None:
        return None
    try:
        word = msgspec.json.decode(value, type=str | int)
    except _BROKEN:
        return None
    text = str(word)
    return text if 0 < len(text) <= VALUE_LIMIT else None
