"""The checks of indicators: their status, and what could not be looked at."""

from __future__ import annotations

import pytest

from scanner.detect.indicators import Index, summary
from scanner.model.entities import (
    FileEntry,
    InstalledFile,
    Payload,
    Profile,
    Property,
    User,
)
from scanner.model.evidence import Gap
from scanner.model.findings import Message
from tests.detect.devices import NOW, artifact
from tests.detect.indicators.compared import (
    DIGEST,
    FILES,
    PAST,
    PROPERTIES,
    SPY,
    app,
    device,
    inspected,
    one,
)
from tests.detect.indicators.feeds import feed, indicator


def test_nothing_of_it_on_a_phone_that_was_looked_at():
    check, found = one(device(app("com.example.ok"), User(id=0)), [feed(indicator("package", SPY))])

    assert ("pass", Message("check.compared_with", {"entities": "app"}), ()) == (
        check.status,
        check.detail,
        found,
    )


def test_one_check_for_each_type_of_a_feed():
    known = feed(
        indicator("sha256", DIGEST),
        indicator("package", SPY),
        indicator("domain", "evil.example.com", revoked=True),
    )

    rules = [check.rule for check, _ in inspected(device(app(), User(id=0)), [known])]

    assert ["indicators:made:package", "indicators:made:sha256"] == rules


def test_a_pattern_with_and_needs_the_fields_of_all_its_parts():
    both = indicator("package", SPY, also=(("sha256", DIGEST),))
    check, _ = one(device(app(), User(id=0)), [feed(both)], not_selected=(FILES,))

    assert ("not_examined", "not_selected") == (check.status, check.reason)


@pytest.mark.parametrize("type", ["email", "url"])
def test_what_only_content_carries_is_not_examined(type):
    written = {"email": "a@evil.example.com", "url": "http://evil.example.com/"}[type]
    check, _ = one(device(app(), User(id=0)), [feed(indicator(type, written))])

    assert (
        "not_examined",
        "privacy_policy",
        Message("check.content_not_read"),
    ) == (
        check.status,
        check.reason,
        check.detail,
    )


def test_names_of_properties_beyond_the_list_are_not_examined():
    phone = device(Property(name="ro.debuggable", value="0"))
    check, _ = one(phone, [feed(indicator("property", "sys.example"))], statements=(PROPERTIES,))

    assert ("not_examined", "privacy_policy") == (check.status, check.reason)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("/data/local/x", "pass"), ("/sdcard/Download/x.apk", "not_examined")],
)
def test_names_in_shared_storage_are_not_examined(written, expected):
    files = artifact("files", (FileEntry, ("path",)))
    phone = device(FileEntry(path="/data/local/tmp/y"))
    check, _ = one(phone, [feed(indicator("file_path", written))], statements=(files,))

    assert expected == check.status


@pytest.mark.parametrize(
    ("gaps", "facts", "reason"),
    [
        ([Gap(artifact="packages", reason="timeout")], {}, "timeout"),
        ([Gap(artifact="packages", reason="no_permission", user=10)], {}, "no_permission"),
        ([Gap(artifact="traces", reason="truncated")], {}, "truncated"),
        ([], {"not_selected": (FILES,)}, "not_selected"),
    ],
)
def test_what_could_not_be_looked_at(gaps, facts, reason):
    phone = device(app("com.example.ok"), User(id=0))
    known = [feed(indicator("package", SPY))]
    check, _ = one(phone, known, gaps=gaps, statements=PAST, **facts)

    assert ("not_examined", reason) == (check.status, check.reason)
    assert check.detail is not None


def test_a_field_that_an_entity_does_not_state():
    phone = device(
        InstalledFile(package="com.example.a", path="/a/a.apk", sha256="cd" * 32),
        InstalledFile(package="com.example.b", path="/a/b.apk"),
    )
    check, _ = one(phone, [feed(indicator("sha256", DIGEST))], statements=(FILES,))

    assert ("not_examined", "field_not_stated", 1, 1) == (
        check.status,
        check.reason,
        check.examined,
        check.unknown,
    )


def test_a_match_stays_in_spite_of_gaps():
    gaps = [Gap(artifact="packages", reason="truncated")]
    check, found = one(device(app(), User(id=0)), [feed(indicator("package", SPY))], gaps=gaps)

    assert ("finding", 1) == (check.status, len(found))


def test_a_file_that_holds_nothing_of_the_kind():
    check, _ = one(
        device(Profile(identifier="com.example.ok", uuid=None, file="0" * 32)),
        [feed(indicator("package", SPY))],
        kinds=frozenset({Profile, Payload}),
    )

    assert ("not_applicable", Message("check.subject_kind")) == (check.status, check.detail)


def test_the_summary_says_what_counted():
    known = feed(
        indicator("package", SPY),
        indicator("package", "com.example.old", valid_until=NOW),
        indicator("domain", "evil.example.com", revoked=True),
        unusable=(Message("indicator.unusable", {"feed": "made"}),),
        unusable_count=3,
    )
    said = summary(Index.of([known, feed(id="empty")], NOW))

    assert [({"package": 1}, 1, 0, 1, 3), ({}, 0, 0, 0, 0)] == [
        (each.types, each.expired, each.not_yet_valid, each.revoked, each.unusable)
        for each in said.feeds
    ]
    assert known.unusable == said.unusable
    assert said.digest == summary(Index.of([feed(id="empty"), known], NOW)).digest


@pytest.mark.parametrize(
    ("origin", "shown"),
    [
        ("https://example.org/feed.stix2", "https://example.org/feed.stix2"),
        ("/home/examiner/cases/feed.stix2", None),
        (None, None),
    ],
)
def test_a_report_names_where_a_feed_was_fetched_and_no_path_of_the_computer(origin, shown):
    known = [feed(indicator("package", "com.example.tracker"), origin=origin)]

    assert [shown] == [each.origin for each in summary(Index.of(known, NOW)).feeds]


def test_a_type_that_another_platform_has_does_not_apply():
    known = [feed(indicator("adb_key", "0a" * 16))]
    phone = device(app("com.example.ok"), platform="ios")
    check, _ = one(phone, known, platform="ios")

    assert ("not_applicable", None, Message("check.not_on_platform")) == (
        check.status,
        check.reason,
        check.detail,
    )
