"""The time line of a phone's own past: every moment that its entities state, in order.

It is made of a report and of the lines of its `entities.jsonl`, so it shows what the privacy level
of that report shows. A moment that the level hides gives no event; it is counted.

Times are UTC. A phone that prints its local time without a zone is taken at the offset that its
clock had at the acquisition, where that is known: summer time may shift it by an hour. A day stands
at its own midnight and is not shifted. What lies before 2010 is the date of a system image.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import IO, Any

import msgspec

from scanner.errors import ParseError
from scanner.formats.text import safe_text
from scanner.model.entities import ENTITIES
from scanner.model.history import EventClock, HistoryEvent, Precision
from scanner.model.report import Acquisition, Report
from scanner.report.history_table import MOMENTS, Moment

Stating = Mapping[tuple[str, str], Collection[str]]
"""Artifacts that state a field, by entity type and field."""

LINE_LIMIT = 16 * 1024 * 1024  # bytes of one entity
HIDDEN, UNREADABLE, ASIDE = "hidden", "unreadable", "file"
_FIRST = datetime(2010, 1, 1, tzinfo=UTC)
_LAST = datetime(2200, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VALUE = 200  # characters of one value in a sentence
_TELLING = frozenset({"temporary", "staging", "jailbreak", "root", "system"})  # areas of files
_USED_BY_DAY = "/private/var/mobile/"  # of an iPhone: times there are those of their day
_WORDS: frozenset[Precision] = frozenset({"second", "minute", "day", "unknown"})
_KEYS = {str(each.__struct_config__.tag): each.key for each in ENTITIES}
_PLACES, _INDEX = 56, 8  # bits of an offset and of the number of a moment
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d")  # a pseudonym of one is no moment
_OF_DAY = len("2026-11-02")


class Teller:
    """Tells the moments of entities of one report."""

    def __init__(
        self,
        report: Report,
        *,
        files: bool = False,
        stating: Stating | None = None,
        omitted: Counter[str] | None = None,
    ) -> None:
        """Take a report; `files`: also times of files outside the system's own areas.

        `omitted` counts what gives no event: hidden by the privacy level, unreadable, or a file.
        """
        acquisition = report.run.acquisition
        device = report.device.platform if report.device else ""
        self.platform = acquisition.platform if acquisition else device
        self.device = acquisition.device if acquisition else ""
        self.zone = _zone(acquisition)
        self.files = files
        self.stating = stating or {}
        self.omitted: Counter[str] = Counter() if omitted is None else omitted
        self.artifact_of = {each.id: each.artifact for each in report.evidence}

    def tell(self, entity: Mapping[str, Any]) -> Iterator[tuple[int, HistoryEvent]]:
        """Yield the number of each row that holds for an entity, with its event."""
        for number, row, at in self.moments(entity):
            yield number, self._event(at, row, entity)

    def moments(self, entity: Mapping[str, Any]) -> Iterator[tuple[int, Moment, datetime]]:
        """Yield the number of each row that holds for an entity, the row, and its moment."""
        rows = MOMENTS.get(_word(entity.get("type")), ())
        if rows and not self.files and _is_aside(entity):
            self.omitted[ASIDE] += 1
            return
        for number, row in enumerate(rows):
            value = entity.get(row.field)
            if value is None or (row.unless and value == entity.get(row.unless)):
                continue
            if (at := self._moment(value, row, entity)) is not None:
                yield number, row, at

    def _moment(self, value: object, row: Moment, entity: Mapping[str, Any]) -> datetime | None:
        """Return a moment in UTC; None, and counted, where there is none to tell."""
        found = _read(value)
        if found is None:
            self.omitted[HIDDEN if isinstance(value, str) else UNREADABLE] += 1
            return None
        local = _clock(row, entity) == "device_local" and self.zone is not None
        if found.tzinfo is None:
            is_moment = local and not _is_day(value)
            found = found.replace(tzinfo=self.zone if is_moment else UTC)
        elif local and _is_taken_as_utc(row, entity):
            found = found.replace(tzinfo=self.zone)
        return found.astimezone(UTC) if _FIRST <= found <= _LAST else None

    def _event(self, at: datetime, row: Moment, entity: Mapping[str, Any]) -> HistoryEvent:
        ending = _word(entity.get(row.named)) if row.named else ""
        clock = _clock(row, entity)
        evidence = [each for each in entity.get("evidence") or () if isinstance(each, str)]
        stating = self.stating.get((row.entity, row.field), ())
        told = [each for each in evidence if self.artifact_of.get(each) in stating] or evidence
        sources = {self.artifact_of.get(each, "") for each in told} - {""}
        return HistoryEvent(
            at=at,
            precision=_precision(row, entity),
            clock=clock,
            zone=_offset(self.zone) if clock == "device_local" else None,
            kind="_".join(filter(None, (row.kind, safe_text(ending, 40)))),
            words=": ".join(filter(None, (row.words, safe_text(ending, 40)))),
            message=_sentence(row.sentence, entity),
            entity=row.entity,
            key=_key(entity),
            sources=tuple(sorted(sources)),
            evidence=tuple(told),
            platform=self.platform,
            device=self.device,
        )

    def of_report(self, report: Report) -> Iterator[HistoryEvent]:
        """Yield what the report itself states: the acquisition, and when the phone started."""
        acquisition = report.run.acquisition
        if acquisition is None:
            return
        for at, clock, kind, words in _of_acquisition(acquisition):
            if at is not None:
                yield HistoryEvent(
                    at=at.astimezone(UTC),
                    precision="minute" if kind == "started_up" else "second",
                    clock=clock,
                    zone=None,
                    kind=kind,
                    words=words,
                    message=f"{words} ({acquisition.transport}, {acquisition.profile})",
                    entity="acquisition",
                    key=f"case={safe_text(acquisition.case, _VALUE)}",
                    sources=(),
                    evidence=(),
                    platform=self.platform,
                    device=self.device,
                )


def _is_taken_as_utc(row: Moment, entity: Mapping[str, Any]) -> bool:
    """Whether local time was read as if it were UTC."""
    return row.entity == "package_trace" or bool(row.clocked and _precision(row, entity) != "day")


def events(
    entities: Iterable[bytes | Mapping[str, Any]],
    report: Report,
    *,
    files: bool = False,
    stating: Stating | None = None,
    omitted: Counter[str] | None = None,
) -> Iterator[HistoryEvent]:
    """Yield every event of a report and of its entities, as they come: `ordered` sorts them."""
    teller = Teller(report, files=files, stating=stating, omitted=omitted)
    yield from teller.of_report(report)
    for number, each in enumerate(entities, start=1):
        entity = each if isinstance(each, Mapping) else _decoded(each, number)
        for _, event in teller.tell(entity):
            yield event


def ordered(
    stream: IO[bytes],
    report: Report,
    *,
    files: bool = False,
    stating: Stating | None = None,
    omitted: Counter[str] | None = None,
) -> Iterator[HistoryEvent]:
    """Yield the events in the order of time; those of one moment as their entities stand.

    `stream` is an `entities.jsonl` that can be read again at any place: only a number for each
    event is held in memory, and a million of them take about 50 MB. ParseError: it is none.
    """
    teller = Teller(report, files=files, stating=stating, omitted=omitted)
    own = sorted(teller.of_report(report), key=lambda event: event.at)
    places: list[int] = []
    for offset, entity in _lines(stream):
        for number, _, at in teller.moments(entity):
            micros = (at - _EPOCH) // timedelta(microseconds=1)
            places.append((micros << _PLACES + _INDEX) | (offset << _INDEX) | number)
    places.sort()
    again = Teller(report, files=files, stating=stating)
    read: tuple[int, dict[int, HistoryEvent]] = (-1, {})
    for place in places:
        offset, number = place >> _INDEX & (1 << _PLACES) - 1, place & (1 << _INDEX) - 1
        if offset != read[0]:
            stream.seek(offset)
            read = offset, dict(again.tell(_decoded(stream.readline(LINE_LIMIT), 0)))
        event = read[1][number]
        while own and own[0].at <= event.at:
            yield own.pop(0)
        yield event
    yield from own


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    stream.seek(0)
    offset, number = 0, 0
    while line := stream.readline(LINE_LIMIT):
        number += 1
        yield offset, _decoded(line, number)
        offset += len(line)


def _decoded(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        entity = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ParseError("an entity expected", line=number) from error
    if not isinstance(entity, dict):
        raise ParseError("an entity expected", line=number)
    return entity


def _of_acquisition(of: Acquisition) -> Iterator[tuple[datetime | None, EventClock, str, str]]:
    booted_at = of.clock.booted_at if of.clock else None
    yield booted_at, "device_utc", "started_up", "Start of the phone"
    yield of.paired_at, "host", "paired", "Pairing with the examining computer"
    yield of.recorded_at, "device_utc", "recorded", "Recording made"
    yield of.started_at, "host", "acquisition_began", "Acquisition began"
    yield of.ended_at, "host", "acquisition_ended", "Acquisition ended"


def _zone(acquisition: Acquisition | None) -> timezone | None:
    said = acquisition.clock.zone if acquisition and acquisition.clock else None
    try:
        found = datetime.strptime(said or "", "%z").tzinfo
    except ValueError:
        return None
    return found if isinstance(found, timezone) else None


def _offset(zone: timezone | None) -> str | None:
    return datetime(2000, 1, 1, tzinfo=zone).strftime("%z") if zone else None


def _read(value: object) -> datetime | None:
    """Read a moment: ISO, with a zone or without; a day; seconds since 1970 in UTC."""
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value) if _MOMENT.match(value) else None
        if isinstance(value, int) and not isinstance(value, bool):
            return _EPOCH + timedelta(seconds=value)
    except (ValueError, OverflowError):
        return None
    return None


def _is_aside(entity: Mapping[str, Any]) -> bool:
    return entity.get("type") == "file" and entity.get("area") not in _TELLING


def _is_day(value: object) -> bool:
    return isinstance(value, str) and len(value) == _OF_DAY


def _clock(row: Moment, entity: Mapping[str, Any]) -> EventClock:
    said = entity.get(row.clocked) if row.clocked else None
    if said == "device_local":
        return "device_local"
    return "device_utc" if said == "utc" else row.clock


def _precision(row: Moment, entity: Mapping[str, Any]) -> Precision:
    if row.entity == ASIDE and _word(entity.get("path")).startswith(_USED_BY_DAY):
        return "day"
    said = entity.get(row.precise) if row.precise else None
    return said if said in _WORDS else row.precision


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _key(entity: Mapping[str, Any]) -> str:
    names = _KEYS.get(_word(entity.get("type")), ())
    stated = (f"{name}={_shown(entity[name])}" for name in names if name in entity)
    return " ".join(stated)


def _sentence(words: str, entity: Mapping[str, Any]) -> str:
    """Fill a sentence; what is not stated, or is none, leaves no trace in it."""
    told = words.format_map(_Shown(entity))
    return " ".join(told.split()).replace(" ,", ",").replace(" :", ":").replace(" ()", "")


class _Shown(dict[str, Any]):
    """Values of an entity as a person may see them."""

    def __missing__(self, name: str) -> str:
        return ""

    def __getitem__(self, name: str) -> str:
        return _shown(super().__getitem__(name))


def _shown(value: object) -> str:
    return "" if value is None else safe_text(str(value), _VALUE)
