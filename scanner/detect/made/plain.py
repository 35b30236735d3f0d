"""Bytes that are written out, and how they are put together."""

from __future__ import annotations

from msgspec import Struct

from scanner.detect.made.parts import SIZE_LIMIT, Nested, Part


class Repeat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part, several times."""

    of: Part
    times: int


def text(spec: str, nested: Nested) -> bytes:
    """Return a text in UTF-8."""
    del nested
    return spec.encode()


def hexadecimal(spec: str, nested: Nested) -> bytes:
    """Return bytes that are written as pairs of hexadecimal digits; blanks are free."""
    del nested
    return bytes.fromhex(spec)


def repeat(spec: Repeat, nested: Nested) -> bytes:
    """Return a part several times. ValueError where that is too much."""
    part = nested(spec.of, "of")
    if spec.times < 0 or len(part) * spec.times > SIZE_LIMIT:
        raise ValueError(f"more than {SIZE_LIMIT} bytes, or less than none")
    return part * spec.times


def joined(spec: list[Part], nested: Nested) -> bytes:
    """Return parts one after the other."""
    return b"".join(nested(part, number) for number, part in enumerate(spec))
