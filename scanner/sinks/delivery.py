"""Moving what is owed to a sink: in order, again after a failure, never twice what was taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import SystemRandom

from msgspec import Struct

from scanner.model.watch import WatchEvent
from scanner.sinks.outbox import Outbox
from scanner.sinks.sink import Sink, Undelivered

_RANDOM = SystemRandom().random


class Retry(Struct, frozen=True, kw_only=True):
    """When a sink that did not take an event is asked again; seconds."""

    first: float = 5.0  # after the first failure; doubled after each further one
    longest: float = 300.0
    patience: float = 3600.0  # the most that a receiver may ask us to wait
    refusals: int = 5  # tries of an event that the receiver does not want
    outage_after: int = 3  # failed tries of one event, before an outage is told
    lifetime: float = 7 * 86400.0  # of an event; an older one is given up after an outage


class Delivery(Struct, frozen=True, kw_only=True):
    """What became of the events that were due for one sink."""

    sink: str
    name: str
    delivered: int
    given_up: int  # refused too often, or too old
    dropped: int  # and not told yet, those given up among them
    owed: int
    failure: str | None  # of the last try
    next_at: datetime | None  # when to deliver again; None: nothing is owed
    detail: str | None  # what is to be told now: an outage, or events that were dropped


def deliver(
    sink: Sink,
    outbox: Outbox,
    now: Callable[[], datetime],
    *,
    retry: Retry | None = None,
    limit: int = 100,
    random: Callable[[], float] = _RANDOM,
    stop: Callable[[], bool] = lambda: False,
) -> Delivery:
    """Send what is due, until a try fails, `limit` were sent, or `stop` says so.

    An event counts as taken only when `done` of the outbox has returned: after a crash between the
    two it is sent again, with the same id. Errors of the outbox pass.
    """
    retry = retry or Retry()
    delivered = given_up = tries = 0
    failure: str | None = None
    for owed in outbox.due(sink.key, _looked_at(outbox.next_at(sink.key), now(), retry), limit):
        if stop():
            break
        id = owed.event.id
        try:
            sink.send(owed.event, now())
        except Undelivered as error:
            failure, tries, at = str(error), owed.tries + 1, now()
            if not _hopeless(error, owed.event, tries, at, retry):
                seconds = _wait(tries, error.after, retry, random())
                outbox.later(sink.key, id, at + timedelta(seconds=seconds), tries)
                break
            outbox.give_up(sink.key, id)
            given_up, tries = given_up + 1, 0
        else:
            outbox.done(sink.key, id)
            delivered += 1
    outage = tries == retry.outage_after
    return _became(sink, outbox, delivered, given_up, failure, outage=outage)


def _became(
    sink: Sink,
    outbox: Outbox,
    delivered: int,
    given_up: int,
    failure: str | None,
    *,
    outage: bool,
) -> Delivery:
    owed, dropped = outbox.owed(sink.key), outbox.dropped(sink.key)
    return Delivery(
        sink=sink.key,
        name=sink.name,
        delivered=delivered,
        given_up=given_up,
        dropped=dropped,
        owed=owed,
        failure=failure,
        next_at=outbox.next_at(sink.key),
        detail=_told(sink.name, failure, owed, dropped, outage=outage),
    )


def _looked_at(next_at: datetime | None, now: datetime, retry: Retry) -> datetime:
    """Return the time to ask for: a clock that was set back must not silence a sink for long."""
    longest = max(retry.longest, retry.patience)
    if next_at is None or next_at <= now + timedelta(seconds=longest):
        return now
    return next_at


def _hopeless(
    error: Undelivered, event: WatchEvent, tries: int, at: datetime, retry: Retry
) -> bool:
    if error.refused and tries >= retry.refusals:
        return True
    # Several tries all the same: a clock that was set forward makes everything look old.
    return tries > retry.outage_after and at - event.at > timedelta(seconds=retry.lifetime)


def _wait(tries: int, asked: float | None, retry: Retry, chance: float) -> float:
    """Return seconds: doubling, and spread so that many watches do not come back at once."""
    doublings = min(tries - 1, 30)
    wait = min(retry.first * (1 << doublings), retry.longest) * (0.5 + chance / 2)
    return max(wait, min(asked or 0.0, retry.patience))


def _told(name: str, failure: str | None, owed: int, dropped: int, *, outage: bool) -> str | None:
    parts = [failure] if failure is not None and (outage or dropped) else []
    if outage:
        parts.append(f"{owed} events are queued")
    if dropped:
        parts.append(f"{dropped} events were dropped")
    return f"{name}: {'; '.join(parts)}" if parts else None
