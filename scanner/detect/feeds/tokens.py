"""The words of a STIX pattern: paths, literals, operators and brackets (STIX 2.1, section 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

PATTERN_LIMIT = 256 * 1024
"""Characters of the longest pattern that is read."""

Kind = Literal["path", "text", "value", "word", "sign"]


class PatternError(Exception):
    """Text that is no pattern of the language, or beyond its bounds."""


class Token(Struct, frozen=True):
    """One word of a pattern; `text` of a literal is what it stands for."""

    kind: Kind
    text: str


# Possessive, so that no text makes it slow. A path begins with a type and a colon.
_TOKEN = re.compile(
    r"""\s*+(?:
      (?P<text>'(?:[^'\\]|\\.)*+')
    | (?P<value>[thb]'[^']*+'|[+-]?\d[\d.]*+|(?:true|false)\b)
    | (?P<path>[A-Za-z][\w-]*+:(?:[\w.-]|'(?:[^'\\]|\\.)*+'|"[^"]*+"|\[[^\]'\s]*+\])++)
    | (?P<word>[A-Za-z][\w-]*+)
    | (?P<sign>!=|<>|<=|>=|==|[=<>()\[\],])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def tokens(pattern: str) -> Iterator[Token]:
    """Yield the words of a pattern. PatternError where something else stands."""
    if len(pattern) > PATTERN_LIMIT:
        raise PatternError(f"a pattern of more than {PATTERN_LIMIT} characters")
    text = pattern.rstrip()
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise PatternError(f"no STIX pattern at character {position + 1}")
        position = match.end()
        kind: Kind = match.lastgroup  # type: ignore[assignment]  # the names of the groups are the kinds
        found = match[kind]
        yield Token(kind, unescaped(found[1:-1]) if kind == "text" else found)


def unescaped(text: str) -> str:
    r"""Return what a literal stands for: `\'` is a quote and `\\` a backslash."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text
