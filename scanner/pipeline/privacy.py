"""Privacy levels: what of a field may leave the scanner, decided by the class that it declares.

Personal (P) and secret (X) fields leave at no level. Device-unique ids (D) are clear at `case`
only, elsewhere a pseudonym. Observations (N) are shown where a rule matched them, at every level
but `public`; in the list of entities they are clear at `case` only. App facts (A) at `public`
stand only in findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath

import msgspec
from msgspec import UNSET, Struct, structs

from scanner.case import pseudonym
from scanner.model.changes import Plain
from scanner.model.entities import ENTITIES, Entity
from scanner.model.evidence import Gap, Unanswered
from scanner.model.findings import LEVELS, Finding, Match, Subject
from scanner.model.indicators import FeedLine, IndicatorSet
from scanner.model.observables import IndicatorLine, ObservableType, Tlp
from scanner.model.privacy import UNREADABLE, PrivacyClass, PrivacyLevel, privacy_classes
from scanner.model.requests import AnyRequest, AppBytes
from scanner.snapshot import Joined, Snapshot

Value = str | int | bool | None

_CLASSES: dict[str, Mapping[str, PrivacyClass | None]] = {
    str(entity.__struct_config__.tag): privacy_classes(entity) for entity in ENTITIES
}


# Indicators that may not be passed on as far as a report of the level goes: first.org/tlp.
_WITHHELD: dict[PrivacyLevel, frozenset[Tlp | None]] = {
    "public": frozenset({"amber", "amber+strict", "red"}),
    "share": frozenset({"amber+strict", "red"}),
    "case": frozenset(),
}


# An iPhone keeps its pairings in files that are named by the id of the other computer.
_PAIRED = re.compile(r"(pair_records/)[^/!\[\s]+")
# Crash reports of iOS 9 and before are named after the phone, behind their time.
_OF_PHONE = re.compile(
    r"(\d{4}-\d\d-\d\d-\d{6})[^/!]*?((?:\.\d{1,4})?(?:\.(?:ips|crash|panic|beta|synced)){1,4})"
    r"(?=[/!\[]| of sysdiagnose|\Z)"
)
_SUFFIXES = frozenset({".apk", ".apks", ".dex", ".dylib", ".ipa", ".jar", ".so"})
_DEVICE_IDS: frozenset[ObservableType] = frozenset({"adb_key"})  # shown as the devices' own are


class Redaction(Struct, frozen=True):
    """A privacy level, with the device's own pseudonyms."""

    level: PrivacyLevel
    key: bytes  # of the device's pseudonyms

    def pseudonym(self, privacy: PrivacyClass, value: str) -> str:
        """Return what stands for a value of this device, in every case of one installation."""
        return pseudonym(self.key, privacy, value)

    def finding(self, finding: Finding) -> Finding:
        """Return a finding as this level shows it."""
        withheld = finding.indicator is not None and self._withholds(finding.indicator.tlp)
        matched = tuple(self._match(match) for match in finding.matched)
        if finding.indicator is not None:
            matched = tuple(
                # What was there is the phone's own; what was known of it is not.
                structs.replace(each, pattern="is withheld")
                if withheld or (each.privacy == "D" and self.level != "case")
                else each
                for each in matched
            )
        return structs.replace(
            finding,
            subject=self._subject(finding.subject),
            matched=matched,
            indicator=finding.indicator and self._indicator(finding.indicator),
        )

    def indicators(self, indicators: IndicatorSet) -> IndicatorSet:
        """Return a set of indicators as this level shows it: of each feed what it may say."""
        withheld = {feed.id for feed in indicators.feeds if self._withholds(feed.tlp)}
        unusable = (
            each
            for each in indicators.unusable
            if each.params.get("feed") not in withheld
            and each.params.get("tlp") not in _WITHHELD[self.level]
        )
        return structs.replace(
            indicators,
            feeds=tuple(self._feed(feed) for feed in indicators.feeds),
            unusable=tuple(unusable),
        )

    def identifier(self, value: str | None) -> str | None:
        """Return a device-unique id as this level shows it."""
        if value is None or self.level == "case":
            return value
        return self.pseudonym("D", value)

    def origin(self, origin: str) -> str:
        """Return where an evidence lies; names of files, which people choose, not at `public`."""
        shown = origin.partition("!")[0] if self.level == "public" else origin
        return _named(self.level, shown)

    def request(self, request: AnyRequest) -> str:
        """Return what was asked, as this level shows it."""
        return asked_at(self.level, request)

    def unanswered(self, unanswered: Iterable[Unanswered]) -> tuple[Unanswered, ...]:
        """Return what was not answered; without files of apps at `public`: gaps count them."""
        return tuple(
            each
            for each in unanswered
            if self.level != "public" or not isinstance(each.request, AppBytes)
        )

    def gap(self, gap: Gap) -> Gap:
        """Return a gap whose request is a place in a recording, or a path of the phone."""
        return structs.replace(gap, request=self.origin(gap.request or "") or None)

    def name(self, value: str) -> str:
        """Return the name of a file as this level shows it where no rule matched it."""
        return value if self.level == "case" else self.pseudonym("N", value)

    def entities(self, snapshot: Snapshot) -> Iterator[bytes]:
        """Yield one line of `entities.jsonl` for each entity observed."""
        encoder = msgspec.json.Encoder(order="deterministic")
        for entity_type in ENTITIES:
            fields = self._shown(entity_type)
            for joined in snapshot.joined(entity_type):
                yield encoder.encode(self._entity(joined, fields)) + b"\n"

    def _subject(self, subject: Subject) -> Subject:
        classes = _CLASSES[subject.entity]
        key = {  # that of a correlation may name a leaf of a record
            name: self._matched(value, classes[name.partition(".")[0]])
            for name, value in subject.key.items()
        }
        stated = {name: value for name, value in key.items() if value is not None}
        about = {
            name: str(self._matched(word, classes.get(name)))
            for name, word in subject.about.items()
        }
        return structs.replace(subject, key=stated, about=about)

    def _withholds(self, tlp: Tlp | None) -> bool:
        return tlp in _WITHHELD[self.level]

    def _indicator(self, line: IndicatorLine) -> IndicatorLine:
        if line.type in _DEVICE_IDS and self.level != "case":
            return structs.replace(line, id="", value=self.pseudonym("D", line.value))
        if not self._withholds(line.tlp):
            return line
        return IndicatorLine(feed=line.feed, id="", type=line.type, value="", tlp=line.tlp)

    def _feed(self, feed: FeedLine) -> FeedLine:
        return (
            structs.replace(feed, title=feed.id, origin=None) if self._withholds(feed.tlp) else feed
        )

    def _match(self, match: Match) -> Match:
        values = tuple(self._matched(value, match.privacy) for value in match.values)
        return structs.replace(match, values=values)

    def _matched(self, value: Value, privacy: PrivacyClass | None) -> Value:
        if privacy is None or privacy in UNREADABLE:
            return None
        if value is None or self.level == "case":
            return value
        hidden = privacy == "D" or (privacy == "N" and self.level == "public")
        return self.pseudonym(privacy, str(value)) if hidden else value

    def changed(self, entity: str, field: str, value: Plain, *, matched: bool) -> Plain:
        """Return a value of a change as this level shows it; ids of the device are pseudonyms.

        `matched`: a rule is about it. What hides a list hides each of its elements.
        """
        privacy = _CLASSES[entity].get(field) or "S"
        shows = {
            "case": "THSADN",
            "share": "THSADN" if matched else "THSAD",
            "public": "THSAD" if matched else "THSD",
        }[self.level]
        if value is None or privacy in shows:
            return value
        if isinstance(value, tuple):
            return tuple(self.pseudonym(privacy, each) for each in value)
        return self.pseudonym(privacy, str(value))

    def _shown(self, entity: type[Entity]) -> tuple[tuple[str, PrivacyClass, bool], ...]:
        """List the fields of an entity that this level lists, each with whether it is hidden."""
        name = str(entity.__struct_config__.tag)
        hidden = {"case": set(), "share": {"D", "N"}, "public": {"A", "D", "N"}}[self.level]
        open_at_public = {"T", "H", "S"}
        return tuple(
            (field, privacy, privacy in hidden)
            for field, privacy in _CLASSES[name].items()
            if privacy is not None
            and privacy not in UNREADABLE
            and (self.level != "public" or privacy in open_at_public or field in entity.key)
        )

    def _entity(
        self, joined: Joined, fields: tuple[tuple[str, PrivacyClass, bool], ...]
    ) -> dict[str, object]:
        entity = joined.entity
        shown: dict[str, object] = {
            "type": entity.__struct_config__.tag,
            "evidence": sorted({each for ids in joined.evidence.values() for each in ids}),
        }
        for field, privacy, hidden in fields:
            value = getattr(entity, field)
            if value is not UNSET:
                hides = hidden and value is not None
                shown[field] = self.pseudonym(privacy, _text(value)) if hides else value
        return shown


def asked_at(level: PrivacyLevel, request: AnyRequest) -> str:
    """Return what was asked; names of apps, which paths hold, not at `public`."""
    if level == "public" and isinstance(request, AppBytes):
        return f"{'parts' if request.ranges else 'bytes'} of a file of an app"
    return _named(level, str(request))


def _named(level: PrivacyLevel, place: str) -> str:
    """Return a place without the phone's own name, and without ids that the level hides."""
    place = _OF_PHONE.sub(r"\1\2", place)
    return place if level == "case" else _PAIRED.sub(r"\1*", place)


def hidden_at(level: PrivacyLevel) -> Callable[[str], str]:
    """Return what gives the name of a file of an app as a level shows it."""
    return _kind_of_file if level == "public" else str


def _kind_of_file(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    return suffix if suffix.lower() in _SUFFIXES else "a file"


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def by_gravity(findings: Iterable[Finding]) -> list[Finding]:
    """Order findings: the gravest first, then by rule and subject."""
    return sorted(findings, key=lambda each: (-LEVELS.index(each.level), each.rule, each.id))
