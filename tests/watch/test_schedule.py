"""When a phone is scanned."""

from __future__ import annotations

from scanner.watch.schedule import GAP, Course, Due, Pace

PACE = Pace(interval=3600.0, deep_every=86400.0)


def course(**chosen: float | None) -> Course:
    made = Course(PACE, 0.0, last=chosen.get("last"), deep=chosen.get("deep"))
    made.came()
    return made


def scan(of: Course, at: float, *, scanned: bool = True) -> Due:
    due = of.due()
    assert due is not None
    of.begin(due)
    of.ended(at, scanned=scanned)
    return due


def test_at_once_when_it_comes_then_by_interval_and_once_a_day_more_deeply():
    of, seen, at = course(), [], 0.0

    while at < 2.5 * 86400:
        due = scan(of, at := max(at, of.due().at))  # type: ignore[union-attr]
        seen.append((due.trigger, due.profile))

    assert ("attached", "quick") == seen[0]
    assert 2 == seen.count(("deep", "standard"))
    assert {("attached", "quick"), ("deep", "standard"), ("interval", "quick")} == set(seen)


def test_a_phone_that_is_away_is_not_due():
    of = course()
    of.went()

    assert of.due() is None


def test_again_when_it_comes_again_but_not_at_once_after_another():
    of = course()
    scan(of, 100.0)
    of.went()
    of.came()

    assert Due(100.0 + GAP, "quick", "attached") == of.due()


def test_a_grave_finding_calls_for_one_deeper_scan():
    of = course()
    scan(of, 0.0)
    of.ask("finding")

    assert ("standard", "finding") == (scan(of, 60.0).profile, "finding")
    assert "interval" == of.due().trigger  # type: ignore[union-attr]


def test_one_that_failed_is_tried_again_ever_more_rarely():
    of, waits, at = course(), [], 0.0

    for _ in range(10):
        scan(of, at, scanned=False)
        due = of.due()
        assert due is not None
        waits.append(due.at - at)
        at = due.at

    assert [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600] == waits


def test_one_that_failed_keeps_what_it_was_for():
    of = course()
    scan(of, 0.0)
    of.ask("finding")
    scan(of, 60.0, scanned=False)

    assert "finding" == of.due().trigger  # type: ignore[union-attr]


def test_after_a_restart_it_goes_on_where_it_was():
    of = Course(PACE, 0.0, last=-1800.0, deep=-86000.0)
    of.present = True

    assert Due(400.0, "standard", "deep") == of.due()
    scan(of, 400.0)
    assert Due(4000.0, "quick", "interval") == of.due()


def test_it_is_silent_three_intervals_after_its_last_scan():
    of = Course(PACE, 0.0, last=-3600.0, deep=None)

    assert 2 * 3600.0 == of.silent_at


def test_a_sleep_of_the_computer_is_not_the_silence_of_a_phone():
    of = Course(PACE, 0.0, last=0.0, deep=None)

    of.slept(9 * 3600.0)

    assert 9 * 3600.0 + 600.0 == of.silent_at


def test_nothing_deeper_where_none_is_wanted():
    of = Course(Pace(interval=10.0, deep_every=0), 0.0, last=None, deep=None)
    of.came()
    scan(of, 0.0)

    assert {"interval"} == {scan(of, at).trigger for at in range(100, 100_000, 10_000)}
