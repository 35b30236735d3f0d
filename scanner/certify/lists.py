"""Which lists of a phone were read whole, so that what they do not name is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from scanner.model.artifact import Artifact, Stated, listing
from scanner.model.entities import App, Entity
from scanner.model.evidence import Gap


class Unread(Struct, frozen=True, kw_only=True):
    """Why a list, or a field, was not read."""

    reason: str
    artifact: str  # names, separated by a comma; empty: nothing reads it
    users: tuple[int, ...] = ()  # none: the whole phone


class Lists:
    """The artifacts of one examination, and what of them could not be read.

    A list was read where one artifact that enumerates it has no gap at all. An artifact with a gap
    for one user, beside another with a gap for another user, does not count: nobody compares them.
    """

    def __init__(
        self, read: Sequence[Artifact], others: Sequence[Artifact], gaps: Iterable[Gap]
    ) -> None:
        self._read, self._others = tuple(read), tuple(others)
        self._gaps: dict[str, list[Gap]] = {}
        for gap in gaps:
            self._gaps.setdefault(gap.artifact, []).append(gap)

    def unread(self, entity: type[Entity]) -> Unread | None:
        """Return why entities of a type may be there that nobody saw; None: all were listed."""
        groups = listing(self._read, entity, _lists)
        for where, artifacts in groups.items():
            if short := self._short(artifacts):
                return short
            if where is None:
                return None
        others = listing(self._others, entity, _lists)
        missing = {name for where, names in others.items() if where not in groups for name in names}
        if missing or not groups:
            reason = "not_selected" if missing else "source_absent"
            return Unread(reason=reason, artifact=", ".join(sorted(missing)))
        return None

    def unstated(self, entity: type[Entity], field: str) -> Unread:
        """Return why nothing states a field."""
        stating = _stating(self._read, entity, field)
        if short := self._short(stating):
            return short
        if stating:
            return Unread(reason="field_not_stated", artifact=", ".join(stating))
        others = _stating(self._others, entity, field)
        reason = "not_selected" if others else "field_not_stated"
        return Unread(reason=reason, artifact=", ".join(others))

    def _short(self, artifacts: Sequence[str]) -> Unread | None:
        gaps = [gap for name in artifacts for gap in self._gaps.get(name, ())]
        if not artifacts or not all(self._gaps.get(name) for name in artifacts):
            return None
        users = {gap.user for gap in gaps}
        return Unread(
            reason=min(gap.reason for gap in gaps),
            artifact=", ".join(artifacts),
            users=()
            if None in users
            else tuple(sorted(user for user in users if user is not None)),
        )


def _lists(stated: Stated) -> bool:
    names = set(stated.names())
    # Many artifacts name the few apps that hold a power; only some say which are installed.
    if stated.entity is App and "installed" not in names:
        return False
    return names.issuperset(stated.entity.key)


def _stating(artifacts: Iterable[Artifact], entity: type[Entity], field: str) -> list[str]:
    return [
        artifact.name
        for artifact in artifacts
        if any(stated.entity is entity and field in stated.names() for stated in artifact.states)
    ]
