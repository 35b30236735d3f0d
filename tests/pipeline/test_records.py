"""Records of entities, as each privacy level lists them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from scanner.model.entities import App, AppFile, EmbeddedFile, Signature, Signer
from scanner.model.findings import Finding, Match, Subject
from scanner.model.privacy import PrivacyLevel
from scanner.pipeline.privacy import Redaction
from scanner.snapshot import Snapshot

DIGEST = "ab" * 32
SIGNER = Signer(
    sha256="12" * 32, sha1="34" * 20, md5="56" * 16, not_before=datetime(2020, 1, 2, tzinfo=UTC)
)
FILE = AppFile(
    sha256=DIGEST,
    kind="apk",
    package="com.example.app",
    origin="/data/app/one/base.apk",
    signature=Signature(verified=True, schemes=("v2",), signers=(SIGNER,)),
    embedded=(EmbeddedFile(path="assets/a", kind="dex", size=3, entropy=7.5),),
)


def lines(level: PrivacyLevel) -> list[dict[str, Any]]:
    snapshot = Snapshot("android")
    stated = (FILE, App(user=0, package="com.example.app", path="/data/app/one"))
    for number, one in enumerate(stated):
        snapshot.add(one, evidence=f"e{number}", provenance="os_claimed", rank=0)
    return [msgspec.json.decode(line) for line in Redaction(level, b"k" * 32).entities(snapshot)]


@pytest.mark.parametrize("level", ["share", "case"])
def test_a_record_is_listed_as_a_map(level: PrivacyLevel):
    app, file = lines(level)

    assert {"verified": True, "schemes": ["v2"], "lineage": [], "errors": []}.items() <= file[
        "signature"
    ].items()
    (signer,) = file["signature"]["signers"]
    assert ("12" * 32, "2020-01-02T00:00:00Z") == (signer["sha256"], signer["not_before"])
    assert [{"path": "assets/a", "kind": "dex", "size": 3, "entropy": 7.5}] == file["embedded"]
    assert (["12" * 32], True) == (app["signers"], app["signature_verified"])
    assert ["e0", "e1"] == app["evidence"]


def test_what_is_published_holds_no_record():
    app, file = lines("public")

    assert {"type", "evidence", "sha256"} == file.keys()
    assert DIGEST != file["sha256"]
    assert {"type", "evidence", "user", "package"} == app.keys()


@pytest.mark.parametrize(("level", "shown"), [("share", "12" * 32), ("public", "12" * 32)])
def test_a_group_may_be_named_by_a_leaf_of_a_record(level: PrivacyLevel, shown: str):
    name = "signature.signers.sha256"
    finding = Finding(
        id="f",
        rule="r",
        level="low",
        confidence="low",
        rule_class="posture",
        review=True,
        provenance="derived_from_bytes",
        subject=Subject(entity="app_file", key={name: "12" * 32}),
        matched=(Match(field=name, pattern="is", values=("12" * 32,), privacy="A"),),
        evidence=(),
    )

    redacted = Redaction(level, b"k" * 32).finding(finding)

    assert {name: shown} == redacted.subject.key
    assert (shown,) == redacted.matched[0].values
