from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from scanner.sinks import Bounds, MemoryOutbox, Outbox, rank
from scanner.watch.store import database
from scanner.watch.store.outbox import StoredOutbox
from tests.sinks.made import START, event

SINK = "webhook:1"


@pytest.fixture(params=["memory", "store"])
def make(request, tmp_path) -> Iterator[Callable[..., Outbox]]:
    """Make an outbox: of this process, or in the store of a watch. Both keep one contract."""
    with ExitStack() as stack:

        def of_a_store(bounds: Bounds | None = None) -> Outbox:
            connection = stack.enter_context(closing(database.connect(tmp_path / "watch.db")))
            return StoredOutbox(connection, bounds)

        yield MemoryOutbox if request.param == "memory" else of_a_store


def ids(outbox, sink: str = SINK) -> list[int]:
    return [owed.event.id for owed in outbox.due(sink, START, 1000)]


def test_an_event_is_owed_once_and_apart_for_each_sink(make):
    outbox = make()
    for id in (1, 2, 2, 1):
        outbox.put(SINK, event(id))
    outbox.put("syslog:1", event(2))
    outbox.done(SINK, 2)

    assert ([1], [2]) == (ids(outbox), ids(outbox, "syslog:1"))
    assert [] == ids(outbox, "nobody:1")


def test_what_is_put_off_is_not_due_and_counts_its_tries(make):
    outbox, at = make(), START + timedelta(seconds=5)
    outbox.put(SINK, event(1))
    before = outbox.next_at(SINK)
    outbox.later(SINK, 1, at, 3)

    assert datetime.min.replace(tzinfo=UTC) == before
    assert [] == ids(outbox)
    assert at == outbox.next_at(SINK)
    assert [3] == [owed.tries for owed in outbox.due(SINK, at, 10)]


def test_nothing_happens_to_what_is_not_owed(make):
    outbox = make()
    outbox.done(SINK, 1)
    outbox.later(SINK, 1, START, 1)
    outbox.give_up(SINK, 1)

    assert (0, 0, None) == (outbox.owed(SINK), outbox.dropped(SINK), outbox.next_at(SINK))


def test_what_is_given_up_counts_as_dropped(make):
    outbox = make()
    outbox.put(SINK, event(1))
    outbox.give_up(SINK, 1)

    assert (0, 1) == (outbox.owed(SINK), outbox.dropped(SINK))
    outbox.told(SINK, 1)
    assert 0 == outbox.dropped(SINK)


def test_the_least_important_go_first_and_of_these_the_oldest(make):
    outbox = make(Bounds(count=3))
    kinds = ["finding", "scanned", "heartbeat", "scanned", "finding", "trouble", "finding"]
    left = []
    for id, kind in enumerate(kinds, start=1):
        outbox.put(SINK, event(id, kind))
        left.append(ids(outbox))

    assert [[1, 2, 3], [1, 2, 4], [1, 4, 5], [1, 5, 6], [1, 5, 7]] == left[2:]
    assert 4 == outbox.dropped(SINK)


def test_what_comes_last_is_dropped_where_all_else_is_more_important(make):
    outbox = make(Bounds(count=2))
    for id, kind in enumerate(["finding", "finding", "heartbeat"], start=1):
        outbox.put(SINK, event(id, kind))

    assert [1, 2] == ids(outbox)


def test_bytes_are_bounded_too(make):
    size = len(msgspec.json.encode(event(1, detail="x" * 1000)))
    outbox = make(Bounds(size=size * 3))
    for id in range(1, 8):
        outbox.put(SINK, event(id, detail="x" * 1000))

    assert [5, 6, 7] == ids(outbox)
    outbox.put(SINK, event(8, level="critical", detail="x" * 4 * size))
    assert [] == ids(outbox)
    assert 8 == outbox.dropped(SINK)


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("heartbeat", {}, 0),
        ("scanned", {}, 1),
        ("finding", {"level": "informational"}, 2),
        ("finding", {"level": "critical", "suppressed": True}, 1),
        ("silent", {}, 4),
        ("trouble", {}, 4),
        ("finding", {"level": "critical"}, 6),
    ],
)
def test_ranks(kind, fields, expected):
    assert expected == rank(event(1, kind, **fields))


def test_a_full_outbox_stays_fast():
    outbox = MemoryOutbox(Bounds(count=2000))
    kinds = ("heartbeat", "scanned", "finding")
    for id in range(20_000):
        outbox.put(SINK, event(id, kinds[id % 3]))

    assert (2000, 18_000) == (outbox.owed(SINK), outbox.dropped(SINK))
