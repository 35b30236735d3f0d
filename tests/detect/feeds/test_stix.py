"""Bundles of STIX: what counts, for how long, by which name, and who may read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from scanner.detect.feeds.draft import LISTED_LIMIT
from scanner.errors import RuleError
from scanner.model.indicators import Indicator

from .bundles import bundle, indicator, number, read, reasons, values

DOMAIN = "[domain-name:value = 'c2.example.com']"
AMBER = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
STRICT = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"


def link(source: str, target: str, value: int = 1, **keys):
    return {
        "type": "relationship",
        "id": number("relationship", value),
        "relationship_type": "indicates",
        "source_ref": source,
        "target_ref": target,
        **keys,
    }


def test_an_indicator_has_what_its_object_states(tmp_path):
    malware = {
        "type": "malware",
        "id": number("malware", 1),
        "name": "Example Spy",
        "external_references": [
            {"source_name": "x", "url": "https://example.org/spy"},
            {"source_name": "y", "url": "http://example.org/not-https"},
            {"source_name": "z"},
        ],
    }
    one = indicator(
        DOMAIN,
        valid_until="2026-06-01T00:00:00.5Z",
        revoked=True,
        confidence=80,
        object_marking_refs=[AMBER],
        external_references=[{"url": "https://example.net/report"}],
    )
    feed = read(tmp_path, bundle([one, malware, link(one["id"], malware["id"])]))

    assert (
        Indicator(
            type="domain",
            value="c2.example.com",
            id=one["id"],
            names=("Example Spy",),
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            valid_until=datetime(2026, 6, 1, 0, 0, 0, 500_000, tzinfo=UTC),
            revoked=True,
            confidence=80,
            tlp="amber",
            references=("https://example.net/report", "https://example.org/spy"),
        ),
    ) == feed.indicators
    assert "stix" == feed.kind
    assert "feed.json" == feed.id
    assert datetime(2026, 1, 1, tzinfo=UTC) == feed.published_at
    assert () == feed.unusable


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(bundle([indicator(DOMAIN)])),
        json.dumps(bundle([indicator(DOMAIN)]), indent=2),
        "\ufeff" + json.dumps(bundle([indicator(DOMAIN)])),
        "\n  " + json.dumps(bundle([indicator(DOMAIN)])),
        json.dumps([indicator(DOMAIN)]),
        json.dumps([bundle([indicator(DOMAIN)])]),
        json.dumps({"more": False, "objects": [indicator(DOMAIN)]}),
        json.dumps(indicator(DOMAIN)),
        json.dumps(indicator(DOMAIN)) + "\n\n" + json.dumps(indicator(DOMAIN, 1)) + "\n",
        json.dumps({"objects": [indicator(DOMAIN), indicator(DOMAIN)], "type": "bundle"}),
        json.dumps({"type": "bundle", "spec_version": "2.0", "objects": [
            {"type": "indicator", "id": number("indicator", 1), "labels": ["malicious-activity"],
             "pattern": DOMAIN, "valid_from": "2026-01-01T00:00:00Z"}]}),
    ],
)  # fmt: skip
def test_a_bundle_an_envelope_a_list_and_lines_are_read_alike(tmp_path, written):
    feed = read(tmp_path, written)

    assert [("domain", "c2.example.com")] == values(feed.indicators)
    assert ("stix", 0) == (feed.kind, feed.unusable_count)


def test_names_come_from_relationships_and_reports(tmp_path):
    one = indicator(DOMAIN)
    actor = {"type": "threat-actor", "id": number("threat-actor", 1), "name": "Example Actor"}
    technique = {"type": "attack-pattern", "id": number("attack-pattern", 1), "name": "Phishing"}
    report = {
        "type": "report",
        "id": number("report", 1),
        "name": "Example Report",
        "object_refs": [one["id"], actor["id"]],
    }
    links = [link(one["id"], actor["id"]), link(one["id"], technique["id"], 2)]
    feed = read(tmp_path, bundle([report, *links, one, actor, technique]))

    assert ("Example Actor", "Example Report") == feed.indicators[0].names
    assert "Example Report" == feed.title


def test_a_withdrawn_or_another_relationship_gives_no_name(tmp_path):
    one = indicator(DOMAIN)
    tool = {"type": "tool", "id": number("tool", 1), "name": "Tool"}
    links = [
        link(one["id"], tool["id"], revoked=True),
        link(one["id"], tool["id"], 2, relationship_type="related-to"),
        link(one["id"], number("malware", 404), 3),
    ]

    assert () == read(tmp_path, bundle([one, tool, *links])).indicators[0].names


def test_the_newest_version_of_a_relationship_counts(tmp_path):
    one = indicator(DOMAIN)
    tool = {"type": "tool", "id": number("tool", 1), "name": "Tool"}
    links = [
        link(one["id"], tool["id"], modified="2026-01-01T00:00:00Z"),
        link(one["id"], tool["id"], 2, modified="2026-01-01T00:00:00Z", revoked=True),
        link(one["id"], tool["id"], modified="2026-02-01T00:00:00Z", revoked=True),
        link(one["id"], tool["id"], modified="2026-01-02T00:00:00Z"),
    ]
    for written in (links, links[::-1]):
        assert () == read(tmp_path, bundle([one, tool, *written])).indicators[0].names
    forged = link(one["id"], "tool--x", modified="2026-01-01T00:00:00Z")
    with pytest.raises(RuleError, match="two objects of one id and version differ"):
        read(tmp_path, bundle([one, tool, links[0], forged]))


@pytest.mark.parametrize(
    ("dates", "newest"),
    [
        (("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"), 3),
        (("2026-01-03T00:00:00.5Z", "2026-01-03T00:00:00Z", "20260104T000000Z"), 4),
        (("20260102T000000Z", "2026-01-03T00:00:00Z"), 3),
        (("2026-01-03T00:00:00Z", "2026-01-03T12:00:00+13:00", "2026-01-04 00:00:00Z"), 4),
        (("9999-99-99T99:99:99Z", "2026-01-02T00:00:00Z"), 2),
    ],
)
def test_the_newest_date_of_any_form_is_that_of_the_feed(tmp_path, dates, newest):
    objects = [indicator(DOMAIN, n, modified=date) for n, date in enumerate(dates)]
    published = read(tmp_path, bundle(objects)).published_at

    assert published is not None
    assert (2026, 1, newest) == (published.year, published.month, published.day)


def test_one_pattern_that_cannot_be_read_loses_no_other(tmp_path):
    objects = [
        indicator("[domain-name:value MATCHES '.*=.*']", 1),
        indicator("[url:value = 'https://a.example.com/?q=1']", 2),
        indicator("not a pattern", 3),
        indicator("rule x { condition: true }", 4, pattern_type="yara"),
        indicator("[app:id = 'com.example.a' OR app:id LIKE 'com.%']", 5),
    ]
    feed = read(tmp_path, bundle(objects))

    assert [("url", "https://a.example.com/?q=1"), ("package", "com.example.a")] == values(
        feed.indicators
    )
    assert 4 == feed.unusable_count
    assert [number("indicator", n) for n in (1, 3, 4, 5)] == [
        one.params["object"] for one in feed.unusable
    ]
    assert "a pattern of the language yara" == reasons(feed)[2]


def test_a_set_without_a_domain_is_read(tmp_path):
    feed = read(tmp_path, bundle([indicator("[app:id = 'com.example.a']")]))

    assert [("package", "com.example.a")] == values(feed.indicators)


def test_the_newest_version_of_an_object_counts(tmp_path):
    versions = [
        indicator(DOMAIN),
        indicator(DOMAIN, modified="2026-03-01T00:00:00Z", revoked=True),
        indicator(DOMAIN, modified="2026-02-01T00:00:00.123456Z", confidence=1),
    ]
    for objects in (versions, versions[::-1]):
        (one,) = read(tmp_path, bundle(objects)).indicators

        assert (True, None) == (one.revoked, one.confidence)


@pytest.mark.parametrize("modified", ["2026-01-01T00:00:00.000Z", "no date", ""])
def test_two_contents_of_one_version_are_forged(tmp_path, modified):
    objects = [
        indicator(pattern, modified=modified, created=modified)
        for pattern in (DOMAIN, "[domain-name:value = 'other.example.com']")
    ]

    with pytest.raises(RuleError, match="two objects of one id and version differ"):
        read(tmp_path, bundle(objects))


def test_a_number_beyond_all_bounds_makes_two_contents(tmp_path):
    one = json.dumps(indicator(DOMAIN))
    other = one[:-1] + ', "x": ' + "9" * 5001 + "}"

    with pytest.raises(RuleError, match="two objects of one id and version differ"):
        read(tmp_path, f"[{one}, {other}]")


def test_one_version_written_twice_counts_once(tmp_path):
    one = indicator(DOMAIN)

    assert 1 == len(read(tmp_path, bundle([one, dict(reversed(one.items()))])).indicators)


@pytest.mark.parametrize(
    ("keys", "counted"),
    [
        ({"indicator_types": ["malicious-activity"]}, True),
        ({"indicator_types": ["benign"]}, False),
        ({"indicator_types": ["Benign", "malicious-activity"]}, False),
        ({"labels": ["benign"]}, False),
        ({"indicator_types": ["anonymization"]}, False),
        ({"indicator_types": ["anonymization", "malicious-activity"]}, True),
        ({"indicator_types": [], "labels": []}, True),
        ({"indicator_types": "malicious-activity", "labels": [{}, 3]}, True),
        ({"confidence": "high", "external_references": [[{"url": "x"}]]}, True),
        ({"confidence": 101}, True),
        ({"revoked": "no"}, False),
        ({"valid_until": "never"}, False),
        ({"valid_until": 7}, False),
        ({"valid_until": "0001-01-01T00:00:00+23:00"}, False),
        ({"indicator_types": ["anomalous-activity"], "labels": ["x"]}, True),
        ({"valid_until": None}, True),
        ({"pattern": 7}, False),
        ({"object_marking_refs": AMBER}, False),
    ],
)
def test_what_decides_is_read_strictly_and_the_rest_is_not(tmp_path, keys, counted):
    feed = read(tmp_path, bundle([indicator(DOMAIN) | keys]))

    assert (int(counted), int(not counted)) == (len(feed.indicators), feed.unusable_count)


def test_the_strictest_marking_counts(tmp_path):
    own = {
        "type": "marking-definition",
        "id": number("marking-definition", 5),
        "definition_type": "tlp",
        "definition": {"tlp": "red"},
    }
    extended = {
        "type": "marking-definition",
        "id": number("marking-definition", 6),
        "extensions": {
            "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {"tlp_2_0": "green"}
        },
    }
    named = {"type": "marking-definition", "id": number("marking-definition", 7), "name": "TLP:RED"}
    statement = {
        "type": "marking-definition",
        "id": number("marking-definition", 8),
        "definition_type": "statement",
        "definition": {"statement": "TLP:RED"},
        "extensions": {"x": 1, "y": {}},
    }
    relabelled = {"type": "marking-definition", "id": STRICT, "name": "TLP:CLEAR"}
    marked: list[tuple[list[str], list[str]]] = [
        ([CLEAR], []),
        ([CLEAR, AMBER], []),
        ([CLEAR], [STRICT]),
        ([AMBER], [str(own["id"])]),
        ([str(extended["id"])], []),
        ([named["id"]], []),
        ([number("marking-definition", 99)], []),
        ([statement["id"]], []),
    ]
    objects = [
        indicator(
            DOMAIN,
            value,
            object_marking_refs=refs,
            granular_markings=[{"marking_ref": ref, "selectors": ["pattern"]} for ref in parts],
        )
        for value, (refs, parts) in enumerate(marked)
    ]
    found = read(
        tmp_path, bundle([*objects, own, extended, named, statement, relabelled])
    ).indicators

    assert ["clear", "amber", "amber+strict", "red", "green", "red", None, None] == [
        one.tlp for one in found
    ]


def test_who_may_read_the_feed_holds_for_each_of_its_objects(tmp_path):
    objects = [indicator(DOMAIN, 1, object_marking_refs=[CLEAR]), indicator(DOMAIN, 2)]
    feed = read(tmp_path, bundle(objects), tlp="amber")

    assert "amber" == feed.tlp
    assert ["amber", None] == [one.tlp for one in feed.indicators]


def test_an_object_that_describes_others_may_be_broken(tmp_path):
    broken = {"type": "malware", "id": number("malware", 1), "name": ["Spy"]}
    feed = read(tmp_path, bundle([broken, indicator(DOMAIN)]))

    assert [("domain", "c2.example.com")] == values(feed.indicators)
    assert ["an object that describes others"] == [one.params["object"] for one in feed.unusable]


def test_names_are_bounded(tmp_path):
    one = indicator(DOMAIN)
    spies = [
        {"type": "malware", "id": number("malware", n), "name": f"\u202e{n}" + "x" * 500}
        for n in range(30)
    ]
    links = [link(one["id"], spy["id"], n) for n, spy in enumerate(spies)]
    names = read(tmp_path, bundle([one, *spies, *links])).indicators[0].names

    assert 20 == len(names)
    assert {200} == {len(name) for name in names}
    assert all(name.startswith("\\u202e") for name in names)


def test_a_report_that_names_no_object_gives_no_title(tmp_path):
    report = {"type": "report", "id": number("report", 1), "name": "Empty"}

    assert "feed.json" == read(tmp_path, bundle([report, indicator(DOMAIN)])).title


def test_values_that_no_indicator_names_are_counted(tmp_path):
    seen = [
        {"type": "domain-name", "id": number("domain-name", n), "value": f"{n}.example.com"}
        for n in range(3)
    ]
    identity = {"type": "identity", "id": number("identity", 1), "name": "Example"}
    feed = read(tmp_path, bundle([*seen, identity, {"type": "observed-data"}, {}, []]))

    assert () == feed.indicators
    assert 6 == feed.unusable_count
    assert ["3 objects `domain-name`", "1 objects `observed-data`"] == [
        one.params["object"] for one in feed.unusable[1:3]
    ]


def test_what_is_listed_is_bounded_and_what_is_counted_is_not(tmp_path):
    objects = [indicator("[file:size = 1]", value) for value in range(LISTED_LIMIT + 50)]
    feed = read(tmp_path, bundle(objects))

    assert (LISTED_LIMIT, LISTED_LIMIT + 50) == (len(feed.unusable), feed.unusable_count)


def test_an_object_without_an_id_is_named_by_its_value(tmp_path):
    one = indicator(DOMAIN)
    del one["id"]

    assert ["domain:c2.example.com"] == [
        found.id for found in read(tmp_path, bundle([one])).indicators
    ]


def test_text_of_a_feed_has_no_power_over_a_terminal(tmp_path):
    feed = read(tmp_path, bundle([indicator("[a\x1b[2J", 1) | {"id": "indicator--\x1b[2J\u202e"}]))

    assert "indicator--\\x1b[2J\\u202e" == feed.unusable[0].params["object"]


def test_a_name_becomes_an_id_of_letters_and_digits(tmp_path):
    feed = read(tmp_path, bundle([indicator(DOMAIN)]), name="../Ünsafe name\x1b")

    assert "nsafe-name" == feed.id
