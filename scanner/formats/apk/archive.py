"""An APK as an archive: what Android opens of it, and how it departs from the format.

Android inflates what is deflated, takes every other method as stored, and minds neither the bit
that says encrypted nor the checksum. Source: AOSP libziparchive (`zip_archive.cc`), androidfw
(`ApkAssets.cpp`, `AssetsProvider.cpp`).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import cached_property

from scanner.errors import ParseError
from scanner.formats.apk.directory import (
    DEFLATED,
    DIRECTORY_LIMIT,
    HEADER_SIZE,
    LOCAL,
    Entry,
    locate,
    read_entries,
)
from scanner.formats.apk.zip_checks import checked_archive
from scanner.formats.buffer import Buffer
from scanner.formats.deflated import InflateError, inflater
from scanner.formats.inflated import TooLarge
from scanner.model.requests import MiB

__all__ = ["DEFLATED", "ApkArchive", "Entry"]

READ_LIMIT = 128 * MiB  # bytes of one entry, inflated
TOTAL_LIMIT = 1024 * MiB  # bytes of all that is read of one archive, inflated
CHUNK = 256 * 1024


class ApkArchive:
    """The archive in a buffer; ParseError where no directory of it can be read."""

    def __init__(self, data: Buffer, total: int = TOTAL_LIMIT) -> None:
        """Take the archive; no more than `total` bytes of it are inflated in all."""
        self.data = data
        self._location = locate(data)
        self._notes = set(self._location.anomalies)
        self.directory_at = self._location.at
        self.directory_size = self._location.size  # bytes
        self.end_at = self._location.end_at
        self.comment = self._location.comment
        size = min(self.directory_size, DIRECTORY_LIMIT)
        self.directory = data[self.directory_at : self.directory_at + size]
        self.entries = read_entries(self.directory, self._location, self._notes)
        self._left = self._total = total

    @cached_property
    def _by_name(self) -> dict[str, Entry]:
        # The first of a name wins in the native reader; newer ones refuse the archive.
        return {entry.name: entry for entry in reversed(self.entries)}

    @property
    def noted(self) -> frozenset[str]:
        """Return what was noted so far, without a look at the header of each entry."""
        return frozenset(self._notes)

    @property
    def anomalies(self) -> frozenset[str]:
        """Return how the archive departs from the format, as far as it was read."""
        return frozenset(self._notes) | self._structure

    def note(self, word: str) -> None:
        """Add to what is odd about the archive."""
        self._notes.add(word)

    @cached_property
    def _structure(self) -> frozenset[str]:
        return frozenset(
            checked_archive(self.data, self.entries, self.directory, self.directory_at)
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the entries, each once, in the directory's order."""
        return tuple(dict.fromkeys(entry.name for entry in self.entries))

    def get(self, name: str) -> Entry | None:
        """Return the entry that Android opens by a name."""
        return self._by_name.get(name)

    def content(self, entry: Entry) -> tuple[int, int]:
        """Return where the bytes of an entry begin, and how many of them there are."""
        header = self.data[entry.at : entry.at + HEADER_SIZE]
        if len(header) < HEADER_SIZE or not header.startswith(LOCAL):
            raise ParseError("the header of an archive's member expected")
        name, extra = struct.unpack_from("<HH", header, 26)
        start = entry.at + HEADER_SIZE + name + extra
        length = entry.packed if entry.method == DEFLATED else entry.size
        return start, max(min(length, len(self.data) - start), 0)

    def read(self, entry: Entry, limit: int = READ_LIMIT) -> bytes:
        """Return the bytes of an entry; TooLarge for more than `limit`, ParseError for none."""
        start, length = self.content(entry)
        if entry.method != DEFLATED:
            if length > limit:
                raise TooLarge(f"at most {limit} bytes of a member expected")
            self._spend(length)
            data = self.data[start : start + length]
        else:
            data = self._inflated(start, length, min(limit, self._left))
            self._spend(len(data))
        self._compare(entry, len(data), zlib.crc32(data))
        return data

    def head(self, entry: Entry, size: int) -> bytes:
        """Return at most `size` bytes from the start of an entry."""
        start, length = self.content(entry)
        if entry.method != DEFLATED:
            return self.data[start : start + min(length, size)]
        stream = inflater()
        try:
            return stream.decompress(self.data[start : start + min(length, size + 1024)], size)
        except InflateError:
            self._notes.add("damaged_entry")
            raise ParseError("a deflated member expected") from None

    def chunks(self, entry: Entry, limit: int = READ_LIMIT) -> Iterator[bytes]:
        """Yield the bytes of an entry in parts; TooLarge beyond `limit` of them."""
        start, length = self.content(entry)
        pieces = (
            self.data[at : min(at + CHUNK, start + length)]
            for at in range(start, start + length, CHUNK)
        )
        crc = total = 0
        for piece in pieces if entry.method != DEFLATED else self._inflating(pieces):
            total += len(piece)
            if total > limit:
                raise TooLarge(f"at most {limit} bytes of a member expected")
            self._spend(len(piece))
            crc = zlib.crc32(piece, crc)
            yield piece
        self._compare(entry, total, crc)

    def _inflated(self, start: int, length: int, limit: int) -> bytes:
        stream = inflater()
        try:
            data = stream.decompress(self.data[start : start + length], limit + 1)
        except InflateError:
            self._notes.add("damaged_entry")
            raise ParseError("a deflated member expected") from None
        if len(data) > limit:
            raise TooLarge(f"at most {limit} bytes of a member expected")
        if not stream.eof:
            self._notes.add("damaged_entry")
        return data

    def _inflating(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        stream = inflater()
        try:
            for piece in pieces:
                rest = piece
                while rest and not stream.eof:
                    if data := stream.decompress(rest, CHUNK):
                        yield data
                    rest = stream.unconsumed_tail
            while data := stream.decompress(b"", CHUNK):
                yield data
        except InflateError:
            self._notes.add("damaged_entry")
            raise ParseError("a deflated member expected") from None
        if not stream.eof:
            self._notes.add("damaged_entry")

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLarge(f"at most {self._total} bytes of an archive expected")

    def _compare(self, entry: Entry, size: int, crc: int) -> None:
        if size != entry.size:
            self._notes.add("size_mismatch")
        if crc != entry.crc:
            self._notes.add("crc_mismatch")
