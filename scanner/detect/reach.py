"""How far the scan reached for one rule: which gaps keep it from an answer.

An entity may have been missed where every artifact that enumerates its type has a gap, on the whole
device or for one user. A field is out of reach where every artifact that states it has one, or
where none of the scan does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct

from scanner.detect.facts import ScanFacts
from scanner.detect.rules import Rule
from scanner.detect.sigma import fields
from scanner.model.artifact import Artifact
from scanner.model.entities import AdbKey, App, AppChange, Build, Entity, PackageTrace, Socket
from scanner.model.evidence import Gap, Reason

# Fields that no artifact states: the snapshot derives them from these.
DERIVED: Mapping[tuple[type[Entity], str], tuple[str, ...]] = {
    (App, "other_users"): ("installed",),
    (Build, "patch_age_days"): ("security_patch",),
    (AdbKey, "days_since_connection"): ("last_connected_at",),
    (AdbKey, "examiner"): ("fingerprint",),
    (PackageTrace, "installed"): ("package",),
    (AppChange, "installed"): ("package",),
    (Socket, "packages"): ("uid",),
    (Socket, "shipped"): ("uid",),
}
# Fields that an artifact states for the few entities that have them, and as none for all others. An
# artifact that states nothing else of a type does not enumerate it.
EXCEPTIONAL: Mapping[type[Entity], frozenset[str]] = {
    App: frozenset(
        {
            "accessibility_services",
            "admin_receivers",
            "always_on_vpn",
            "input_methods",
            "notification_listeners",
            "operations_allowed",
            "owner",
            "projecting",
            "roles",
        }
    )
}


class Shortfall(Struct, frozen=True, kw_only=True):
    """Why a rule could not be decided on everything it speaks of."""

    reason: Reason
    artifact: str  # names, separated by a comma; empty: no artifact is known
    users: tuple[int, ...] | None = None  # None: the whole device


class Reach:
    """The artifacts and gaps of one scan, asked by rule."""

    def __init__(
        self, statements: Sequence[Artifact], gaps: Sequence[Gap], facts: ScanFacts
    ) -> None:
        self._statements, self._not_selected = tuple(statements), facts.not_selected
        self._gaps: dict[str, list[Gap]] = {}
        for gap in gaps:
            self._gaps.setdefault(gap.artifact, []).append(gap)

    def stating(self, entity: type[Entity], field: str) -> tuple[str, ...]:
        """Return the names of the artifacts of this scan that state a field."""
        return _stating(self._statements, entity, field)

    def shortfall(self, rule: Rule) -> Shortfall | None:
        """Return why an entity that was not seen could match; None where it could not."""
        if rule.entity.key and (short := self._missed(rule)):
            return short
        for field in rule.fields():
            for base in DERIVED.get((rule.entity, field), (field,)):
                if base not in rule.entity.key and (short := self._unstated(rule, base)):
                    return short
        return None

    def _missed(self, rule: Rule) -> Shortfall | None:
        artifacts = _enumerating(self._statements, rule.entity)
        if not artifacts:
            if rule.evaluate(_unseen(rule, UNSET)) is False:
                return None
            return _absent(_enumerating(self._not_selected, rule.entity))
        everywhere, users = self._short(rule, artifacts)
        if everywhere and rule.evaluate(_unseen(rule, UNSET)) is not False:
            return self._shortfall(artifacts, None)
        concerned = [user for user in users if rule.evaluate(_unseen(rule, user)) is not False]
        return self._shortfall(artifacts, concerned) if concerned else None

    def _unstated(self, rule: Rule, field: str) -> Shortfall | None:
        artifacts = self.stating(rule.entity, field)
        if not artifacts:
            return _absent(_stating(self._not_selected, rule.entity, field))
        # A conflict needs two witnesses: the gap of either is enough to miss it.
        groups = [(name,) for name in artifacts] if field == "conflicts" else [artifacts]
        for group in groups:
            everywhere, users = self._short(rule, group)
            if everywhere:
                return self._shortfall(group, None)
            concerned = [user for user in users if rule.evaluate(_of(rule, user)) is not False]
            if concerned:
                return self._shortfall(group, concerned)
        return None

    def _short(self, rule: Rule, artifacts: tuple[str, ...]) -> tuple[bool, list[int]]:
        """Say whether all these artifacts have a gap on the whole device, else for which users."""
        own = [self._gaps.get(name, []) for name in artifacts]
        by_user = "user" in rule.entity.key
        if all(any(gap.user is None or not by_user for gap in gaps) for gaps in own):
            return True, []
        users = {gap.user for gaps in own for gap in gaps if gap.user is not None}
        return False, [user for user in sorted(users) if all(_for(gaps, user) for gaps in own)]

    def _shortfall(self, artifacts: tuple[str, ...], users: Iterable[int] | None) -> Shortfall:
        short = None if users is None else tuple(users)
        reasons = {
            gap.reason
            for name in artifacts
            for gap in self._gaps[name]
            if short is None or gap.user in {None, *short}
        }
        return Shortfall(reason=min(reasons), artifact=", ".join(artifacts), users=short)


def _unseen(rule: Rule, user: Any) -> Entity:
    """Return what is known of an entity that nothing names.

    A rule that says `user: 0` is not concerned by what another user hides; and an app that the list
    of accessibility services does not name has none. Gaps of that list itself count by its field.
    """
    return _of(rule, user, dict.fromkeys(EXCEPTIONAL.get(rule.entity, ())))


def _of(rule: Rule, user: Any, known: Mapping[str, Any] | None = None) -> Entity:
    stated = {"user": user} | dict(known or {})
    return rule.entity(**{name: stated.get(name, UNSET) for name in fields(rule.entity)})


def _for(gaps: Iterable[Gap], user: int) -> list[Gap]:
    return [gap for gap in gaps if gap.user in {None, user}]


def _absent(others: tuple[str, ...]) -> Shortfall:
    reason: Reason = "not_selected" if others else "source_absent"
    return Shortfall(reason=reason, artifact=", ".join(others))


def _stating(artifacts: Iterable[Artifact], entity: type[Entity], field: str) -> tuple[str, ...]:
    return tuple(
        artifact.name
        for artifact in artifacts
        if any(
            stated.entity is entity and (field == "conflicts" or field in stated.names())
            for stated in artifact.states
        )
    )


def _enumerating(artifacts: Iterable[Artifact], entity: type[Entity]) -> tuple[str, ...]:
    exceptional = EXCEPTIONAL.get(entity, frozenset())
    return tuple(
        artifact.name
        for artifact in artifacts
        for stated in artifact.states
        if stated.entity is entity
        and set(stated.names()).issuperset(entity.key)
        and not (exceptional and set(stated.names()) <= exceptional.union(entity.key))
    )
