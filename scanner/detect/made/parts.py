"""What the builders have in common: how one asks for the bytes of a part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SIZE_LIMIT = 8 * 1024 * 1024  # bytes of one made file

Nested = Callable[..., bytes]
"""Makes a part, from its description and the keys that lead to it."""

Part = Any
"""Plain data that describes bytes: a text, or a map with one key, the kind."""


def pad(data: bytes, width: int) -> bytes:
    """Return the data with zeros up to the next multiple of `width`."""
    return data + bytes(-len(data) % width)
