"""Versions of Android by number, also where a manifest names the letters of a preview.

Source: AOSP `Build.VERSION_CODES`. A preview of a version counts as that version.
"""

from __future__ import annotations

from scanner.formats.apk.stated import Stated
from scanner.formats.apk.values import STRING, Value

NEWEST = 10_000  # a number that stands for a version still in the making

_PREVIEWS = {
    "cupcake": 3, "donut": 4, "eclair": 5, "froyo": 8, "gingerbread": 9, "honeycomb": 11,
    "icecreamsandwich": 14, "jellybean": 16, "kitkat": 19, "l": 21, "lollipop": 21, "m": 23,
    "mnc": 23, "marshmallow": 23, "n": 24, "nougat": 24, "o": 26, "oreo": 26, "p": 28, "pie": 28,
    "q": 29, "r": 30, "s": 31, "sv2": 32, "tiramisu": 33, "upsidedowncake": 34,
    "vanillaicecream": 35, "baklava": 36,
}  # fmt: skip


def sdk_version(value: Value | None, stated: Stated) -> int | None:
    """Return the number of a version; None where none is stated, or one of no known name."""
    found = stated.resolved(value) if value is not None else None
    if found is None:
        return None
    if found.kind != STRING:
        return found.integer
    text = (found.text or "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:  # noqa: PLR2004
        return int(text)
    return _PREVIEWS.get(text.partition(".")[0].lower().replace("_", ""))
