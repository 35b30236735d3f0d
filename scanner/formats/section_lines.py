"""The lines that begin, end and separate the parts of a dumpstate text, each by itself.

Sources: frameworks/native cmds/dumpstate and cmds/dumpsys, Android 4 to 16, and what they printed.

    ========================================================
    == dumpstate: 2026-11-21 10:00:00                       the title of a text, and of its chapters
    ========================================================
    ------ SYSTEM PROPERTIES (getprop) ------               begins a section
    ------ 0.030s was the duration of 'SYSTEM PROPERTIES' ------      ends it: 7 to 9; as of 10
                                                            only where it took half a second
    [getprop: 0.1s elapsed]                                 ended it before
    -----... (79)
    DUMP OF SERVICE package:                                begins a service; as of 9 also
    DUMP OF SERVICE CRITICAL activity:                      with the priority that was asked for
    --------- 0.053s was the duration of dumpsys package, ending at: 2026-11-21 10:00:00
                                                            ends it, as of 8; not always on a line
                                                            of its own
    == dumpstate: done                                      and the duration of 'DUMPSTATE' end all
"""

from __future__ import annotations

import re
from typing import NamedTuple

LINE_LIMIT = 4096  # bytes of a line that begins or ends a part
TAIL_LIMIT = 1024  # bytes around such a line that may only separate
TITLE_LIMIT = 200  # characters

SECTION, SERVICE, DURATION = b"\n------ ", b"\nDUMP OF SERVICE ", b"was the duration of dumpsys "

_BEGINNING = re.compile(rb"^== dumpstate: (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\r*$", re.MULTILINE)
_ALL_ENDED = re.compile(
    rb"^(?:== dumpstate: done|------ [\d.]{1,20}s was the duration of 'DUMPSTATE')", re.MULTILINE
)
_SECTION_END = re.compile(rb"[\d.]{1,20}s was the duration of '(.*)'", re.DOTALL)
_SERVICE_NAME = re.compile(rb"(?:(CRITICAL|HIGH|NORMAL) )?([^ ].{0,199}):\r*", re.DOTALL)
_BEFORE_DURATION = re.compile(rb"-{9} [\d.]{1,20}s \Z")
_AFTER_DURATION = re.compile(
    rb"([^\r\n,]{1,200}+)(?:(?:, ending at: [^\r\n]{1,60})?\r*\n|, ending at: [\d-]{10} [\d:]{8}\Z)"
)
_ELAPSED = re.compile(rb"\[[^\r\n]{1,200}: [\d.]{1,20}s elapsed\]")
_FOLLOWING = (b"---", b"===", b"== ", b"***")
_DASHES, _RULE = b"-" * 79, b"=" * 50


class Heading(NamedTuple):
    """The line before a section or a service."""

    title: str  # without the command, with the priority; bounded
    whole: str  # with the command
    service: str | None = None


class Ending(NamedTuple):
    """The line after a section or a service."""

    title: str
    at: int  # in the buffer, where it begins


def text(value: bytes) -> str:
    """Return a title, bounded."""
    return value[: 4 * TITLE_LIMIT].decode("utf-8", "replace")[:TITLE_LIMIT]


def is_dumpstate(start: bytes) -> bool:
    """Say whether a text that begins like this is one of dumpstate: by its title, within 4 KiB."""
    return _BEGINNING.search(start[:LINE_LIMIT]) is not None


def recorded_at(start: bytes) -> str | None:
    """Return when a text was begun, by its title: ISO 8601 in the device's own zone."""
    match = _BEGINNING.search(start[:LINE_LIMIT])
    return f"{match[1].decode()}T{match[2].decode()}" if match else None


def is_end_of_all(end: bytes) -> bool:
    """Say whether a text that ends like this has all that dumpstate wanted to print."""
    return _ALL_ENDED.search(end) is not None


def section_line(line: bytes, at: int) -> Heading | Ending | None:
    """Read what follows `------ ` on a line of its own that begins at a place of the buffer."""
    whole, mark, rest = line.rstrip(b"\r").rpartition(b" ------")
    if not mark or rest or whole[:1] in {b"", b" ", b"-"}:
        return None
    if match := _SECTION_END.fullmatch(whole):
        return Ending(text(match[1]), at)
    title = whole.rpartition(b" (")[0] if whole.endswith(b")") else whole
    return Heading(text(title or whole), text(whole))


def service_line(line: bytes) -> Heading | None:
    """Read what follows `DUMP OF SERVICE ` on a line."""
    if not (match := _SERVICE_NAME.fullmatch(line)):
        return None
    name = text(match[2])
    title = f"{match[1].decode()} {name}" if match[1] else name
    return Heading(title, title, name)


def service_end(data: bytes, at: int) -> Ending | None:
    """Read the line around `was the duration of dumpsys `, if nothing but a header follows it."""
    before = _BEFORE_DURATION.search(data, max(at - 40, 0), at)
    after = before and _AFTER_DURATION.match(data, at + len(DURATION), at + LINE_LIMIT)
    if not before or not after:
        return None
    following = data[after.end() : after.end() + TAIL_LIMIT].lstrip()
    if following and not following.startswith(_FOLLOWING):
        return None
    return Ending(text(after[1]), before.start())


def is_timed_out(end: bytes) -> bool:
    """Say whether a part that ends like this is cut because the device gave up on it."""
    last = end.rstrip().rpartition(b"\n")[2]
    return (last.startswith(b"*** SERVICE ") and last.endswith(b"EXPIRED ***")) or (
        last.startswith(b"*** command '") and b"timed out after " in last
    )


def trimmed(tail: bytes) -> tuple[int, bool]:
    """Return how many bytes before a header only separate, and whether they say "ended".

    They are a line of dashes, chapters, the duration of all; until Android 6 that of the command.
    """
    lines = tail.splitlines(keepends=True)
    kept = sum(map(len, lines))
    ended = False
    while lines:
        line = lines.pop()
        told = line.strip()
        if told.endswith(_DASHES):
            kept -= len(line) - len(line.rstrip()) + len(_DASHES)
            break
        if _is_chapter(lines, told):
            kept -= len(line) + len(lines.pop()) + len(lines.pop())
        elif is_end_of_all(line) and line.startswith(b"------ "):
            kept -= len(line)
        elif _is_elapsed(lines, told):
            kept -= len(line) + (0 if told else len(lines.pop()))
            ended = True
        else:
            break
    return len(tail) - kept, ended


def _is_chapter(before: list[bytes], line: bytes) -> bool:
    """Say whether a line is the last of the three of a chapter's title."""
    return (
        line.startswith(_RULE)
        and len(before) > 1
        and before[-1].startswith(b"== ")
        and before[-2].startswith(_RULE)
    )


def _is_elapsed(before: list[bytes], line: bytes) -> bool:
    """Say whether a line is the duration of a command, or the blank one after it."""
    told = line or (before[-1].strip() if before else b"")
    return _ELAPSED.fullmatch(told) is not None
