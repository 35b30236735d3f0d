"""A typed value of Android's resources, as a binary XML and a table of resources hold it.

Source: AOSP androidfw `ResourceTypes.h` (Res_value).
"""

from __future__ import annotations

from msgspec import Struct

REFERENCE, ATTRIBUTE, STRING, FLOAT = 0x01, 0x02, 0x03, 0x04
DYNAMIC_REFERENCE = 0x07
FIRST_INTEGER, DECIMAL, HEXADECIMAL, BOOLEAN, LAST_INTEGER = 0x10, 0x10, 0x11, 0x12, 0x1F

_SIGN = 1 << 31


class Value(Struct, frozen=True, gc=False):
    """A value: its type, its 32 bits, and the text it stands for where it is a string."""

    kind: int
    data: int
    text: str | None = None

    @property
    def reference(self) -> int | None:
        """Return the identifier of the resource that is meant."""
        is_reference = self.kind in {REFERENCE, DYNAMIC_REFERENCE}
        return self.data or None if is_reference else None

    @property
    def integer(self) -> int | None:
        """Return the number, where it is one."""
        if FIRST_INTEGER <= self.kind <= LAST_INTEGER:
            return self.data - (1 << 32) if self.data & _SIGN else self.data
        return None
