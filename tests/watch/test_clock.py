"""Time of a watch: it never goes back, and goes on while the computer sleeps."""

from __future__ import annotations

import queue
from datetime import UTC, datetime, timedelta

from scanner.watch.clock import DrivenClock, SystemClock, Timekeeper

START = datetime(2026, 11, 1, tzinfo=UTC)


def test_seconds_grow_with_the_clock():
    clock = DrivenClock(START)
    time = Timekeeper(clock)

    clock.wait(queue.SimpleQueue(), 90.0, busy=False)

    assert (90.0, 0.0) == time.tick()
    assert START + timedelta(seconds=90) == clock.now()


def test_a_sleep_of_the_computer_passes_as_well():
    clock = DrivenClock(START)
    time = Timekeeper(clock)

    clock.sleep(8 * 3600.0)

    assert (8 * 3600.0, 8 * 3600.0) == time.tick()
    assert (8 * 3600.0, 0.0) == time.tick()


def test_a_clock_that_is_set_back_takes_nothing_back():
    clock = DrivenClock(START)
    time = Timekeeper(clock)
    clock.wait(queue.SimpleQueue(), 60.0, busy=False)
    time.tick()

    clock.sleep(-3600.0)
    clock.wait(queue.SimpleQueue(), 10.0, busy=False)

    assert (70.0, 0.0) == time.tick()


def test_a_driven_clock_stands_still_while_there_is_work():
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
    clock = DrivenClock(START)
    inbox.put("done")

    assert "done" == clock.wait(inbox, 3600.0, busy=True)
    assert START == clock.now()


def test_what_a_script_says_happens_at_its_time():
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()

    def act() -> bool:
        inbox.put("plugged in")
        return True

    clock = DrivenClock(START, [(30.0, act)])

    assert "plugged in" == clock.wait(inbox, 3600.0, busy=False)
    assert 30.0 == clock.monotonic()
    assert clock.wait(inbox, 100.0, busy=False) is None
    assert 130.0 == clock.monotonic()


def test_the_computers_clock_waits_for_a_message_and_no_longer_than_it_should():
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
    clock = SystemClock()
    inbox.put("here")

    assert "here" == clock.wait(inbox, 5.0, busy=False)
    assert clock.wait(inbox, 0.01, busy=True) is None
    assert UTC is clock.now().tzinfo
