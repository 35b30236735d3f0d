"""The structured text of DualDumpOutputStream: `name=value`, `name={` ... `}`, `name=[` ... `]`.

`dumpsys usb` (Android 9 and later) and `dumpsys adb` (10 and later). A value may span lines, and
the lines below the first have no name: they are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.errors import ParseError
from scanner.formats.lines import Line

DEPTH, LINES = 32, 200_000
_PAIRS = {"{": "}", "[": "]"}
_NAMED = re.compile(r"([a-z][a-z0-9_]{0,60})=(.*)")


class Stated(NamedTuple):
    """One value, and the names of what holds it, the outermost first; a nameless one is empty.

    The members of a list of words have the name of the list.
    """

    path: tuple[str, ...]
    value: str
    number: int  # of the line, from 1


def values(lines: Iterator[Line]) -> Iterator[Stated]:
    """Yield the values of a text up to the brace that closes it.

    ParseError where nothing opens, where it nests deeper than any service does, and where the text
    ends before what was opened is closed: what was yielded until then stands.
    """
    path: list[str] = []
    opened: list[str] = []  # the brackets of the path
    for count, line in enumerate(lines):
        if count >= LINES:
            raise ParseError(f"at most {LINES} lines expected", line=line.number)
        match = _NAMED.match(line.text)
        name, value = (match[1], match[2]) if match else ("", line.text)
        if value in _PAIRS and (path or not name):
            path.append(name)
            opened.append(value)
        elif opened and line.text == _PAIRS[opened[-1]]:
            path.pop()
            opened.pop()
            if not path:
                return
        elif path and name:
            yield Stated((*path[1:], name), value, line.number)
        elif opened and opened[-1] == "[" and value.isidentifier():
            yield Stated(tuple(path[1:]), value, line.number)
        if len(path) > DEPTH:
            raise ParseError(f"at most {DEPTH} levels expected", line=line.number)
    raise ParseError("'{' and the '}' that closes it expected")
