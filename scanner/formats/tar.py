"""Tar archives listed in one pass: ustar, pax (POSIX.1-2001), and the long names of GNU.

Sources: the `tar` page of POSIX (pax), and the manual of GNU tar ("Basic Tar Format"). Nothing is
followed and nothing made: a link, a device and a FIFO are entries of their kind. Sparse files are
not put together. The list ends at a block of zeros; where it ends otherwise it is cut.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, Literal

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.app_kind import HEAD, form_of
from scanner.formats.gunzip import MAGIC, Gunzipped, States
from scanner.model.requests import MiB

Kind = Literal["file", "folder", "link", "other"]

BLOCK = 512
BUFFER = 256 * 1024
_ZEROS = bytes(BLOCK)
_EXTENSION_LIMIT = MiB  # bytes of one header that says more of the next entry
_EXTENSIONS = 16  # of one entry
_SPARSE_BLOCKS = 65_536
_SIZE_LIMIT = 2**62
_LAST_SECOND = 253_402_300_799  # of the year 9999
_KINDS: dict[bytes, Kind] = {
    **dict.fromkeys((b"0", b"\0", b"7"), "file"),
    **dict.fromkeys((b"1", b"2"), "link"),
    b"5": "folder",
}
_MORE = frozenset((b"x", b"g", b"L", b"K"))
_EMPTY = frozenset((b"1", b"2", b"3", b"4", b"5", b"6"))  # whatever size they state
_BINARY = 0x80  # the first byte of a number to the base of 256
_DIGITS = 20  # of the largest number of 64 bits
_DIGEST_LIMIT = 256 * MiB  # bytes of a file whose digest is taken on the way


class Entry(Struct, kw_only=True):
    """An entry of an archive."""

    name: str  # as it is stated: a key, never a path of this computer
    kind: Kind
    at: int  # of its content, in the archive
    size: int  # bytes; of files only
    mode: int
    uid: int | None
    modified: float | None  # seconds since 1970
    flaw: str = ""  # why it cannot be read, in our words
    is_cut: bool = False  # the archive ends before it does
    sha256: str | None = None  # where it was asked for
    is_program: bool = False  # it begins as a Mach-O does


def form_of_archive(stream: BinaryIO) -> Literal["tar", "gzip"] | None:
    """Say whether a stream begins as a tar, or as one in gzip; it is left anywhere."""
    stream.seek(0)
    head = stream.read(BLOCK)
    if _is_header(head):
        return "tar"
    if not head.startswith(MAGIC):
        return None
    inner = Gunzipped(stream, States())
    try:
        inner.seek(0)
        return "gzip" if _is_header(io.BufferedReader(_Kept(inner), BLOCK).read(BLOCK)) else None
    except ParseError:
        return None


class _Kept(io.RawIOBase):
    """A stream whose closing closes nothing else."""

    def __init__(self, stream: io.RawIOBase) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        return self._stream.readinto(buffer) or 0


def opened(stream: BinaryIO, states: States | None) -> tuple[BinaryIO, Gunzipped | None]:
    """Return the stream of a tar, buffered, and what inflates it where it is in gzip."""
    if states is None:
        return stream, None
    inflated = Gunzipped(stream, states)
    inflated.seek(0)
    return io.BufferedReader(inflated, BUFFER), inflated


def entries(
    stream: BinaryIO,
    digested: Callable[[str], bool] | None = None,
    remember: Callable[[int], None] | None = None,
) -> Iterator[Entry]:
    """Yield the entries, in one pass; ParseError where the list is cut or damaged.

    What was yielded before stands. The files that `digested` names come with the digest of their
    bytes, and `remember` is told where they begin.
    """
    at = 0
    while (found := _next_header(stream, at)) is not None:
        head, said, at = found
        size, kind = _size_of(head), head[156:157]
        if kind == b"S":
            at = _behind_sparse(stream, head, at)
        entry = _entry(head, said, size, at)
        if entry.size and not entry.flaw:
            _look(stream, entry, digested, remember)
        yield entry
        if entry.is_cut:
            raise ParseError("the whole of an entry expected")
        if kind not in _EMPTY:
            at += _padded(size if said.size is None else said.size)


def _next_header(stream: BinaryIO, at: int) -> tuple[bytes, _Said, int] | None:
    """Return the next header of an entry, what was said before it, and where it ends."""
    said = _Said()
    for _ in range(_EXTENSIONS):
        stream.seek(at)
        head = stream.read(BLOCK)
        if head == _ZEROS and said.is_empty:
            return None
        if not _is_header(head):
            raise ParseError("a header of a tar expected")
        at += BLOCK
        kind, size = head[156:157], _size_of(head)
        if kind not in _MORE:
            return head, said, at
        data = stream.read(size) if size <= _EXTENSION_LIMIT else b""
        if len(data) < size:
            raise ParseError("the whole of a short header expected")
        said.add(kind, data)
        at += _padded(size)
    raise ParseError(f"at most {_EXTENSIONS} headers of an entry expected")


def _size_of(head: bytes) -> int:
    size = _number(head[124:136])
    if size is None or size > _SIZE_LIMIT:
        raise ParseError("the size of an entry of a tar expected")
    return size


class _Said:
    """What the headers before an entry say of it."""

    def __init__(self) -> None:
        self.is_empty = True
        self.name: bytes | None = None
        self.size: int | None = None
        self.modified: float | None = None
        self.uid: int | None = None
        self.is_sparse = False

    def add(self, kind: bytes, data: bytes) -> None:
        if kind == b"L":
            self.name = data.rstrip(b"\0")
        elif kind == b"x":
            for name, value in _records(data):
                self._set(name, value)
        self.is_empty = self.is_empty and kind == b"g"

    def _set(self, name: bytes, value: bytes) -> None:
        if name in {b"path", b"GNU.sparse.name"}:
            self.name = value
        elif name == b"size":
            self.size = _decimal(value)
            if self.size is None or self.size > _SIZE_LIMIT:
                raise ParseError("the size of an entry of a tar expected")
        elif name == b"uid":
            self.uid = _decimal(value)
        elif name == b"mtime":
            whole, _, part = value.removeprefix(b"-").partition(b".")
            if _decimal(whole) is not None and (not part or part.isdigit()):
                self.modified = float(value[:40])
        self.is_sparse = self.is_sparse or name.startswith(b"GNU.sparse.")


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 12)
        length = _decimal(data[at:space]) if space > 0 else None
        end = at + (length or 0)
        if not length or end > len(data) or end <= space or data[end - 1 : end] != b"\n":
            raise ParseError("the records of a pax header expected")
        name, equals, value = data[space + 1 : end - 1].partition(b"=")
        if equals:
            yield name, value
        at = end


def _entry(head: bytes, said: _Said, size: int, at: int) -> Entry:
    kind: Kind = _KINDS.get(head[156:157], "other")
    data = said.name
    if data is None:
        data = head[:100].partition(b"\0")[0]
        prefix = head[345:500].partition(b"\0")[0] if head[257:263] == b"ustar\0" else b""
        data = prefix + b"/" + data if prefix else data
    name = data.decode("utf-8", "replace").removeprefix("./")
    if kind == "file" and name.endswith("/") and not size:
        kind = "folder"  # as tars before ustar say it
    flaw = _flaw_of_name(name, data) if name.rstrip("/") else ""
    if said.is_sparse or head[156:157] == b"S":
        kind, flaw = "file", flaw or "a sparse file"
    modified = _number(head[136:148]) if said.modified is None else said.modified
    mode = _number(head[100:108])
    return Entry(
        name=name.rstrip("/") if kind == "folder" else name,
        kind=kind,
        at=at,
        size=(size if said.size is None else said.size) if kind == "file" else 0,
        mode=(mode or 0) & 0o7777,
        uid=_number(head[108:116]) if said.uid is None else said.uid,
        modified=modified if modified is not None and 0 < modified <= _LAST_SECOND else None,
        flaw=flaw,
    )


def _flaw_of_name(name: str, data: bytes) -> str:
    if b"\0" in data or "\\" in name:
        return "a name that no file of the phone has"
    if ".." in name.split("/"):
        return "a name that leads elsewhere"
    if "\ufffd" in name:
        return "a name that is no text"
    return ""


def _look(
    stream: BinaryIO,
    entry: Entry,
    digested: Callable[[str], bool] | None,
    remember: Callable[[int], None] | None,
) -> None:
    """Read the beginning of a file, all of it where that is asked for, and see that it is whole."""
    wanted = min(HEAD, entry.size)
    data = stream.read(wanted)
    if len(data) < wanted:
        entry.is_cut = True
        return
    entry.is_program = form_of(data) == "macho"
    is_asked = digested is not None and entry.size <= _DIGEST_LIMIT and digested(entry.name)
    if (is_asked or entry.is_program) and remember is not None:
        remember(entry.at)
    if is_asked:
        digest, left = hashlib.sha256(data), entry.size - len(data)
        while left and (data := stream.read(min(left, BUFFER))):
            digest.update(data)
            left -= len(data)
        entry.sha256, entry.is_cut = digest.hexdigest(), left > 0
    elif len(data) < entry.size:
        stream.seek(entry.at + entry.size - 1)
        entry.is_cut = not stream.read(1)


def _behind_sparse(stream: BinaryIO, head: bytes, at: int) -> int:
    """Return where the content begins behind the blocks that say where it belongs."""
    is_more, blocks = head[482] != 0, 0
    while is_more:
        block = stream.read(BLOCK)
        blocks += 1
        if len(block) < BLOCK or blocks > _SPARSE_BLOCKS:
            raise ParseError("the list of a sparse file expected")
        is_more = block[504] != 0
    return at + blocks * BLOCK


def _is_header(head: bytes) -> bool:
    """Say whether a block is a header: its sum, of signed bytes in some old ones, is in it."""
    if len(head) < BLOCK or head == _ZEROS:
        return False
    stated = _number(head[148:156])
    total = sum(head) - sum(head[148:156]) + 8 * 32
    if stated == total:
        return True
    negative = sum(byte >> 7 for byte in head[:148] + head[156:])
    return stated is not None and stated == total - 256 * negative


def _number(field: bytes) -> int | None:
    """Read octal digits, or base 256 where the first bit is set; None for anything else."""
    if field[0] == _BINARY:
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip()
    if not digits:
        return 0
    try:
        return int(digits, 8) if digits.isdigit() else None
    except ValueError:
        return None


def _decimal(digits: bytes) -> int | None:
    return int(digits) if digits.isdigit() and len(digits) <= _DIGITS else None


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
