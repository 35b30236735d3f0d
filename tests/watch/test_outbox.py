"""What sinks are owed: the stored outbox does as the one in memory does."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.model.findings import LEVELS
from scanner.model.watch import WatchEvent
from scanner.sinks import Bounds, MemoryOutbox, Outbox
from scanner.watch.store import database
from scanner.watch.store.opening import opened
from scanner.watch.store.outbox import StoredOutbox

AT = datetime(2026, 11, 1, tzinfo=UTC)
SINK = "webhook:1"


def event(id: int, draw: random.Random) -> WatchEvent:
    kind = draw.choice(("heartbeat", "finding", "scanned", "silent"))
    level = draw.choice(LEVELS) if kind == "finding" else None
    return WatchEvent(id=id, at=AT, event=kind, level=level, detail="x" * draw.randrange(200))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(2))
def test_it_does_as_the_one_in_memory(tmp_path: Path, seed: int):
    draw, bounds = random.Random(seed), Bounds(count=20, size=4000)
    connection = database.connect(tmp_path / "watch.db")
    connection.execute("PRAGMA synchronous=OFF")  # for speed; what is tested is not the disk
    both: tuple[Outbox, Outbox] = (StoredOutbox(connection, bounds), MemoryOutbox(bounds))
    now = AT

    for id in range(1, 400):
        act, number, told = draw.randrange(6), draw.randrange(1, id + 1), event(id, draw)
        now += timedelta(seconds=draw.randrange(10))
        for each in both:
            if act < 3:
                each.put(SINK, told)
            elif act == 3:
                each.done(SINK, number)
            elif act == 4 and (due := each.due(SINK, now, 1)):
                each.later(SINK, due[0].event.id, now + timedelta(seconds=30), due[0].tries + 1)
            elif act == 5:
                each.give_up(SINK, number)
        stored, kept = both
        assert list(kept.due(SINK, now, 100)) == list(stored.due(SINK, now, 100))
        assert (kept.owed(SINK), kept.dropped(SINK)) == (stored.owed(SINK), stored.dropped(SINK))

    for each in both:
        each.told(SINK, 3)
    assert both[1].dropped(SINK) == both[0].dropped(SINK)
    connection.close()


def test_it_is_there_after_a_restart_and_drops_what_is_older_than_all_that_is_kept(
    tmp_path: Path,
):
    draw = random.Random(1)
    store, _ = opened(tmp_path / "watch.db", AT)
    for id in (1, 2, 3):
        store.outbox.put(SINK, event(id, draw))
    kept = WatchEvent(id=3, at=AT, event="scanned")
    store.write(lambda: store.put_event(kept))
    store.close()

    store, _ = opened(tmp_path / "watch.db", AT)
    store.write(store.outbox.expire)

    assert (1, 2) == (store.outbox.owed(SINK), store.outbox.dropped(SINK))
    assert [3] == [each.event.id for each in store.outbox.due(SINK, AT, 10)]
    store.close()
