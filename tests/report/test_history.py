"""The time line of a phone's past: which moments, in which order, by which clock."""

from __future__ import annotations

import io
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from scanner.detect.sigma import fields
from scanner.errors import ParseError
from scanner.model.entities import ENTITIES
from scanner.model.history import HistoryEvent
from scanner.report.history import HIDDEN, LINE_LIMIT, events, ordered
from scanner.report.history_table import MOMENTS, ROWS
from tests.report.examples import EVIDENCE
from tests.report.of_history import BOOTED, app, lines, report

TYPES = {str(each.__struct_config__.tag): each for each in ENTITIES}


def told(*entities: dict[str, Any], **options: Any) -> list[HistoryEvent]:
    """Return what entities tell, without the acquisition."""
    made = ordered(lines(*entities), options.pop("of", report()), **options)
    return [event for event in made if event.entity != "acquisition"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.entity}.{row.field}")
def test_every_row_speaks_of_fields_that_there_are(row):
    known = set(TYPES[row.entity].__struct_fields__)
    named = {row.field, row.precise, row.clocked, row.unless, row.named} - {None}
    asked = {part.split("}")[0] for part in row.sentence.split("{")[1:]}

    assert named | asked <= known


def test_every_moment_of_an_entity_is_told_or_known_not_to_be():
    """A new field that holds a moment belongs into the table."""
    aside = {"app_file.profile_expires_at"}
    moments = {
        f"{tag}.{name}"
        for tag, entity in TYPES.items()
        for name, field in fields(entity).items()
        if field.kind == "moment"
    }

    moments = {each for each in moments if ".signature." not in each}  # validity of a certificate

    assert moments - aside == moments & {f"{row.entity}.{row.field}" for row in ROWS}


def test_no_sentence_of_use_is_finer_than_a_day():
    used = {
        row.precision for name in ("traffic_record", "location_client") for row in MOMENTS[name]
    }

    assert used == {"day"}


def test_local_time_is_taken_at_the_offset_of_the_phone():
    (installed, updated) = told(app("com.example.a", "2026-11-02 00:30:00", "2026-11-03 12:00:00"))

    assert installed.at == datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    assert (installed.clock, installed.zone) == ("device_local", "+0100")
    assert (updated.kind, updated.at) == ("app_updated", datetime(2026, 11, 3, 11, tzinfo=UTC))


def test_local_time_of_an_unknown_zone_is_taken_as_utc_and_says_so():
    (installed,) = told(
        app("com.example.a", "2026-11-02 00:30:00", "2026-11-02 00:30:00"), of=report(zone=None)
    )

    assert installed.at == datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
    assert (installed.clock, installed.zone) == ("device_local", None)


def test_an_app_that_was_never_updated_tells_one_moment():
    made = told(app("com.example.a", "2026-11-02 00:30:00", "2026-11-02 00:30:00"))

    assert ["app_installed"] == [event.kind for event in made]


def test_a_day_is_not_shifted_by_the_zone():
    (change,) = told(
        {
            "type": "app_change",
            "package": "com.example.a",
            "day": "2026-11-20",
            "version_code": 0,
            "action": "removed",
        }
    )

    assert change.at == datetime(2026, 11, 20, tzinfo=UTC)
    assert (change.precision, change.kind, change.words) == ("day", "app_removed", "App: removed")


def test_local_time_that_was_read_as_utc_is_shifted():
    (trace,) = told(
        {
            "type": "package_trace",
            "kind": "battery_removal",
            "package": "com.example.a",
            "last_seen": "2026-11-02T00:30:00Z",
        }
    )

    assert trace.at == datetime(2026, 11, 1, 23, 30, tzinfo=UTC)


def test_a_log_in_local_time_is_shifted():
    (pairing,) = told(
        {
            "type": "pairing_event",
            "host": "d-1f",
            "kind": "paired",
            "at": "2026-11-02T00:30:00Z",
            "clock": "device_local",
        }
    )

    assert pairing.at == datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    assert ("device_local", "+0100", "pairing_paired") == (
        pairing.clock,
        pairing.zone,
        pairing.kind,
    )


def test_an_entity_may_state_its_own_precision_and_clock():
    event = {
        "type": "app_event",
        "source": "mobile_installation",
        "package": "com.example.a",
        "kind": "remove",
        "at": "2026-11-02T10:00:00Z",
    }
    plain, day = told(event, {**event, "precision": "day", "clock": "device_local"})

    assert (plain.precision, plain.clock) == ("unknown", "device_utc")
    assert (day.precision, day.clock, day.at) == ("day", "device_local", plain.at)
    assert plain.message == "com.example.a : remove (mobile_installation)".replace(" :", ":")


def test_seconds_since_1970_are_read():
    (written,) = told(
        {
            "type": "installed_file",
            "package": "com.example.a",
            "path": "/data/app/a/base.apk",
            "modified": 1793141803,
        }
    )

    assert written.at == datetime.fromtimestamp(1793141803, tz=UTC)


@pytest.mark.parametrize("value", [None, 10**30, -1, True, [], "2009-01-01 00:00:00", "9999-12-31"])
def test_what_is_no_moment_of_a_phone_tells_nothing(value):
    assert [] == told({"type": "app", "user": 0, "package": "com.example.a", "last_updated": value})


def test_a_moment_that_the_privacy_level_hides_is_counted():
    omitted: Counter[str] = Counter()
    crash = {"type": "crash", "file": "a.ips", "at": "2026110112345678", "evidence": []}

    assert [] == told(crash, omitted=omitted)
    assert {HIDDEN: 1} == omitted


@pytest.mark.parametrize(("area", "count"), [("staging", 1), ("data", 0), (None, 0)])
def test_of_files_those_of_the_system_are_told(area, count):
    omitted: Counter[str] = Counter()
    file = {"type": "file", "path": "/x", "modified_at": "2026-11-02T10:00:00Z", "area": area}

    assert count == len(told(file, omitted=omitted))
    assert 1 - count == omitted["file"]
    assert 1 == len(told(file, files=True))


@pytest.mark.parametrize(
    ("path", "precision"),
    [("/private/var/mobile/Library/x.plist", "day"), ("/private/var/root/x.plist", "second")],
)
def test_a_file_of_an_iphone_s_user_has_a_day(path, precision):
    file = {"type": "file", "path": path, "modified_at": "2026-11-02T00:00:00Z", "area": "data"}

    assert [precision] == [event.precision for event in told(file, files=True)]


def test_the_order_is_that_of_time_whatever_comes_first():
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=each) for each in range(300)]
    crashes = [
        {"type": "crash", "file": f"{each:%m%d%H%M}.ips", "process": "x", "at": each.isoformat()}
        for each in moments
    ]
    random.Random(7).shuffle(crashes)

    assert moments == [event.at for event in told(*crashes)]


def test_what_happened_at_one_moment_stays_in_its_order():
    at = "2026-11-02T10:00:00Z"
    made = told(
        {"type": "shutdown_client", "file": "a", "index": 0, "pid": 1, "path": "/b", "at": at},
        {"type": "shutdown_client", "file": "a", "index": 0, "pid": 2, "path": "/a", "at": at},
    )

    assert ["file=a index=0 pid=1 path=/b", "file=a index=0 pid=2 path=/a"] == [
        event.key for event in made
    ]


def test_the_acquisition_stands_among_what_happened():
    of = report()
    acquisition = of.run.acquisition
    assert acquisition is not None
    crash = {"type": "crash", "file": "a", "at": (BOOTED + timedelta(hours=1)).isoformat()}
    made = list(ordered(lines(crash), of))

    assert ["started_up", "crash", "acquisition_began", "acquisition_ended"] == [
        event.kind for event in made
    ]
    assert ("host", acquisition.started_at) == (made[2].clock, made[2].at)
    assert sorted(event.kind for event in events(lines(crash), of)) == sorted(
        event.kind for event in made
    )


def test_artifacts_that_state_the_field_are_named_alone():
    packages, keys = EVIDENCE[1], EVIDENCE[3]
    installed = app(
        "com.example.a",
        "2026-11-02 10:00:00",
        "2026-11-02 10:00:00",
        evidence=[packages.id, keys.id, "e-unknown"],
    )
    (unasked,) = told(installed)
    (asked,) = told(installed, stating={("app", "first_installed"): {packages.artifact}})

    assert (keys.artifact, packages.artifact) == unasked.sources
    assert ((packages.artifact,), (packages.id,)) == (asked.sources, asked.evidence)


def test_text_of_the_phone_has_no_power():
    (event,) = told(
        {
            "type": "crash",
            "file": "a.ips",
            "process": "{file.__class__}\u202e\x1b[2J" + "x" * 500,
            "at": "2026-11-02T10:00:00Z",
        }
    )

    assert event.message.isprintable()
    assert len(event.message) < 300
    assert "{file.__class__}" in event.message


@pytest.mark.parametrize(
    "content", [b"no json\n", b"[1]\n", b"[" * 100_000 + b"\n", b'{"type": "app"', b"\xff\n"]
)
def test_what_is_no_entity_is_an_error(content: bytes):
    with pytest.raises(ParseError, match="an entity expected"):
        list(ordered(io.BytesIO(content), report()))


def test_a_line_has_a_limit():
    with pytest.raises(ParseError, match="line 1"):
        list(ordered(io.BytesIO(b'{"type": "' + b"a" * LINE_LIMIT + b'"}'), report()))


@pytest.mark.parametrize(
    "entity",
    [{}, {"type": 1}, {"type": "none"}, {"type": "crash", "at": {"a": 1}, "evidence": "e"}],
)
def test_an_entity_of_another_form_tells_nothing(entity):
    assert [] == told(entity)


def test_a_report_without_an_acquisition_tells_of_its_entities():
    of = report()
    of = structs.replace(of, run=structs.replace(of.run, acquisition=None))
    (event,) = ordered(lines({"type": "crash", "file": "a", "at": "2026-11-02T10:00:00Z"}), of)

    assert ("android", "") == (event.platform, event.device)
