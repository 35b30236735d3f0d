"""The packets of the adb protocol, as AOSP's `protocol.txt` has them.

Six little-endian words of 32 bits: command, two arguments, length, checksum and the command
inverted; then the payload.
"""

from __future__ import annotations

import asyncio
import struct
from typing import NamedTuple

from scanner.errors import ScannerError

VERSION = 0x01000001  # from here on nobody looks at the checksum of stream data
MAX_PAYLOAD = 1024 * 1024
_HEADER = struct.Struct("<4s5I")


class Malformed(ScannerError):
    """A packet that no adb sends."""


class Packet(NamedTuple):
    """One packet; `command` is CNXN, AUTH, OPEN, OKAY, WRTE or CLSE."""

    command: bytes
    first: int
    second: int
    payload: bytes = b""

    def encode(self) -> bytes:
        number = int.from_bytes(self.command, "little")
        checksum = sum(self.payload) & 0xFFFFFFFF if self.command in (b"CNXN", b"AUTH") else 0
        header = _HEADER.pack(
            self.command,
            self.first,
            self.second,
            len(self.payload),
            checksum,
            number ^ 0xFFFFFFFF,
        )
        return header + self.payload


async def read_packet(reader: asyncio.StreamReader) -> Packet:
    """Read one packet. IncompleteReadError at the end, Malformed where it is none."""
    header = await reader.readexactly(_HEADER.size)
    command, first, second, length, _, magic = _HEADER.unpack(header)
    if magic != int.from_bytes(command, "little") ^ 0xFFFFFFFF or length > MAX_PAYLOAD:
        raise Malformed(f"not an adb packet: {header.hex()}")
    return Packet(command, first, second, await reader.readexactly(length))
