"""What happened to configuration profiles, from the diaries of profiled.

MCProfileEvents.plist holds `ProfileEvents`, a list of dictionaries with one key each, the
identifier of a profile: Operation (`install`, `remove`), Process, Timestamp. profiled drops events
when they are old. MCSettingsEvents.plist keeps, below `SystemProfileRestrictions` and there below
the identifier of a profile, when each restriction of it was last set or taken back, and by which
process: `restrictedBool`.NAME.`value`.{event, process, timestamp}.

Sources: ManagedConfiguration's code (decompiled), MCProfileEventsManager; clients that read both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scanner.artifacts.ios.recorded.profile_places import of_system, of_user
from scanner.artifacts.ios.reply import known
from scanner.errors import ParseError
from scanner.formats.plists import Map, Value, mapping, moment, read_map, text
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import ProfileEvent
from scanner.model.evidence import EvidenceFile

_COUNT = 20_000  # events
_LENGTH = 255  # characters of an identifier
_SHORT = 200
_DEPTH = 4  # dictionaries between a profile and an event
_OPERATIONS = {
    "install": "install",
    "installed": "install",
    "remove": "remove",
    "removed": "remove",
    "uninstall": "remove",
    "update": "update",
    "updated": "update",
}


def parse(file: EvidenceFile) -> Iterator[ProfileEvent]:
    """Yield each event; ParseError, after all else, where one cannot be read."""
    events = read_map(file).get("ProfileEvents")
    if not isinstance(events, list) or len(events) > _COUNT:
        raise ParseError(f"a list of at most {_COUNT} events of profiles expected")
    odd = 0
    for event in events:
        if not isinstance(event, dict) or not event:
            odd += 1
            continue
        for identifier, details in event.items():
            if isinstance(details, dict):
                yield _event(identifier, details)
            else:
                odd += 1
    if odd:
        raise ParseError(f"events of profiles expected; {odd} are none")


def parse_settings(file: EvidenceFile) -> Iterator[ProfileEvent]:
    """Yield when restrictions of a profile changed, each moment once."""
    content = read_map(file)
    if not any(isinstance(each, dict) for each in content.values()) and content:
        raise ParseError("events of settings expected")
    for identifier, settings in mapping(content, "SystemProfileRestrictions").items():
        seen: dict[tuple[datetime, str | None], None] = {}
        for details in _below(settings, _DEPTH):
            if at := moment(details, "timestamp"):
                seen[at, text(details, "process", limit=_SHORT)] = None
            if len(seen) > _COUNT:
                raise ParseError(f"at most {_COUNT} events of settings expected")
        for at, process in sorted(seen, key=lambda each: (each[0], each[1] or "")):
            yield ProfileEvent(
                identifier=identifier[:_LENGTH],
                operation="update",
                at=at,
                process=known(process),
            )


def _event(identifier: str, details: Map) -> ProfileEvent:
    said = {key.lower(): value for key, value in details.items()}
    operation = text(said, "operation", limit=_SHORT) or ""
    return ProfileEvent(
        identifier=identifier[:_LENGTH],
        operation=_OPERATIONS.get(operation.lower(), "other"),
        at=moment(said, "timestamp"),
        process=text(said, "process", limit=_SHORT),
    )


def _below(value: Value, depth: int) -> Iterator[Map]:
    """Yield the dictionaries that tell of one change."""
    if not isinstance(value, dict) or depth < 0:
        return
    if "timestamp" in value:
        yield value
        return
    for each in value.values():
        yield from _below(each, depth - 1)


PROFILE_EVENTS = Artifact(
    name="ios.profile_events",
    title="Events of configuration profiles",
    platform="ios",
    states=(Stated(ProfileEvent),),
    readings=(
        *(
            Reading(request, parse, covers=("profiles",))
            for request in (
                *of_system("MCProfileEvents.plist"),
                *of_user("MCProfileEvents.plist"),
            )
        ),
        *(
            Reading(request, parse_settings, covers=("settings",))
            for request in of_system("MCSettingsEvents.plist")
        ),
    ),
)
