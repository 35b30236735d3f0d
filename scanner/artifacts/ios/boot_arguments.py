"""Arguments of the kernel, as NVRAM and the device tree state them."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from scanner.formats.plists import Map

_LIMIT = 1000  # characters


def boot_arguments(of: Map) -> str | None | UnsetType:
    """Return `boot-args`, a text or bytes that may end with a NUL; None where it is empty."""
    value = of.get("boot-args")
    if isinstance(value, bytes):
        value = value.partition(b"\0")[0].decode("utf-8", "replace")
    if not isinstance(value, str):
        return UNSET
    return value.partition("\0")[0].strip()[:_LIMIT] or None
