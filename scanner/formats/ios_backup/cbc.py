"""AES-256 in CBC mode with a zero vector and PKCS #7 padding, as a seekable stream.

What the list of a backup says of a file's size is often wrong: the padding alone tells where a file
ends. It is looked at where the end is read, not before.
"""

from __future__ import annotations

import io
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from scanner.errors import ParseError
from scanner.formats.layer import Layer

PIECE = 64 * 1024  # bytes decrypted at once, at least
_BLOCK = 16
_ZERO = bytes(_BLOCK)
_WHOLE = "a whole number of blocks of an encrypted file expected: it is cut"
_PADDED = "the padding of an encrypted file expected: it is damaged, or cut"


class Unsealed(Layer):
    """The plain bytes of a stream that was encrypted with `key`."""

    _stream: BinaryIO

    def __init__(self, stream: BinaryIO, key: bytes) -> None:
        super().__init__()
        self._stream, self._algorithm = stream, algorithms.AES(key)
        self._size: int | None = None
        self._ready, self._last, self._is_end = memoryview(b""), b"", False
        self._go(0)

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            offset += self._length()
        elif whence == io.SEEK_CUR:
            offset += self._at
        if offset < 0:
            raise ValueError("a place before the start")
        if offset != self._at:
            self._go(offset)
        return offset

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._is_end:
            self._decrypt(len(buffer))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        self._at += count
        return count

    def _go(self, offset: int) -> None:
        """Be at a place: a block needs the encrypted one before it, and no other."""
        start = offset - offset % _BLOCK
        vector = _ZERO
        if start:
            self._stream.seek(start - _BLOCK)
            vector = self._stream.read(_BLOCK)
        else:
            self._stream.seek(0)
        self._at = offset
        self._ready = memoryview(b"")
        self._last, self._left_out = b"", offset - start
        self._is_end = len(vector) < _BLOCK  # behind it, as in any file
        self._context = self._decryptor(_ZERO if self._is_end else vector)

    def _decrypt(self, wanted: int) -> None:
        """Make more bytes ready; the last block is held back until it is known to be the last."""
        data = self._stream.read(max(wanted - wanted % _BLOCK, PIECE))
        if over := len(data) % _BLOCK:  # it is cut, which the next reading says again
            self._stream.seek(-over, io.SEEK_CUR)
            data = data[:-over]
            if not data:
                raise ParseError(_WHOLE)
        if data:
            plain = self._context.update(data)
            plain, self._last = self._last + plain[:-_BLOCK], plain[-_BLOCK:]
        else:
            plain = self._unpadded(self._last)
            self._last, self._is_end = b"", True
        self._ready = memoryview(plain)[self._left_out :]
        self._left_out = max(self._left_out - len(plain), 0)

    def _length(self) -> int:
        """Return the number of plain bytes, of which the last block tells."""
        if self._size is None:
            size = self._stream.seek(0, io.SEEK_END)
            if size % _BLOCK:
                raise ParseError(_WHOLE)
            vector, last = _ZERO, b""
            if size:
                self._stream.seek(max(size - 2 * _BLOCK, 0))
                blocks = self._stream.read(2 * _BLOCK)
                vector, last = (blocks[:-_BLOCK] or _ZERO), blocks[-_BLOCK:]
            self._size = max(size - _BLOCK, 0)
            self._size += len(self._unpadded(self._decryptor(vector).update(last)))
            self._go(self._at)
        return self._size

    def _decryptor(self, vector: bytes) -> CipherContext:
        return Cipher(self._algorithm, modes.CBC(vector)).decryptor()

    @staticmethod
    def _unpadded(block: bytes) -> bytes:
        """Return what of the last block is no padding; a file without any block is empty."""
        if not block:
            return b""
        count = block[-1]
        if not 1 <= count <= _BLOCK or block[-count:] != bytes((count,)) * count:
            raise ParseError(_PADDED)
        return block[:-count]
