"""Rules on the leaves of records: findings, evidence, groups, near misses, queries, proofs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.detect import prove
from scanner.detect.problems import RuleErrors
from scanner.detect.workbench import ask, read_query
from scanner.detect.workbench.near import NOT_STATED, near_misses
from scanner.model.entities import AppFile, EmbeddedFile, Signature, Signer, SigningError
from scanner.model.evidence import Gap
from scanner.model.findings import Match, Message, Subject
from scanner.snapshot import Snapshot
from tests.detect.devices import artifact, device, one_check
from tests.detect.rule_files import base, compiled, correlation_data, related, rule_data

FILES = artifact("files", (AppFile, ()))
ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64
FILE = {"product": "android", "category": "app_file"}
UNVERIFIED = {"s": {"signature.verified": False, "signature.errors.reason": "digest_mismatch"}}
PROOFS = {
    "match": [{"signature": {"verified": False, "errors": [{"reason": "digest_mismatch"}]}}],
    "no_match": [{"signature": {"verified": True, "errors": []}}],
    "unknown": [{"signature": {"verified": False}}],
}


def signer(digest: str) -> Signer:
    return Signer(sha256=digest, sha1="", md5="")


def file(sha256: str, *signers: str, verified: bool | None = True, **more: Any) -> AppFile:
    errors = () if verified else (SigningError(scheme="v2", reason="digest_mismatch"),)
    signature = Signature(
        verified=verified, signers=tuple(signer(one) for one in signers), errors=errors
    )
    return AppFile(sha256=sha256, **({"signature": signature} | more))


def data(selections: dict[str, Any], **changed: Any) -> dict[str, Any]:
    detection = {**selections, "condition": "s"}
    return rule_data(**({"logsource": FILE, "detection": detection, "tests": PROOFS} | changed))


def snapshot(*files: AppFile) -> Snapshot:
    stated = [(one, f"e-{one.sha256[0]}") for one in files]
    return device(stated, provenance="derived_from_bytes")


def errors_of(folder: Path, changed: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(RuleErrors) as caught:
        compiled(folder, changed)
    return [(one.where.partition(", ")[2], one.reason, one.remedy) for one in caught.value.errors]


def test_a_finding_names_the_leaf_and_cites_the_record(tmp_path: Path):
    rule = compiled(tmp_path, data(UNVERIFIED))

    check, findings = one_check(
        snapshot(file(ONE, verified=False), file(TWO)), rule, statements=[FILES]
    )

    assert "finding" == check.status
    (finding,) = findings
    assert Subject(entity="app_file", key={"sha256": ONE}) == finding.subject
    assert (
        Match(
            field="signature.verified",
            pattern="is false",
            values=(False,),
            privacy="A",
            evidence=("e-1",),
        ),
        Match(
            field="signature.errors.reason",
            pattern="is digest_mismatch",
            values=("digest_mismatch",),
            privacy="A",
            evidence=("e-1",),
        ),
    ) == finding.matched
    assert ("e-1",) == finding.evidence
    assert "derived_from_bytes" == finding.provenance


def test_the_values_are_the_elements_that_match(tmp_path: Path):
    asked = {"s": {"signature.signers.sha256|contains": ["22", "33"]}}
    rule = compiled(tmp_path, data(asked))

    held = rule.explain(file(ONE, ONE, THREE, TWO))

    assert [("contains 22", (TWO,)), ("contains 33", (THREE,))] == [
        (each.words, each.values) for each in held
    ]


def test_a_number_is_shown_as_text(tmp_path: Path):
    rule = compiled(tmp_path, data({"s": {"embedded.entropy|gt": 7}}))
    embedded = EmbeddedFile(path="assets/a", kind="other", size=1, entropy=7.25)

    (held,) = rule.explain(AppFile(sha256=ONE, embedded=(embedded,)))

    assert ("embedded.entropy", "> 7", ("7.25",)) == (held.field, held.words, held.values)


def test_a_record_that_was_not_read_is_unknown(tmp_path: Path):
    rule = compiled(tmp_path, data(UNVERIFIED))

    check, _ = one_check(snapshot(AppFile(sha256=ONE)), rule, statements=[FILES])

    params: dict[str, str | int] = {
        "field": "signature.verified",
        "artifact": "files",
        "count": 1,
    }
    assert ("not_examined", "field_not_stated", Message("check.field_not_stated", params)) == (
        check.status,
        check.reason,
        check.detail,
    )


def test_an_artifact_states_a_leaf_by_its_record(tmp_path: Path):
    rule = compiled(tmp_path, data(UNVERIFIED))
    names = artifact("names", (AppFile, ("sha256", "name")))
    gap = Gap(artifact="files", reason="timeout")

    passed, _ = one_check(snapshot(file(ONE)), rule, statements=[FILES])
    cut, _ = one_check(snapshot(file(ONE)), rule, statements=[FILES], gaps=[gap])
    absent, _ = one_check(snapshot(), rule, statements=[names])

    assert ["pass", "not_examined", "not_examined"] == [
        passed.status,
        cut.status,
        absent.status,
    ]
    assert ("timeout", "source_absent") == (cut.reason, absent.reason)


def test_entities_are_grouped_by_a_leaf(tmp_path: Path):
    counted = {
        "type": "event_count",
        "rules": ["files"],
        "group-by": "signature.signers.sha256",
        "condition": {"gte": 2},
    }
    rule = related(tmp_path, correlation_data(counted), base("files", "app_file", {"kind": "apk"}))
    files = (
        file(ONE, "a", "b", kind="apk"),
        file(TWO, "b", kind="apk"),
        file(THREE, kind="apk"),
    )

    _, findings = one_check(snapshot(*files), rule, statements=[FILES])

    assert [{"signature.signers.sha256": "b"}] == [each.subject.key for each in findings]


def test_values_of_a_leaf_are_counted(tmp_path: Path):
    counted = {
        "type": "value_count",
        "rules": ["files"],
        "group-by": "package",
        "condition": {"gte": 2, "field": "signature.signers.sha256"},
    }
    rule = related(tmp_path, correlation_data(counted), base("files", "app_file", {"kind": "apk"}))
    files = (
        file(ONE, "a", kind="apk", package="com.example.one"),
        file(TWO, "b", kind="apk", package="com.example.one"),
        file(THREE, "a", kind="apk", package="com.example.two"),
    )

    _, findings = one_check(snapshot(*files), rule, statements=[FILES])

    assert [{"package": "com.example.one"}] == [each.subject.key for each in findings]


def test_two_lists_of_one_record_are_no_group(tmp_path: Path):
    counted = {
        "type": "event_count",
        "rules": ["files"],
        "group-by": ["signature.signers.sha256", "embedded.kind"],
        "condition": {"gte": 2},
    }

    with pytest.raises(RuleErrors, match="more than one list"):
        related(tmp_path, correlation_data(counted), base("files", "app_file", {"kind": "apk"}))


def test_a_near_miss_shows_what_was_there(tmp_path: Path):
    rule = compiled(tmp_path, data(UNVERIFIED))
    nearly = file(ONE, verified=None)
    only = snapshot(nearly)

    (near,) = near_misses(rule, only.joined(AppFile), 3)

    assert [("signature.verified", (None,), ("e-1",))] == [
        (each.field, each.values, each.evidence) for each in near.missed
    ]
    assert NOT_STATED not in near.missed[0].values


def test_a_query_may_name_leaves():
    query = read_query("category: app_file, signature.signers.sha256|startswith: b")

    answer = ask(
        query,
        snapshot(file(ONE, "ab", "bb"), file(TWO, "ab")),
        query.columns(["sha256", "signature.signers.sha256", "signature.schemes"]),
    )

    assert [[(ONE,), ("bb",), (None,)]] == [
        [each.values for each in found.columns] for found in answer.found
    ]
    assert [("e-1",)] == [found.evidence for found in answer.found]


def test_a_proof_writes_a_record_as_a_map(tmp_path: Path):
    rule = compiled(tmp_path, data(UNVERIFIED))

    assert [True, True, True] == [each.holds for each in prove(rule)]


@pytest.mark.parametrize(
    ("fragment", "where", "reason"),
    [
        ({"signature.verified": True}, "signature.verified", "unknown field `signature.verified`"),
        ({"signature": {"verifed": True}}, "signature.verifed", "unknown field `verifed`"),
        ({"signature": {"verified": 3}}, "signature.verified", "Expected `bool | null`, got `int`"),
        ({"signature": True}, "signature", "a map of fields expected"),
        ({"signature": {"signers": {}}}, "signature.signers", "a list of maps expected"),
        ({"signature": {"signers": ["a"]}}, "signature.signers.0", "a map of fields expected"),
        (
            {"signature": {"signers": [{"sha265": "a"}]}},
            "signature.signers.0.sha265",
            "unknown field `sha265`",
        ),
        ({"embedded": [{"size": "x"}]}, "embedded.0.size", "Expected `int`, got `str`"),
    ],
)
def test_what_is_wrong_with_a_record_in_a_proof(
    fragment: Any, where: str, reason: str, tmp_path: Path
):
    (error,) = errors_of(tmp_path, data(UNVERIFIED, tests=PROOFS | {"match": [fragment]}))

    assert (f"tests.match.0.{where}", reason) == error[:2]


@pytest.mark.parametrize(
    ("key", "value", "reason", "remedy"),
    [
        (
            "signature.verifed",
            True,
            "unknown field `signature.verifed`",
            "did you mean `signature.verified`?",
        ),
        (
            "signature",
            True,
            "`signature` is a record",
            "name a field of it: `signature.verified`, `signature.schemes`, ",
        ),
        ("signature.verified|contains", "x", "`signature.verified` is a flag and no text", ""),
        ("signature.verified", "yes", "true or false expected, not `yes`", ""),
        ("embedded.entropy|gt", "x", "a number expected, not `x`", ""),
        (
            "signature.signers.not_after|lt",
            3,
            "`signature.signers.not_after` is a moment and no number",
            "",
        ),
    ],
)
def test_what_is_wrong_with_a_leaf(key: str, value: Any, reason: str, remedy: str, tmp_path: Path):
    (error,) = errors_of(tmp_path, data({"s": {key: value}}))

    assert (f"detection.s.{key}", reason) == error[:2]
    assert error[2].startswith(remedy)
