"""Files of apps compared with indicators: digests, signers, names, and texts in their code."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.model.entities import AppFile, CodeFile, Signature, Signer, User
from scanner.model.findings import Message, Subject
from scanner.model.observables import ObservableType
from tests.detect.devices import artifact
from tests.detect.indicators.compared import (
    DIGEST,
    FILES,
    NETWORKS,
    PACKAGES,
    PRESENT,
    SPY,
    app,
    device,
    inspected,
    one,
)
from tests.detect.indicators.feeds import feed, indicator

APP_FILES = artifact("app_files", (AppFile, ()), (CodeFile, ()))
KINDS = frozenset({AppFile, CodeFile})
OTHER = "cd" * 32
SIGNER = Signer(sha256="12" * 32, sha1="34" * 20, md5="56" * 16)
STATED: dict[str, Any] = {
    "name": "one.apk",
    "package": SPY,
    "sha1": "ab" * 20,
    "md5": "ab" * 16,
    "signature": Signature(verified=True, signers=(SIGNER,), lineage=("78" * 32,)),
    "certificates": ("9a" * 32,),
    "pinned_domains": ("pinned.evil.example.com",),
    "domains": ("www.evil.example.com",),
    "urls": ("https://other.example.org/gate.php",),
    "addresses": ("192.0.2.7",),
}


def file(sha256: str = DIGEST, **stated: Any) -> AppFile:
    return AppFile(sha256=sha256, **(STATED | stated))


@pytest.mark.parametrize(
    ("type", "written", "field", "level", "confidence"),
    [
        ("sha256", DIGEST, "sha256", "high", "high"),
        ("sha1", "ab" * 20, "sha1", "high", "high"),
        ("md5", "ab" * 16, "md5", "high", "high"),
        ("package", SPY, "package", "high", "medium"),
        ("file_name", "one.apk", "name", "medium", "low"),
        ("certificate_sha256", "12" * 32, "signature.signers.sha256", "high", "high"),
        ("certificate_sha1", "34" * 20, "signature.signers.sha1", "high", "high"),
        ("certificate_md5", "56" * 16, "signature.signers.md5", "high", "high"),
        ("certificate_sha256", "78" * 32, "signature.lineage", "high", "high"),
        ("certificate_sha256", "9a" * 32, "certificates", "high", "high"),
        ("domain", "pinned.evil.example.com", "pinned_domains", "high", "medium"),
        ("domain", "www.evil.example.com", "domains", "medium", "low"),
        ("url", "https://other.example.org/gate.php", "urls", "medium", "low"),
        ("domain", "other.example.org", "urls", "medium", "low"),
        ("ip", "192.0.2.7", "addresses", "medium", "low"),
    ],
)
def test_what_a_file_carries(
    type: ObservableType, written: str, field: str, level: str, confidence: str
):
    check, (finding,) = one(
        device(file()), [feed(indicator(type, written))], statements=[APP_FILES], kinds=KINDS
    )

    assert ("review" if confidence == "low" else "finding") == check.status
    known_as = {"name": "one.apk", "package": SPY}
    assert Subject(entity="app_file", key={"sha256": DIGEST}, about=known_as) == finding.subject
    (match,) = finding.matched
    assert (field, "A", ("e0",)) == (match.field, match.privacy, match.evidence)
    assert (level, confidence) == (finding.level, finding.confidence)


def test_a_program_carries_its_digest_and_its_signer():
    program = CodeFile(
        sha256=OTHER,
        architecture="arm64",
        name="helper",
        signature=Signature(verified=True, signers=(SIGNER,)),
    )
    known = [indicator("sha256", OTHER), indicator("certificate_sha1", "34" * 20)]

    results = inspected(device(program), [feed(*known)], statements=[APP_FILES], kinds=KINDS)

    assert [["signature.signers.sha1"], ["sha256"]] == [
        [match.field for finding in findings for match in finding.matched]
        for _, findings in results
    ]


def test_a_name_is_found_in_each_file():
    check, findings = one(
        device(file(), file(OTHER), file("ef" * 32, package="com.example.other")),
        [feed(indicator("package", SPY))],
        statements=[APP_FILES],
        kinds=KINDS,
    )

    assert 2 == check.matched
    assert {DIGEST, OTHER} == {finding.subject.key["sha256"] for finding in findings}


def test_the_file_of_an_installed_app_is_evidence_for_it():
    _, (finding,) = one(
        device(app(), file(), User(id=0)),
        [feed(indicator("package", SPY))],
        statements=[*PRESENT, APP_FILES],
    )

    assert "app" == finding.subject.entity
    assert ["package", "app_file.package"] == [match.field for match in finding.matched]
    assert ("e0", "e1") == finding.evidence


def test_one_object_of_several_parts_is_seen_on_one_file():
    pattern = indicator("package", SPY, also=(("certificate_sha1", "34" * 20),), together=True)

    _, (finding,) = one(device(file()), [feed(pattern)], statements=[APP_FILES], kinds=KINDS)

    assert ["package", "signature.signers.sha1"] == [match.field for match in finding.matched]


@pytest.mark.parametrize(
    ("type", "written", "asked"),
    [
        ("package", SPY, (PACKAGES,)),
        ("certificate_sha256", DIGEST, (FILES,)),
        ("domain", "evil.example.com", (NETWORKS,)),
    ],
)
def test_on_a_phone_no_check_hangs_on_files_that_were_not_read(
    type: ObservableType, written: str, asked: Any
):
    check, _ = one(
        device(app("com.example.a"), User(id=0)),
        [feed(indicator(type, written))],
        statements=[*PRESENT, *asked],
        not_selected=(APP_FILES,),
    )

    assert "pass" == check.status


def test_what_was_looked_at_beside_is_named():
    check, _ = one(
        device(app("com.example.a"), User(id=0), file(package="com.example.a")),
        [feed(indicator("package", SPY))],
        statements=[*PRESENT, APP_FILES],
    )

    assert Message("check.compared_with", {"entities": "app, app_file"}) == check.detail


def test_of_files_alone_a_check_hangs_on_them():
    check, _ = one(
        device(AppFile(sha256=DIGEST)),
        [feed(indicator("package", SPY))],
        statements=[APP_FILES],
        kinds=KINDS,
    )

    assert ("not_examined", "field_not_stated") == (check.status, check.reason)


def test_pages_in_code_do_not_tell_what_a_phone_visits():
    stated = device(app("com.example.a"), User(id=0), file(package="com.example.a"))
    known = [feed(indicator("url", "https://evil.example.com/"))]

    of_a_phone, _ = one(stated, known, statements=[*PRESENT, APP_FILES])
    of_files, _ = one(device(file()), known, statements=[APP_FILES], kinds=KINDS)

    assert ("not_examined", Message("check.content_not_read")) == (
        of_a_phone.status,
        of_a_phone.detail,
    )
    assert "pass" == of_files.status
