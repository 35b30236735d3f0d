r"""Users and profiles, from `pm list users` and `dumpsys user`.

`pm list users` prints `\tUserInfo{id:name:flags} running` below `Users:` (UserManagerService.java,
UserInfo.toString; flags in hexadecimal, all versions). `dumpsys user` prints the same words, and
below them `Type:` (Android 11 and later) and `State:` (8 and later; `-1` for one that does not
run).

The name is personal and may hold colons, braces and line breaks: it is skipped, from the first
colon to the last one, over lines if need be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.lines import Line, ended_outline
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import User
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Command, Dumpsys

_HIGHEST = 99_999  # of Android's user ids: uid / 100000 stays a 32-bit number far below
_NAME_LINES = 8
_LINES = 200  # below a user; far more than any version prints
_INFO = re.compile(r"UserInfo\{(\d{1,6}):.*:([0-9a-f]{1,8})\}(.*)", re.DOTALL)
_TYPE = re.compile(r"Type: ([A-Za-z0-9_.]{1,120})$")
_STATE = re.compile(r"State: (-1|[A-Z_]{1,40})$")


def parse_list(file: EvidenceFile) -> Iterator[User]:
    """Yield the users that `pm list users` names."""
    for info, _ in users_in(file):
        words = info[3].split()
        yield User(id=_id(info), flags=int(info[2], 16), running="running" in words)


def parse_dumpsys(file: EvidenceFile) -> Iterator[User]:
    """Yield the users that `dumpsys user` names."""
    for info, below in users_in(file):
        user: dict[str, Any] = {"id": _id(info), "flags": int(info[2], 16)}
        for line in below:
            if match := _TYPE.match(line.text):
                user.setdefault("user_type", match[1])
            elif match := _STATE.match(line.text):
                user.setdefault("running", match[1].startswith("RUNNING"))
        yield User(**user)


def users_in(file: EvidenceFile) -> Iterator[tuple[re.Match[str], list[Line]]]:
    """Yield each user's first line and the deeper lines below it."""
    lines = ended_outline(answer(file))
    for line in lines:
        if line.text == "Users:":
            break
    current: tuple[re.Match[str], int, list[Line]] | None = None
    for line in lines:
        if line.text.startswith("UserInfo{"):
            if current:
                yield current[0], current[2]
            current = _info(line, lines), line.depth, []
        elif current is None or line.depth <= current[1]:
            break
        elif len(current[2]) < _LINES:
            current[2].append(line)
    if current is None:
        raise ParseError("'Users:' and a user below it expected")
    yield current[0], current[2]


def _info(line: Line, rest: Iterator[Line]) -> re.Match[str]:
    text = line.text
    for _ in range(_NAME_LINES):
        if match := _INFO.match(text):
            return match
        following = next(rest, None)
        if following is None:
            break
        text = f"{text}\n{following.text}"
    raise ParseError("'UserInfo{id:name:flags}' expected", line=line.number)


def _id(info: re.Match[str]) -> int:
    number = int(info[1])
    if number > _HIGHEST:
        raise ParseError(f"a user id of at most {_HIGHEST} expected")
    return number


USERS = Artifact(
    name="android.users",
    title="Users and profiles",
    platform="android",
    states=(Stated(User),),
    readings=(
        Reading(Command(argv=("pm", "list", "users")), parse_list),
        Reading(Dumpsys(service="user"), parse_dumpsys),
    ),
)
