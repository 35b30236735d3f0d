"""The check of each file of rules, and its findings."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.detect.yara import inspect_yara
from scanner.model.content import ContentFile, Contents, RuleMatch, StringMatch
from scanner.model.evidence import Gap
from scanner.model.findings import Check, Finding
from tests.detect.yara.rule_texts import FOREIGN, own, pack

SHA256 = "0a" * 32
LIBRARY = ContentFile(
    path="apks/a.apk!/lib/x.so",
    entity="installed_file",
    kind="elf",
    size=100,
    sha256=SHA256,
    matches=(
        RuleMatch(
            rule="marker",
            file="a.yar",
            strings=(
                StringMatch(identifier="$a", offset=16, length=4),
                StringMatch(identifier="$a", offset=255, length=4),
                StringMatch(identifier="$b", offset=1, length=4),
            ),
        ),
    ),
    evidence=("e-1",),
)
OTHER = ContentFile(path="tmp/x", entity="file", kind="dex", size=1)
GAP = Gap(artifact="android.contents", reason="locked")


def checked(folder, contents: Contents, platform="android", **texts) -> list[Any]:
    loaded = pack(folder, **(texts or {"a": own()}))
    return list(inspect_yara(loaded, contents, platform=platform))


def statuses(results: list[tuple[Check, tuple[Finding, ...]]]) -> list[Any]:
    return [(check.rule, check.status, check.reason) for check, _ in results]


def test_a_match_is_a_finding_that_says_where(tmp_path):
    contents = Contents(files=(LIBRARY, OTHER), gaps=(GAP,))

    ((check, (finding,)),) = checked(tmp_path, contents)

    assert ("yara:a.yar", "yara", "finding", 1, 1) == (
        check.rule,
        check.kind,
        check.status,
        check.examined,
        check.matched,
    )
    assert ("yara:a.yar:marker", "medium", False, "derived_from_bytes") == (
        finding.rule,
        finding.level,
        finding.review,
        finding.provenance,
    )
    assert ("installed_file", {"path": "apks/a.apk!/lib/x.so"}) == (
        finding.subject.entity,
        finding.subject.key,
    )
    assert ["$a at 0x10, 0xff", "$b at 0x1", "sha256"] == [one.pattern for one in finding.matched]
    assert [(), (), (SHA256,)] == [one.values for one in finding.matched]
    assert ("e-1",) == finding.evidence
    assert ("review_app", "seek_help") == finding.advice


def test_a_rule_of_others_is_for_review(tmp_path):
    found = ContentFile(
        path="x",
        entity="file",
        kind="elf",
        size=1,
        matches=(RuleMatch(rule="other", file="a.yar"),),
    )

    ((check, (finding,)),) = checked(tmp_path, Contents(files=(found,)), a=FOREIGN)

    assert "review" == check.status
    assert finding.review
    assert ["condition"] == [one.pattern for one in finding.matched]


@pytest.mark.parametrize(
    ("contents", "status", "reason"),
    [
        (Contents(files=(OTHER,)), "pass", None),
        (Contents(), "not_examined", "source_absent"),
        (Contents(gaps=(GAP,)), "not_examined", "locked"),
        (Contents(files=(OTHER,), gaps=(GAP,)), "not_examined", "locked"),
    ],
)
def test_nothing_found_is_a_pass_only_where_all_was_scanned(tmp_path, contents, status, reason):
    assert [("yara:a.yar", status, reason)] == statuses(checked(tmp_path, contents))


def test_a_pass_says_where_there_was_nothing_to_look_at(tmp_path):
    library = ContentFile(path="x", entity="file", kind="elf", size=1)
    ((none, _),) = checked(tmp_path / "a", Contents(files=(OTHER,)))
    ((some, _),) = checked(tmp_path / "b", Contents(files=(OTHER, library)))

    assert (0, "check.no_contents") == (none.examined, none.detail.id)
    assert (1, None) == (some.examined, some.detail)


def test_what_never_ran_does_not_pass(tmp_path):
    slow = "rule slow { condition: for all i in (0..9223372036854775806): (i >= 0) }"
    lacking = "rule lacking { condition: nothing.known }"

    results = checked(tmp_path, Contents(files=(OTHER,)), a=slow, b=lacking)

    assert [
        ("yara:a.yar", "not_examined", "timeout"),
        ("yara:b.yar", "not_examined", "unsupported_version"),
    ] == statuses(results)


def test_rules_for_other_phones_do_not_apply(tmp_path):
    results = checked(tmp_path, Contents(files=(LIBRARY,)), "ios", ios__b=FOREIGN, a=own())

    assert [("yara:a.yar", "not_applicable"), ("yara:ios/b.yar", "pass")] == [
        (rule, status) for rule, status, _ in statuses(results)
    ]


def test_a_finding_keeps_its_id(tmp_path):
    contents = Contents(files=(LIBRARY,))
    ((_, (one,)),) = checked(tmp_path / "a", contents)
    ((_, (two,)),) = checked(tmp_path / "b", contents)

    assert one.id == two.id
