"""What the other objects of a bundle say of its indicators: names, references, markings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec import Raw

from scanner.detect.feeds.draft import NAMES_LIMIT, Draft, kept_names, kept_references
from scanner.detect.feeds.markings import MARKINGS, strictest
from scanner.detect.feeds.stix_objects import (
    MARKING,
    NAMED,
    RELATIONSHIP,
    IndicatorObject,
    addresses,
)
from scanner.model.observables import Tlp

THREATS = frozenset(
    {"malware", "campaign", "threat-actor", "intrusion-set", "tool", "infrastructure"}
)
REPORTS = frozenset({"report", "grouping", "incident"})

T = TypeVar("T")
Ids = tuple[str, ...]
Objects = dict[str, dict[str, Raw]]  # by type and id


class Context:
    """Names, references and markings, each found by the id of an indicator in one step."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}  # by id of the object that has it
        self._references: dict[str, tuple[str, ...]] = {}
        self._linked: dict[str, Ids] = {}  # threats and reports, by id of an indicator
        self._ids: dict[str, str] = {}  # one text for each id, and one tuple for each set of them
        self._sets: dict[Ids, Ids] = {}
        self._marked: dict[str, Tlp] = {}  # who may read a name, by id of the object that has it
        self._about: dict[tuple[Ids, Tlp | None], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._markings: dict[str, Tlp] = dict(MARKINGS)

    def read(self, objects: Objects, links: list[Raw], draft: Draft) -> None:
        """Read all objects that are no indicators; each is dropped once it is read."""
        for raw in objects.pop("marking-definition", {}).values():
            marking = _decoded(MARKING, raw, draft)
            if marking is not None and (tlp := marking.tlp()) is not None:
                self._markings.setdefault(marking.id, tlp)
        for type in sorted(THREATS):
            self._read_names(objects.pop(type, {}), draft)
        links.reverse()
        while links:
            link = _decoded(RELATIONSHIP, links.pop(), draft)
            if link is None or link.revoked:
                continue
            if link.relationship_type in {"indicates", ""}:  # some lists leave the word out
                self._link(link.source_ref, link.target_ref)
        for type in sorted(REPORTS):
            self._read_names(objects.pop(type, {}), draft)

    def _read_names(self, objects: dict[str, Raw], draft: Draft) -> None:
        for raw in objects.values():
            named = _decoded(NAMED, raw, draft)
            if named is None:
                continue
            self._names[named.id] = named.name
            self._references[named.id] = kept_references(addresses(named.external_references))
            tlp = self._strictest(named.object_marking_refs)
            if tlp is not None:
                self._marked[named.id] = tlp
            if named.object_refs and not draft.title:
                draft.title, draft.title_tlp = named.name, tlp
            for ref in named.object_refs:
                self._link(ref, named.id)

    def _link(self, indicator: str, other: str) -> None:
        linked = self._linked.get(indicator, ())
        if len(linked) < NAMES_LIMIT:
            linked = (*linked, self._ids.setdefault(other, other))
            self._linked[indicator] = self._sets.setdefault(linked, linked)

    def about(
        self, one: IndicatorObject, tlp: Tlp | None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names that an indicator belongs to, and where more can be read.

        `tlp` is of the indicator: a name that fewer people may read is left out.
        """
        # Nothing asks for an indicator twice, and what is known of it gives way to what it becomes.
        linked = self._linked.pop(one.id, ()) if one.id else self._linked.get("", ())
        if (found := self._about.get((linked, tlp))) is None:
            shown = [id for id in linked if self._is_open(id, tlp)]
            found = self._about[linked, tlp] = (
                kept_names(self._names.get(id, "") for id in shown),
                kept_references(url for id in shown for url in self._references.get(id, ())),
            )
        if not one.external_references:
            return found
        names, references = found
        own = addresses(one.external_references)
        return names, kept_references((*own, *references))

    def tlp(self, one: IndicatorObject) -> Tlp | None:
        """Return the strictest marking of an indicator and of its parts."""
        if not one.object_marking_refs and not one.granular_markings:
            return None
        refs = [*one.object_marking_refs, *(part.marking_ref for part in one.granular_markings)]
        return self._strictest(refs)

    def _strictest(self, refs: Iterable[str]) -> Tlp | None:
        return strictest(*(self._markings.get(ref) for ref in refs))

    def _is_open(self, id: str, tlp: Tlp | None) -> bool:
        """Whether all who may read what is marked so may read the name of an object."""
        known = strictest(tlp, "green")  # which may be passed on as far as any report goes
        return strictest(self._marked.get(id), known) == known


def taken(objects: dict[str, Raw]) -> Iterator[tuple[str, Raw]]:
    """Yield objects with their ids; each is gone from memory before the next is read."""
    for id in list(objects):
        yield id, objects.pop(id)


def _decoded(decoder: msgspec.json.Decoder[T], raw: Raw, draft: Draft) -> T | None:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        draft.leave_out("an object that describes others", str(error))
        return None
