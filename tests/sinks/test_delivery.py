from __future__ import annotations

import pytest

from scanner.model.watch import WatchEvent
from scanner.sinks import Bounds, Delivery, MemoryOutbox, Retry, Undelivered, deliver, owe
from tests.sinks.made import START, Driven, Receiver, event, unused_port


class Fickle:
    """A sink in memory that fails as it is told to, and keeps what it took."""

    key, name = "fickle:1", "fickle"

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.tried: list[tuple[float, int]] = []
        self.failure: Undelivered | None = None
        self.dislikes: set[int] = set()

    def wants(self, event: WatchEvent) -> bool:
        return event.event != "heartbeat"

    def send(self, event, now) -> None:
        self.tried.append(((now - START).total_seconds(), event.id))
        if self.failure is not None:
            raise self.failure
        if event.id in self.dislikes:
            raise Undelivered("not this one", refused=True)
        self.taken.append(event.id)

    def close(self) -> None:
        pass


def run(sink, outbox, clock, seconds: float, **options) -> list[Delivery]:
    """Deliver whenever something is due, for so long a time; return what came of each round."""
    ends, rounds = (clock() - START).total_seconds() + seconds, []
    while True:
        at = outbox.next_at(sink.key)
        gone = (clock() - START).total_seconds()
        wait = 0.0 if at is None else max((at - START).total_seconds() - gone, 0.0)
        if at is None or gone + wait > ends:
            clock.go(ends - gone)
            return rounds
        clock.go(wait)
        rounds.append(deliver(sink, outbox, clock, **options))


def test_what_is_wanted_is_delivered_once_and_in_order():
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    for id in range(1, 6):
        owe(outbox, [sink], event(id, "heartbeat" if id == 3 else "finding"))

    delivery = deliver(sink, outbox, clock)

    assert [1, 2, 4, 5] == sink.taken
    assert (4, 0, None, None) == (
        delivery.delivered,
        delivery.owed,
        delivery.next_at,
        delivery.detail,
    )
    assert 0 == deliver(sink, outbox, clock).delivered
    assert [1, 2, 4, 5] == sink.taken


def test_tries_come_ever_later_up_to_a_limit():
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    sink.failure = Undelivered("no")
    outbox.put(sink.key, event())

    run(sink, outbox, clock, 1000, random=lambda: 1.0)

    assert [0, 5, 15, 35, 75, 155, 315, 615, 915] == [at for at, _ in sink.tried]


@pytest.mark.parametrize(("chance", "second"), [(0.0, 2.5), (0.5, 3.75), (1.0, 5.0)])
def test_tries_are_spread(chance, second):
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    sink.failure = Undelivered("no")
    outbox.put(sink.key, event())

    run(sink, outbox, clock, 5, random=lambda: chance)

    assert second == sink.tried[1][0]


@pytest.mark.parametrize(
    ("asked", "second"), [(120.0, 120), (1.0, 5), (-60.0, 5), (1e12, 3600), (None, 5)]
)
def test_a_receiver_is_given_the_time_it_asks_for_within_bounds(asked, second):
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    sink.failure = Undelivered("no", after=asked)
    outbox.put(sink.key, event())

    run(sink, outbox, clock, 4000, random=lambda: 1.0)

    assert second == sink.tried[1][0]


def test_a_first_that_waits_holds_the_others_back():
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    sink.failure = Undelivered("no")
    outbox.put(sink.key, event(1))
    deliver(sink, outbox, clock)
    outbox.put(sink.key, event(2))
    sink.failure = None

    assert 0 == deliver(sink, outbox, clock).delivered
    clock.go(5)
    assert 2 == deliver(sink, outbox, clock).delivered
    assert [1, 2] == sink.taken


def test_what_is_refused_is_given_up_and_told_and_the_rest_goes_on():
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    sink.dislikes = {2}
    for id in (1, 2, 3):
        outbox.put(sink.key, event(id))

    rounds = run(sink, outbox, clock, 1000)

    assert [1, 3] == sink.taken
    assert [1, 2, 2, 2, 2, 2, 3] == [id for _, id in sink.tried]
    details = [delivery.detail for delivery in rounds if delivery.detail]
    assert [
        "fickle: not this one; 2 events are queued",
        "fickle: not this one; 1 events were dropped",
    ] == details
    assert (1, 1, 0) == (rounds[-1].given_up, rounds[-1].dropped, rounds[-1].owed)


def test_dropped_events_are_told_until_somebody_has_told_them():
    sink, outbox, clock = Fickle(), MemoryOutbox(Bounds(count=2)), Driven()
    for id in range(1, 6):
        outbox.put(sink.key, event(id))

    delivery = deliver(sink, outbox, clock)
    outbox.told(sink.key, delivery.dropped)

    assert [4, 5] == sink.taken
    assert "fickle: 3 events were dropped" == delivery.detail
    assert deliver(sink, outbox, clock).detail is None


def test_an_old_event_is_given_up():
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    sink.failure = Undelivered("no")
    outbox.put(sink.key, event())

    rounds = run(sink, outbox, clock, 7200, retry=Retry(lifetime=3600))

    assert 0 == outbox.owed(sink.key)
    assert 1 == sum(delivery.given_up for delivery in rounds)
    assert 3600 <= sink.tried[-1][0] <= 3900


def test_a_clock_that_is_set_forward_gives_nothing_up_at_once():
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    sink.failure = Undelivered("no")
    outbox.put(sink.key, event())
    clock.go(10 * 365 * 86400)

    rounds = run(sink, outbox, clock, 10)
    sink.failure = None
    run(sink, outbox, clock, 60)

    assert [0, 0] == [delivery.given_up for delivery in rounds][:2]
    assert [1] == sink.taken


def test_a_clock_that_is_set_back_does_not_silence_a_sink():
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    sink.failure = Undelivered("no")
    outbox.put(sink.key, event(1))
    outbox.put(sink.key, event(2))
    deliver(sink, outbox, clock)
    sink.failure = None
    clock.go(-30 * 86400)
    delivery = deliver(sink, outbox, clock)

    assert [1, 2] == sink.taken
    assert None is delivery.next_at


def test_what_was_taken_and_not_noted_comes_again_with_the_same_id(hook):
    """As after a kill between the answer and the note: the receiver knows the id."""

    class Breaks(MemoryOutbox):
        def done(self, sink: str, id: int) -> None:
            raise OSError(28, "No space left on device")

    outbox, clock = Breaks(), Driven()
    with Receiver() as receiver:
        sink = hook(receiver.url)
        outbox.put(sink.key, event(7))
        for _ in range(2):
            with pytest.raises(OSError, match="No space"):
                deliver(sink, outbox, clock)

    assert ["0a1b2c3d-7"] * 2 == receiver.ids
    assert receiver.posted[0].body == receiver.posted[1].body


def test_an_outage_is_told_once():
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    sink.failure = Undelivered("the server answers 500")
    for id in (1, 2):
        outbox.put(sink.key, event(id))

    rounds = run(sink, outbox, clock, 3600)

    assert len(rounds) > 10
    assert ["fickle: the server answers 500; 2 events are queued"] == [
        delivery.detail for delivery in rounds if delivery.detail
    ]
    assert {1} == {id for _, id in sink.tried}


def test_it_stops_when_it_is_told_to_and_at_its_limit():
    sink, outbox, clock = Fickle(), MemoryOutbox(), Driven()
    for id in range(1, 11):
        outbox.put(sink.key, event(id))

    deliver(sink, outbox, clock, limit=3)
    deliver(sink, outbox, clock, stop=lambda: len(sink.taken) == 5)

    assert [1, 2, 3, 4, 5] == sink.taken


def test_a_webhook_that_is_down_for_an_hour_gets_everything_once_and_in_order(hook):
    """Driven time, real sockets: nobody listens, then 500, then 429, then it is back."""
    outbox, clock = MemoryOutbox(), Driven()
    with Receiver() as receiver:
        down = hook(receiver.url.replace(str(receiver.port), str(unused_port())))
        up = hook(receiver.url)
        up.key = down.key  # the same configuration, as the outbox sees it
        for id in range(1, 61):  # an event a minute, for an hour
            owe(outbox, [up], event(id, "finding" if id % 10 == 0 else "scanned"))
            if id > 50:
                receiver.answers = [500 if id % 2 else 429]
            run(up if id > 50 else down, outbox, clock, 60)
        assert (60, 0) == (outbox.owed(up.key), outbox.dropped(up.key))
        refused = len(receiver.posted)
        receiver.answers = []
        run(up, outbox, clock, 300)

    assert set(receiver.ids[:refused]) == {"0a1b2c3d-1"}
    assert [f"0a1b2c3d-{id}" for id in range(1, 61)] == receiver.ids[refused:]
    assert 0 == outbox.owed(up.key)
    times = [int(posted.headers["webhook-timestamp"]) for posted in receiver.posted]
    assert times == sorted(times)
