"""Programs that ran in the past, from lists that iOS keeps of them.

- `UUIDToBinaryLocations` of tailspin (iOS 12 to 14; /private/var/db/spindump in a file system): a
  property list from UUID to path, of programs and libraries alike. Which program a library worked
  in is not in it.
- `logdata.statistics.0.jsonl` and `.txt` of the log archive, 5 MiB each and one before it: which
  programs wrote most to the log until a file of it was full.

      --- !logd statistics record
      type  : File Rotate
      time  : 2026-11-01 07:42:54-0700
      procs :
          - [    3117304,  32.0, /usr/libexec/backboardd ]

  As JSON each line is a record, whose `processList` holds the same with the path in `process`.

Sources: the programs that write them (SampleAnalysis and logd of iOS 16 and 17), sysdiagnose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from scanner.artifacts.ios.recorded.listing import main_image
from scanner.errors import ParseError
from scanner.formats.ios_paths import area, normal
from scanner.formats.lines import raw_lines
from scanner.formats.plists import read_map
from scanner.formats.spindump import uuid_of
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import BinaryImage
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, Glob, MiB

PROGRAMS_LIMIT = 50_000

_STATISTICS = "system_logs.logarchive/Extra/logdata.statistics.*"
_STORED = "/private/var/db/diagnostics/logdata.statistics.*"
_RECORD = b"--- !logd statistics record"
_ROW = re.compile(rb"\s*- \[ *\d{1,20}, *[\d.]{1,10}, *(/[^\n]{0,1023}?) *\]\s*\Z")
_ROW_LIMIT = 2048
_LIST_LIMIT = 64 * MiB


class _Entry(Struct):
    process: Annotated[str, Meta(max_length=1024)] = ""


class _Record(Struct, rename={"processes": "processList"}):
    processes: list[_Entry]


_DECODER = msgspec.json.Decoder(_Record)
_BROKEN = (msgspec.MsgspecError, ValueError, RecursionError)


def parse_locations(file: EvidenceFile) -> Iterator[BinaryImage]:
    """Yield what a list from UUIDs to paths names; ParseError at the end for an odd entry."""
    listed = read_map(file, limit=_LIST_LIMIT)
    if len(listed) > PROGRAMS_LIMIT:
        raise ParseError(f"at most {PROGRAMS_LIMIT} programs expected")
    odd = False
    for key, value in listed.items():
        uuid = uuid_of(key)
        if uuid is None or not isinstance(value, str) or not value.startswith("/"):
            odd = True
            continue
        path = normal(value[:1024])
        yield BinaryImage(process="", path=path, uuid=uuid, area=area(path))
    if odd:
        raise ParseError("a path for each UUID expected")


def parse_statistics(file: EvidenceFile) -> Iterator[BinaryImage]:
    """Yield the programs of the records; ParseError where there is none, or an odd line."""
    programs: dict[str, None] = {}
    known = odd = False
    for line in raw_lines(file):
        found = _of_json(line) if line.startswith(b"{") else _of_text(line)
        if found is None:
            odd = True
            continue
        known = known or bool(found) or line.startswith((b"{", _RECORD))
        programs.update(dict.fromkeys(normal(path) for path in found if path.startswith("/")))
        if len(programs) > PROGRAMS_LIMIT:
            raise ParseError(f"at most {PROGRAMS_LIMIT} programs expected")
    if not known:
        raise ParseError("statistics of the log expected")
    for path in programs:
        yield main_image(path)
    if odd:
        raise ParseError("records of the log's statistics expected")


def _of_json(line: bytes) -> list[str] | None:
    try:
        return [entry.process for entry in _DECODER.decode(line).processes]
    except _BROKEN:
        return None


def _of_text(line: bytes) -> list[str] | None:
    """Return the program of a row; none for the lines about the record, None for an odd row."""
    if not line.lstrip().startswith(b"- ["):
        return []
    row = _ROW.match(line) if len(line) <= _ROW_LIMIT else None
    return [row[1].decode("utf-8", "replace")] if row else None


LOGGED_PROGRAMS = Artifact(
    name="ios.logged_programs",
    title="Programs that ran before",
    platform="ios",
    states=(
        Stated(BinaryImage, ("process", "path", "main", "uuid", "area", "process_area", "own")),
    ),
    readings=(
        *(
            Reading(request, parse_locations)
            for request in (
                Diagnostic(name="logs/tailspindb/UUIDToBinaryLocations"),
                Glob(pattern="/private/var/db/spindump/UUIDToBinaryLocations"),
            )
        ),
        *(
            Reading(request, parse_statistics)
            for request in (
                Diagnostic(name=f"{_STATISTICS}.jsonl"),
                Diagnostic(name=f"{_STATISTICS}.txt"),
                Glob(pattern=f"{_STORED}.jsonl"),
                Glob(pattern=f"{_STORED}.txt"),
            )
        ),
    ),
    profile=Profile.STANDARD,
)
