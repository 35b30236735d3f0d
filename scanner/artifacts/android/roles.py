"""Roles and the apps that hold them, from `dumpsys role` (Android 10 and later).

RoleUserState.dump through DualDumpOutputStream, the same in 10 to 16 (recording of 10):

    ROLE MANAGER STATE (dumpsys role):
    {
      user_states=[                   one user: `user_states={`; of each user
        {
          user_id=0
          roles=[                     one role: `roles={`
            {
              name=android.app.role.SMS
              fallback_enabled=true   later versions
              holders=com.example     several: `holders=[`, one a line, `]`; none: no line
            }

Before 10 the settings sms_default_application and dialer_default_application name such apps. They
are not read for it: a phone that was updated keeps its old values, and a list of settings does not
say of which version it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.lines import ended_lines
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, Otherwise, RoleHolder
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

Statements = Iterator[RoleHolder | App | Otherwise]

_TITLE = "ROLE MANAGER STATE"
_USER = re.compile(r"user_id=(\d{1,6})\Z")
_ROLE = re.compile(r"name=([\w.]{1,200})\Z")
_HOLDER = re.compile(r"holders=(\[|[^\s\[\]{}]{1,300})\Z")
_LIMIT = 50_000  # holders of all roles


class _Text(Struct):
    """What was read so far: roles by user and package."""

    users: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    packages: dict[str, list[str]] | None = None  # of the present user
    role: str | None = None
    listing: bool = False  # inside `holders=[`
    count: int = 0


def parse(file: EvidenceFile) -> Statements:
    """Yield who holds which role, of each user."""
    text, whole = _read(ended_lines(answer(file)))
    if not text.users:
        raise ParseError("'user_id=' of a user with roles expected")
    for user, packages in text.users.items():
        for package, roles in packages.items():
            held = sorted(set(roles))
            for role in held:
                yield RoleHolder(user=user, role=role, package=package)
            if whole:
                yield App(user=user, package=package, roles=tuple(held))
        if whole:
            yield Otherwise(entity="app", user=user, field="roles", value=None)


def _read(lines: Iterator[str]) -> tuple[_Text, bool]:
    """Return what was read, and whether the end of the text was seen."""
    text, heard = _Text(), False
    for number, line in enumerate(lines, start=1):
        if not heard:
            heard = line.startswith(_TITLE)
        elif line == "}":
            return text, True
        else:
            _line(text, line.strip(), number)
    if not heard:
        raise ParseError(f"'{_TITLE}' expected")
    return text, False


def _line(text: _Text, line: str, number: int) -> None:
    if line in {"]", "}"}:
        text.listing = False
    elif text.listing:
        _hold(text, line, number)
    elif match := _USER.match(line):
        if int(match[1]) in text.users:
            raise ParseError("each user once expected", line=number)
        text.packages, text.role = text.users.setdefault(int(match[1]), {}), None
    elif match := _ROLE.match(line):
        text.role = match[1]
    elif match := _HOLDER.match(line):
        text.listing = match[1] == "["
        if not text.listing:
            _hold(text, match[1], number)


def _hold(text: _Text, name: str, number: int) -> None:
    """Add a holder of the present role."""
    if text.packages is None or text.role is None or package_name(name) is None:
        raise ParseError("a holder below a user and a role expected", line=number)
    text.packages.setdefault(name, []).append(text.role)
    text.count += 1
    if text.count > _LIMIT:
        raise ParseError(f"at most {_LIMIT} holders of roles expected")


ROLES = Artifact(
    name="android.roles",
    title="Roles held by apps",
    platform="android",
    states=(Stated(RoleHolder), Stated(App, ("user", "package", "roles"))),
    readings=(Reading(Dumpsys(service="role"), parse),),
)
