"""Every document that is not a report, by its name, and how to fill one with hostile text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import msgspec

from scanner.model.changes import Diff
from scanner.model.fleet import FleetReport
from scanner.model.watch import Timeline
from scanner.report import changes, fleet, timeline
from tests.report.of_changes import DIFFS
from tests.report.of_fleet import FLEETS
from tests.report.of_time import TIMELINES

Document = Diff | Timeline | FleetReport
RENDER: dict[type, Callable[..., str]] = {
    Diff: changes.render,
    Timeline: timeline.render,
    FleetReport: fleet.render,
}
VIEWS: dict[str, Document] = {
    f"{kind}-{name}": document
    for kind, documents in (("diff", DIFFS), ("timeline", TIMELINES), ("fleet", FLEETS))
    for name, document in documents.items()
}
FULL = ("diff-planted", "timeline-eventful", "fleet-pushed")


def render(document: Document, fmt: str, **how: Any) -> str:
    return RENDER[type(document)](document, fmt, **how)


def filled(name: str, text: str) -> Document:
    """Return a document in which every text that may be anything is `text`."""
    built, places, kind = _free(name)
    for place in places:
        _set(built, place, text)
    made: Document = msgspec.convert(built, kind)
    return made


@cache
def _free(name: str) -> tuple[Any, tuple[tuple[Any, ...], ...], type[Document]]:
    kind = type(VIEWS[name])
    built = msgspec.json.decode(msgspec.json.encode(VIEWS[name]))
    free = []
    for place in list(_texts(built, ())):
        before = _get(built, place)
        _set(built, place, "chosen freely?")
        try:
            msgspec.convert(built, kind)
        except msgspec.ValidationError:  # of a closed set, or a time
            _set(built, place, before)
        else:
            free.append(place)
    return built, tuple(free), kind


def _texts(built: Any, place: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(built, str):
        yield place
    elif isinstance(built, dict):
        for key, value in built.items():
            yield from _texts(value, (*place, key))
    elif isinstance(built, list | tuple):
        for at, value in enumerate(built):
            yield from _texts(value, (*place, at))


def _get(built: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        built = built[key]
    return built


def _set(built: Any, place: tuple[Any, ...], value: Any) -> None:
    *before, last = place
    _get(built, tuple(before))[last] = value
