"""What inflates deflated bytes (RFC 1951): zlib-ng where it is installed, else Python's own zlib.

Both read and refuse the same streams: whether a signature holds must not depend on which of them
is there. zlib-ng takes about six tenths of the time.
"""

from __future__ import annotations

import zlib
from typing import Protocol, cast

try:
    from zlib_ng import zlib_ng as library
except ImportError:  # there is no build of it for this computer
    import zlib as library  # type: ignore[no-redef]

InflateError = cast("type[Exception]", library.error)


class Inflater(Protocol):
    """One stream, as it is inflated."""

    eof: bool
    unconsumed_tail: bytes

    def decompress(self, data: bytes | memoryview, limit: int = 0, /) -> bytes: ...


def inflater() -> Inflater:
    """Return what inflates one stream without a header."""
    return library.decompressobj(-zlib.MAX_WBITS)
