"""The sync service: what a file is, what a folder holds, a file's bytes.

Version 2 has 64-bit sizes and error numbers; version 1 is for phones without it (AOSP
`file_sync_protocol.h`). Requests are an id, the path's length and the path. Never a request that
writes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from scanner.sources.android.events import ProtocolBreach
from scanner.sources.android.transport import CHUNK, Channel

SERVICE = "sync:"
STAT_V2, LIST_V2, RECEIVE_V2 = "stat_v2", "ls_v2", "sendrecv_v2"

_STAT_1 = struct.Struct("<III")  # mode, size, mtime
_STAT_2 = struct.Struct("<IQQIIIIQqqq")  # error, dev, ino, mode, links, uid, gid, size, a/m/ctime
_LENGTH = struct.Struct("<I")
_PACKET = struct.Struct("<4sI")  # what it is, and its length
_DATA_LIMIT = 64 * 1024  # SYNC_DATA_MAX
_PATH_LIMIT = 1024  # what adbd takes
_NAME_LIMIT = 255 * 4  # bytes: NAME_MAX characters
_ENTRIES_LIMIT = 1_000_000
_MESSAGE_LIMIT = 4096


class SyncRefused(Exception):
    """The device said FAIL, with its reason."""


class Stat(Struct, frozen=True, kw_only=True):
    """What the device says of a path; times in seconds of Unix."""

    error: int = 0  # errno; version 1 has none and tells a missing file by mode 0
    mode: int = 0
    size: int = 0
    modified: int = 0


class Entry(Struct, frozen=True):
    """One name in a folder, as bytes: it is the device's, and no path on the host."""

    name: bytes
    stat: Stat


class Sync:
    """A sync session on a channel; ProtocolBreach where the device breaks the protocol."""

    def __init__(self, channel: Channel, features: frozenset[str]) -> None:
        self.channel, self._features = channel, features
        self._data, self._at = b"", 0  # what came and was not taken yet

    def stat(self, path: str, *, follow: bool = True) -> Stat:
        """Look at what a path leads to; version 1 does not follow links, nor without `follow`."""
        if STAT_V2 in self._features:
            kind = b"STA2" if follow else b"LST2"
            self._ask(kind, path)
            self._expect(kind)
            return self._stat_2()
        self._ask(b"STAT", path)
        self._expect(b"STAT")
        return self._stat_1()

    def list(self, path: str) -> Iterator[Entry]:
        """Yield what a folder holds; names with a slash or NUL, `.` and `..` are left out."""
        second = LIST_V2 in self._features
        self._ask(b"LIS2" if second else b"LIST", path)
        wanted, rest = (b"DNT2", _STAT_2.size) if second else (b"DENT", _STAT_1.size)
        for _ in range(_ENTRIES_LIMIT):
            if self._id() == b"DONE":
                self._exact(rest + _LENGTH.size)
                return
            if self._last != wanted:
                raise ProtocolBreach("an entry of an unknown kind")
            stat = self._stat_2() if second else self._stat_1()
            name = self._exact(self._length(_NAME_LIMIT))
            if name not in {b"", b".", b".."} and b"/" not in name and b"\0" not in name:
                yield Entry(name, stat)
        raise ProtocolBreach("a folder without end")

    def receive(self, path: str) -> Iterator[bytes]:
        """Yield a file's bytes. SyncRefused where the device does not give it."""
        if RECEIVE_V2 in self._features:
            self._ask(b"RCV2", path)
            self.channel.send(b"RCV2" + _LENGTH.pack(0))  # no compression
        else:
            self._ask(b"RECV", path)
        while True:
            kind, length = _PACKET.unpack(self._exact(_PACKET.size))
            if kind == b"DATA":
                self._require(length, _DATA_LIMIT)
                yield from self._pieces(length)
            elif kind == b"DONE":
                return
            elif kind == b"FAIL":
                self._require(length, _MESSAGE_LIMIT)
                raise SyncRefused(self._exact(length).decode("utf-8", "replace"))
            else:
                raise ProtocolBreach("a packet of an unknown kind")

    def _pieces(self, length: int) -> Iterator[bytes]:
        """Yield the bytes of a packet, and those of the packets that came with it."""
        pieces: list[bytes] = []
        while True:
            taken = self._data[self._at : self._at + length]
            pieces.append(taken)
            self._at += len(taken)
            length -= len(taken)
            if length or not self._is_data():
                break
            length = _LENGTH.unpack_from(self._data, self._at + 4)[0]
            self._require(length, _DATA_LIMIT)
            self._at += _PACKET.size
        if data := b"".join(pieces):
            yield data
        while length:
            self._fill()
            taken = self._data[:length]
            self._at, length = len(taken), length - len(taken)
            yield taken

    def _is_data(self) -> bool:
        """Whether the head of another packet of data is here."""
        ahead = len(self._data) - self._at
        return ahead >= _PACKET.size and self._data.startswith(b"DATA", self._at)

    def _ask(self, kind: bytes, path: str) -> None:
        data = path.encode("utf-8", "surrogateescape")
        if len(data) > _PATH_LIMIT or b"\0" in data:
            raise SyncRefused("the path is too long, or no path")
        self.channel.send(kind + _LENGTH.pack(len(data)) + data)

    def _id(self) -> bytes:
        self._last = self._exact(4)
        return self._last

    def _expect(self, kind: bytes) -> None:
        if self._id() != kind:
            raise ProtocolBreach("another answer than was asked for")

    def _length(self, limit: int) -> int:
        length: int = _LENGTH.unpack(self._exact(_LENGTH.size))[0]
        self._require(length, limit)
        return length

    def _require(self, length: int, limit: int) -> None:
        if length > limit:
            raise ProtocolBreach(f"a packet of {length} bytes")

    def _exact(self, size: int) -> bytes:
        """Take exactly `size` bytes; ConnectionError where the stream ends before."""
        while len(self._data) - self._at < size:
            self._fill()
        self._at += size
        return self._data[self._at - size : self._at]

    def _fill(self) -> None:
        """Receive more, behind what was not taken yet."""
        piece = self.channel.receive(CHUNK)
        if not piece:
            raise ConnectionError("the connection ended")
        self._data, self._at = self._data[self._at :] + piece, 0

    def _stat_1(self) -> Stat:
        mode, size, modified = _STAT_1.unpack(self._exact(_STAT_1.size))
        return Stat(mode=mode, size=size, modified=modified)

    def _stat_2(self) -> Stat:
        values = _STAT_2.unpack(self._exact(_STAT_2.size))
        return Stat(error=values[0], mode=values[3], size=values[7], modified=values[9])
