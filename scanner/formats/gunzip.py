"""Gzip as a seekable stream: RFC 1952, one member after another.

It can only be inflated from a start. So on the way the state is kept every so often, and where
somebody says that he will come back; a later seek goes on from the nearest one. The states belong
to the file: each stream that is opened of it uses and adds to the same ones.
"""

from __future__ import annotations

import bisect
import io
import zlib
from typing import BinaryIO, NamedTuple

from scanner.errors import ParseError
from scanner.formats.inflated import FREE_SIZE, RATIO_LIMIT, TooLarge
from scanner.formats.layer import Layer
from scanner.model.requests import GiB, MiB

MAGIC = b"\x1f\x8b\x08"
SIZE_LIMIT = 64 * GiB  # bytes of one inflated file

_CHUNK = 32 * 1024  # bytes read at once
_BLOCK = 256 * 1024  # bytes inflated at once; a state lies at the start of one
_STATES = 1024  # of one file, each of about 50 KB
_STEP = 16 * MiB
_WRAPPED = 16 + zlib.MAX_WBITS


class _State(NamedTuple):
    """Where a stream can be read on."""

    at: int  # bytes inflated
    consumed: int  # bytes of the file
    inflater: zlib._Decompress


class States:
    """The states of one file, by how far they are."""

    def __init__(self) -> None:
        self._found: list[_State] = []
        self._step = _STEP

    def passed(self, state: _State) -> None:
        """Keep a state where it is far enough from the last one."""
        if state.at >= (self._found[-1].at if self._found else 0) + self._step:
            self.keep(state)

    def keep(self, state: _State) -> None:
        """Keep a state; every second one goes where there are too many."""
        place = bisect.bisect_left(self._found, state.at, key=_at)
        if place < len(self._found) and self._found[place].at == state.at:
            return
        self._found.insert(place, state)
        if len(self._found) > _STATES:
            del self._found[::2]
            self._step *= 2

    def before(self, at: int) -> _State | None:
        place = bisect.bisect_right(self._found, at, key=_at)
        return self._found[place - 1] if place else None


def _at(state: _State) -> int:
    return state.at


class Gunzipped(Layer):
    """What a gzip file holds.

    Reading raises TooLarge beyond what is read of one, and ParseError where the bytes are no gzip,
    or end too early.
    """

    _stream: BinaryIO

    def __init__(self, stream: BinaryIO, states: States) -> None:
        super().__init__()
        self._stream, self._states = stream, states
        length = stream.seek(0, io.SEEK_END)
        self._limit = min(max(FREE_SIZE, RATIO_LIMIT * length), SIZE_LIMIT)
        self._recent: list[_State] = []  # at the starts of the last two blocks
        self._at = self._consumed = self._missing = 0
        self._left = memoryview(b"")
        self._start_at(None)

    def tell(self) -> int:
        return self._at - len(self._left) + self._missing

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset += self.tell()
        elif whence == io.SEEK_END:
            while self._next():
                pass
            offset += self._at
        if offset < 0:
            raise ValueError("a place before the start")
        state = self._states.before(offset)
        if offset < self._at - len(self._left) or (state is not None and state.at > self._at):
            self._start_at(state)
        while self._at < offset and self._next():
            pass
        self._missing = max(offset - self._at, 0)  # a place behind the end, as in any file
        self._left = self._left[len(self._left) - max(self._at - offset, 0) :]
        return offset

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._missing or not (self._left or self._next()):
            return 0
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def remember(self, at: int) -> None:
        """Keep how to come back to a place that was passed just now."""
        for state in reversed(self._recent):
            if state.at <= at:
                self._states.keep(state)
                return

    def _start_at(self, state: _State | None) -> None:
        self._missing, self._left = 0, memoryview(b"")
        if state is None:
            self._at = self._consumed = 0
            self._inflater = zlib.decompressobj(_WRAPPED)
        else:
            self._at, self._consumed = state.at, state.consumed
            self._inflater = state.inflater.copy()
        self._recent.clear()
        self._stream.seek(self._consumed)

    def _next(self) -> bool:
        """Inflate a block; False at the end."""
        if not self._inflater.eof:
            state = _State(self._at, self._consumed, self._inflater.copy())
            self._recent = [*self._recent[-1:], state]
            self._states.passed(state)
        data = self._inflate()
        self._left = memoryview(data)
        self._at += len(data)
        if self._at > self._limit:
            raise TooLarge(f"at most {self._limit} bytes of a gzip file expected")
        return bool(data)

    def _inflate(self) -> bytes:
        pieces: list[bytes] = []
        left = _BLOCK
        while left:
            given = self._inflater.unconsumed_tail
            if self._inflater.eof:
                given = self._another(self._inflater.unused_data)
                if not given:
                    break
            if not given:
                given = self._read()
            try:
                piece = self._inflater.decompress(given, left)
            except zlib.error:
                raise ParseError("gzip data expected") from None
            if piece:
                pieces.append(piece)
                left -= len(piece)
            elif not given and not self._inflater.eof:
                if pieces:
                    break  # what there is; the next reading says that it ends too early
                raise ParseError("the whole of a gzip file expected")
        return b"".join(pieces)

    def _another(self, given: bytes) -> bytes:
        """Begin the next member; nothing where there is none: the rest is padding."""
        given = given or self._read()
        while 0 < len(given) < len(MAGIC) and (more := self._read()):
            given += more
        if not given.startswith(MAGIC):
            return b""
        self._inflater = zlib.decompressobj(_WRAPPED)
        return given

    def _read(self) -> bytes:
        data = self._stream.read(_CHUNK)
        self._consumed += len(data)
        return data
