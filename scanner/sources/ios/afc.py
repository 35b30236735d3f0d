"""Files of a phone over AFC, read and never changed.

A packet is a header of 40 bytes, little endian: `CFA6LPAA`, its whole length, the length of header
and arguments, a number that the answer repeats, the operation; then arguments and data. An answer
is a status (operation 1, one number), data (2) or a handle (14). Operations and codes are those of
pymobiledevice3 11.45, services/afc.py, whose own reader takes packets of any length.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from scanner.errors import NotAvailable, ParseError
from scanner.model.requests import MiB
from scanner.sources.ios.allowed import (
    AFC_CLOSE,
    AFC_FILE_INFO,
    AFC_OPEN,
    AFC_READ,
    AFC_READ_DIR,
    AFC_READ_ONLY,
    require_afc,
)
from scanner.sources.ios.connection import Connection

_HEADER = struct.Struct("<8sQQQQ")
_MAGIC = b"CFA6LPAA"
_STATUS, _DATA, _HANDLE = 1, 2, 14
_NOT_FOUND, _IS_FOLDER, _DENIED = 8, 9, 10
_PACKET_LIMIT = 4 * MiB
_ABOUT_LIMIT = 4096  # bytes that are said of a file
_NAMES_LIMIT = 20_000  # in one folder
_BESIDE = 32  # questions that are sent before the first answer is waited for
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class About(NamedTuple):
    """What a phone says of a file."""

    is_file: bool
    is_folder: bool
    size: int | None
    modified_at: str | None  # ISO 8601, UTC


class Refusal(NamedTuple):
    """The status that stands for an answer."""

    code: int

    @property
    def is_absence(self) -> bool:
        return self.code == _NOT_FOUND

    def error(self) -> NotAvailable:
        """Return it as the reason for which there is no answer."""
        if self.code in {_NOT_FOUND, _IS_FOLDER}:
            return NotAvailable("source_absent", "the phone has no such file")
        if self.code == _DENIED:
            return NotAvailable("no_permission", "the phone does not let it be read")
        return NotAvailable("source_absent", "the phone could not read it")


class Afc:
    """Puts questions about files over one connection; `on_bytes` is told all that is answered."""

    def __init__(self, connection: Connection, on_bytes: Callable[[bytes], None]) -> None:
        self._connection, self._on_bytes = connection, on_bytes
        self._number = 0

    async def names(self, folder: bytes) -> list[bytes] | Refusal:
        """Return the names in a folder, without those that lead out of it."""
        (answer,) = await self._ask([(AFC_READ_DIR, folder + b"\0")])
        if isinstance(answer, Refusal):
            return answer
        if answer.count(b"\0") > _NAMES_LIMIT:
            raise ParseError(f"a folder of at most {_NAMES_LIMIT} names expected")
        return [
            name
            for name in answer.split(b"\0")
            if name not in {b"", b".", b".."} and b"/" not in name
        ]

    async def about(self, paths: Sequence[bytes]) -> list[About | Refusal]:
        """Return what the phone says of files, in their order."""
        answers = await self._ask([(AFC_FILE_INFO, path + b"\0") for path in paths])
        return [one if isinstance(one, Refusal) else _about(one) for one in answers]

    async def starts(self, paths: Sequence[bytes], size: int) -> list[bytes | Refusal]:
        """Return the first `size` bytes of files, in their order."""
        mode = AFC_READ_ONLY.to_bytes(8, "little")
        opened = await self._ask([(AFC_OPEN, mode + path + b"\0") for path in paths])
        handles = [one for one in opened if not isinstance(one, Refusal)]
        read = await self._ask([(AFC_READ, _handle(one) + _number(size)) for one in handles])
        await self._ask([(AFC_CLOSE, _handle(one)) for one in handles])
        starts = iter(read)
        return [one if isinstance(one, Refusal) else next(starts) for one in opened]

    async def open(self, path: bytes) -> bytes:
        """Open a file for reading. NotAvailable where the phone does not."""
        mode = AFC_READ_ONLY.to_bytes(8, "little")
        (answer,) = await self._ask([(AFC_OPEN, mode + path + b"\0")])
        if isinstance(answer, Refusal):
            raise answer.error()
        return _handle(answer)

    async def read(self, handle: bytes, size: int) -> bytes:
        """Return what comes next of an open file; nothing at its end."""
        (answer,) = await self._ask([(AFC_READ, handle + _number(size))])
        if isinstance(answer, Refusal):
            raise answer.error()
        return answer

    async def _ask(self, questions: Sequence[tuple[int, bytes]]) -> list[bytes | Refusal]:
        answers: list[bytes | Refusal] = []
        for first in range(0, len(questions), _BESIDE):
            some = questions[first : first + _BESIDE]
            number = self._number
            await self._connection.sendall(b"".join(self._packet(*one) for one in some))
            answers.extend([await self._answer(number + at + 1) for at in range(len(some))])
        return answers

    def _packet(self, operation: int, arguments: bytes) -> bytes:
        mode = int.from_bytes(arguments[:8], "little") if operation == AFC_OPEN else None
        require_afc(operation, mode)
        self._number += 1
        length = _HEADER.size + len(arguments)
        return _HEADER.pack(_MAGIC, length, length, self._number, operation) + arguments

    async def _answer(self, expected: int) -> bytes | Refusal:
        header = await self._connection.recvall(_HEADER.size)
        magic, length, _, number, operation = _HEADER.unpack(header)
        if magic != _MAGIC or number != expected:
            raise ParseError("an answer of AFC to this question expected")
        if not _HEADER.size <= length <= _HEADER.size + _PACKET_LIMIT:
            raise ParseError(f"an answer of AFC of at most {_PACKET_LIMIT} bytes expected")
        data = await self._connection.recvall(length - _HEADER.size)
        self._on_bytes(header + data)
        if operation == _STATUS:
            code = int.from_bytes(data[:8], "little")
            return b"" if code == 0 else Refusal(code)
        if operation not in {_DATA, _HANDLE}:
            raise ParseError("an answer of AFC with a status, data or a handle expected")
        return data


def _about(data: bytes) -> About:
    if len(data) > _ABOUT_LIMIT:
        raise ParseError(f"at most {_ABOUT_LIMIT} bytes about a file expected")
    words = data.split(b"\0")
    said = dict(zip(words[::2], words[1::2], strict=False))
    kind, size = said.get(b"st_ifmt"), said.get(b"st_size", b"")
    return About(
        is_file=kind == b"S_IFREG",
        is_folder=kind == b"S_IFDIR",
        size=_counted(size),
        modified_at=_moment(_counted(said.get(b"st_mtime", b""))),
    )


def _counted(digits: bytes) -> int | None:
    if not digits.isdigit() or len(digits) > 19:  # noqa: PLR2004 - digits of 2**63
        return None
    return value if (value := int(digits)) < 2**63 else None


def _moment(nanoseconds: int | None) -> str | None:
    if not nanoseconds:
        return None
    try:
        at = _EPOCH + timedelta(seconds=nanoseconds // 10**9)
    except OverflowError:
        return None
    return at.isoformat().replace("+00:00", "Z")


def _handle(answer: bytes) -> bytes:
    if len(answer) != 8:  # noqa: PLR2004
        raise ParseError("a handle of eight bytes expected")
    return answer


def _number(value: int) -> bytes:
    return value.to_bytes(8, "little")
