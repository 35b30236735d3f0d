"""One pass over a snapshot: where indicators of any feed were seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import UNSET, Struct

from scanner.detect.indicators.carriers import Carrier
from scanner.detect.indicators.index import Found, Index
from scanner.detect.sigma.fields import reader
from scanner.model.entities import (
    App,
    AppChange,
    AppEvent,
    BinaryImage,
    ContentMatch,
    Crash,
    Entity,
    FileEntry,
    LocationClient,
    PackageTrace,
    PrivacyGrant,
    Socket,
    TrafficRecord,
)
from scanner.model.observables import ObservableType
from scanner.snapshot import Joined, Snapshot

# Types that tell of an app as a whole, whichever entity states them.
# Fields of an iPhone's records that name an app, which they outlive.
_NAMING: Mapping[type[Entity], str] = {
    AppEvent: "package",
    Crash: "bundle",
    LocationClient: "bundle",
    PrivacyGrant: "client",
    TrafficRecord: "bundle",
}
_OF_APPS: frozenset[ObservableType] = frozenset(
    {"package", "certificate_md5", "certificate_sha1", "certificate_sha256"}
)
_NOT_APPS = ("com.apple.", "/")  # parts of iOS, which no list of apps has; programs by their path
SIGHTINGS_LIMIT = 200  # of one indicator, or of one part: more of them say nothing new


class Sighting(Struct, frozen=True):
    """One value of one entity that an indicator matches."""

    joined: Joined
    carrier: Carrier
    value: str  # as the entity states it
    found: Found
    historic: bool  # a trace of what is no longer there

    @property
    def many(self) -> bool:
        """Whether it is one of many entities that are one matter: all files of one folder."""
        entity = self.joined.entity
        if isinstance(entity, FileEntry):
            return self.found.relation == "below"
        return isinstance(entity, BinaryImage | Socket)

    @property
    def identity(self) -> tuple[object, ...]:
        """Return what tells the entity from all others."""
        entity = self.joined.entity
        return (type(entity).__name__, *(getattr(entity, name) for name in entity.key))

    @property
    def subject(self) -> tuple[object, ...]:
        """Return what tells the subject of a finding from all others."""
        return (type(self.joined.entity).__name__,) if self.many else self.identity

    @property
    def whole(self) -> tuple[object, ...]:
        """Return the thing that the entity is of: an app for its files and traces, a source."""
        if isinstance(self.joined.entity, ContentMatch):
            return "content", self.joined.entity.source
        package = getattr(self.joined.entity, "package", None)
        return ("package", package) if isinstance(package, str) else self.identity


class Seen(Struct, kw_only=True):
    """What came of one pass over all entities."""

    sightings: dict[tuple[int, ObservableType, str], list[Sighting]]
    patterns: dict[tuple[int, int], dict[int, list[Sighting]]]
    """Of patterns with AND, by part, under the feed and the identity of the indicator."""
    compared: dict[ObservableType, int]  # values, by the type of indicator they were compared with
    unstated: dict[Carrier, int]  # entities that do not state a field
    installed: frozenset[str] | None  # packages that are there now; None: not every app was listed


def look(
    snapshot: Snapshot,
    index: Index,
    carriers: Iterable[Carrier],
    installed: frozenset[str] | None,
) -> Seen:
    """Compare every carrier with every indicator."""
    seen = Seen(
        sightings=defaultdict(list),
        patterns=defaultdict(dict),
        compared=defaultdict(int),
        unstated=defaultdict(int),
        installed=installed,
    )
    by_entity: dict[type[Entity], list[Carrier]] = defaultdict(list)
    for carrier in carriers:
        if index.asks(carrier.meets()):
            by_entity[carrier.entity].append(carrier)
    for entity, own in by_entity.items():
        for carrier in own:
            _look_at(snapshot, index, entity, carrier, seen)
    return seen


def _look_at(
    snapshot: Snapshot,
    index: Index,
    entity: type[Entity],
    carrier: Carrier,
    seen: Seen,
) -> None:
    field, platform, count, unstated = carrier.field, snapshot.platform, 0, 0
    find, values, searches = index.find, carrier.values, carrier.searches
    stated = reader(field)
    for joined in snapshot.joined(entity):
        if stated(joined.entity) is UNSET:
            unstated += _speaks_of(carrier, joined.entity)
            continue
        for value in values(joined.entity):
            count += 1
            for search in searches:
                text = value.partition(":")[0] if search == "package" else value
                for found in find(search, text, platform=platform):
                    historic = _is_historic(joined.entity, seen.installed)
                    enter(seen, Sighting(joined, carrier, value, found, historic))
    for type in carrier.meets():
        seen.compared[type] += count
    if unstated:
        seen.unstated[carrier] = unstated


def _speaks_of(carrier: Carrier, entity: Entity) -> bool:
    return not carrier.names or getattr(entity, "name", None) in carrier.names


def enter(seen: Seen, sighting: Sighting) -> None:
    """Take note of a sighting, as long as there are not very many of its indicator."""
    found = sighting.found
    indicator = found.indicator
    if indicator.also:
        sightings = seen.patterns[found.feed, id(indicator)].setdefault(found.part, [])
    else:
        sightings = seen.sightings[found.feed, indicator.type, indicator.value]
    if len(sightings) < SIGHTINGS_LIMIT:
        sightings.append(sighting)


def _is_historic(entity: Entity, installed: frozenset[str] | None) -> bool:
    """Whether an entity is what is left of an app that no user has any more."""
    if isinstance(entity, App | AppChange | PackageTrace):
        return entity.installed is False
    app = getattr(entity, _NAMING.get(type(entity), ""), None)
    if installed is None or not isinstance(app, str) or app.startswith(_NOT_APPS):
        return False
    return app not in installed


def holding(parts: Mapping[int, list[Sighting]]) -> list[list[Sighting]]:
    """Return the sightings of one pattern with AND where all its parts were seen, by subject."""
    groups: dict[tuple[object, ...], list[Sighting]] = defaultdict(list)
    for part in sorted(parts):
        for sighting in sorted(parts[part], key=lambda each: each.historic):  # what is there first
            groups[_object_of(sighting)].append(sighting)
    return [
        group
        for group in groups.values()
        if len({each.found.part for each in group}) == len(group[0].found.indicator.also) + 1
    ]


def _object_of(sighting: Sighting) -> tuple[object, ...]:
    """Return what all parts of a pattern have to be seen on: an app, one entity, or the device."""
    indicator = sighting.found.indicator
    if not indicator.together:
        return ()
    types = {indicator.type, *(type for type, _ in indicator.also)}
    # A match says nothing of the record: of content, parts have to be named in one source.
    of_content = isinstance(sighting.joined.entity, ContentMatch)
    whole = of_content or not types.isdisjoint(_OF_APPS)
    return sighting.whole if whole else sighting.identity
