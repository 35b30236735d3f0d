from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from scanner.model.watch import Silence
from scanner.report import timeline
from scanner.report.strip import BINS, HIGH, WIDE, Scale, beats_of, life, strip
from scanner.report.timeline import duration, outline, state_of
from scanner.report.timeline_text import signs
from tests.report.examples import AT
from tests.report.of_time import HOUR, SINCE, TIMELINES, calm, eventful, never, scan, silent
from tests.report.of_time import life as lived
from tests.report.page import Page


def points(path: str) -> list[tuple[float, float]]:
    numbers = [float(each) for each in path.replace("M", " ").replace("L", " ").split()]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


@pytest.mark.parametrize("line", TIMELINES.values(), ids=TIMELINES)
def test_the_trace_runs_forward_and_stays_inside(line):
    drawn = points(strip(line).trace)

    assert (0, 0) < (len(drawn), drawn[0][1])
    assert [x for x, _ in drawn] == sorted(x for x, _ in drawn)
    assert all(-5 <= x <= WIDE + 5 and 0 <= y <= HIGH for x, y in drawn)


def test_a_beat_is_the_higher_the_graver_it_is():
    scale = Scale(SINCE, AT)
    beats = beats_of(eventful(), scale)
    at = {hours: beats[scale.bin(SINCE + hours * HOUR)] for hours in (0, 30, 54, 72, 180, 270)}

    assert [None, "medium", None, None, "high", "critical"] == [each.level for each in at.values()]
    plain, medium, changed, failed, high, critical = (each.height for each in at.values())
    assert failed < 0 < plain < changed < medium < high < critical


def test_silence_is_as_long_as_it_was():
    first, last = strip(eventful()).silences

    assert (96 / 336 * 100, 36 / 336 * 100) == pytest.approx((first.x, first.width), abs=0.01)
    assert 100 == pytest.approx(last.x + last.width)


def test_a_finding_lasts_until_it_is_gone():
    line = eventful()
    scale = Scale(line.since, line.until)
    stays, acknowledged, gone = (life(each, line, scale) for each in line.findings[:3])

    assert stays.open
    assert 100 == pytest.approx(stays.x + stays.width)
    assert not gone.open
    assert 150 / 336 * 100 == pytest.approx(gone.x + gone.width, abs=0.01)
    assert 80 / 336 * 100 == pytest.approx(acknowledged.ring, abs=0.01)


def test_what_lies_outside_is_drawn_at_the_edge():
    scale = Scale(SINCE, AT)

    assert 0 == scale.percent(datetime(1, 1, 1, tzinfo=UTC))
    assert 100 == scale.percent(datetime(9999, 12, 31, tzinfo=UTC))
    assert BINS - 1 == scale.bin(AT)


def test_a_time_line_without_length_or_backwards_is_drawn():
    for line in (never(), structs.replace(eventful(), since=AT, until=SINCE)):
        page = Page(timeline.render(line, "html"))
        assert [] == page.problems
        assert timeline.render(line, "text")


def test_the_picture_has_words_that_say_the_same():
    page = Page(timeline.render(eventful(), "html"))
    chart = next(each for each in page.all("svg") if each.attributes.get("role") == "img")

    assert (
        "From 2026-11-07 14:03 UTC to 2026-11-21 14:03 UTC: 48 scans, 1 of them failed; "
        "5 findings, 2 of them open; 20 changes; 2 times silent."
    ) == chart.attributes["aria-label"]
    assert 3 <= len(page.all("table"))


@pytest.mark.parametrize(
    ("line", "headline"),
    [
        (eventful(), "2 findings are open"),
        (silent(), "This phone is silent"),
        (calm(), "No finding is open in what was examined"),
        (never(), "This phone was not scanned yet"),
    ],
    ids=["eventful", "silent", "calm", "never"],
)
def test_the_headline_says_how_it_stands(line, headline):
    assert headline == Page(timeline.render(line, "html")).all("h1")[0].text


def test_a_silence_that_lasts_stands_at_the_top_beside_findings_too():
    header = Page(timeline.render(eventful(), "html")).all("header")[0].text

    assert "Not scanned since 2026-11-20 20:03" in header


def test_findings_stand_as_they_are_at_the_end():
    open_ = lived(1, 1, 2)
    seen = structs.replace(open_, acknowledged_at=AT)
    until = structs.replace(seen, suppressed_until=AT + HOUR)

    assert ["open", "acknowledged", "suppressed", "gone"] == [
        state_of(each, AT) for each in (open_, seen, until, structs.replace(until, state="absent"))
    ]
    expired = structs.replace(open_, suppressed_until=AT - HOUR)
    assert "open" == state_of(expired, AT)


def test_open_findings_come_first():
    assert ["open", "open", "suppressed", "acknowledged", "gone"] == [
        each.state for each in outline(eventful()).lives
    ]


def test_the_strip_of_a_terminal_has_a_sign_for_each_kind():
    drawn = signs(eventful(), 76)

    assert 76 == len(drawn)
    assert set(".|+!x_") == set(drawn)
    assert drawn.endswith("___")
    assert "." * 76 == signs(never(), 76)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3 * 3600, "3 h"),
        (86400 + 7200 + 60, "1 d 2 h"),
        (86400 + 60, "1 d"),
        (-5, "0 s"),
    ],
)
def test_a_time_is_said_in_its_largest_units(seconds, said):
    assert said == duration(seconds)


def test_a_year_of_scans_is_no_longer_a_picture():
    many = structs.replace(
        calm(),
        since=AT - timedelta(days=365),
        scans=tuple(
            structs.replace(scan(0), at=AT - timedelta(days=365) + n * HOUR / 2)
            for n in range(17_520)
        ),
        silences=tuple(
            Silence(since=AT - timedelta(minutes=n + 1), until=AT - timedelta(minutes=n))
            for n in range(5000)
        ),
        findings=tuple(lived(n, n % 300, n % 300 + 1) for n in range(2000)),
    )
    started = time.process_time()
    page = timeline.render(many, "html")

    assert time.process_time() - started < 8
    assert len(page) < 3_000_000
    assert len(strip(many).trace) < 30_000
    assert "17020 further rows are not listed." in page
    assert timeline.render(many, "text")
