"""A spindump: what each process did for some seconds, with its program and the images at work.

    Process:          example [176] (suspended)
    UUID:             BDBDD550-2B15-382C-BB61-1798AFD60460
    Path:             /usr/libexec/example
    Parent:           launchd [1]
    UID:              501

      Thread 0x8b6    DispatchQueue "com.apple.main-thread"(1)    8 samples (1-8)
      8  ??? (example + 554572) [0x10287b64c]
      Binary Images:
               0x1027f4000 -                ???  example (1) <BDBDD550-...>  /usr/libexec/example
             *0xfffffff0070 -               ???  kernel      <3C587984-...>  /System/...

Heads of processes start in the first column, stacks and images do not. Images of the kernel carry
an asterisk and are left out. After the processes stands the same in a binary form, under a line of
its own: without that line a spindump may be cut.

Sources: spindump(8), `spindump-nosymbols.txt` of sysdiagnose of iOS 15 to 18, reports of macOS 12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.lines import raw_lines
from scanner.model.evidence import EvidenceFile

PROCESSES_LIMIT = 20_000
IMAGES_LIMIT = 4096  # of one process
PATH_LIMIT = 1024
NAME_LIMIT = 255

_END = b"Spindump binary format"
_LINE_LIMIT = 4096  # bytes of a line that are looked at
_PID_END = 2**31
_NAMED = re.compile(r"(.{1,255}) \[(\d{1,10})\]", re.ASCII)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32}")
_FIELDS = frozenset((b"UUID", b"Path", b"Parent", b"UID"))


class LoadedImage(Struct, frozen=True):
    """A program or library that was found in a stack."""

    path: str
    uuid: str | None  # in upper case


class SampledProcess(Struct, frozen=True):
    """One process; None where its head does not say."""

    pid: int
    name: str
    path: str | None
    uuid: str | None
    parent: int | None
    uid: int | None
    images: tuple[LoadedImage, ...]


class Spindump:
    """The processes of a spindump; afterwards `ended` says whether they were all."""

    def __init__(self, file: EvidenceFile) -> None:
        self._file = file
        self.ended = False
        self.odd = 0  # heads that name no process

    def __iter__(self) -> Iterator[SampledProcess]:
        """Yield the processes; ParseError for too many."""
        head: dict[bytes, str] = {}
        images: dict[str, LoadedImage] = {}
        listing, count = False, 0
        for line in raw_lines(self._file):
            if line[:1] in b" \t\r\n":
                if listing and (image := _image(line)) and len(images) < IMAGES_LIMIT:
                    images.setdefault(image.path, image)
                listing = listing or line.strip() == b"Binary Images:"
                continue
            if line.startswith((b"Process:", _END)):
                if head:
                    count += 1
                    yield from self._process(head, images)
                head, images, listing = {}, {}, False
                if line.startswith(_END):
                    self.ended = True
                    return
                if count >= PROCESSES_LIMIT:
                    raise ParseError(f"at most {PROCESSES_LIMIT} processes expected")
                head[b"Process"] = _value(line)
            elif head and (name := line.partition(b":")[0]) in _FIELDS:
                head.setdefault(name, _value(line))
        if head:
            yield from self._process(head, images)

    def _process(
        self, head: dict[bytes, str], images: dict[str, LoadedImage]
    ) -> Iterator[SampledProcess]:
        named = named_process(head[b"Process"])
        if named is None:
            self.odd += 1
            return
        parent = named_process(head.get(b"Parent", ""))
        uid = head.get(b"UID", "")
        yield SampledProcess(
            pid=named[1],
            name=named[0],
            path=head.get(b"Path", "")[:PATH_LIMIT] or None,
            uuid=uuid_of(head.get(b"UUID", "")),
            parent=parent[1] if parent else None,
            uid=int(uid)
            if uid.isascii() and uid.isdigit() and len(uid) <= len("4294967295")
            else None,
            images=tuple(images.values()),
        )


def named_process(text: str) -> tuple[str, int] | None:
    """Read `launchd [1] (suspended)`: a name and a pid; None where it is neither."""
    match = _NAMED.match(text)
    return (match[1][:NAME_LIMIT], int(match[2])) if match and int(match[2]) < _PID_END else None


def uuid_of(text: str) -> str | None:
    """Return a UUID as it is written elsewhere: with dashes, in upper case."""
    if not _UUID.fullmatch(text):
        return None
    plain = text.replace("-", "").upper()
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))


def image_of(line: str) -> LoadedImage | None:
    """Read a line of a list of images, `0x1 - 0x2 name <uuid> /path`; None where it is none."""
    if not line.startswith("0x"):
        return None
    head, opened, rest = line.partition("<")
    uuid, closed, path = rest.partition(">")
    path = path.strip()
    if not (opened and closed and path.startswith("/")) or " - " not in head:
        return None
    return LoadedImage(path[:PATH_LIMIT], uuid_of(uuid))


def _image(line: bytes) -> LoadedImage | None:
    stripped = line[:_LINE_LIMIT].strip()
    return image_of(stripped.decode("utf-8", "replace")) if stripped[:2] == b"0x" else None


def _value(line: bytes) -> str:
    return line[:_LINE_LIMIT].partition(b":")[2].strip().decode("utf-8", "replace")
