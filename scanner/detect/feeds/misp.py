"""Indicators of MISP events: attributes and objects that are meant for detection.

Format: https://datatracker.ietf.org/doc/draft-dulaunoy-misp-core-format/. An attribute without
`to_ids` was seen, and is no indicator. The name is the event's `info` and an app's name; a comment
is never read, since people write there what they do not publish.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from scanner.detect.feeds.attributes import value_of
from scanner.detect.feeds.documents import Document
from scanner.detect.feeds.draft import Draft, atom, epoch, kept_id, kept_names, moment
from scanner.detect.feeds.markings import strictest, tlp_of
from scanner.detect.feeds.meanings import Meaning, meanings
from scanner.model.indicators import Indicator
from scanner.model.observables import Tlp


class _Tag(Struct):
    name: str = ""


class _Attribute(Struct):
    uuid: str = ""
    type: str = ""
    value: str = ""
    to_ids: bool | str | int = False
    deleted: bool | str | int = False
    timestamp: str | int = 0
    object_relation: str | None = None
    tags: list[_Tag] = msgspec.field(name="Tag", default_factory=list)


class _Object(Struct):
    name: str = ""
    deleted: bool | str | int = False
    attributes: list[Raw] = msgspec.field(name="Attribute", default_factory=list)


class _Event(Struct):
    info: str = ""
    date: str = ""
    timestamp: str | int = 0
    publish_timestamp: str | int = 0
    tags: list[_Tag] = msgspec.field(name="Tag", default_factory=list)
    attributes: list[Raw] = msgspec.field(name="Attribute", default_factory=list)
    objects: list[_Object] = msgspec.field(name="Object", default_factory=list)


class _Wrapped(Struct):
    event: _Event = msgspec.field(name="Event")


# An object for an app calls its signer a digest and its package a text.
_OF_APPS = {"certificate": "certificate", "appid": "package"}
_EVENT = msgspec.json.Decoder(_Event)
_WRAPPED = msgspec.json.Decoder(_Wrapped | list[_Wrapped])
_ATTRIBUTE = msgspec.json.Decoder(_Attribute)


def read_misp(raw: Raw, document: Document, draft: Draft) -> None:
    """Read an event, or a response with several. RuleError where it is none."""
    try:
        events = list(_events(raw, document))
    except msgspec.ValidationError as error:
        raise draft.refuse("Event", str(error), "export the event as MISP JSON") from None
    for event in events:
        _Reading(event, draft).read()


def _events(raw: Raw, document: Document) -> Iterator[_Event]:
    if isinstance(document.response, Raw):
        found = _WRAPPED.decode(document.response)
        for one in found if isinstance(found, list) else [found]:
            yield one.event
    elif isinstance(document.event, Raw):
        yield _EVENT.decode(document.event)
    else:
        yield _EVENT.decode(raw)


class _Reading:
    """One event while it is read."""

    def __init__(self, event: _Event, draft: Draft) -> None:
        self.event, self.draft = event, draft
        self.tlp = _tlp(event.tags)
        self.kept: dict[str, _Attribute] = {}
        self.unmeant = 0

    def read(self) -> None:
        draft, event = self.draft, self.event
        if not draft.title:
            draft.title, draft.title_tlp = event.info, self.tlp
        draft.stated(epoch(event.publish_timestamp) or epoch(event.timestamp) or _day(event.date))
        self._read_all(event.attributes, kept_names([event.info]), "")
        for one in event.objects:
            if not _yes(one.deleted):
                names = kept_names([*_app_names(one), event.info])
                self._read_all(one.attributes, names, one.name)
        if self.unmeant:
            reason = "to_ids is false: seen, and no indicator by itself"
            draft.leave_out(f"{self.unmeant} attributes", reason, self.unmeant)

    def _read_all(self, attributes: list[Raw], names: tuple[str, ...], within: str) -> None:
        for number, raw in enumerate(attributes, start=1):
            try:
                one = _ATTRIBUTE.decode(raw)
            except msgspec.ValidationError as error:
                self.draft.leave_out(f"attribute {number}", str(error))
                continue
            if _yes(one.deleted) or self._known(one):
                continue
            if not _yes(one.to_ids):
                self.unmeant += 1
                continue
            for indicator in self._indicators(one, names, within):
                self.draft.add(indicator)

    def _known(self, one: _Attribute) -> bool:
        """Whether an attribute stands twice. RuleError where the two differ."""
        earlier = self.kept.setdefault(one.uuid, one) if one.uuid else one
        if earlier is one:
            return False
        if (earlier.type, earlier.value) != (one.type, one.value):
            reason = "two attributes of one uuid differ"
            raise self.draft.refuse(one.uuid[:100], reason, "get the event again from its source")
        return True

    def _indicators(
        self, one: _Attribute, names: tuple[str, ...], within: str
    ) -> Iterator[Indicator]:
        tlp = self.draft.strictest(self.tlp, _tlp(one.tags))
        for meaning in _meanings(one, within):
            if isinstance(meaning, str):
                self.draft.leave_out(one.uuid or one.type, meaning, tlp=tlp)
                continue
            type, value = meaning.atom
            yield Indicator(
                type=type,
                value=value,
                id=kept_id(one.uuid, type, value),
                names=names,
                tlp=tlp,
                also=meaning.also,
                together=meaning.together,
            )


def _meanings(one: _Attribute, within: str) -> Iterator[Meaning | str]:
    if one.type == "stix2-pattern":
        yield from meanings(one.value)
        return
    try:
        relation = one.object_relation if within == "android-app" else ""
        type = _OF_APPS.get(relation or "", one.type)
        yield Meaning(atom(*value_of(type, one.value)))
    except ValueError as error:
        yield str(error)


def _app_names(one: _Object) -> Iterator[str]:
    if one.name != "android-app":
        return
    for raw in one.attributes:
        try:
            attribute = _ATTRIBUTE.decode(raw)
        except msgspec.ValidationError:
            continue
        if attribute.object_relation == "name":
            yield attribute.value


def _tlp(tags: list[_Tag]) -> Tlp | None:
    return strictest(*(tlp_of(tag.name) for tag in tags if tag.name.lower().startswith("tlp:")))


def _yes(flag: bool | str | int) -> bool:
    return flag in (True, 1, "1", "true", "True")


def _day(text: str) -> datetime | None:
    try:
        return moment(text)
    except ValueError:
        return None
