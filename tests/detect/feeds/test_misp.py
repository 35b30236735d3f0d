"""Events of MISP: attributes that are meant for detection."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from scanner.errors import RuleError

from .bundles import read, reasons, values

SHA256 = "0123456789abcdef" * 4
SHA1, MD5 = SHA256[:40], SHA256[:32]


def attribute(type: str, value: str, number: int = 1, **keys):
    return {
        "uuid": str(UUID(int=number)),
        "type": type,
        "value": value,
        "to_ids": True,
        "comment": "a comment is nobody's business",
        "timestamp": "1760000000",
        **keys,
    }


def event(*attributes, **keys):
    return {
        "Event": {
            "info": "Example campaign",
            "date": "2026-01-02",
            "threat_level_id": "1",
            "Attribute": list(attributes),
            **keys,
        }
    }


@pytest.mark.parametrize(
    ("type", "value", "expected"),
    [
        ("domain", "c2.example.com", ("domain", "c2.example.com")),
        ("hostname", "c2.example.com", ("domain", "c2.example.com")),
        ("domain|ip", "c2.example.com|45.91.0.1", ("domain", "c2.example.com")),
        ("hostname|port", "c2.example.com|443", ("domain", "c2.example.com")),
        ("ip-dst", "45.91.0.1", ("ip", "45.91.0.1")),
        ("ip-src", "45.91.0.0/24", ("ip", "45.91.0.0/24")),
        ("ip-dst|port", "45.91.0.1|443", ("ip", "45.91.0.1")),
        ("url", "hxxps://c2[.]example.com/a", ("url", "https://c2.example.com/a")),
        ("email", "a@example.com", ("email", "a@example.com")),
        ("email-src", "a@example.com", ("email", "a@example.com")),
        ("md5", MD5, ("md5", MD5)),
        ("sha1", SHA1, ("sha1", SHA1)),
        ("sha256", SHA256.upper(), ("sha256", SHA256)),
        ("filename", "spy.apk", ("file_name", "spy.apk")),
        ("malware-sample", f"spy.apk|{MD5}", ("md5", MD5)),
        ("filename|sha256", f"spy.apk|{SHA256}", ("sha256", SHA256)),
        ("x509-fingerprint-sha1", SHA1, ("certificate_sha1", SHA1)),
        ("x509-fingerprint-sha256", SHA256, ("certificate_sha256", SHA256)),
        ("mobile-application-id", "com.example.spy", ("package", "com.example.spy")),
        ("stix2-pattern", "[app:id = 'com.example.spy']", ("package", "com.example.spy")),
    ],
)
def test_each_type_of_attribute(tmp_path, type, value, expected):
    feed = read(tmp_path, event(attribute(type, value)))
    (one,) = feed.indicators

    assert ("misp", expected) == (feed.kind, (one.type, one.value))
    assert (str(UUID(int=1)), ("Example campaign",)) == (one.id, one.names)


@pytest.mark.parametrize("type", ["link", "text", "yara", "snort", "ssdeep", "domain|ip", "url"])
def test_an_attribute_that_cannot_be_looked_up_is_listed(tmp_path, type):
    feed = read(tmp_path, event(attribute(type, "nothing of use"), attribute("md5", MD5, 2)))

    assert [("md5", MD5)] == values(feed.indicators)
    assert 1 == feed.unusable_count


def test_what_was_only_seen_is_counted_and_what_was_deleted_is_gone(tmp_path):
    feed = read(
        tmp_path,
        event(
            attribute("md5", MD5, 1, to_ids=False),
            attribute("sha1", SHA1, 2, to_ids="0"),
            attribute("sha256", SHA256, 3, deleted=True),
        ),
    )

    assert ((), 2) == (feed.indicators, feed.unusable_count)
    assert ["to_ids is false: seen, and no indicator by itself"] == reasons(feed)


@pytest.mark.parametrize(
    "form",
    [
        lambda one: one,
        lambda one: one["Event"],
        lambda one: {"response": [one]},
        lambda one: {"response": one},
        lambda one: [one],
    ],
)
def test_an_event_stands_alone_or_in_a_response(tmp_path, form):
    feed = read(tmp_path, form(event(attribute("md5", MD5), publish_timestamp="1767312000")))

    assert [("md5", MD5)] == values(feed.indicators)
    assert "Example campaign" == feed.title
    assert datetime(2026, 1, 2, tzinfo=UTC) == feed.published_at


def test_an_event_that_is_not_published_has_its_own_date(tmp_path):
    assert datetime(2026, 1, 2, tzinfo=UTC) == read(tmp_path, event()).published_at


def test_an_event_may_have_no_date(tmp_path):
    assert read(tmp_path, event(date="soon", publish_timestamp="x")).published_at is None


def test_an_app_has_its_name_and_a_signer_is_no_file(tmp_path):
    app = {
        "name": "android-app",
        "Attribute": [
            {"value": 7},
            attribute("text", "Example Spy", 1, to_ids=False, object_relation="name"),
            attribute("text", "com.example.spy", 2, object_relation="appid"),
            attribute("sha1", SHA1, 3, object_relation="certificate"),
            attribute("sha256", SHA256, 4, object_relation="sha256"),
        ],
    }
    gone = {"name": "file", "deleted": True, "Attribute": [attribute("md5", MD5, 5)]}
    file = {"name": "file", "Attribute": [attribute("md5", MD5, 6, object_relation="md5")]}
    feed = read(tmp_path, event(Object=[app, gone, file]))

    assert [
        ("package", "com.example.spy"),
        ("certificate_sha1", SHA1),
        ("sha256", SHA256),
        ("md5", MD5),
    ] == values(feed.indicators)
    assert 2 == feed.unusable_count
    assert [("Example Spy", "Example campaign")] * 3 + [("Example campaign",)] == [
        one.names for one in feed.indicators
    ]


def test_the_strictest_tag_counts(tmp_path):
    tags = [[], [{"name": "tlp:green"}], [{"name": "tlp:amber+strict"}], [{"name": "tlp:unheard"}]]
    found = [
        attribute("domain", f"{n}.example.com", n, Tag=[*tag, {"name": "other"}])
        for n, tag in enumerate(tags, start=1)
    ]
    feed = read(tmp_path, event(*found, Tag=[{"name": "tlp:amber"}]))

    assert ["amber", "amber", "amber+strict", "red"] == [one.tlp for one in feed.indicators]


def test_one_attribute_twice_counts_once_and_two_contents_are_forged(tmp_path):
    twice = [attribute("md5", MD5), attribute("md5", MD5)]

    assert 1 == len(read(tmp_path, event(*twice)).indicators)
    with pytest.raises(RuleError, match="two attributes of one uuid differ"):
        read(tmp_path, event(attribute("md5", MD5), attribute("sha1", SHA1)))


@pytest.mark.parametrize(
    "content",
    [
        {"Event": []},
        {"Event": {"Attribute": {}}},
        {"response": 3},
        {"response": [{"Other": 1}]},
        {"Event": {"info": ["x"]}},
    ],
)
def test_another_shape_is_refused(tmp_path, content):
    with pytest.raises(RuleError, match=r"feed\.json: Event:"):
        read(tmp_path, content)


def test_an_attribute_of_another_shape_is_listed(tmp_path):
    feed = read(tmp_path, event({"type": 7, "value": "x"}, attribute("md5", MD5)))

    assert ([("md5", MD5)], 1) == (values(feed.indicators), feed.unusable_count)
