"""What content names, in a snapshot: held apart from all that is stated of the device."""

from __future__ import annotations

from scanner.model.entities import ENTITIES, ContentSource, Mention
from scanner.snapshot import Snapshot
from scanner.snapshot.mentions import Mentions

PAGE = "https://example.com/canary"


def mention(value: str = PAGE, **fields: object) -> Mention:
    return Mention(**{"source": "messages", "kind": "url", "value": value} | fields)


def add(snapshot: Snapshot, *statements: Mention | ContentSource, evidence: str = "e-1") -> None:
    for each in statements:
        snapshot.add(each, evidence=evidence, provenance="os_claimed", rank=7)


def test_a_mention_is_no_entity():
    snapshot = Snapshot("ios")
    add(snapshot, mention())

    assert {} == snapshot.counts()
    assert [] == [each for entity in ENTITIES for each in snapshot.every(entity)]
    assert 1 == len(snapshot.mentions)


def test_a_value_is_held_once_with_its_count_and_days():
    snapshot = Snapshot("ios")
    add(snapshot, mention(day="2026-11-03", count=2), mention())
    add(snapshot, mention(day="2026-11-01"), mention(day="2026-11-05"), evidence="e-2")
    add(snapshot, mention(source="whatsapp", day="2020-01-01"))
    held = dict(snapshot.mentions)
    both = held["messages", "url", PAGE]

    assert 2 == len(held)
    assert (5, "2026-11-01", "2026-11-05") == (both.count, both.first_day, both.last_day)
    assert ("e-1", "e-2") == both.evidence
    assert ("os_claimed", 7) == (both.provenance, both.rank)


def test_without_any_day():
    snapshot = Snapshot("ios")
    add(snapshot, mention(), mention())
    ((_, held),) = snapshot.mentions

    assert (2, None, None) == (held.count, held.first_day, held.last_day)


def test_more_than_can_be_held_is_said():
    mentions = Mentions(held=2)
    for number in range(4):
        value = mention(f"https://example.com/{number}", source=f"s{number}")
        mentions.add(value, evidence="e-1", provenance="os_claimed", rank=0)
    again = mention("https://example.com/0", source="s0")
    mentions.add(again, evidence="e-1", provenance="os_claimed", rank=0)

    assert 2 == len(mentions)
    assert frozenset({"s2", "s3"}) == mentions.cut
    assert [2, 1] == [each.count for _, each in mentions]


def test_what_is_printed_names_nothing():
    snapshot = Snapshot("ios")
    add(snapshot, mention())
    ((_, held),) = snapshot.mentions

    assert "Mentions(1) Mentioned()" == f"{snapshot.mentions!r} {held!r}"


def test_a_source_of_several_files_is_their_sum():
    snapshot = Snapshot("ios")
    source = ContentSource(name="safari_history", carries=("url",), records=3, values=2)
    add(snapshot, source)
    add(snapshot, ContentSource(name="safari_history", carries=("domain",)), evidence="e-2")
    add(snapshot, source, evidence="e-3")
    (joined,) = snapshot.joined(ContentSource)
    summed = ContentSource(name="safari_history", carries=("url", "domain"), records=6, values=4)

    assert summed == joined.entity
    assert {"e-1", "e-2", "e-3"} == set(joined.evidence_of("records"))


def test_a_source_that_states_no_number():
    snapshot = Snapshot("ios")
    add(snapshot, ContentSource(name="calls"))
    (found,) = snapshot.every(ContentSource)

    assert ContentSource(name="calls") == found
