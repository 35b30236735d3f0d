"""What a snapshot holds, in the form that two states are compared in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import UNSET, Struct

from scanner.changes.noise import policy
from scanner.model.changes import Plain, Seen
from scanner.model.entities import ENTITIES, Entity
from scanner.model.privacy import UNREADABLE, PrivacyClass, privacy_classes
from scanner.snapshot import Snapshot

Pseudonym = Callable[[str], str]
Enumerating = Mapping[str, Iterable[str]]  # type of entity: the artifacts that list such

CLASSES: Mapping[str, Mapping[str, PrivacyClass | None]] = {
    str(entity.__struct_config__.tag): privacy_classes(entity) for entity in ENTITIES
}


def seen(
    snapshot: Snapshot,
    *,
    pseudonym: Pseudonym,
    read_by: Mapping[str, Iterable[str]],
    enumerating: Enumerating,
) -> Iterator[Seen]:
    """Yield everything of a snapshot that can be compared, in the order of types and keys.

    Personal and secret fields stay behind, and so do records; ids of the device become pseudonyms.
    `read_by` names the artifacts that read an evidence.
    """
    for entity in ENTITIES:
        name = str(entity.__struct_config__.tag)
        noise = policy()[name]
        if noise.skip:
            continue
        listing = frozenset(enumerating.get(name, ()))
        for joined in snapshot.joined(entity):
            stated = dict(_stated(joined.entity, CLASSES[name], pseudonym))
            evidence = sorted({each for ids in joined.evidence.values() for each in ids})
            place = {each: number for number, each in enumerate(evidence)}
            yield Seen(
                entity=name,
                identity={field: stated.get(field) for field in noise.identity},
                fields={f: value for f, value in stated.items() if f not in noise.identity},
                evidence=tuple(evidence),
                stated_by={
                    field: tuple(sorted(place[each] for each in ids))
                    for field, ids in joined.evidence.items()
                    if field in stated and len(ids) < len(evidence)
                },
                artifacts=tuple(
                    sorted(listing.intersection(a for e in evidence for a in read_by.get(e, ())))
                ),
            )


def _stated(
    entity: Entity, classes: Mapping[str, PrivacyClass | None], pseudonym: Pseudonym
) -> Iterator[tuple[str, Plain]]:
    for field, privacy in classes.items():
        value = getattr(entity, field)
        if value is UNSET or privacy is None or privacy in UNREADABLE:
            continue
        if isinstance(value, tuple):
            if not any(isinstance(each, Struct) for each in value):
                words = (str(each) for each in value)
                yield field, tuple(sorted(map(pseudonym, words) if privacy == "D" else words))
        elif isinstance(value, datetime):
            yield field, value.isoformat()
        elif value is None or isinstance(value, str | int):
            hides = privacy == "D" and value is not None
            yield field, pseudonym(str(value)) if hides else value
