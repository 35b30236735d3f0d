"""Phones that stand in the way, or are told of again, by what the servers of phones say."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

from msgspec import structs

from scanner.model.watch import WatchEvent
from scanner.simulate import SimulatedPhone, find_phone
from scanner.simulate.ios import IPhone, SimulatedIPhone, Usbmuxd
from scanner.watch.messages import Came, Message
from scanner.watch.phones import Phone, Phones
from scanner.watch.schedule import Course, Pace
from scanner.watch.store.store import Store
from tests.watch.conftest import HOUR, START, Changing, Stage, kinds, run

Plugged = Callable[..., tuple[SimulatedPhone, Changing]]


class Said:
    """What follows phones, as a test says it."""

    def __init__(self) -> None:
        self._said: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def say(self, message: Message) -> bool:
        self._said.put(message)
        return True

    def follow(self, stop: threading.Event) -> Iterator[Message]:
        while not stop.is_set():
            try:
                yield self._said.get(timeout=0.05)
            except queue.Empty:
                continue


def test_a_device_with_a_new_name_each_time_fills_no_memory():
    """Those that are there, and those that were scanned, stay."""
    phones = Phones(limit=3)
    kept = phones.add(Phone("scanned", "android", Course(Pace(), 0.0, last=0.0, deep=None)))
    there = phones.add(Phone("there", "android", Course(Pace(), 0.0, last=None, deep=None)))
    there.there["android:THERE"] = "device"

    for number in range(100):
        phones.add(Phone(f"name{number}", "android", Course(Pace(), 0.0, last=None, deep=None)))

    assert ["scanned", "there", "name99"] == [each.device for each in phones]
    assert {kept, there} < {*phones}


def came(target: str, state: str = "device", obstacle: str | None = None) -> Came:
    return Came(target=target, ready=state == "device", state=state, obstacle=obstacle)


def test_another_transport_alone_is_no_reason_to_scan(stage: Stage, plugged: Plugged):
    phone, _ = plugged("TRANSPORT1")
    stage.connect(phone)
    target, said = f"android:{phone.address}", Said()

    told = run(
        stage.settings(target),
        [(at, lambda: said.say(came(target))) for at in (10.0, 100.0, 200.0)],
        until=0.5 * HOUR,
        follow=said.follow,
    )

    assert ["started", "attached", "scanned", "stopped"] == kinds(told)


def test_a_phone_that_was_unlocked_is_scanned_at_once(stage: Stage):
    """usbmuxd tells that something changed; the next try would have come much later."""
    phone = SimulatedIPhone(IPhone.load(find_phone("ios-26-clean")), trust="locked")
    target, said, times = f"ios:{phone.udid}", Said(), list[float]()

    def unlock() -> bool:
        phone.trust = "paired"
        return said.say(came(target))

    with Usbmuxd([phone]) as mux:
        told = run(
            stage.settings(target, scan=structs.replace(stage.settings().scan, usbmux=mux.address)),
            [(10.0, lambda: said.say(came(target))), (1000.0, unlock)],
            until=1100.0,
            follow=said.follow,
            during=lambda _, clock: times.append(clock.monotonic()),
        )

    assert ["started", "attached", "waiting", "scanned", "stopped"] == kinds(told, "finding")
    assert 1000.0 == times[kinds(told).index("scanned")]


def test_usbmuxd_is_started_again(stage: Stage):
    """Its phones stayed where they were: nothing is scanned for it, and the next scan is made."""
    phone = SimulatedIPhone(IPhone.load(find_phone("ios-26-clean")))
    seen: list[WatchEvent] = []
    with Usbmuxd([]) as mux:

        def plug() -> bool:
            mux.plug(phone)
            return True

        def restart() -> bool:
            mux.restart()
            return True

        told = run(
            stage.settings(
                f"ios:{phone.udid}", scan=structs.replace(stage.settings().scan, usbmux=mux.address)
            ),
            [
                (10.0, plug),
                (600.0, restart),
                (601.0, lambda: kinds(seen).count("trouble") < 2),  # it can be asked again
            ],
            until=1.5 * HOUR,
            during=lambda event, _: seen.append(event),
        )

    assert ["attached", "scanned", "trouble", "trouble", "scanned"] == kinds(
        told, "started", "finding", "stopped"
    )


def test_no_words_of_a_target_are_told_or_kept(stage: Stage):
    """What stands in the way names the phone by its serial number."""
    target, said = "android:R5CT0SECRET", Said()
    seen: list[WatchEvent] = []

    told = run(
        stage.settings(target),
        [
            (10, lambda: said.say(came(target, "unauthorized", "The phone R5CT0SECRET waits."))),
            (20, lambda: "waiting" not in kinds(seen)),
            (5 * HOUR, lambda: said.say(came(target))),  # its scan finds no such phone
        ],
        until=5.1 * HOUR,
        follow=said.follow,
        during=lambda event, _: seen.append(event),
    )

    assert {"waiting", "silent", "attached"} <= set(kinds(told))
    assert "R5CT0SECRET" not in str(told)
    store = Store(stage.settings().path)
    assert "R5CT0SECRET" not in str([*store.devices(), *store.rows("SELECT * FROM scans")])


def test_a_watch_that_was_away_gives_phones_time(stage: Stage, plugged: Plugged):
    """As after a sleep of the computer: they were not silent, nobody listened."""
    phone, _ = plugged("AWAY1")
    stage.connect(phone)
    settings = stage.settings(f"android:{phone.address}")
    run(settings, [], until=60)

    back = run(settings, [], until=60, start=START + timedelta(days=1))
    stage.disconnect(phone)
    gone = run(settings, [(1, lambda: False)], until=HOUR, start=START + timedelta(days=2))

    assert ["started", "attached", "scanned", "stopped"] == kinds(back)
    assert ["started", "silent", "stopped"] == kinds(gone)
    assert START + timedelta(days=2, seconds=600) == gone[1].at
