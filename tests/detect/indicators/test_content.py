"""Personal content compared with indicators: what is found names indicators, never content."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from scanner.artifacts.ios.content.messages import MESSAGES
from scanner.model.entities import (
    App,
    ContentMatch,
    ContentSource,
    Entity,
    Mention,
    Network,
    Payload,
    Statement,
)
from scanner.model.evidence import Gap
from scanner.model.findings import Message
from scanner.model.indicators import Indicator
from scanner.snapshot import Snapshot
from scanner.snapshot.mentions import Mentions
from tests.detect.devices import NOW, artifact
from tests.detect.indicators.compared import device, inspected, one
from tests.detect.indicators.feeds import feed, indicator

CONTENT = artifact("ios.messages", (ContentSource, ()))
NETWORKS = artifact("ios.networks", (Network, ()), (Payload, ()))
ASKED = {"statements": (CONTENT, NETWORKS), "platform": "ios"}
EVIL = indicator("domain", "evil.example.com")
READ = ContentSource(
    name="messages", carries=("url", "domain", "email", "file_path"), records=9, values=1
)
SECRET = "https://a.evil.example.com/canary-path?canary-query=1"


def mention(value: str = SECRET, kind: Any = "url", **fields: Any) -> Mention:
    return Mention(**{"source": "messages", "kind": kind, "value": value} | fields)


def phone(*statements: Statement) -> Snapshot:
    return device(READ, *statements, platform="ios")


def matches(snapshot: Snapshot) -> list[ContentMatch]:
    return list(snapshot.every(ContentMatch))


@pytest.mark.parametrize(
    ("type", "written", "read"),
    [
        ("domain", "evil.example.com", ("url", SECRET)),
        ("domain", "evil.example.com", ("domain", "b.evil.example.com")),
        ("url", SECRET, ("url", SECRET)),
        ("ip", "198.51.100.7", ("url", "http://198.51.100.7:8080/x")),
        ("email", "Ana@evil.example.com", ("email", "ana@EVIL.example.com")),
        ("file_name", "evil.gif", ("file_path", "/private/var/mobile/Library/SMS/evil.gif")),
        ("file_path", "/private/var/tmp/evil", ("file_path", "/var/tmp/evil/x")),
        ("package", "com.example.spy", ("package", "com.example.spy")),
        ("process", "evild", ("process", "evild")),
    ],
)
def test_what_content_names_is_found(type: Any, written: str, read: tuple[Any, str]):
    snapshot = phone(mention(read[1], read[0], day="2026-11-02", count=2))
    known = indicator(type, written)
    check, (found,) = one(snapshot, [feed(known)], **ASKED)

    assert ("finding" if found.confidence != "low" else "review") == check.status
    assert "content_match" == found.subject.entity
    assert {"source": "messages", "indicator_type": type, "indicator": known.value} == (
        found.subject.key
    )
    assert [("indicator", (known.value,))] == [(each.field, each.values) for each in found.matched]


def test_it_says_how_often_and_when():
    other = "https://evil.example.com/other"
    snapshot = phone(
        mention(day="2026-11-02"),
        mention(day="2026-10-01", count=3),
        mention(other),
        mention(source="whatsapp", day="2025-01-01"),
        mention("https://fine.example.com/", day="2024-01-01"),
    )
    check, found = one(snapshot, [feed(EVIL)], **ASKED)
    stated = {"indicator_type": "domain", "indicator": "evil.example.com"}

    assert [
        ContentMatch(
            source="messages", count=5, first_day="2026-10-01", last_day="2026-11-02", **stated
        ),
        ContentMatch(
            source="whatsapp", count=1, first_day="2025-01-01", last_day="2025-01-01", **stated
        ),
    ] == matches(snapshot)
    assert ("finding", 2, 4) == (check.status, len(found), check.examined)


def test_nothing_of_what_was_read_is_in_a_finding():
    snapshot = phone(mention(day="2026-11-02"))
    results = inspected(snapshot, [feed(EVIL, indicator("url", "https://x.example.com/"))], **ASKED)
    said = msgspec.json.encode([results, matches(snapshot)])

    assert b"evil.example.com" in said
    assert b"canary" not in said
    assert b"a.evil" not in said


def test_the_evidence_of_a_finding_is_what_names_it():
    snapshot = phone()
    for number in (1, 2):
        snapshot.add(mention(), evidence=f"sms-{number}", provenance="os_claimed", rank=5)
    _, (found,) = one(snapshot, [feed(EVIL)], **ASKED)

    assert ("sms-1", "sms-2") == found.evidence


def test_each_indicator_of_a_value_is_found_once_a_feed():
    url = indicator("url", SECRET)
    feeds = [feed(EVIL, url, id="one"), feed(EVIL, id="two")]
    results = inspected(phone(mention()), feeds, **ASKED)

    assert {
        "indicators:one:domain": 1,
        "indicators:one:url": 1,
        "indicators:two:domain": 1,
    } == {check.rule: len(found) for check, found in results}


def test_comparing_again_finds_the_same():
    snapshot = phone(mention(day="2026-11-02"))

    assert inspected(snapshot, [feed(EVIL)], **ASKED) == inspected(snapshot, [feed(EVIL)], **ASKED)


@pytest.mark.parametrize("tlp", ["amber+strict", "red"])
@pytest.mark.parametrize("of_feed", [True, False])
def test_a_value_that_few_may_read_stands_in_no_entity(tlp: Any, of_feed: bool):
    """Findings say it where its TLP lets them; entities and subjects have no TLP."""
    closed = indicator("domain", "evil.example.com", **({} if of_feed else {"tlp": tlp}))
    other = indicator("domain", "other.example.com")
    known = feed(other, closed, **({"tlp": tlp} if of_feed else {}))
    snapshot = phone(mention())
    _, (found,) = one(snapshot, [known], **ASKED)

    assert ["withheld:made:1"] == [each.indicator for each in matches(snapshot)]
    assert "evil.example.com" not in str(found.subject)
    assert ("withheld:made:1",) == found.matched[0].values
    assert (tlp, "evil.example.com") == (found.indicator.tlp, found.indicator.value)


def test_parts_of_a_pattern_are_looked_for_in_one_source():
    both = indicator(
        "domain", "evil.example.com", also=(("email", "a@example.org"),), together=True
    )
    mail = mention("a@example.org", "email")
    other = mention("a@example.org", "email", source="whatsapp")
    _, found = one(phone(mention(), mail), [feed(both)], **ASKED)
    _, none = one(phone(mention(), other), [feed(both)], **ASKED)

    assert (1, 0) == (len(found), len(none))


URL, EMAIL = indicator("url", "https://evil.example.com/"), indicator("email", "a@evil.example.com")


@pytest.mark.parametrize("known", [URL, EMAIL])
def test_content_that_was_read_lets_its_checks_pass(known: Indicator):
    check, _ = one(phone(mention("https://fine.example.com/")), [feed(known)], **ASKED)

    assert ("pass", Message("check.compared_with_content", {"sources": "messages"})) == (
        check.status,
        check.detail,
    )


def test_what_else_was_compared_is_named_beside():
    snapshot = phone(NETWORK)
    check, _ = one(snapshot, [feed(EVIL)], statements=(CONTENT, DNS), platform="ios")
    params = {"sources": "messages", "entities": "network"}

    assert Message("check.compared_with_content", params) == check.detail


NETWORK = Network(interface="en0", dns_servers=None, private_dns_server=None, proxy_host=None)
DNS = artifact(
    "ios.dns", (Network, ("interface", "dns_servers", "private_dns_server", "proxy_host"))
)


@pytest.mark.parametrize("known", [URL, EMAIL, EVIL])
@pytest.mark.parametrize("reason", ["parse_error", "locked", "truncated"])
def test_content_that_could_not_be_read(known: Indicator, reason: Any):
    gaps = [Gap(artifact="ios.messages", reason=reason)]
    check, _ = one(phone(), [feed(known)], gaps=gaps, **ASKED)
    params = {"artifact": "ios.messages", "reason": reason, "users": ""}

    assert ("not_examined", reason, Message("check.gap", params)) == (
        check.status,
        check.reason,
        check.detail,
    )


def test_a_match_stays_in_spite_of_a_gap():
    gaps = [Gap(artifact="ios.messages", reason="parse_error")]
    check, found = one(phone(mention()), [feed(EVIL)], gaps=gaps, **ASKED)

    assert ("finding", 1) == (check.status, len(found))


def test_a_source_that_a_phone_does_not_have():
    """Nobody has every app; which sources were read is said."""
    gaps = [Gap(artifact="ios.messages", reason="source_absent")]
    read, _ = one(phone(), [feed(URL)], gaps=gaps, **ASKED)
    none, _ = one(device(platform="ios"), [feed(URL)], gaps=gaps, **ASKED)

    assert "pass" == read.status
    assert ("not_examined", "source_absent", Message("check.no_content")) == (
        none.status,
        none.reason,
        none.detail,
    )


def test_a_source_that_names_nothing_of_the_type():
    calls = ContentSource(name="calls", carries=("email",), records=0, values=0)
    snapshot = device(calls, platform="ios")
    of_pages, _ = one(snapshot, [feed(URL)], **ASKED)
    of_mail, _ = one(snapshot, [feed(EMAIL)], **ASKED)

    assert ("not_examined", "pass") == (of_pages.status, of_mail.status)


def test_more_than_could_be_held():
    snapshot = Snapshot("ios", now=NOW, mentions=Mentions(held=1))
    for each in (READ, mention("https://a.example.com/"), mention("https://b.example.com/")):
        snapshot.add(each, evidence="e-1", provenance="os_claimed", rank=0)
    check, _ = one(snapshot, [feed(URL)], **ASKED)

    assert ("not_examined", "truncated") == (check.status, check.reason)
    assert Message("check.content_cut", {"sources": "messages"}) == check.detail


@pytest.mark.parametrize("known", [URL, EMAIL])
def test_nobody_asked_for_content(known: Indicator):
    snapshot = device(NETWORK, platform="ios")
    could, _ = one(
        snapshot, [feed(known)], statements=(DNS,), platform="ios", not_selected=(MESSAGES,)
    )
    never, _ = one(snapshot, [feed(known)], statements=(DNS,), platform="ios")

    assert [("not_examined", "privacy_policy")] * 2 == [
        (each.status, each.reason) for each in (could, never)
    ]
    assert ["check.content_not_asked", "check.content_not_read"] == [
        each.detail.id for each in (could, never)
    ]


def test_where_a_file_holds_no_content():
    """Of the file of an app, pages are compared with what stands in its code alone."""
    kinds: frozenset[type[Entity]] = frozenset({App})
    check, _ = one(device(platform="ios"), [feed(EMAIL)], kinds=kinds, **ASKED)

    assert ("not_examined", "privacy_policy") == (check.status, check.reason)
