"""A single round over the phones that are there, as cron runs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from msgspec import structs

from scanner.simulate import SimulatedPhone
from scanner.watch import DrivenClock, Pace, Settings, Watch
from tests.watch.conftest import HOUR, START, Changing, Stage, kinds

Plugged = Callable[..., tuple[SimulatedPhone, Changing]]
DAY = timedelta(days=1)


def a_round(settings: Settings, *, days: int) -> list[str]:
    clock = DrivenClock(START + days * DAY)
    return kinds([*Watch(structs.replace(settings, once=True), clock=clock).events()])


def test_phones_that_wait_for_their_turn_are_not_silent(stage: Stage, plugged: Plugged):
    """A day lies between two rounds, and silence begins after three hours."""
    phones = [plugged(f"ROUND{number}")[0] for number in range(2)]
    stage.connect(*phones)
    targets = [f"android:{phone.address}" for phone in phones]
    settings = stage.settings(*targets, at_once=1, pace=Pace(interval=HOUR, deep_every=0))

    seen = [a_round(settings, days=day) for day in range(2)]

    assert [["started", "attached", "attached", "scanned", "scanned", "stopped"]] * 2 == seen


def test_a_phone_that_is_named_and_missing_is_said(stage: Stage, plugged: Plugged):
    there, away = plugged("ROUND3")[0], plugged("ROUND4")[0]
    stage.connect(there, away)
    settings = stage.settings(f"android:{there.address}", f"android:{away.address}")
    assert 2 == a_round(settings, days=0).count("scanned")
    stage.disconnect(away)

    seen = [a_round(settings, days=day) for day in range(1, 3)]

    assert [
        ["started", "attached", "failed", "scanned", "silent", "stopped"],
        ["started", "attached", "failed", "scanned", "stopped"],
    ] == seen
