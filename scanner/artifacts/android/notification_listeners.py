"""Apps that may read notifications, from the secure setting that lists them.

The setting is `enabled_notification_listeners` of each user, `a/.B:c/d`; a phone is asked for no
more. `dumpsys notification` holds the notifications themselves; of a recording that has it the part
of the listeners is read (ManagedServices.dump, recordings of 8.1 and 14):

      Notification listeners:
        Allowed notification listeners:
          a/.B:c/d.E (user: 0 isPrimary: true)                  14 adds `isUserChanged: false`
        All notification listeners (1) enabled for current profiles:      or `(user 0):   All ...`
        Live notification listeners (2):
          ComponentInfo{a/a.B} (user 0): ... SYSTEM             user -1: of all users

The settings app writes the same list to the setting. Live ones that nobody allowed are the
system's own and not stated. Bug reports of some phones hold the notifications alone: then nothing
is stated. Notifications may imitate the title, so a second one is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import UNSET, Struct, field

from scanner.artifacts.android import settings
from scanner.artifacts.android.answer import answer, per_user
from scanner.errors import NotAvailable, ParseError
from scanner.formats.components import component
from scanner.formats.lines import raw_lines
from scanner.formats.setting_value import listed_components
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, NotificationListener, Otherwise
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import ServiceDump

Statements = Iterator[NotificationListener | App | Otherwise]

_SETTING = "enabled_notification_listeners"
_TITLE = "Notification listeners:"
_RECORDS = ("Notification List:", "Current Notification Manager state:")
_ALLOWED = "Allowed notification listeners:"
_ENABLED = re.compile(r"(?:\(user -?\d{1,6}\):\s+)?All notification listeners \(\d")
_LIVE = re.compile(r"(?:\(user -?\d{1,6}\):\s+)?Live notification listeners \(\d{1,5}\):\Z")
_LIST = re.compile(r"(\S*)\s*\(user: (\d{1,6}) isPrimary: (true|false)\b[^()]{0,100}\)\Z")
_BOUND = re.compile(r"ComponentInfo\{([^\s{}]{3,600})\} \(user (-?\d{1,6})\):")
_LIVE_LIMIT = 5000


class _Text(Struct):
    """What was read of the part of the listeners."""

    allowed: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    allowed_whole: bool = False
    live: set[tuple[str, int]] | None = None  # component, user
    live_whole: bool = False
    place: str = ""


def parse_settings(file: EvidenceFile) -> Statements:
    """Yield the listeners that the secure settings of a user list."""
    yield from _listed(settings.secure(file))


def parse_settings_dump(file: EvidenceFile) -> Statements:
    """Yield the listeners that the secure settings of each user list."""
    yield from _listed(settings.secure_of_dump(file))


def _listed(stated: Iterable[tuple[int, dict[str, str | None]]]) -> Statements:
    for user, known in stated:
        if _SETTING in known:
            yield from _statements(user, listed_components(known[_SETTING]), None)


def parse(file: EvidenceFile) -> Statements:
    """Yield the listeners of each user that `dumpsys notification` allows."""
    text = _read(raw_lines(answer(file)))
    if not text.allowed_whole:
        raise ParseError(f"a whole list below '{_ALLOWED}' expected")
    live = text.live if text.live_whole else None
    for user, listed in text.allowed.items():
        bound = None if live is None else {name for name, who in live if who in {user, -1}}
        yield from _statements(user, listed, bound)


def _read(lines: Iterator[bytes]) -> _Text:
    text, depth, records = _Text(), -1, False
    found = False
    for number, raw in enumerate(lines, start=1):
        if depth < 0 and b"Notification" not in raw:
            continue  # the notifications themselves: most of the text
        line = raw.decode("utf-8", "replace").rstrip()
        content = line.lstrip(" ")
        if content == _TITLE:
            if found:
                raise ParseError(f"'{_TITLE}' once expected", line=number)
            found, depth = True, len(line) - len(content)
        elif depth < 0 or not content:
            records = records or content in _RECORDS
        elif len(line) - len(content) <= depth and not _ENABLED.match(content):
            text.allowed_whole = text.allowed_whole or text.place == "allowed"
            text.live_whole = text.live is not None
            depth = -1
        else:
            _line(text, content)
    if not found and records:
        raise NotAvailable("field_not_stated", "the recording holds no list of listeners")
    if not found:
        raise ParseError(f"'{_TITLE}' expected")
    return text


def _line(text: _Text, line: str) -> None:
    """Read a line of the part of the listeners."""
    if line == _ALLOWED:
        text.place = "allowed"
    elif _LIVE.match(line):
        text.allowed_whole, text.place = True, "live"
        text.live = set() if text.live is None else text.live
    elif text.place == "allowed" and (match := _LIST.match(line)):
        if match[3] == "true":
            known = text.allowed.setdefault(int(match[2]), [])
            known += listed_components(match[1])
    elif text.place == "live" and (match := _BOUND.match(line)):
        if (found := component(match[1])) and text.live is not None:
            text.live.add((found[1], int(match[2])))
            if len(text.live) > _LIVE_LIMIT:
                raise ParseError(f"at most {_LIVE_LIMIT} live listeners expected")
    elif text.place:
        text.allowed_whole = True
        text.live_whole = text.live_whole or text.place == "live"
        text.place = ""


def _statements(user: int, listed: list[tuple[str, str]], bound: set[str] | None) -> Statements:
    """State the listeners, their apps, and that all other apps of the user have none."""
    apps: dict[str, list[str]] = {}
    for package, name in dict.fromkeys(listed):
        apps.setdefault(package, []).append(name)
        bound_now = UNSET if bound is None else name in bound
        yield NotificationListener(
            user=user, component=name, package=package, enabled=True, bound=bound_now
        )
    for package, names in apps.items():
        yield App(user=user, package=package, notification_listeners=tuple(sorted(names)))
    yield Otherwise(entity="app", user=user, field="notification_listeners", value=None)


NOTIFICATION_LISTENERS = Artifact(
    name="android.notification_listeners",
    title="Notification listeners",
    platform="android",
    states=(
        Stated(NotificationListener),
        Stated(App, ("user", "package", "notification_listeners")),
    ),
    readings=(
        Reading(per_user("settings", "--user", "{user}", "list", "secure"), parse_settings),
        Reading(ServiceDump(service="settings"), parse_settings_dump),
        Reading(ServiceDump(service="notification"), parse),
    ),
)
