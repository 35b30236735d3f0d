"""A finding is known again in the next scan, whatever number its process has by then."""

from __future__ import annotations

from msgspec import structs

from scanner.changes import matter
from scanner.model.findings import Finding, Match, Subject


def finding(entity: str, *, words: tuple[str, ...] = (), **key: str | int | None) -> Finding:
    return Finding(
        id="0" * 16,
        rule="rule",
        level="medium",
        confidence="high",
        rule_class="compromise",
        review=False,
        provenance="os_claimed",
        subject=Subject(entity=entity, key=key),
        matched=(Match(field="name", pattern="is", values=(*words, 7)),),
        evidence=(),
    )


def test_a_process_that_was_started_again_is_the_same_matter():
    before = finding("process", words=("xd",), source="ps", pid=811, started="09:00")
    after = finding("process", words=("xd",), source="ps", pid=90, started="11:30")

    assert matter(before) == matter(after)


def test_another_program_is_another_matter():
    one = finding("process", words=("xd",), source="ps", pid=811, started="09:00")
    other = finding("process", words=("yd",), source="ps", pid=811, started="09:00")

    assert matter(one) != matter(other)


def test_an_entity_with_a_lasting_key_is_known_by_it_alone():
    one = finding("app", words=("a",), user=0, package="com.example.app")

    assert matter(one) == matter(structs.replace(one, matched=()))
    assert matter(one) != matter(finding("app", words=("a",), user=10, package="com.example.app"))


def test_rules_are_told_apart():
    one = finding("app", user=0, package="com.example.app")

    assert matter(one) != matter(structs.replace(one, rule="another"))


def test_a_correlation_is_known_by_its_own_key():
    one, other = (finding("correlation", package=f"com.example.{name}") for name in "ab")

    assert matter(one) != matter(other)


def test_two_programs_that_match_by_the_same_words_are_two_matters():
    one, other = (
        structs.replace(
            made := finding("process", words=("u:r:su:s0",), source="ps", pid=pid, started="9:00"),
            subject=structs.replace(made.subject, about={"name": name}),
        )
        for pid, name in ((1377, "xd"), (6021, "yd"))
    )

    assert matter(one) != matter(other)
