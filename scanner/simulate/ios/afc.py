"""AFC, the protocol by which an iPhone shows one of its folders, for reading alone.

A packet is a header of 40 bytes, the smallest byte first (the word `CFA6LPAA`, the length of all,
the length up to the data, a number that the reply repeats, the operation), arguments and data.
Texts end with a NUL. Every operation is noted as a call; what would change a file is refused.
"""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import BinaryIO

from scanner.simulate.counters import Event
from scanner.simulate.ios.device import SimulatedIPhone
from scanner.simulate.ios.phone import CRASH_REPORTS

HEADER = struct.Struct("<8sQQQQ")
MAGIC = b"CFA6LPAA"
PIECE = 4 * 1024 * 1024
_LIE = 1 << 62
_REQUEST_LIMIT = 64 * 1024


class Op(IntEnum):
    """Operations, as libimobiledevice numbers them."""

    STATUS = 0x01
    DATA = 0x02
    READ_DIR = 0x03
    GET_FILE_INFO = 0x0A
    FILE_OPEN = 0x0D
    FILE_OPEN_RESULT = 0x0E
    READ = 0x0F
    FILE_SEEK = 0x11
    FILE_CLOSE = 0x14


class Status(IntEnum):
    """How an operation ended."""

    SUCCESS = 0
    INVALID_ARGUMENT = 7
    NOT_FOUND = 8
    IS_FOLDER = 9
    DENIED = 10


_FOR_READING = 1
Reply = tuple[Op, bytes, bytes]  # operation, arguments, data


async def serve_crash_reports(
    phone: SimulatedIPhone, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Serve the area of the crash reports to one connection."""
    folder = phone.recorded.crash_folder
    if folder is None:
        return
    shown = Shown(phone, folder)
    replaced = phone.faults.replace.get(CRASH_REPORTS)
    try:
        while True:
            magic, length, _, number, op = HEADER.unpack(await reader.readexactly(HEADER.size))
            if magic != MAGIC or not HEADER.size <= length <= _REQUEST_LIMIT:
                raise ConnectionAbortedError("not a packet of AFC")
            body = await reader.readexactly(length - HEADER.size)
            kind, arguments, data = shown.answer(op, body)
            size = HEADER.size + len(arguments)
            whole = _LIE if CRASH_REPORTS in phone.faults.oversized else size + len(data)
            header = HEADER.pack(MAGIC, whole, size, number, kind)
            writer.write(header + arguments + data if replaced is None else replaced)
            await writer.drain()
    finally:
        shown.close()


class Shown:
    """A folder as one connection sees it, with the files that it has opened."""

    def __init__(self, phone: SimulatedIPhone, folder: Path) -> None:
        self._phone, self._folder = phone, folder.resolve()
        self._opened: dict[int, BinaryIO] = {}
        self._handles = 0

    def close(self) -> None:
        for file in self._opened.values():
            file.close()

    def answer(self, op: int, body: bytes) -> Reply:
        """Carry out an operation, or say why not."""
        operations: dict[int, Callable[[bytes], Reply]] = {
            Op.READ_DIR: self._read_dir,
            Op.GET_FILE_INFO: self._file_info,
            Op.FILE_OPEN: self._open,
            Op.READ: self._read,
            Op.FILE_SEEK: self._seek,
            Op.FILE_CLOSE: self._close,
        }
        name = Op(op).name if op in operations else f"0x{op:02X}"
        texts = body[8:] if op == Op.FILE_OPEN else b"" if op >= Op.READ else body
        path = texts.split(b"\0")[0].decode(errors="replace")
        self._phone.called(CRASH_REPORTS, {"Operation": name, "Path": path})
        try:
            if op in operations:
                return operations[op](body)
            self._phone.tell(Event("refused", f"{CRASH_REPORTS}: {name}"))
            return _status(Status.DENIED)
        except (struct.error, KeyError, ValueError):
            return _status(Status.INVALID_ARGUMENT)
        except OSError:
            return _status(Status.NOT_FOUND)

    def _read_dir(self, body: bytes) -> Reply:
        names = [".", "..", *sorted(entry.name for entry in self._path(body).iterdir())]
        return Op.DATA, b"", b"".join(os.fsencode(name) + b"\0" for name in names)

    def _file_info(self, body: bytes) -> Reply:
        facts = self._facts(self._path(body))
        return Op.DATA, b"", b"".join(word.encode() + b"\0" for pair in facts for word in pair)

    def _facts(self, path: Path) -> Iterator[tuple[str, str]]:
        stat = path.lstat()
        times = self._phone.recorded.crash_times
        known = times.get(path.relative_to(self._folder).as_posix())
        moment = stat.st_mtime_ns if known is None else int(known.timestamp()) * 1_000_000_000
        mode = stat.st_mode
        kinds = {S_ISDIR(mode): "S_IFDIR", S_ISLNK(mode): "S_IFLNK", S_ISREG(mode): "S_IFREG"}
        yield "st_size", str(stat.st_size)
        yield "st_blocks", str(-(-stat.st_size // 512))
        yield "st_nlink", str(stat.st_nlink)
        yield "st_ifmt", kinds.get(True, "S_IFSOCK")
        yield "st_mtime", str(moment)
        yield "st_birthtime", str(moment)
        if path.is_symlink():
            yield "LinkTarget", str(path.readlink())

    def _open(self, body: bytes) -> Reply:
        (mode,) = struct.unpack_from("<Q", body)
        path = self._path(body[8:])
        if mode != _FOR_READING:
            return _status(Status.DENIED)
        if path.is_dir():
            return _status(Status.IS_FOLDER)
        self._handles += 1
        self._opened[self._handles] = path.open("rb")
        return Op.FILE_OPEN_RESULT, struct.pack("<Q", self._handles), b""

    def _read(self, body: bytes) -> Reply:
        handle, size = struct.unpack("<QQ", body)
        return Op.DATA, b"", self._opened[handle].read(min(size, PIECE))

    def _seek(self, body: bytes) -> Reply:
        handle, whence, offset = struct.unpack("<QQq", body)
        self._opened[handle].seek(offset, whence)
        return _status(Status.SUCCESS)

    def _close(self, body: bytes) -> Reply:
        self._opened.pop(struct.unpack("<Q", body)[0]).close()
        return _status(Status.SUCCESS)

    def _path(self, body: bytes) -> Path:
        """Return the path that a text names. FileNotFoundError where it leads out of the folder."""
        name = PurePosixPath("/", body.split(b"\0")[0].decode())
        path = self._folder.joinpath(*name.parts[1:])
        if not path.parent.resolve().joinpath(path.name).is_relative_to(self._folder):
            raise FileNotFoundError(name)
        return path


def _status(status: Status) -> Reply:
    return Op.STATUS, struct.pack("<Q", status), b""
