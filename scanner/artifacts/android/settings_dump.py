"""The text of `dumpsys settings`, which bugreports hold.

SettingsProvider.dumpInternal and dumpSettingsLocked, Android 6 to 16: a title for each namespace
and user, then a setting a line, in no order:

    GLOBAL SETTINGS (user 0)
    version: 213                                  from 14
    _id:98 name:adb_enabled pkg:android value:1 default:1 defaultSystemSet:true tag:...
    SECURE SETTINGS (user 0)

`pkg:`, `default:` and `tag:` stand where there is one; `{null}` is no value; a value may span
lines. A bugreport passes an argument that the service does not know and says so in its first line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from scanner.errors import ParseError

VALUE_LIMIT = 64 * 1024  # characters of a value that is read
USER_LIMIT = 1000
_LINES = 1000  # of a value

_TITLE = re.compile(r"(GLOBAL|SECURE|SYSTEM) SETTINGS \(user (\d{1,6})\)$")
_OTHER = re.compile(r"[A-Z]{3,20} SETTINGS \(user -?\d{1,6}\)$|Historical operations$")
_SETTING = re.compile(r"_id:\S{1,20} name:(\S{1,200})(?: pkg:\S{1,255})? value:(.*)$")
_DEFAULTS = (" defaultSystemSet:true", " defaultSystemSet:false")


class Namespace(Struct):
    """The settings of one namespace and user."""

    name: str  # global, secure, system
    user: int
    values: dict[str, list[str | None]] = field(default_factory=dict)  # as often as printed
    whole: bool = False  # something follows it


def read(
    lines: Iterable[str], wanted: dict[str, dict[str, str]], *, whole: bool
) -> Iterator[Namespace]:
    """Yield each namespace with those of its settings that are `wanted`.

    `whole`: the text was not cut. Of one that was, the last setting may be half of one.
    """
    seen: set[tuple[str, int]] = set()
    current: Namespace | None = None
    entry: list[str] = []
    for number, line in enumerate(lines, start=1):
        starts = line.startswith("_id:")
        if not starts and not _OTHER.match(line):
            if entry and len(entry) < _LINES:
                entry.append(line)
            continue
        if current is not None:
            _take(current, entry, wanted, number)
        entry = [line] if starts else []
        if starts:
            continue
        if current is not None:
            current.whole = True
            yield current
        current = _begin(line, seen, number)
    if current is not None:
        if whole:
            current.whole = True
            _take(current, entry, wanted, 0)
        yield current


def _begin(line: str, seen: set[tuple[str, int]], number: int) -> Namespace | None:
    match = _TITLE.match(line)
    if match is None:
        return None
    name, user = match[1].lower(), int(match[2])
    if (name, user) in seen or len(seen) > USER_LIMIT:
        raise ParseError("each namespace of a user once expected", line=number)
    seen.add((name, user))
    return Namespace(name, user)


def _take(
    space: Namespace, entry: list[str], wanted: dict[str, dict[str, str]], number: int
) -> None:
    """Keep the value of a setting, without what is printed behind it."""
    match = _SETTING.match(entry[0]) if entry else None
    if match is None or match[1] not in wanted[space.name]:
        return
    value = "\n".join((match[2], *entry[1:])).rstrip("\n")
    if len(value) > VALUE_LIMIT or len(entry) == _LINES:
        raise ParseError(f"a value of at most {VALUE_LIMIT} characters expected", line=number)
    kept = space.values.setdefault(match[1], [])
    imitates = value.count(" default:") > 1 or value.count(" tag:") > 1
    if imitates or any(" value:" in line for line in entry[1:]):
        kept += [None, None]  # it may hold what is printed behind it, or another: stated by neither
        return
    value = value.partition(" tag:")[0]
    if value.endswith(_DEFAULTS):
        value = value.partition(" default:")[0]
    kept.append(None if value == "{null}" else value)
