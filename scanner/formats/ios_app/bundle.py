"""The folder of an app of iOS, wherever it lies: within an IPA, unpacked, or in a recording.

An IPA is a zip with `Payload/NAME.app/`. Only what is stored or deflated is read, one file at a
time, and compared with the checksum of the archive. A name is a key, never a path of this computer.
"""

from __future__ import annotations

import contextlib
import io
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol, cast

from scanner.errors import ParseError
from scanner.formats import zip_directory
from scanner.formats.buffer import HELD_LIMIT, Buffer, buffered
from scanner.formats.container import Container, RecordedFile
from scanner.model.requests import AppBytes

MEMBER_LIMIT = 100_000
NAME_LIMIT = 1024
_PAYLOAD = "Payload/"
_APP = ".app/"


class Bundle(Protocol):
    """The files of one app, by their names from the app's folder."""

    @property
    def folder(self) -> str:
        """The name of the folder: Example.app."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its plain files, each once, in their own order."""

    @property
    def outside(self) -> frozenset[str]:
        """The names of the files beside that folder."""

    def size(self, name: str) -> int | None:
        """Return how many bytes a file is said to have; None where it is not there."""

    def open(self, name: str) -> AbstractContextManager[Buffer]:
        """Give the bytes of a file; ParseError where they cannot be read whole."""


class ArchivedBundle:
    """An app within an IPA."""

    def __init__(self, data: Buffer) -> None:
        self._stream = cast("BinaryIO", io.BufferedReader(_Stream(data)))
        self._data = data
        directory = zip_directory.read_directory(self._stream, MEMBER_LIMIT)
        self.is_cut = directory.is_cut
        apps = dict.fromkeys(filter(None, (_app(entry.name) for entry in directory.entries)))
        if not apps:
            raise ParseError("an archive with an app of iOS (Payload/NAME.app) expected")
        self.app_count = len(apps)
        self.top = next(iter(apps))  # Payload/NAME.app/
        self._entries: dict[str, zip_directory.Entry] = {}
        self.is_repeated = False
        outside: set[str] = set()
        for entry in directory.entries:
            if entry.name.endswith("/") or len(entry.name) > NAME_LIMIT:
                continue
            if not entry.name.startswith(self.top):
                outside.add(entry.name)
                continue
            name = entry.name.removeprefix(self.top)
            self.is_repeated = self.is_repeated or name in self._entries
            self._entries.setdefault(name, entry)
        self.outside = frozenset(outside)

    @property
    def folder(self) -> str:
        return self.top.removeprefix(_PAYLOAD).rstrip("/")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def size(self, name: str) -> int | None:
        entry = self._entries.get(name)
        return entry.size if entry else None

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[Buffer]:
        entry = self._entries.get(name)
        if entry is None:
            raise ParseError("a file that the app has expected")
        yield self._content(entry)

    def _content(self, entry: zip_directory.Entry) -> bytes:
        if not entry.is_file or entry.is_encrypted or entry.size > HELD_LIMIT:
            raise ParseError("a plain file that can be read expected in the archive")
        at = zip_directory.content_at(self._stream, entry)
        packed = self._data[at : at + entry.packed]
        if entry.method == zip_directory.DEFLATED:
            packed = _inflated(packed, entry.size)
        elif entry.method != zip_directory.STORED:
            raise ParseError("a file packed by a known method expected in the archive")
        if (len(packed), zlib.crc32(packed)) != (entry.size, entry.crc):
            raise ParseError("a file of the size and checksum that its archive states expected")
        return packed


class UnpackedBundle:
    """An app whose folder lies unpacked in a folder or an archive; `top` is its name there."""

    def __init__(self, container: Container, top: str) -> None:
        self._container, self._top = container, f"{top.rstrip('/')}/" if top else ""
        self.outside = frozenset[str]()
        self._sizes = {
            member.name.removeprefix(self._top): member.size
            for member in container.below(self._top)
            if member.readable
        }

    @property
    def folder(self) -> str:
        return (self._top.rstrip("/") or self._container.root.name).rpartition("/")[2]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._sizes)

    def size(self, name: str) -> int | None:
        return self._sizes.get(name)

    def open(self, name: str) -> AbstractContextManager[Buffer]:
        if name not in self._sizes:
            raise ParseError("a file that the app has expected")
        locator = self._container.locator(f"{self._top}{name}")
        return buffered(RecordedFile(AppBytes(path=name), self._container.root, locator))


def is_ipa(data: Buffer) -> bool:
    """Whether a zip holds an app of iOS, told by the names in its directory."""
    stream = cast("BinaryIO", io.BufferedReader(_Stream(data)))
    try:
        directory = zip_directory.read_directory(stream, MEMBER_LIMIT)
    except ParseError:
        return False
    return any(_app(entry.name) for entry in directory.entries)


def _app(name: str) -> str | None:
    """Return the folder of the app that a member of an IPA lies in."""
    if not name.startswith(_PAYLOAD):
        return None
    folder, slash, _ = name.removeprefix(_PAYLOAD).partition("/")
    return f"{_PAYLOAD}{folder}/" if slash and f"{folder}/".endswith(_APP) else None


def _inflated(packed: bytes, size: int) -> bytes:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = unpacker.decompress(packed, size + 1)
    except zlib.error as error:
        raise ParseError("deflated bytes expected") from error
    if len(data) > size:
        raise ParseError("a file of the size that its archive states expected")
    return data


class _Stream(io.RawIOBase):
    """A buffer as a stream."""

    def __init__(self, data: Buffer) -> None:
        super().__init__()
        self._data, self._at = data, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = (0, self._at, len(self._data))[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        found = self._data[self._at : self._at + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)
