"""A text of `ioreg -l`: a tree of entries, each with its properties between braces.

    +-o chosen  <class IOService, id 0x100000117, !registered, !matched, active, busy 0, retain 6>
    | {
    |   "boot-args" = <"debug=0x8">
    |   "effective-production-status-ap" = <01000000>
    | }

Data is printed as text where all of it can be, else as hexadecimal digits; a NUL at its end is left
out of the text.

Sources: ioreg(8) and its source in Apple's IOKitTools.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.errors import ParseError
from scanner.formats.lines import raw_lines
from scanner.model.evidence import EvidenceFile

PROPERTIES_LIMIT = 2000

_LINE_LIMIT = 8192  # bytes of a line that are looked at
_PROPERTY = re.compile(r'"([^"]{1,200})" = (.*)', re.DOTALL)
_HEX = re.compile(r"(?:[0-9a-f]{2}){1,4096}")


def properties(file: EvidenceFile, entry: str) -> Mapping[str, str | bytes] | None:
    """Return texts and data of the first entry of a name; None where the tree has none.

    ParseError where the text is no tree, or ends within the entry.
    """
    start = f"+-o {entry}  <".encode()
    tree = inside = False
    found: dict[str, str | bytes] = {}
    for line in raw_lines(file):
        text = line[:_LINE_LIMIT].lstrip(b" |")
        if text.startswith(b"+-o "):
            if inside:
                return found
            tree, inside = True, text.startswith(start)
        elif inside and text.startswith(b"}"):
            return found
        elif inside and (stated := _PROPERTY.fullmatch(text.decode("utf-8", "replace").rstrip())):
            value = _value(stated[2])
            if value is not None:
                found.setdefault(stated[1], value)
            if len(found) > PROPERTIES_LIMIT:
                raise ParseError(f"at most {PROPERTIES_LIMIT} properties expected")
    if inside or not tree:
        raise ParseError("a whole tree of entries expected")
    return None


def _value(printed: str) -> str | bytes | None:
    inner = printed[1:-1] if printed.startswith("<") and printed.endswith(">") else printed
    if inner.startswith('"') and inner.endswith('"') and len(inner) > 1:
        return inner[1:-1]
    if inner is not printed and _HEX.fullmatch(inner):
        return bytes.fromhex(inner)
    return b"" if printed == "<>" else None
