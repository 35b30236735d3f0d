"""Device text for people: visible, bounded, without power over what shows it."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"

# Control, format (bidirectional and zero-width characters, tags), lone surrogates, line and
# paragraph separators; unassigned and private ones because no two terminals agree on them.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# Letters and marks by category, yet drawn as nothing.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0")


def safe_text(value: str, limit: int = 200) -> str:
    r"""Return text of the device as a person may see it, at most `limit` characters long.

    What is invisible or steers a terminal becomes an escape (`\x1b`, `\u202e`), never vanishes: a
    name must not look like another one. Markup is the renderer's to escape.
    """
    shown = value[: limit + 1]
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(map(_visible, shown))
    if len(shown) <= limit:
        return shown
    return shown[: max(limit - 1, 0)] + ELLIPSIS[:limit]


def _visible(character: str) -> str:
    if character not in _UNSEEN and unicodedata.category(character) not in _UNSEEN_CATEGORIES:
        return character
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004  Python's own three widths of escape
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004
