"""Deflated bytes as a seekable stream: RFC 1951, the method 8 of a zip.

A deflated stream can only be read from its start. So on the way the state is kept every so often,
and a later seek goes on from the nearest one. The states of the last few streams stay with the
process that made them: whoever opens a part of a text that was read before inflates little of it.
"""

from __future__ import annotations

import bisect
import io
import zlib
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from scanner.errors import ParseError
from scanner.formats.layer import Layer
from scanner.model.evidence import Reason
from scanner.model.requests import MiB

SIZE_LIMIT = 4096 * MiB  # bytes of one inflated stream
RATIO_LIMIT = 200  # of a stream above 64 MiB; real reports have 6 to 20
FREE_SIZE = 64 * MiB

_CHUNK = 32 * 1024
_STATES = 96  # of one stream, each of about 50 KB
_STREAMS = 4


class _State(NamedTuple):
    """Where a stream can be read on."""

    at: int  # bytes inflated
    consumed: int  # bytes deflated
    inflater: zlib._Decompress


class _States:
    """The states of one stream, evenly apart: twice as far where there are too many."""

    def __init__(self) -> None:
        self._step = MiB
        self._found: list[_State] = []

    def next_at(self) -> int:
        """Return from where on another state is wanted."""
        return self._found[-1].at + self._step if self._found else self._step

    def add(self, state: _State) -> None:
        if state.at < self.next_at():
            return
        self._found.append(state)
        if len(self._found) > _STATES:
            del self._found[::2]
            self._step *= 2

    def before(self, at: int) -> _State | None:
        found = bisect.bisect_right(self._found, at, key=lambda state: state.at)
        return self._found[found - 1] if found else None


_kept: OrderedDict[Hashable, _States] = OrderedDict()


def _remember(key: Hashable, states: _States) -> None:
    """Keep the states of a stream that is long enough to have any."""
    _kept[key] = states
    _kept.move_to_end(key)
    while len(_kept) > _STREAMS:
        _kept.popitem(last=False)


class TooLarge(ParseError):
    """More bytes than are read of one stream: not all of it can be looked into."""

    reason: Reason = "truncated"


class Inflated(Layer):
    """What a deflated stream of `length` bytes holds; `key` tells it from all others.

    Reading raises TooLarge beyond what is read of one, and ParseError where the bytes are no
    deflated stream, or end before it does.
    """

    _stream: io.RawIOBase

    def __init__(self, stream: io.RawIOBase, length: int, key: Hashable) -> None:
        super().__init__()
        self._stream, self._length = stream, length
        self._key, self._states = key, _kept.get(key) or _States()
        self._limit = min(max(FREE_SIZE, RATIO_LIMIT * length), SIZE_LIMIT)
        self._at = self._consumed = 0
        self._start_at(None)

    def tell(self) -> int:
        return self._at + self._missing

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset += self.tell()
        elif whence == io.SEEK_END:
            while self._inflate(MiB):
                pass
            offset += self._at
        if offset < 0:
            raise ValueError("a place before the start")
        state = self._states.before(offset)
        if offset < self._at or (state is not None and state.at > self._at):
            self._start_at(state)
        while self._at < offset and self._inflate(min(offset - self._at, MiB)):
            pass
        self._missing = offset - self._at  # a place behind the end, as in any file
        return offset

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._missing:
            return 0
        data = self._inflate(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _start_at(self, state: _State | None) -> None:
        self._missing = 0
        if state is None:
            self._at, self._consumed = 0, 0
            self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        else:
            self._at, self._consumed = state.at, state.consumed
            self._inflater = state.inflater.copy()
        self._stream.seek(self._consumed)

    def _inflate(self, size: int) -> bytes:
        """Return some bytes, at most `size`; none at the end only."""
        size = min(size, self._limit + 1 - self._at)
        while not self._inflater.eof:
            given = self._inflater.unconsumed_tail
            if not given:
                given = self._stream.read(min(_CHUNK, self._length - self._consumed)) or b""
                self._consumed += len(given)
            try:
                data = self._inflater.decompress(given, size)
            except zlib.error:
                raise ParseError("a deflated stream expected") from None
            if data:
                self._at += len(data)
                if self._at > self._limit:
                    raise TooLarge(f"at most {self._limit} bytes of a member expected")
                self._keep()
                return data
            if not given:
                raise ParseError("the whole of a deflated stream expected")
        return b""

    def _keep(self) -> None:
        if self._at >= self._states.next_at() and not self._inflater.eof:
            # The copy holds what is left of the last bytes given, too.
            self._states.add(_State(self._at, self._consumed, self._inflater.copy()))
            _remember(self._key, self._states)
