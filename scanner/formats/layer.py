"""What all streams over another stream have in common."""

from __future__ import annotations

import io
from typing import BinaryIO


class Layer(io.RawIOBase):
    """A stream that reads from another one: seekable, read-only; closing it closes both."""

    _stream: BinaryIO | io.RawIOBase

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
