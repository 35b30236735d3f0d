"""The log stream of iOS (com.apple.os_trace_relay, StartActivity), reduced to who writes to it.

A record is a header, little endian, and texts one after another: the path of the process, that of
the image which sent the message, the message, its subsystem and category. The header states their
sizes, a NUL at the end of each counted in:

| offset | size | field                                                     |
|--------|------|-----------------------------------------------------------|
| 5      | 4    | size of the header: 129                                   |
| 9      | 4    | pid                                                       |
| 21     | 16   | UUID (LC_UUID) of the program of the process              |
| 37     | 2    | size of the path of the process                           |
| 91     | 16   | UUID of the image that sent the message                   |
| 107    | 2    | size of the path of that image                            |
| 109    | 4    | size of the message: it is not read, nor is what follows  |

The layout is that of libimobiledevice (ostrace.h) and pymobiledevice3 11.45 (services/os_trace.py,
which finds the end of the first path by its NUL); Apple documents it nowhere. Stored is a JSON line
for each distinct pair of a process and an image.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from scanner.errors import ParseError
from scanner.formats.json_lines import json_line, json_lines
from scanner.model.evidence import EvidenceFile

SOURCES_LIMIT = 20_000
PATH_LIMIT = 1024  # PATH_MAX of xnu, bytes with the NUL
HEADER_SIZE = 129

_HEADER = struct.Struct("<5xII8x16sH52x16sH")
_NIL = bytes(16)

Pid = Annotated[int, Meta(ge=0, lt=2**32)]
Path = Annotated[str, Meta(max_length=PATH_LIMIT)]
Uuid = Annotated[str, Meta(pattern=r"^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\Z")]


class LogSource(Struct, frozen=True):
    """A process that wrote to the log, and the image of it that did."""

    pid: Pid
    process: Path  # path of its program
    process_uuid: Uuid | None
    sender: Path  # path of the image; empty where the record names none
    sender_uuid: Uuid | None


_DECODER = msgspec.json.Decoder(LogSource)


class LogReduction:
    """Reduces records to the distinct sources of them."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def feed(self, record: bytes) -> bytes:
        """Return the line of one record, nothing where its source is known already.

        ParseError for a record of another layout, and for more than `SOURCES_LIMIT` sources.
        """
        line = json_line(_source_of(record))
        if line in self._seen:
            return b""
        if len(self._seen) >= SOURCES_LIMIT:
            raise ParseError(f"at most {SOURCES_LIMIT} sources of log messages expected")
        self._seen.add(line)
        return line


def read(file: EvidenceFile) -> Iterator[LogSource]:
    """Yield the sources of a reduced stream; ParseError for anything else."""
    return json_lines(file, _DECODER, limit=SOURCES_LIMIT)


def _source_of(record: bytes) -> LogSource:
    if len(record) < HEADER_SIZE:
        raise ParseError(f"a log record of at least {HEADER_SIZE} bytes expected")
    start, pid, program, size, image, image_size = _HEADER.unpack_from(record)
    if not start:  # a header that states neither its own size nor that of the first path
        start = HEADER_SIZE
        size = record.find(b"\0", start, start + PATH_LIMIT) + 1 - start
    if not HEADER_SIZE <= start <= len(record):
        raise ParseError(f"texts behind the {HEADER_SIZE} bytes of a log record expected")
    return LogSource(
        pid=pid,
        process=_path(record, start, size),
        process_uuid=_uuid(program),
        sender=_path(record, start + size, image_size),
        sender_uuid=_uuid(image),
    )


def _path(record: bytes, start: int, size: int) -> str:
    """Return a path whose NUL is counted in `size`; an empty text where that is zero."""
    data = record[start : start + size]
    if not 0 <= size <= PATH_LIMIT or len(data) < size or data.find(b"\0") != size - 1:
        raise ParseError(f"paths of at most {PATH_LIMIT} bytes in a log record expected")
    text = data[:-1].decode("utf-8", "replace")
    if not _is_place(text):
        raise ParseError("paths in a log record expected")
    return text


def _is_place(text: str) -> bool:
    """Whether a text is a path, or a name alone; a message in its place would be neither.

    So a layout that changed is found, before anything that a person wrote is kept.
    """
    return text.startswith("/") or not any(map(str.isspace, text))


def _uuid(data: bytes) -> str | None:
    return None if data == _NIL else str(uuid.UUID(bytes=data)).upper()
