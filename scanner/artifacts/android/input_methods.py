"""Keyboards, from the secure settings that list them.

`enabled_input_methods` is `a/.B;subtype;subtype:c/d.E`, and `default_input_method` the one in use;
the same in Android 8 to 16. A work profile that states neither uses its owner's.

Of a recording `dumpsys input_method` is read (InputMethodManagerService.dump). 8 to 13 print, below
`Current Input Method Manager state:` (recordings of 8.1, 9 and 10):

      mCurMethodId=a/.B
      mSettings:
        mCurrentUserId=0
        mEnabledInputMethodsStrCache=a/.B:c/d.E

16 prints, below `Input Method Manager Service state:` (from its source), of the user in front:

      UserId=0
        mBindingController:
          mSelectedMethodId=a/.B

and no list of those that are enabled. What follows the manager's own state is printed by the app in
front and by the keyboard, and holds what was typed: reading ends before it. Labels of keyboards may
imitate lines, so a line that stands twice is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scanner.artifacts.android import settings
from scanner.artifacts.android.answer import answer, per_user
from scanner.errors import NotAvailable, ParseError
from scanner.formats.components import component
from scanner.formats.lines import raw_lines
from scanner.formats.setting_value import listed_components
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, InputMethod, Otherwise
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import ServiceDump

Statements = Iterator[InputMethod | App | Otherwise]

_ENABLED, _CURRENT = "enabled_input_methods", "default_input_method"
_TITLES = (b"Current Input Method Manager state:", b"Input Method Manager Service state:")
_WANTED = re.compile(
    rb" +(mCurMethodId|mSelectedMethodId|mCurrentUserId|UserId|mEnabledInputMethodsStrCache)="
    rb"(\S{0,60000})\s*\Z"
)
_NAMES = {"mSelectedMethodId": "mCurMethodId", "UserId": "mCurrentUserId"}  # as they were before


def parse_settings(file: EvidenceFile) -> Statements:
    """Yield the keyboards that a user may switch to, and the one in use."""
    yield from _set(settings.secure(file))


def parse_settings_dump(file: EvidenceFile) -> Statements:
    """Yield the keyboards that each user may switch to, and the one in use."""
    yield from _set(settings.secure_of_dump(file))


def _set(stated: Iterable[tuple[int, dict[str, str | None]]]) -> Statements:
    for user, known in stated:
        if _ENABLED in known:
            yield from _enabled(user, known[_ENABLED])
        if _CURRENT in known:
            yield from _current(user, known[_CURRENT] or None)


def parse_enabled(file: EvidenceFile) -> Statements:
    """Yield the keyboards of the user in front that `dumpsys input_method` lists."""
    state = _state(file)
    if "mEnabledInputMethodsStrCache" not in state:
        raise NotAvailable("field_not_stated", "the recording holds no list of keyboards")
    yield from _enabled(_user(state), _stated(state["mEnabledInputMethodsStrCache"]))


def parse_current(file: EvidenceFile) -> Statements:
    """Yield the keyboard in use of the user in front."""
    state = _state(file)
    if "mCurMethodId" not in state:
        raise ParseError("'mCurMethodId=' expected")
    yield from _current(_user(state), _stated(state["mCurMethodId"]))


def _state(file: EvidenceFile) -> dict[str, str]:
    """Return what the manager prints of itself; a last line without its end is left out."""
    state: dict[str, str] = {}
    heard = False
    for number, line in enumerate(raw_lines(answer(file)), start=1):
        if not heard:
            heard = line.startswith(_TITLES)
        elif line.startswith(b" ") or not line.strip():
            match = _WANTED.match(line) if line.endswith(b"\n") else None
            if match is None:
                continue
            name = _NAMES.get(match[1].decode(), match[1].decode())
            if name in state:
                raise ParseError("each line of the state once expected", line=number)
            state[name] = match[2].decode("utf-8", "replace")
        else:
            break
    if not heard:
        raise ParseError(f"'{_TITLES[0].decode()}' expected")
    return state


def _user(state: dict[str, str]) -> int:
    number = state.get("mCurrentUserId", "")
    if not (number.isascii() and number.isdecimal() and len(number) <= 6):  # noqa: PLR2004
        raise ParseError("'mCurrentUserId=' expected")
    return int(number)


def _stated(value: str) -> str | None:
    return None if value in {"", "null"} else value


def _enabled(user: int, value: str | None) -> Statements:
    apps: dict[str, list[str]] = {}
    for package, name in listed_components(value):
        apps.setdefault(package, []).append(name)
        yield InputMethod(user=user, component=name, package=package, enabled=True)
    yield Otherwise(entity="input_method", user=user, field="enabled", value=False)
    for package, names in apps.items():
        yield App(user=user, package=package, input_methods=tuple(sorted(names)))
    yield Otherwise(entity="app", user=user, field="input_methods", value=None)


def _current(user: int, value: str | None) -> Statements:
    if value is not None:
        found = component(value)
        if found is None:
            raise ParseError("'package/class' of the keyboard in use expected")
        package, name = found
        yield InputMethod(user=user, component=name, package=package, current=True)
    yield Otherwise(entity="input_method", user=user, field="current", value=False)


INPUT_METHODS = Artifact(
    name="android.input_methods",
    title="Keyboards",
    platform="android",
    states=(Stated(InputMethod), Stated(App, ("user", "package", "input_methods"))),
    readings=(
        Reading(
            per_user("settings", "--user", "{user}", "list", "secure"),
            parse_settings,
            ("enabled", "current"),
        ),
        Reading(ServiceDump(service="settings"), parse_settings_dump, ("enabled", "current")),
        # It tells of the user in front, who is the first on nearly all phones.
        Reading(ServiceDump(service="input_method"), parse_enabled, ("enabled",), of_user=0),
        Reading(ServiceDump(service="input_method"), parse_current, ("current",), of_user=0),
    ),
)
