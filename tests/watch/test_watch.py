"""A watch over simulated phones, behind a real adb server: days pass in seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from scanner.case import verify
from scanner.errors import UsageError
from scanner.model.watch import WatchEvent
from scanner.simulate import AdbServer, SimulatedPhone, find_phone
from scanner.simulate.ios import IosFaults, IPhone, SimulatedIPhone, Usbmuxd
from scanner.watch import DrivenClock, Pace, Watch
from scanner.watch.acknowledge import acknowledge, suppress
from scanner.watch.store import database
from scanner.watch.store.store import Store
from tests.watch.conftest import HOUR, START, Changing, Stage, kinds, run

Plugged = Callable[..., tuple[SimulatedPhone, Changing]]


def test_a_day_of_a_phone(stage: Stage, plugged: Plugged):
    """It comes, is scanned by interval, goes, is missed once, and comes back."""
    phone, _ = plugged()

    told = run(
        stage.settings(f"android:{phone.address}"),
        [
            (10, lambda: stage.connect(phone)),
            (2.5 * HOUR, lambda: stage.disconnect(phone)),
            (20 * HOUR, lambda: stage.connect(phone)),
        ],
        until=21.5 * HOUR,
    )

    assert [
        "started", "attached", "scanned", "scanned", "scanned", "detached", "silent",
        "attached", "scanned", "heard", "scanned", "stopped",
    ] == kinds(told)  # fmt: skip
    assert ["attached", "interval", "interval", "attached", "interval"] == [
        event.trigger for event in told if event.event == "scanned"
    ]
    assert sorted({event.id for event in told}) == [event.id for event in told]


def test_findings_and_changes_are_told_once(stage: Stage, plugged: Plugged):
    phone, of = plugged("CHANGES1", adb_enabled="0")

    worse = {"adb_enabled": "1", "http_proxy": "192.0.2.1:8080"}
    script = [
        (10, lambda: stage.connect(phone)),
        (20, lambda: stage.disconnect(phone)),
        (30, lambda: stage.swap(phone, of, **worse)),
        (60, lambda: stage.connect(phone)),
        (1.5 * HOUR, lambda: stage.disconnect(phone)),
        (1.6 * HOUR, lambda: stage.swap(phone, of, adb_enabled="0")),
        (1.7 * HOUR, lambda: stage.connect(phone)),
    ]

    told = run(stage.settings(f"android:{phone.address}", deepen_at=None), script, until=2.9 * HOUR)

    assert 5 == kinds(told).count("scanned")

    found = [(event.event, event.title) for event in told if event.fingerprint]
    assert [
        ("finding", "A proxy is set"),
        ("finding", "Debugging was switched on since the baseline"),
        ("gone", "A proxy is set"),
        ("gone", "Debugging was switched on since the baseline"),
    ] == found
    changed = [event for event in told if event.event == "changes"]
    proxy = "192.0.2.1:8080"
    assert [
        {("adb_enabled", "0", "1"), ("http_proxy", None, proxy)},
        {("adb_enabled", "1", "0"), ("http_proxy", proxy, None)},
    ] == [
        {(line.identity["name"], line.old, line.new) for line in event.changes} for event in changed
    ]
    assert ["medium", "informational"] == [event.level for event in changed]


def test_only_cases_that_show_something_stay(stage: Stage, plugged: Plugged):
    phone, of = plugged("CASES1", adb_enabled="0")

    script = [
        (10, lambda: stage.connect(phone)),
        (1.5 * HOUR, lambda: stage.disconnect(phone)),
        (1.6 * HOUR, lambda: stage.swap(phone, of, http_proxy="192.0.2.1:8080")),
        (1.7 * HOUR, lambda: stage.connect(phone)),
    ]

    told = run(stage.settings(f"android:{phone.address}", deepen_at=None), script, until=3.8 * HOUR)

    assert 5 == kinds(told).count("scanned")
    assert 3 == len(stage.cases)  # of the baseline, of what was new, and the last one
    named = [event.case for event in told if event.event == "finding"]
    assert [True] == [str(stage.folder / "cases" / stage.cases[1]) == each for each in named]
    for case in stage.cases:
        assert () == verify(stage.folder / "cases" / case).problems


def test_a_grave_finding_calls_for_a_deeper_scan(stage: Stage, plugged: Plugged):
    phone, _ = plugged("DEEPER1", http_proxy="192.0.2.1:8080")
    pace = Pace(interval=HOUR, deep_every=100 * HOUR)

    told = run(
        stage.settings(f"android:{phone.address}", pace=pace),
        [(10, lambda: stage.connect(phone))],
        until=2.5 * HOUR,
    )

    scans = [(each.trigger, each.profile) for each in told if each.event == "scanned"]
    assert [("attached", "quick"), ("finding", "standard"), ("interval", "quick")] == scans[:3]
    assert 1 == kinds(told).count("finding")


def test_what_somebody_has_seen_is_kept_over_a_restart(stage: Stage, plugged: Plugged):
    phone, _ = plugged("SEEN1", http_proxy="192.0.2.1:8080")
    stage.connect(phone)
    settings = stage.settings(f"android:{phone.address}")
    settings = structs.replace(settings, deepen_at=None)
    first = run(settings, [], until=0.5 * HOUR)
    (found,) = [event for event in first if event.event == "finding"]
    store = Store(settings.path)
    acknowledge(store, str(found.device), str(found.fingerprint), START, by="A. Example", note=None)
    store.close()

    second = run(settings, [], until=0.5 * HOUR, start=START + timedelta(hours=1))

    assert ["started", "attached", "scanned", "stopped"] == kinds(second)
    assert max(event.id for event in first) < min(event.id for event in second)
    (kept,) = (known for known in Store(settings.path).known(str(found.device)).values())
    assert "A. Example" == kept.acknowledged_by


def test_a_suppression_that_is_over_is_told(stage: Stage, plugged: Plugged):
    phone, _ = plugged("HELD1", http_proxy="192.0.2.1:8080")
    stage.connect(phone)
    settings = structs.replace(stage.settings(f"android:{phone.address}"), deepen_at=None)
    (found,) = [event for event in run(settings, [], until=60) if event.event == "finding"]
    store = Store(settings.path)
    suppress(
        store, str(found.device), str(found.fingerprint), START,
        seconds=2.5 * HOUR, by=None, note=None,
    )  # fmt: skip
    store.close()

    told = run(settings, [], until=5.5 * HOUR, start=START + timedelta(minutes=5))

    (again,) = [event for event in told if event.event == "finding"]
    assert (found.fingerprint, False) == (again.fingerprint, again.suppressed)
    assert START + timedelta(hours=2.5) < again.at


def test_a_phone_that_cannot_be_asked_waits(
    stage: Stage, simulate: Callable[..., SimulatedPhone], changing: Callable[..., Changing]
):
    phone = simulate(changing("LOCKED1").phone, connect=False, auth="unauthorized")

    def plug() -> bool:
        stage.server.connect(phone.address, "unauthorized")
        return True

    seen: list[WatchEvent] = []
    told = run(
        stage.settings(f"android:{phone.address}"),
        [(10, plug), (20, lambda: "waiting" not in kinds(seen))],
        until=5 * HOUR,
        during=lambda event, _: seen.append(event),
    )
    stage.disconnect(phone)

    assert ["started", "waiting", "silent", "stopped"] == kinds(told)
    assert "allow debugging from this computer" in str(told[1].detail)
    assert phone.address not in str(told[1].detail)


def test_a_phone_that_goes_in_the_middle_is_scanned_when_it_is_back(stage: Stage):
    phone = IPhone.load(find_phone("ios-26-clean"))
    lost = SimulatedIPhone(phone, faults=IosFaults(goes_away_after=6))
    back = SimulatedIPhone(phone)
    seen: list[WatchEvent] = []
    with Usbmuxd([]) as mux:
        options = structs.replace(stage.settings().scan, usbmux=mux.address)

        def plug(which: SimulatedIPhone) -> bool:
            mux.plug(which)
            return True

        told = run(
            stage.settings(f"ios:{back.udid}", scan=options),
            [
                (10, lambda: plug(lost)),
                (20, lambda: "detached" not in kinds(seen)),
                (600, lambda: plug(back)),
            ],
            until=900,
            during=lambda event, _: seen.append(event),
        )

    assert ["attached", "detached", "attached", "scanned"] == kinds(
        told, "finding", "failed", "waiting", "started", "stopped"
    )
    assert 1 <= kinds(told).count("failed") + kinds(told).count("waiting")


def test_a_sleep_of_the_computer_scans_once_and_accuses_nobody(stage: Stage, plugged: Plugged):
    phone, _ = plugged("ASLEEP1")
    slept: list[bool] = []

    def doze(event: WatchEvent, clock: DrivenClock) -> None:
        if event.event == "scanned" and not slept:
            slept.append(True)
            clock.sleep(40 * HOUR)

    told = run(
        stage.settings(f"android:{phone.address}"),
        [(10, lambda: stage.connect(phone))],
        until=0.5 * HOUR,
        during=doze,
    )

    assert ["started", "attached", "scanned", "scanned", "stopped"] == kinds(told)


def test_a_clock_that_is_set_back_repeats_nothing(stage: Stage, plugged: Plugged):
    phone, _ = plugged("BACK1")
    set_back: list[bool] = []

    def turn(event: WatchEvent, clock: DrivenClock) -> None:
        if event.event == "scanned" and not set_back:
            set_back.append(True)
            clock.sleep(-40 * HOUR)

    told = run(
        stage.settings(f"android:{phone.address}"),
        [(10, lambda: stage.connect(phone))],
        until=2.5 * HOUR,
        during=turn,
    )

    assert 3 == kinds(told).count("scanned")
    assert "silent" not in kinds(told)


def test_iphones_and_androids_at_once(stage: Stage, plugged: Plugged):
    android, _ = plugged("BOTH1")
    iphone = SimulatedIPhone(IPhone.load(find_phone("ios-26-clean")))
    with Usbmuxd([]) as mux:
        options = structs.replace(stage.settings().scan, usbmux=mux.address)

        def plug() -> bool:
            mux.plug(iphone)
            return True

        def unplug() -> bool:
            mux.unplug(iphone)
            return True

        told = run(
            stage.settings(f"android:{android.address}", f"ios:{iphone.udid}", scan=options),
            [(10, lambda: stage.connect(android)), (20, plug), (1.5 * HOUR, unplug)],
            until=1.8 * HOUR,
        )

    by_phone = {event.device for event in told if event.event == "scanned"}
    assert 2 == len(by_phone)
    assert 4 == kinds(told).count("scanned")
    assert ["android", "ios"] == sorted(
        row.platform for row in Store(stage.settings().path).devices()
    )


def test_the_signs_of_life_of_the_watch_itself(stage: Stage):
    told = run(
        stage.settings("android:NOTTHERE", heartbeat=600.0), [(1, lambda: False)], until=HOUR + 1
    )

    assert 6 == kinds(told).count("heartbeat")
    assert {"phones": 1, "attached": 0, "waiting": 0, "silent": 0, "scanning": 0} == told[1].counts


def test_two_watches_on_one_store(stage: Stage):
    settings = stage.settings("android:NOTTHERE")
    with (
        database.held(settings.path),
        pytest.raises(UsageError, match="another watch runs on this store"),
    ):
        next(Watch(settings).events())


def test_targets_are_phones(stage: Stage):
    with pytest.raises(UsageError, match="is not the name of a phone"):
        Watch(stage.settings("bugreport.zip"))


def test_the_targets_words_stand_in_events_at_privacy_case_only(stage: Stage, plugged: Plugged):
    phone, _ = plugged("NAMED1")
    stage.connect(phone)
    target = f"android:{phone.address}"
    share = run(stage.settings(target), [], until=60)
    options = structs.replace(stage.settings().scan, privacy="case")
    clear = run(stage.settings(target, scan=options), [], until=60)

    assert {None} == {event.target for event in share}
    assert target in {event.target for event in clear}


def test_a_phone_behind_an_address_is_the_one_that_answers(stage: Stage, plugged: Plugged):
    """Its pseudonym is that of its serial number, not that of its address."""
    phone, _ = plugged("SERIAL-A")
    stage.connect(phone)

    told = run(stage.settings(f"android:{phone.address}"), [], until=1.5 * HOUR)

    devices = [event.device for event in told if event.event == "scanned"]
    assert 1 == len(set(devices))
    assert devices[0] != told[1].device
    assert [devices[0]] == [row.device for row in Store(stage.settings().path).devices()]


def test_the_adb_server_is_started_again(
    stage: Stage, changing: Callable[..., Changing], tmp_path: Path
):
    """Its phones are gone with it; they are attached again when it has them again."""
    seen: list[WatchEvent] = []
    with AdbServer() as server, SimulatedPhone(changing("AGAIN1").phone) as phone:
        own = Stage(server, tmp_path, stage.pack)

        def restart() -> bool:
            server.restart()
            return True

        told = run(
            own.settings(f"android:{phone.address}"),
            [
                (10, lambda: own.connect(phone)),
                (60, restart),
                (70, lambda: kinds(seen).count("trouble") < 2),  # it can be asked again
                (71, lambda: "detached" not in kinds(seen)),
                (80, lambda: own.connect(phone)),
            ],
            until=0.5 * HOUR,
            during=lambda event, _: seen.append(event),
        )

    assert ["attached", "scanned", "detached", "attached", "scanned"] == kinds(
        told, "started", "trouble", "stopped"
    )
    assert "trouble" in kinds(told)


def test_a_chosen_baseline_that_is_of_no_phone_here_is_said(
    stage: Stage, plugged: Plugged, tmp_path: Path
):
    """Such as a case that another installation made: its pseudonyms are other ones."""
    other, own = plugged("OTHER1")[0], plugged("OWN1")[0]
    stage.connect(other, own)
    made = run(stage.settings(f"android:{other.address}", keep_cases="all"), [], until=60)
    (case,) = [event.case for event in made if event.event == "scanned"]
    elsewhere = Stage(stage.server, tmp_path / "elsewhere", stage.pack)
    settings = elsewhere.settings(f"android:{own.address}", baseline=Path(str(case)))

    told = run(settings, [], until=1.5 * HOUR)

    said = [str(event.detail) for event in told if event.event == "trouble"]
    assert [True] == ["is of another phone" in each for each in said]
