"""One setting, as `settings get` prints it: its value and a newline, or the word null.

SettingsService.java, Android 8 to 16.
"""

from __future__ import annotations

from scanner.errors import ParseError
from scanner.formats.components import component
from scanner.formats.lines import decode, ends_whole
from scanner.model.evidence import EvidenceFile

_LIMIT = 64 * 1024  # bytes of a value
_COUNT = 500  # components in one list; more is no list of this world


def setting_value(file: EvidenceFile) -> str | None:
    """Return the value; None where it was never set, ParseError where it may not be whole."""
    text = decode(file.read(_LIMIT))
    if not ends_whole(file):
        raise ParseError("a value that ends its line expected")
    value = text.rstrip("\r\n\0")
    if "\n" in value:
        raise ParseError("a value on one line expected")
    return None if value in {"", "null"} else value


def listed_components(value: str | None) -> list[tuple[str, str]]:
    """Return (package, package/full.Class) of each member of `a/.B:c/d.E;subtype`.

    What stands twice is returned once; ParseError where a member is no component.
    """
    found: dict[tuple[str, str], None] = {}
    for member in (value or "").split(":"):
        name = member.partition(";")[0].strip()
        if name in {"", "null"}:
            continue
        pair = component(name)
        if pair is None:
            raise ParseError("'package/class' in a list of components expected")
        found[pair] = None
        if len(found) > _COUNT:
            raise ParseError(f"at most {_COUNT} components expected")
    return list(found)
