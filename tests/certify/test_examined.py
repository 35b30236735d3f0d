"""Requirements on the examination itself."""

from __future__ import annotations

import pytest

from scanner.certify.decide import DECIDED_BY, applies, decide
from scanner.certify.requirements import AllowedGap
from scanner.model.evidence import Gap
from scanner.model.findings import Check, Finding, Message, Subject
from scanner.model.indicators import FeedLine, IndicatorSet
from scanner.model.report import Device
from tests.certify.made import DAY, HOUR, NOW, facts, policy, required, rule

SUBJECT = Subject(entity="app", key={"user": 0, "package": "com.example.app"})


def check(id, status="pass", **stated):
    return Check(rule=id, rule_class="compromise", status=status, **stated)


def finding(id, level="high", **stated):
    known = {
        "id": f"f-{id}",
        "rule": id,
        "level": level,
        "confidence": "high",
        "rule_class": "compromise",
        "review": False,
        "provenance": "os_claimed",
        "subject": SUBJECT,
        "matched": (),
        "evidence": ("e-1",),
    }
    return Finding(**(known | stated))


def decided(requirement, known):
    outcome = DECIDED_BY[type(requirement)](requirement, known)
    return outcome.result, outcome.reason


MISSING = check("r", "not_examined", reason="locked")


@pytest.mark.parametrize(
    ("requirement", "known", "expected"),
    [
        (required("complete"), facts(), ("met", None)),
        (required("complete"), facts(of={"complete": False}), ("not_met", "incomplete")),
        (required("complete"), facts(digest=None), ("not_met", "incomplete")),
        (required("users_readable"), facts(), ("met", None)),
        (
            required("users_readable"),
            facts(users_unreadable=(10,)),
            ("not_examined", "no_permission"),
        ),
        (
            required("users_readable"),
            facts(of={"users": (0,)}),
            ("not_examined", "not_selected"),
        ),
        (
            required("users_readable"),
            facts(gaps=(Gap(artifact="android.users", reason="timeout"),)),
            ("not_examined", "timeout"),
        ),
        (required("coverage", percent=90), facts(coverage=(9, 10)), ("met", None)),
        (
            required("coverage", percent=90),
            facts(coverage=(899, 1000)),
            ("not_examined", "coverage"),
        ),
        (required("coverage", percent=1), facts(coverage=(0, 0)), ("not_examined", "coverage")),
        (required("verdict"), facts(), ("met", None)),
        (required("verdict"), facts(verdict="suspicious"), ("not_met", "verdict")),
        (required("verdict"), facts(verdict="inconclusive"), ("not_examined", "coverage")),
        (required("case_age", at_most="1h"), facts(), ("met", None)),
        (
            required("case_age", at_most="1h"),
            facts(of={"ended_at": NOW - 2 * HOUR}),
            ("not_met", "too_old"),
        ),
        (
            required("case_age", at_most="1h"),
            facts(of={"ended_at": NOW + HOUR}),
            ("not_met", "in_the_future"),
        ),
        (required("scan_profile", at_least="standard"), facts(), ("met", None)),
        (required("scan_profile", at_least="deep"), facts(), ("not_met", "too_little")),
        (
            required("scan_profile", at_least="quick"),
            facts(recorded=True),
            ("not_met", "recording"),
        ),
        (
            required("scan_profile", at_least="deep", recordings=True),
            facts(recorded=True),
            ("met", None),
        ),
        (required("checks_examined", rules=("r",)), facts(checks=(check("r"),)), ("met", None)),
        (
            required("checks_examined", rules=("r",)),
            facts(checks=(check("r", "finding"),)),
            ("met", None),
        ),
        (required("checks_examined", rules=("r",)), facts(), ("not_examined", "not_selected")),
        (
            required("checks_examined", rules=("r",)),
            facts(checks=(MISSING,)),
            ("not_examined", "locked"),
        ),
        (
            required("checks_examined", rules=("r",)),
            facts(checks=(check("r", "error"),)),
            ("not_examined", "error"),
        ),
        (
            required("checks_examined", tags=("attack.t1",)),
            facts(checks=(check("r"),)),
            ("not_examined", "not_selected"),
        ),
        (
            required("checks_examined", tags=("attack.t1",)),
            facts(checks=(check("r"), MISSING), rules=(rule("r", tags=("attack.t1",)),)),
            ("not_examined", "locked"),
        ),
    ],
)
def test_how_much_was_examined(requirement, known, expected):
    assert expected == decided(requirement, known)


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [
        ({}, {"checks": (check("r"),)}, ("met", None)),
        ({}, {}, ("not_examined", "coverage")),
        ({}, {"checks": (check("r"), MISSING)}, ("not_examined", "coverage")),
        ({"examined": 50}, {"checks": (check("r"), MISSING)}, ("met", None)),
        ({"examined": 51}, {"checks": (check("r"), MISSING)}, ("not_examined", "coverage")),
        (
            {},
            {"findings": (finding("r"),), "checks": (check("r", "finding"),)},
            ("not_met", "findings"),
        ),
        (
            {"examined": 1},
            {"findings": (finding("r"),), "checks": (MISSING,)},
            ("not_met", "findings"),
        ),
        (
            {},
            {"findings": (finding("r", "low"),), "checks": (check("r", "finding"),)},
            ("met", None),
        ),
        (
            {"level": "low"},
            {"findings": (finding("r", "low"),), "checks": (check("r", "finding"),)},
            ("not_met", "findings"),
        ),
        (
            {},
            {"findings": (finding("r", review=True),), "checks": (check("r", "review"),)},
            ("not_met", "findings"),
        ),
        (
            {"review": False},
            {"findings": (finding("r", review=True),), "checks": (check("r", "review"),)},
            ("met", None),
        ),
        (
            {},
            {"findings": (finding("r", explained_by_scan=Message("x")),), "checks": (check("r"),)},
            ("met", None),
        ),
        (
            {"except_rules": ("r",)},
            {"findings": (finding("r"),), "checks": (check("s"),)},
            ("met", None),
        ),
        ({"except_rules": ("r",)}, {"checks": (check("s"), MISSING)}, ("met", None)),
        (
            {"level": "critical"},
            {"rules": (rule("r"),), "checks": (check("s"), MISSING)},
            ("met", None),
        ),
        (
            {"classes": ("posture",)},
            {"findings": (finding("r"),), "checks": (check("r"),)},
            ("not_examined", "coverage"),
        ),
        ({"classes": ("historic",)}, {"checks": (check("r"),)}, ("met", None)),
    ],
)
def test_no_findings(asked, known, expected):
    assert expected == decided(required("no_findings", **asked), facts(**known))


def test_findings_are_pointed_to():
    known = facts(findings=(finding("r"),), checks=(check("r", "finding"),))
    requirement = required("no_findings")

    outcome = DECIDED_BY[type(requirement)](requirement, known)
    assert (("r",), ("f-r",), ("e-1",)) == (outcome.named, outcome.findings, outcome.evidence)
    assert {"findings": 1, "examined": 1, "checks": 1} == outcome.counts


def feed(**stated):
    known = {
        "id": "own", "title": "Own", "kind": "stix", "sha256": "a" * 64, "published_at": None,
        "fetched_at": None, "signature": "none", "tlp": None, "types": {}, "expired": 0,
        "not_yet_valid": 0, "revoked": 0, "unusable": 0,
    }  # fmt: skip
    return {"indicators": IndicatorSet(digest="a" * 64, feeds=(FeedLine(**(known | stated)),))}


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [
        ({}, {}, ("not_met", "missing")),
        ({}, feed(), ("not_examined", "field_not_stated")),
        ({}, feed(published_at=NOW - 2 * DAY), ("met", None)),
        ({}, feed(published_at=NOW - 9 * DAY), ("not_met", "too_old")),
        ({}, feed(published_at=NOW - 9 * DAY, fetched_at=NOW - DAY), ("met", None)),
        ({"ids": ("other",)}, feed(published_at=NOW), ("not_met", "missing")),
        ({"signed": True}, feed(published_at=NOW), ("not_met", "signature")),
        ({"signed": True}, feed(published_at=NOW, signature="valid"), ("met", None)),
    ],
)
def test_feeds(asked, known, expected):
    assert expected == decided(required("feeds", at_most="7d", **asked), facts(**known))


def test_a_gap_is_allowed_by_artifact_and_reason():
    known = facts(gaps=(Gap(artifact="android.vpn", reason="no_permission"),))

    for allowed, expected in (
        ((), ("not_examined", "no_permission")),
        ((AllowedGap(artifact="android.*"),), ("met", None)),
        ((AllowedGap(artifact="android.vpn", reason="no_permission"),), ("met", None)),
        ((AllowedGap(artifact="*", reason="timeout"),), ("not_examined", "no_permission")),
    ):
        assert expected == decided(required("gaps", allow=allowed), known)


def test_that_a_case_is_complete_is_always_required():
    lines = list(decide(policy(required("verdict")), facts(of={"complete": False})))

    assert [("complete", "not_met"), ("verdict", "met")] == [
        (line.id, line.result) for line in lines
    ]


@pytest.mark.parametrize(
    ("asked", "platform", "model", "expected"),
    [
        ({}, "android", "Example Phone 9", True),
        ({"platforms": ("ios",)}, "android", "Example Phone 9", False),
        ({"models": ("Example *",)}, "android", "Example Phone 9", True),
        ({"models": ("Other *",)}, "android", "Example Phone 9", False),
        ({"models": ("Other *",)}, "android", None, True),
    ],
)
def test_whom_a_requirement_speaks_of(asked, platform, model, expected):
    device = Device(platform=platform, pseudonym="0011223344556677", model=model)
    known = facts(of={"platform": platform}, device=device)

    assert expected is applies(required("verdict", **asked), known)
    assert applies(required("only_owners"), known)
    assert not applies(required("only_profiles"), known)
