"""Whether a finding is new: the baseline did not have it, and could have."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from msgspec import Struct

from scanner.changes.matters import Matter, matter
from scanner.changes.sides import Key, Side, key_of
from scanner.model.changes import Seen, State
from scanner.model.findings import BaselineState, Finding


class Newness(Struct, frozen=True, dict=True):
    """Two states, asked for what the old one could have found."""

    old: State
    new: State

    def of(self, finding: Finding, artifacts: Collection[str] = ()) -> BaselineState | None:
        """Say whether a finding is new, as a report shows it; None: that cannot be told.

        A finding that the baseline lacks since nobody looked there is not said to be new.
        `artifacts` are those that read its evidence.
        """
        if matter(finding) in self._known:
            return "unchanged"
        return "new" if self._could_have(finding, artifacts) else None

    def _could_have(self, finding: Finding, artifacts: Collection[str]) -> bool:
        if finding.subject.entity == "change":  # what cannot be told is none
            return True
        decided = finding.rule not in self._undecided
        key = finding.subject.entity, tuple(finding.subject.key.values())
        now = self._now.get(key)
        if now is None:  # of no entity that states are compared by
            return decided and not missed(self._side, finding, artifacts)
        then = self._then.get(key)
        if then is None:
            return not missed(self._side, finding, now.artifacts)
        stated = then.identity.keys() | then.fields.keys()
        return decided or all(each.field.partition(".")[0] in stated for each in finding.matched)

    @cached_property
    def _known(self) -> frozenset[Matter]:
        return frozenset(matter(held.finding) for held in self.old.held)

    @cached_property
    def _undecided(self) -> frozenset[str]:
        return frozenset(self.old.undecided)

    @cached_property
    def _side(self) -> Side:
        return Side(self.old, beside=self.new)

    @cached_property
    def _then(self) -> dict[Key, Seen]:
        return {key_of(each): each for each in self.old.entities}

    @cached_property
    def _now(self) -> dict[Key, Seen]:
        return {key_of(each): each for each in self.new.entities}


def missed(side: Side, finding: Finding, artifacts: Collection[str]) -> bool:
    """Whether a side may have missed what a finding is about, by what its evidence was read by."""
    user = finding.subject.key.get("user")
    return bool(artifacts and side.lack(artifacts, user if isinstance(user, int) else None))
