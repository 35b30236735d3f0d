"""Findings are told once while they last, and again when they come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs

from scanner.model.changes import Held
from scanner.model.findings import Finding, Match, Message, Subject
from scanner.watch.findings import Known, Told, fingerprint, judge

AT = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def finding(value: str | int = "192.0.2.1:8080", **chosen: Any) -> Finding:
    subject = chosen.pop(
        "subject", Subject(entity="setting", key={"user": 0, "name": "http_proxy"})
    )
    return Finding(
        id="f1", rule="r1", level="high", confidence="high", rule_class="compromise", review=False,
        provenance="os_claimed", subject=subject, evidence=(),
        matched=(Match(field="value", pattern="contains :", values=(value,)),), **chosen,
    )  # fmt: skip


def held(*findings: Finding) -> list[Held]:
    return [Held(finding=each, title="A proxy is set") for each in findings]


def judged(
    findings: list[Held], known: dict[str, Known] | None = None, *, at: datetime = AT,
    profile: str = "quick", decided: bool = True,
) -> list[Told]:  # fmt: skip
    return list(
        judge("d1", findings, known or {}, profile=profile, at=at, decided=lambda _: decided)
    )


def remembered(*told: Told) -> dict[str, Known]:
    return {each.known.fingerprint: each.known for each in told}


def test_new_once_then_it_lasts():
    first = judged(held(finding()))
    second = judged(held(finding()), remembered(*first), at=AT + DAY)

    assert ["new", "lasts"] == [first[0].turn, second[0].turn]
    assert (AT, AT + DAY) == (second[0].known.first_at, second[0].known.last_at)


def test_gone_and_new_again_when_it_comes_back():
    first = judged(held(finding()))
    gone = judged([], remembered(*first), at=AT + DAY)
    back = judged(held(finding()), remembered(*gone), at=AT + 2 * DAY)

    assert ["gone", "new"] == [gone[0].turn, back[0].turn]
    assert not gone[0].known.open
    assert judged([], remembered(*gone), at=AT + 2 * DAY) == []


def test_not_gone_where_the_scan_could_not_tell():
    first = judged(held(finding()))

    assert [] == judged([], remembered(*first), decided=False)


def test_not_gone_where_a_less_deep_scan_does_not_show_it():
    first = judged(held(finding()), profile="standard")

    assert [] == judged([], remembered(*first), profile="quick")
    assert ["gone"] == [each.turn for each in judged([], remembered(*first), profile="deep")]


def test_a_change_is_gone_only_beside_the_baseline_that_showed_it():
    about = Subject(entity="change", key={"entity": "setting", "identity": "x", "field": "value"})
    first = judged(held(finding(subject=about)), profile="quick")

    assert [] == judged([], remembered(*first), profile="standard")
    assert ["gone"] == [each.turn for each in judged([], remembered(*first), profile="quick")]


def test_acknowledged_it_is_quiet_until_it_comes_back():
    first = judged(held(finding()))
    seen = structs.replace(first[0].known, acknowledged_at=AT, acknowledged_by="A. Example")
    lasting = judged(held(finding()), {seen.fingerprint: seen}, at=AT + DAY)
    gone = judged([], remembered(*lasting), at=AT + 2 * DAY)
    back = judged(held(finding()), remembered(*gone), at=AT + 3 * DAY)

    assert ("lasts", True) == (lasting[0].turn, lasting[0].quiet)
    assert ("new", False) == (back[0].turn, back[0].quiet)


def test_suppressed_it_is_quiet_even_when_it_comes_back_and_told_when_that_is_over():
    first = judged(held(finding()))
    known = structs.replace(first[0].known, suppressed_until=AT + 7 * DAY)
    gone = judged([], {known.fingerprint: known}, at=AT + DAY)
    back = judged(held(finding()), remembered(*gone), at=AT + 2 * DAY)
    over = judged(held(finding()), remembered(*back), at=AT + 8 * DAY)
    after = judged(held(finding()), remembered(*over), at=AT + 9 * DAY)

    assert [("new", True), ("again", False), ("lasts", False)] == [
        (each[0].turn, each[0].quiet) for each in (back, over, after)
    ]


def test_another_value_is_another_finding_and_another_day_is_none():
    assert fingerprint("d1", finding("192.0.2.1:1")) != fingerprint("d1", finding("192.0.2.1:2"))
    assert fingerprint("d1", finding(180)) == fingerprint("d1", finding(181))
    assert fingerprint("d1", finding()) != fingerprint("d2", finding())


def test_what_the_scan_itself_explains_is_told_and_raises_nothing():
    told = judged(held(finding(explained_by_scan=Message("footprint.key"))))

    assert [("new", True)] == [(each.turn, each.quiet) for each in told]
    assert told[0].known.quiet(AT)  # so that it does not count as one that nobody has seen


def test_one_that_stands_twice_in_a_report_is_told_once():
    assert 1 == len(judged(held(finding(), finding())))


def test_words_of_the_phone_reach_no_terminal():
    subject = Subject(entity="app", key={"package": "com.example\x1b[31m\u202e" + "x" * 5000})

    text = judged(held(finding(subject=subject)))[0].known.subject

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert 300 > len(text)


def test_what_comes_back_after_its_suppression_is_told_once():
    first = judged(held(finding()))
    kept = remembered(*first)
    (print_,) = kept
    kept[print_] = structs.replace(kept[print_], suppressed_until=AT + DAY)
    gone = judged([], kept, at=AT + DAY / 2)

    back = judged(held(finding()), remembered(*gone), at=AT + 2 * DAY)
    after = judged(held(finding()), remembered(*back), at=AT + 3 * DAY)

    assert [("new", False), ("lasts", False)] == [
        (told.turn, told.quiet) for (told,) in (back, after)
    ]
