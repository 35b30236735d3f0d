"""What a snapshot states of the things that benchmarks ask for, and how far it was read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import UNSET

from scanner.model.artifact import Artifact
from scanner.model.entities import (
    Build,
    Entity,
    Management,
    Payload,
    Profile,
    Property,
    Restriction,
    Setting,
    User,
)
from scanner.model.evidence import Gap, Reason
from scanner.snapshot import Joined, Snapshot

_RELEASE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}")
# The restrictions in force stand in one file: where any was read, a source that is absent is the
# one of who demands them. A file that broke off may hide the rest.
BROKEN: frozenset[Reason] = frozenset({"parse_error", "truncated", "timeout", "sandbox_kill"})
_GUEST = "android.os.usertype.full.GUEST"
_GUEST_FLAG = 4  # UserInfo.FLAG_GUEST, of versions that print no type


class Stated:
    """The facts of one phone that benchmarks ask for."""

    def __init__(
        self,
        snapshot: Snapshot,
        gaps: Sequence[Gap],
        asked: Sequence[Artifact],
        not_selected: Sequence[Artifact],
    ) -> None:
        self._snapshot, self._gaps = snapshot, tuple(gaps)
        self._asked, self._not_selected = tuple(asked), tuple(not_selected)
        self.restrictions = _named(snapshot, Restriction)
        self.restrictions_evidence = tuple(
            dict.fromkeys(
                id for each in self.restrictions.values() for id in each.evidence_of("value")
            )
        )
        self.properties = _named(snapshot, Property)
        self.settings = {
            (each.entity.namespace, each.entity.name): each
            for each in snapshot.joined(Setting)
            if isinstance(each.entity, Setting) and each.entity.user == 0
        }
        # Files that nobody installed, and profiles that are not active, demand nothing.
        idle = {each.identifier for each in snapshot.every(Profile) if each.active is False}
        self.payloads = tuple(
            each
            for each in snapshot.joined(Payload)
            if isinstance(each.entity, Payload)
            and each.entity.file is None
            and each.entity.profile not in idle
        )
        self.release = release_of(snapshot)

    def supervised(self) -> tuple[bool | None, tuple[str, ...]]:
        """Say whether the phone is supervised (None: nothing states it), with the evidence."""
        for each in self._snapshot.joined(Management):
            value = getattr(each.entity, "supervised", UNSET)
            if isinstance(value, bool):
                return value, each.evidence_of("supervised")
        return None, ()

    def of_payloads(self, *types: str) -> Iterator[Joined]:
        """Yield the installed payloads of some types."""
        return (each for each in self.payloads if getattr(each.entity, "payload_type", "") in types)

    def profiles_read(self) -> bool:
        """Whether the list of installed profiles was read, whatever it held."""
        return any(True for _ in self._snapshot.joined(Profile)) or bool(
            self._stating(self._asked, Payload) and not self.gap(Payload)
        )

    def users(self, kind: str) -> Iterator[tuple[bool | None, tuple[str, ...]]]:
        """Yield of each user whether it is of a type (None: not stated), with the evidence."""
        for each in self._snapshot.joined(User):
            found, flags = (getattr(each.entity, name) for name in ("user_type", "flags"))
            if isinstance(found, str):
                yield found == kind, each.evidence_of("user_type")
            elif kind == _GUEST and isinstance(flags, int):
                yield bool(flags & _GUEST_FLAG), each.evidence_of("flags")
            else:
                yield None, ()

    def gap(self, entity: type[Entity], among: frozenset[Reason] | None = None) -> Reason | None:
        """Return why entities of a type may have been missed; None where nothing says so."""
        names = self._stating(self._asked, entity)
        reasons = [
            gap.reason
            for gap in self._gaps
            if gap.artifact in names and not gap.user and (among is None or gap.reason in among)
        ]
        return min(reasons) if reasons else None

    def missing(self, entity: type[Entity]) -> Reason:
        """Return why nothing of a type was read."""
        if reason := self.gap(entity):
            return reason
        if self._stating(self._asked, entity):
            return "source_absent"
        others = self._stating(self._not_selected, entity)
        return "not_selected" if others else "source_absent"

    def _stating(self, artifacts: Sequence[Artifact], entity: type[Entity]) -> frozenset[str]:
        return frozenset(
            each.name
            for each in artifacts
            if any(stated.entity is entity for stated in each.states)
        )


def release_of(snapshot: Snapshot) -> tuple[int, ...] | None:
    """Return the release of the system as numbers; None where the build does not state it."""
    build = next(snapshot.every(Build), None)
    release = build.release if build else None
    if not isinstance(release, str) or not _RELEASE.fullmatch(release):
        return None
    return tuple(int(part) for part in release.split("."))


def _named(snapshot: Snapshot, entity: type[Restriction | Property]) -> dict[str, Joined]:
    return {getattr(each.entity, "name", ""): each for each in snapshot.joined(entity)}
