"""The service `sync`: files of the phone, read only (AOSP `SYNC.TXT`, `file_sync_protocol.h`).

v1 has STAT, LIST and RECV with sizes of 32 bits; v2 has STA2, LST2, LIS2 and RCV2 with 64.
What would write is refused and counted.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable
from pathlib import Path

from scanner.simulate.faults import HOSTILE_NAMES, SyncFault
from scanner.simulate.stream import Stream
from scanner.simulate.tree import entries, regular_file, resolve

_CHUNK = 64 * 1024
_AT_ONCE = 4 * _CHUNK
_PATH_LIMIT = 1024
_SIZE_1 = 2**32 - 1
_SIZE_LIE = 2**62
_STAT2 = struct.Struct("<IQQIIIIQqqq")
_NEEDS = {b"STA2": "stat_v2", b"LST2": "stat_v2", b"LIS2": "ls_v2", b"RCV2": "sendrecv_v2"}


class FileService:
    """Answers the requests of one `sync` stream."""

    def __init__(
        self,
        stream: Stream,
        tree: Path,
        *,
        features: tuple[str, ...],
        fault: SyncFault | None,
        hostile_names: bool,
        refuse: Callable[[str], None],
    ) -> None:
        self._stream, self._tree, self._features = stream, tree, features
        self._fault, self._hostile_names, self._refuse = fault, hostile_names, refuse

    async def run(self) -> None:
        """Answer until QUIT, or until a request that ends the stream."""
        while True:
            kind, length = struct.unpack("<4sI", await self._stream.read(8))
            if kind == b"QUIT":
                return
            if length > _PATH_LIMIT:
                await self._fail("path too long")
                return
            name = os.fsdecode(await self._stream.read(length))
            if not await self._answer(kind, name):
                return

    async def _answer(self, kind: bytes, name: str) -> bool:
        """Answer one request; whether more may follow."""
        if kind in _NEEDS and _NEEDS[kind] not in self._features:
            kind = b"none"
        match kind:
            case b"STAT":
                await self._stream.write(kind + self._stat1(name))
            case b"STA2" | b"LST2":
                await self._stream.write(kind + self._stat2(name, follow=kind == b"STA2"))
            case b"LIST" | b"LIS2":
                await self._list(name, v2=kind == b"LIS2")
            case b"RECV":
                await self._send_file(name)
            case b"RCV2":
                await self._stream.read(8)  # flags: compression, which our features do not offer
                await self._send_file(name)
            case _:
                self._refuse(f"sync {kind.decode('ascii', 'replace')}")
                await self._fail("read-only: not supported")
                return False
        return True

    def _stat1(self, name: str) -> bytes:
        try:
            found = resolve(self._tree, name, follow=False).lstat()
        except OSError:
            return bytes(12)
        return _pack1(found, size=_SIZE_1 if self._fault == "stat_size" else found.st_size)

    def _stat2(self, name: str, *, follow: bool) -> bytes:
        try:
            found = resolve(self._tree, name, follow=follow).lstat()
        except OSError as error:
            return _STAT2.pack(error.errno or errno.EIO, *(0,) * 10)
        return _pack2(found, size=_SIZE_LIE if self._fault == "stat_size" else found.st_size)

    async def _list(self, name: str, *, v2: bool) -> None:
        listed = entries(self._tree, name)
        if listed and self._hostile_names:
            listed += [(hostile, listed[0][1]) for hostile in HOSTILE_NAMES]
        answer = bytearray()
        for entry, found in listed:
            size = found.st_size
            head = b"DNT2" + _pack2(found, size=size) if v2 else b"DENT" + _pack1(found, size=size)
            answer += head + struct.pack("<I", len(entry)) + entry
        await self._stream.write(bytes(answer) + b"DONE" + bytes(72 if v2 else 16))

    async def _send_file(self, name: str) -> None:
        try:
            source = regular_file(self._tree, name).open("rb")
        except OSError as error:
            await self._fail(f"open failed: {error.strerror}")
            return
        with source:
            while data := source.read(_AT_ONCE):
                await self._data(data)
        while self._fault == "endless_data":
            await self._data(bytes(_CHUNK))
        if self._fault == "cut_data":
            await self._stream.close()
        await self._stream.write(b"DONE" + bytes(4))

    async def _data(self, data: bytes) -> None:
        if self._fault == "oversized_data":
            data = data.ljust(2 * _CHUNK, b"\0")
        size = len(data) if self._fault == "oversized_data" else _CHUNK
        parts = (data[at : at + size] for at in range(0, len(data), size))
        # A stream carries what is ready at once: a packet for each part would cost four times more.
        await self._stream.write(
            b"".join(b"DATA" + struct.pack("<I", len(part)) + part for part in parts)
        )

    async def _fail(self, message: str) -> None:
        text = message.encode()
        await self._stream.write(b"FAIL" + struct.pack("<I", len(text)) + text)


def _pack1(found: os.stat_result, *, size: int) -> bytes:
    return struct.pack("<3I", found.st_mode, size & _SIZE_1, int(found.st_mtime))


def _pack2(found: os.stat_result, *, size: int) -> bytes:
    times = (int(found.st_atime), int(found.st_mtime), int(found.st_ctime))
    owner = (found.st_nlink, found.st_uid, found.st_gid)
    return _STAT2.pack(0, found.st_dev, found.st_ino, found.st_mode, *owner, size, *times)
