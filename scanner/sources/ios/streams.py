"""Streams of a phone that are reduced while they come: its log, and its packets.

os_trace_relay is asked for StartActivity; it answers with a length of lengths, a length, and a
property list, then sends records: 0x02, four bytes of length (little endian), the record. pcapd is
asked nothing; it sends property lists, each a single data value, with four bytes of length before
it (big endian). As pymobiledevice3 11.45 has them, services/os_trace.py and services/pcapd.py.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator

from pymobiledevice3.exceptions import ConnectionTerminatedError

from scanner.errors import NotAvailable, ParseError
from scanner.formats.log_stream import LogReduction
from scanner.formats.packet_headers import FlowReduction
from scanner.formats.plists import Map, plist_of
from scanner.model.requests import LogStream, MiB, Packets
from scanner.sources.ios.allowed import LOG, require_call
from scanner.sources.ios.connection import PIECE, Connection, map_of
from scanner.sources.ios.feed import Feed
from scanner.sources.ios.refusals import REFUSED

_START: Map = {
    "Request": "StartActivity",
    "MessageFilter": 0xFFFF,  # of every level
    "Pid": -1,  # of every process
    "StreamFlags": 0x3C,  # payload, historical, call stack, debug: what Console asks for
}
_RECORD_LIMIT = MiB
_ACKNOWLEDGED = 64 * 1024  # bytes of the answer with which the stream begins
_LOG_HEADER, _PACKET_HEADER = 5, 4  # bytes
_LOG_RECORD = 0x02


async def log_stream(connection: Connection, feed: Feed, request: LogStream) -> None:
    """Write a line for each program that logs, for as long as is asked.

    ParseError at the end where a record had another form: no program is to end the reading.
    """
    require_call(LOG, _START)
    async with feed.waiting():
        await connection.send_message(_START)
        await _acknowledged(connection)
    reduction, records = LogReduction(), Records(_LOG_HEADER, _log_length)
    odd: ParseError | None = None
    async for piece in _pieces(connection, feed, request.seconds):
        for record in records.feed(piece):
            try:
                line = reduction.feed(record)
            except ParseError as error:
                odd = odd or error
            else:
                await feed.write(line)
    if odd is not None:
        raise odd


async def packets(connection: Connection, feed: Feed, request: Packets) -> None:
    """Write a line for each flow, of the packets of as long as is asked."""
    reduction, records = FlowReduction(), Records(_PACKET_HEADER, _packet_length)
    try:
        async for piece in _pieces(connection, feed, request.seconds):
            for record in records.feed(piece):
                reduction.feed(_packet(record))
    except REFUSED:
        if records.count:
            await _write(feed, reduction)
        raise
    await _write(feed, reduction)


class Records:
    """Takes a stream apart into records; what a header of `size` bytes announces is bounded."""

    def __init__(self, size: int, length_of: Callable[[bytes], int]) -> None:
        self.count = 0
        self._size, self._length_of = size, length_of
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the records that are whole now. ParseError for a header of another form."""
        self._buffer += data
        at = 0
        while len(self._buffer) - at >= self._size:
            length = self._length_of(bytes(self._buffer[at : at + self._size]))
            if length > _RECORD_LIMIT:
                raise ParseError(f"a record of at most {_RECORD_LIMIT} bytes expected")
            end = at + self._size + length
            if end > len(self._buffer):
                break
            self.count += 1
            yield bytes(self._buffer[at + self._size : end])
            at = end
        del self._buffer[:at]


async def _pieces(connection: Connection, feed: Feed, seconds: float) -> AsyncIterator[bytes]:
    """Yield what comes within some time, counted as received; the end of that time is no error."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if feed.left() <= 0:
            raise TimeoutError
        try:
            async with feed.waiting(left):
                piece = await connection.recv_any(PIECE)
        except TimeoutError:
            continue
        if not piece:
            raise ConnectionTerminatedError
        feed.received(piece)
        yield piece
    feed.received(b"")


async def _acknowledged(connection: Connection) -> None:
    """Read the answer to StartActivity. NotAvailable where it is a refusal."""
    size = int.from_bytes(await connection.recvall(4), "little")
    if not 0 < size <= 8:  # noqa: PLR2004
        raise ParseError("a length of at most eight bytes expected")
    length = int.from_bytes(await connection.recvall(size), "little")
    if length > _ACKNOWLEDGED:
        raise ParseError(f"an answer of at most {_ACKNOWLEDGED} bytes expected")
    if map_of(await connection.recvall(length)).get("Status") != "RequestSuccessful":
        raise NotAvailable("no_permission", "the phone does not stream its log")


async def _write(feed: Feed, reduction: FlowReduction) -> None:
    for line in reduction.lines():
        await feed.write(line)


def _log_length(header: bytes) -> int:
    if header[0] != _LOG_RECORD:
        raise ParseError("the mark of a log record expected")
    return int.from_bytes(header[1:], "little")


def _packet_length(header: bytes) -> int:
    return int.from_bytes(header, "big")


def _packet(record: bytes) -> bytes:
    packet = plist_of(record)
    if not isinstance(packet, bytes):
        raise ParseError("a property list of data expected")
    return packet
