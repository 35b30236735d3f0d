"""Values of settings that list components, in the syntax of Android 8 to 16."""

from __future__ import annotations

from scanner.errors import ParseError
from scanner.formats.components import component

_COUNT = 500  # components in one list; more is no list of this world


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
