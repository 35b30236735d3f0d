"""One side of a comparison: what it holds, and whether it would have held what the other does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import UNSET, Struct

from scanner.changes.noise import policy
from scanner.model.changes import Plain, Seen, State
from scanner.model.evidence import Gap, Reason

Key = tuple[str, tuple[Plain, ...]]

# Why an answer is none, the same each time. What breaks off does so at another place each time.
_LASTING = frozenset(
    {
        "field_not_stated",
        "locked",
        "no_permission",
        "not_selected",
        "privacy_policy",
        "unsupported_version",
    }
)


class Thing(Struct, frozen=True, kw_only=True):
    """One entity of one side; several of one identity are one, with what they agree on."""

    entity: str
    identity: dict[str, Plain]
    fields: dict[str, Plain]  # that are compared
    facts: dict[str, Plain]  # all that is stated, but what is passed over
    seen: tuple[Seen, ...]
    artifacts: tuple[str, ...]

    def evidence(self, field: str | None = None) -> tuple[str, ...]:
        """Return the evidence for a field, or for the thing itself."""
        fields = self.identity if field is None else (field,)
        named = (each.evidence_of(name) for each in self.seen for name in fields)
        found = {id for ids in named for id in ids}
        return tuple(sorted(found or {id for each in self.seen for id in each.evidence}))

    @property
    def user(self) -> int | None:
        user = self.identity.get("user")
        return user if isinstance(user, int) else None


class Lack(Struct, frozen=True):
    """Why a side cannot tell whether it holds something."""

    reason: Reason
    artifact: str
    user: int | None = None


class Side:
    """A state, asked by identity."""

    def __init__(self, state: State, *, beside: State) -> None:
        self.state = state
        self.things = dict(_things(state.entities))
        self._read = frozenset(state.read)
        shared = {_mark(gap) for gap in beside.gaps if _is_lasting(gap)}
        # A gap that the other state has as well did not keep it from what it holds.
        self._gaps: dict[str, list[Gap]] = {}
        for gap in state.gaps:
            if _mark(gap) not in shared:
                self._gaps.setdefault(gap.artifact, []).append(gap)
        self._all_gaps = frozenset(gap.artifact for gap in state.gaps if gap.user is None)
        self._broken = {
            gap.evidence: Lack(gap.reason, gap.artifact, gap.user)
            for gap in state.gaps
            if gap.evidence
        }

    def lack(self, artifacts: Iterable[str], user: int | None) -> Lack | None:
        """Return why this side may have missed what those artifacts list; None: it did not."""
        lacks = [self._lack(name, user) for name in artifacts]
        if not lacks:
            return Lack("source_absent", "")
        return None if None in lacks else lacks[0]

    def lack_of_parts(self, thing: Thing, field: str) -> Lack | None:
        """Return why a list that this side states may have been cut off; None: it was not."""
        if lack := self.lack(thing.artifacts, thing.user):
            return lack
        return next((self._broken[id] for id in thing.evidence(field) if id in self._broken), None)

    def covers(self, artifacts: Iterable[str]) -> bool:
        """Whether one of those artifacts was read and has no gap on the whole device."""
        return any(name in self._read and name not in self._all_gaps for name in artifacts)

    def reason(self, artifacts: Iterable[str]) -> Lack:
        """Return why none of those artifacts was read whole."""
        for gap in self.state.gaps:
            if gap.user is None and gap.artifact in artifacts:
                return Lack(gap.reason, gap.artifact)
        return Lack("not_selected", ", ".join(sorted(artifacts)))

    def _lack(self, artifact: str, user: int | None) -> Lack | None:
        if artifact not in self._read:
            return Lack("not_selected", artifact)
        for gap in self._gaps.get(artifact, ()):
            if gap.user is None or user is None or gap.user == user:
                return Lack(gap.reason, artifact, gap.user)
        return None


def _mark(gap: Gap) -> tuple[str, str | None, int | None, str]:
    return gap.artifact, gap.request, gap.user, gap.reason


def _is_lasting(gap: Gap) -> bool:
    """Whether a gap hides the same in every state that has it."""
    return gap.reason in _LASTING or (gap.reason == "source_absent" and gap.evidence is None)


def _things(entities: Iterable[Seen]) -> Iterator[tuple[Key, Thing]]:
    found: dict[Key, list[Seen]] = {}
    for each in entities:
        noise = policy().get(each.entity)
        if noise is None or noise.skip:
            continue
        whole: Mapping[str, Plain] = {**each.identity, **each.fields}
        if not noise.is_present(whole) or noise.passes(whole):
            continue
        found.setdefault(key_of(each), []).append(each)
    for key, alike in found.items():
        yield key, _thing(alike)


def key_of(seen: Seen) -> Key:
    """Return what tells an entity from others of its state."""
    return seen.entity, tuple(seen.identity.values())


def _thing(alike: list[Seen]) -> Thing:
    """Return what several entities of one identity agree on: processes of one name."""
    first, noise = alike[0], policy()[alike[0].entity]
    agreed = dict(first.fields)
    for each in alike[1:]:
        for name in [name for name in agreed if each.fields.get(name, UNSET) != agreed[name]]:
            del agreed[name]
    return Thing(
        entity=first.entity,
        identity=first.identity,
        fields={name: agreed[name] for name in agreed if noise.compares(name)},
        facts={name: agreed[name] for name in agreed if name not in noise.ignore},
        seen=tuple(alike),
        artifacts=tuple(sorted({name for each in alike for name in each.artifacts})),
    )
