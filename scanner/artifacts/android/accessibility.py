"""Accessibility services, from `dumpsys accessibility` and the secure setting that lists them.

AccessibilityManagerService.dump prints one `User state[` for each user that was in the foreground:

- 8 and 9: `attributes:{id=0, ...}` and `services:{Service[label=...` : only labels, which are not
  read, so nothing is stated.
- 10 and later: `Bound services:{Service[label=...]}` (labels again), `Enabled services:{{a/.B},
  {c/d}}` on one line, `Binding services:{...}`, from 11 `Crashed services:{...}`.
- Samsung: `installed services: {`, `enabled services: {`, `bound services:{` with `0 : a/.B`
  below.
- 13 and later: `User state[` and `attributes:{id=0, ...` on two lines.

Below stand titles of windows, which any app chooses: reading ends before them. A label may imitate
lines too, so a user that stands twice, or has two lists of enabled services, is an error. The
setting (`enabled_accessibility_services`) is `a/.B:c/d`, the same in all versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET, Struct

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import component
from scanner.formats.lines import Line, outline
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import AccessibilityService, App, Otherwise
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

Statements = Iterator[AccessibilityService | App | Otherwise]

_SERVICES = 500  # of one user; more is no list of this world
_TITLE = "ACCESSIBILITY MANAGER"
_USER = re.compile(r"(?:User state\[)?\s*attributes:\{\s*id=(\d{1,6})\b")
_AOSP = re.compile(r"(Bound|Enabled|Binding) services:\{(.*)$")
_SAMSUNG = re.compile(r"(installed|enabled|binding|bound) services:\s?\{(\})?\s*\]?$")
_MEMBER = re.compile(r"\d{1,4} : (\S{3,600})(?: +\(\w{1,40}\))?$")
_FOREIGN = ("Global Info", "Display[", "A11yWindow", "Window[", "WindowInfo[", "Window attributes")


class _State(Struct):
    """What is known of one user's services."""

    enabled: list[str] | None = None
    bound: list[str] | None = None  # None: only labels were printed


def parse(file: EvidenceFile) -> Statements:
    """Yield the services of each user that the text speaks of."""
    states: dict[int, _State] = {}
    state: _State | None = None
    lines = _own_lines(file)
    for line in lines:
        if match := _USER.match(line.text):
            if (user := int(match[1])) in states:
                raise ParseError("each user once expected", line=line.number)
            states[user] = state = _State()
        elif state is None:
            continue
        elif match := _AOSP.match(line.text):
            _read_aosp(state, match, line)
        elif match := _SAMSUNG.match(line.text):
            _read_samsung(state, match, lines)
    if not states:
        raise ParseError("'User state[' expected")
    for user, known in states.items():
        if known.enabled is not None:
            yield from _statements(user, known.enabled, known.bound)


def from_setting(user: int, value: str) -> Statements:
    """Yield the services that the secure setting enabled_accessibility_services lists."""
    yield from _statements(user, [name for name in value.split(":") if name.strip()], None)


def _own_lines(file: EvidenceFile) -> Iterator[Line]:
    """Yield the lines of the service's own state, up to the first that an app may have written."""
    heard = False
    for line in outline(answer(file)):
        heard = heard or line.text.startswith(_TITLE)
        if line.text.startswith(_FOREIGN):
            break
        if heard:
            yield line
    if not heard:
        raise ParseError(f"'{_TITLE}' expected")


def _read_aosp(state: _State, match: re.Match[str], line: Line) -> None:
    kind, text = match.groups()
    if kind == "Bound":
        state.bound = [] if text == "}" else None
    elif kind == "Enabled":
        if state.enabled is not None:
            raise ParseError("one list of enabled services expected", line=line.number)
        names = text.rstrip("]")
        if names != "}" and not names.endswith("}}"):  # else it may be cut behind a service
            raise ParseError("'Enabled services:{...}' on one line expected", line=line.number)
        members = names[:-1].split(", ") if names != "}" else []
        state.enabled = [member.strip("{}") for member in members]


def _read_samsung(state: _State, match: re.Match[str], lines: Iterator[Line]) -> None:
    kind, closed = match.groups()
    if kind not in {"enabled", "bound"}:
        return  # its lines say nothing that is stated
    names: list[str] = []
    for line in () if closed else lines:
        if line.text.startswith("}"):
            break
        member = _MEMBER.match(line.text)
        if member is None:
            raise ParseError("'number : package/class' expected", line=line.number)
        names.append(member[1])
    else:
        if not closed:
            return  # the text was cut inside the list
    if kind == "enabled":
        if state.enabled is not None:
            raise ParseError("one list of enabled services expected")
        state.enabled = names
    else:
        state.bound = names


def _statements(user: int, enabled: list[str], bound: list[str] | None) -> Statements:
    """State the enabled services, their apps, and that all other apps of the user have none."""
    if len(enabled) > _SERVICES:
        raise ParseError(f"at most {_SERVICES} enabled services expected")
    running = None if bound is None else {_component(name)[1] for name in bound}
    apps: dict[str, list[str]] = {}
    for name in enabled:
        package, full = _component(name)
        if full in apps.setdefault(package, []):
            continue
        apps[package].append(full)
        bound_now = UNSET if running is None else full in running
        yield AccessibilityService(
            user=user, component=full, package=package, enabled=True, bound=bound_now
        )
    for package, services in apps.items():
        yield App(user=user, package=package, accessibility_services=tuple(sorted(services)))
    yield Otherwise(entity="app", user=user, field="accessibility_services", value=None)


def _component(name: str) -> tuple[str, str]:
    found = component(name.strip())
    if found is None:
        raise ParseError("'package/class' expected")
    return found


ACCESSIBILITY = Artifact(
    name="android.accessibility",
    title="Accessibility services",
    platform="android",
    states=(
        Stated(AccessibilityService, ("user", "component", "package", "enabled", "bound")),
        Stated(App, ("user", "package", "accessibility_services")),
    ),
    readings=(Reading(Dumpsys(service="accessibility"), parse),),
)
