"""The snapshot: everything stated of one device, joined by key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from msgspec import UNSET, UnsetType

from scanner.model.entities import (
    ENTITIES,
    App,
    AppFile,
    Clock,
    ContentSource,
    DeviceIdentity,
    Entity,
    InstalledFile,
    Mention,
    Otherwise,
    Statement,
    User,
)
from scanner.model.evidence import Provenance
from scanner.snapshot.app_files import AppFiles
from scanner.snapshot.derived import Known, clock, derive_all
from scanner.snapshot.joined import PRECEDENCE, Claim, Default, Joined, join
from scanner.snapshot.mentions import Mentions, joined_source

E = TypeVar("E", bound=Entity)
Key = tuple[object, ...]

_BY_NAME: dict[str, type[Entity]] = {
    str(entity.__struct_config__.tag): entity for entity in ENTITIES
}


class Snapshot:
    """The state of one device. Ages are at `now`, the end of the acquisition."""

    def __init__(
        self,
        platform: str,
        *,
        now: datetime | None = None,
        host_keys: Iterable[str] | None = (),
        skew_seconds: float | None | UnsetType = UNSET,
        mentions: Mentions | None = None,
    ) -> None:
        self.platform, self.now = platform, now
        self._skew = skew_seconds  # the device's clock minus the host's; UNSET: a recording
        # None: it is not known which computer examined the device.
        self.host_keys = None if host_keys is None else frozenset(host_keys)
        self._claims: dict[type[Entity], dict[Key, list[Claim]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._defaults: dict[tuple[type[Entity], int | None], dict[str, list[Default]]] = {}
        self._joined: dict[type[Entity], dict[Key, Joined]] = {}
        self.mentions = (
            Mentions() if mentions is None else mentions
        )  # what content names: nothing is stated of it

    def at(self, now: datetime | None) -> None:
        """Set *now*, which ages are counted to."""
        self.now = now
        self._joined.clear()

    def add(
        self, statement: Statement, *, evidence: str, provenance: Provenance, rank: int
    ) -> None:
        """Add what one evidence states; `rank` is the place of its artifact in the registry."""
        if isinstance(statement, Mention):
            self.mentions.add(statement, evidence=evidence, provenance=provenance, rank=rank)
            return
        order = (PRECEDENCE[provenance], rank, evidence)
        if isinstance(statement, Otherwise):
            entity = _BY_NAME[statement.entity]
            fields = self._defaults.setdefault((entity, statement.user), {})
            fields.setdefault(statement.field, []).append(
                Default(order, statement.value, evidence, provenance)
            )
        else:
            entity = type(statement)
            key = tuple(getattr(statement, name) for name in entity.key)
            self._claims[entity][key].append(Claim(order, statement, evidence, provenance))
        self._joined.clear()

    def every(self, entity: type[E]) -> Iterator[E]:
        """Yield the joined entities of a type, in the order of their keys."""
        for joined in self.joined(entity):
            if isinstance(joined.entity, entity):
                yield joined.entity

    def joined(self, entity: type[Entity]) -> Iterable[Joined]:
        """Yield the joined entities of a type with the evidence and provenance of each field."""
        joined = self._joined.get(entity)
        if joined is None:
            # Not read back: what another thread adds meanwhile clears it.
            joined = self._joined[entity] = self._join(entity)
        return joined.values()

    def counts(self) -> dict[str, int]:
        """Count the entities of each type that was observed at all; of apps, the installed ones."""
        counted = {
            name: sum(not _is_absent(each) for each in self.every(entity))
            for name, entity in sorted(_BY_NAME.items())
        }
        return {name: count for name, count in counted.items() if count}

    def _join(self, entity: type[Entity]) -> dict[Key, Joined]:
        claims = self._claims.get(entity, {})
        by_user: dict[int | None, dict[str, list[Default]]] = {}
        joined: dict[Key, Joined] = {}
        for key in _sorted(claims):
            user = _user_of(entity, key)
            if user not in by_user:
                by_user[user] = self._defaults_of(entity, user)
            if entity is ContentSource:
                joined[key] = joined_source(claims[key])
            else:
                joined[key] = join(claims[key], by_user[user])
        if entity is Clock and self._skew is not UNSET:
            return clock(self._skew)
        users = [] if entity is User else [each.id for each in self.every(User)]
        known = Known(
            now=self.now,
            users=frozenset(users),
            host_keys=self.host_keys,
            apps=lambda: self.every(App),
            udids=lambda: {each.udid for each in self.every(DeviceIdentity)},
            files=self._app_files,
        )
        return derive_all(entity, joined, known)

    def _app_files(self) -> AppFiles:
        claims = (each for every in self._claims.get(AppFile, {}).values() for each in every)
        files = (each.entity for each in claims if isinstance(each.entity, AppFile))
        origins = ((each.origin, each.sha256) for each in files)
        return AppFiles(self.joined(AppFile), origins, self.joined(InstalledFile))

    def _defaults_of(self, entity: type[Entity], user: int | None) -> dict[str, list[Default]]:
        """Return what is stated of all entities of a user that are not named, by field."""
        stated: dict[str, list[Default]] = defaultdict(list)
        for whose in {None, user}:
            for field, defaults in self._defaults.get((entity, whose), {}).items():
                stated[field] += defaults
        return {
            field: sorted(defaults, key=lambda default: default.order)
            for field, defaults in stated.items()
        }


def _is_absent(entity: Entity) -> bool:
    return isinstance(entity, App) and entity.installed is False


def _user_of(entity: type[Entity], key: Key) -> int | None:
    user = key[entity.key.index("user")] if "user" in entity.key else None
    return user if isinstance(user, int) else None


def _sorted(claims: dict[Key, list[Claim]]) -> list[Key]:
    # A part of a key may be None in one entity and a text in another: the type decides first.
    return sorted(claims, key=lambda key: [(type(part).__name__, part) for part in key])
