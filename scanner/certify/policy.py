"""A policy: what must hold of a phone, as data that is checked before it counts.

Everything that is wrong is said at once, each with the key that it stands at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from scanner.certify.requirements import (
    KINDS,
    PLATFORMS,
    AllowedApp,
    AllowedAuthority,
    AllowedProfile,
    Platform,
    Requirement,
    Span,
    Text,
)

Place = tuple[str | int, ...]
_REQUIREMENTS = 200
_LIST = 5_000  # of one allow-list
_DEFAULT_SPAN = "30d"
# Of these all keys are optional, and one without any would allow everything.
_NEEDS_A_KEY = (AllowedProfile, AllowedAuthority)
_NEEDS_ONE_OF = {
    "checks_examined": ("rules", "tags"),
    "minimum_system": ("release", "security_patch", "patch_within", "builds"),
    "apps_present": ("apps",),
    "apps_absent": ("packages",),
}


class Problems(Protocol):
    """Takes what is wrong with a file, each at its key."""

    def add(self, place: Place, reason: str, remedy: str = "") -> None: ...

    def unknown(self, place: Place, kind: str, word: str, choices: Iterable[str]) -> None: ...


class Policy(Struct, frozen=True, kw_only=True):
    """What must hold of a phone, and for how long a statement of it stands."""

    title: Text
    platforms: tuple[Platform, ...]
    requirements: tuple[Requirement, ...]
    sha256: str  # of the file's bytes
    valid_for: str = _DEFAULT_SPAN  # the longest


class _Head(Struct, frozen=True, kw_only=True):
    title: Text
    platforms: tuple[Platform, ...]
    requirements: tuple[Any, ...]
    valid_for: Span = _DEFAULT_SPAN


def make_policy(data: Mapping[str, Any], sha256: str, problems: Problems) -> Policy | None:
    """Make a policy of a file's data; None where something is wrong, which `problems` has taken."""
    said = _Counting(problems)
    head = _map(_Head, data, (), said)
    listed = data.get("requirements")
    found = tuple(_requirements(listed if isinstance(listed, list) else [], said))
    if isinstance(listed, list) and not listed:
        said.add(("requirements",), "no requirement", "a policy without any would always be met")
    if head is not None and not head["platforms"]:
        said.add(("platforms",), "no platform", f"write some of: {', '.join(PLATFORMS)}")
    if said.count or head is None:
        return None
    return Policy(
        title=head["title"],
        platforms=head["platforms"],
        requirements=found,
        sha256=sha256,
        valid_for=head.get("valid_for", _DEFAULT_SPAN),
    )


class _Counting:
    """Passes problems on, and knows how many there were."""

    def __init__(self, problems: Problems) -> None:
        self._problems, self.count = problems, 0

    def add(self, place: Place, reason: str, remedy: str = "") -> None:
        self.count += 1
        self._problems.add(place, reason, remedy)

    def unknown(self, place: Place, kind: str, word: str, choices: Iterable[str]) -> None:
        self.count += 1
        self._problems.unknown(place, kind, word, choices)


def _requirements(listed: list[Any], problems: _Counting) -> Iterable[Requirement]:
    seen: set[str] = set()
    if len(listed) > _REQUIREMENTS:
        problems.add(("requirements",), f"more than {_REQUIREMENTS} requirements")
        return
    for number, data in enumerate(listed):
        place: Place = ("requirements", number)
        if not isinstance(data, dict):
            problems.add(place, "a map expected", "write `- id: ...` and `require: ...`")
            continue
        kind = data.get("require")
        if not isinstance(kind, str) or kind not in KINDS:
            problems.unknown((*place, "require"), "requirement", str(kind), KINDS)
            continue
        values = _map(KINDS[kind], data, place, problems)
        if values is None:
            continue
        requirement = KINDS[kind](**values)
        if requirement.id in seen:
            problems.add((*place, "id"), "the id stands twice", "give each one of its own")
        seen.add(requirement.id)
        _require_sense(requirement, place, problems)
        yield requirement


def _require_sense(requirement: Requirement, place: Place, problems: _Counting) -> None:
    """Refuse what can be written and means nothing."""
    for name in set(requirement.platforms) - set(requirement.on):
        problems.add(
            (*place, "platforms"),
            f"{requirement.require} is not known of {name}",
            f"it is of: {', '.join(requirement.on)}",
        )
    needed = _NEEDS_ONE_OF.get(requirement.require, ())
    if needed and not any(getattr(requirement, name) for name in needed):
        problems.add(place, "asks for nothing", f"write one of: {', '.join(needed)}")
    for number, each in enumerate(getattr(requirement, "allow", ())):
        where = (*place, "allow", number)
        if isinstance(each, _NEEDS_A_KEY) and all(
            getattr(each, name) is None for name in each.__struct_fields__
        ):
            problems.add(where, "allows everything", "name what is allowed")
        if isinstance(each, AllowedApp) and each.team is not None:
            problems.add((*where, "team"), "is of iOS", "write signer_sha256")


def _map(kind: type[Struct], data: Any, place: Place, problems: _Counting) -> dict[str, Any] | None:
    """Return the values of a map, each of its type; None where one is wrong."""
    if not isinstance(data, dict):
        problems.add(place, "a map expected")
        return None
    before, values = problems.count, dict[str, Any]()
    types = get_type_hints(kind, include_extras=True)
    known = {each.name: each for each in fields(kind)}
    for name, value in data.items():
        if name not in known:
            problems.unknown((*place, name), "key", name, known)
            continue
        values[name] = _value(types[name], value, (*place, name), problems)
    for name, each in known.items():
        if name not in data and each.default is NODEFAULT and each.default_factory is NODEFAULT:
            problems.add((*place, name), "is missing", "write it")
    return values if problems.count == before else None


def _value(kind: Any, value: Any, place: Place, problems: _Counting) -> Any:
    of = get_args(kind)[0] if get_origin(kind) is tuple else None
    if of is not None:
        if not isinstance(value, list):
            problems.add(place, "a list expected", "write `[...]`, or one `- ` to a line")
            return ()
        if len(value) > _LIST:
            problems.add(place, f"more than {_LIST} values")
            return ()
        parts = enumerate(value)
        return tuple(_value(of, one, (*place, number), problems) for number, one in parts)
    if isinstance(kind, type) and issubclass(kind, Struct):
        values = _map(kind, value, place, problems)
        return None if values is None else kind(**values)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problems.add(place, str(error).partition(" - at")[0], _remedy(value))
        return None


def _remedy(value: Any) -> str:
    return "quote the value" if isinstance(value, int | float) else ""
