"""A label made comparable: texts that a person takes for the same one have the same skeleton.

It is for comparing alone, never for showing. Compatible forms, case, accents, spaces, marks and
characters without a shape are evened out (Unicode UAX 15), and letters that look alike are one.
"""

from __future__ import annotations

import unicodedata

LIMIT = 256  # characters of a label

# Look-alike letters of small size, by the Latin one; Cyrillic, Greek, Latin, digits.
_LOOKALIKES = {
    "a": "\u0430\u03b1\u0251@",
    "b": "\u044c\u0432\u03b2\u0253",
    "c": "\u0441\u03f2\u1d04",
    "d": "\u0501\u0257",
    "e": "\u0435\u0454\u03b5\u0259",
    "f": "\u0192\u03dd",
    "g": "\u0261\u0581",
    "h": "\u043d\u04bb\u0570",
    "j": "\u0458\u03f3",
    "k": "\u043a\u03ba\u049b",
    "l": "i1|\u0456\u04cf\u03b9\u0131\u0269\u0142\u01c0",
    "m": "\u043c\u03bc\u028d",
    "n": "\u043f\u03b7\u0578",
    "o": "0\u043e\u03bf\u03c3\u0585\u00f8",
    "p": "\u0440\u03c1",
    "q": "\u051b",
    "r": "\u0433\u0280",
    "s": "5$\u0455\u03db",
    "t": "\u0442\u03c4",
    "u": "\u03c5\u057d\u028b",
    "v": "\u03bd\u0475\u1d20",
    "w": "\u0448\u051d\u0461\u03c9",
    "x": "\u0445\u03c7",
    "y": "\u0443\u03b3\u04af",
    "z": "\u0437\u1d22",
}
_LETTERS = {ord(each): letter for letter, others in _LOOKALIKES.items() for each in others}
_PAIRS = (("rn", "m"), ("vv", "w"))
_KEPT = "LNS"  # general categories: letters, numbers, symbols


def skeleton(label: str) -> str | None:
    """Return the skeleton of a label; None for one without any letter, number or symbol."""
    text = label[:LIMIT]
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    text = unicodedata.normalize("NFKC", text.casefold()).translate(_LETTERS)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    text = "".join(each for each in text if unicodedata.category(each)[0] in _KEPT)
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text or None
