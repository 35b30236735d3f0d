"""Real and deliberately broken apps: each verdict is that of apksigner, or of AOSP's own tests."""

from __future__ import annotations

import csv
import hashlib
from functools import cache

import pytest

from scanner.errors import ParseError
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk.manifest import read_manifest
from scanner.formats.apk_signing.findings import Fields, Findings
from scanner.formats.apk_signing.reasons import ISSUES
from scanner.formats.apk_signing.sections import STAMP_V2, sections_of, signing_block
from scanner.formats.apk_signing.verifier import verify
from tests.formats.apk_signing.judged import words

pytestmark = pytest.mark.corpus

SANDBOXES = {"unsigned-targetSandboxVersion-2.apk": 2, "v1-only-targetSandboxVersion-2.apk": 2}
VERSIONS = {"M": 23, "N": 24, "O": 26, "P": 28}

_PSS = "the Java of the oracle has no RSA-PSS; AOSP's own test verifies it"
_NEWER = "the oracle is older than scheme v3.1: it sees v3 alone"
DIFFERENCES = {  # file: where ours is another answer than apksigner 0.9's, and why
    "v2-only-with-rsa-pss-sha256-1024.apk": _PSS,
    "v2-only-with-rsa-pss-sha256-16384.apk": _PSS,
    "v2-only-with-rsa-pss-sha256-3072.apk": _PSS,
    "v2-only-with-rsa-pss-sha512-2048.apk": _PSS,
    "v2-only-with-rsa-pss-sha512-8192.apk": _PSS,
    "v31-block-stripped-v3-attr-value-33.apk": _NEWER,
    "v31-ec-p256-2-tgt-33-1-tgt-28-targetSdk-30.apk": _NEWER,
    "v31-rsa-2048_2-tgt-33-1-tgt-28.apk": _NEWER,
    "v31-tgt-33-no-v3-attr.apk": _NEWER,
    "v31-tgt-34-v3-attr-value-33.apk": _NEWER,
    "stamp-malformed-signature.apk": "the oracle fails while it prints, after it verified",
    "minimal_zero_sized_end_ns.apk": "the oracle's reader of manifests refuses what Android reads",
}
NEWER = (  # what AOSP's tests say of scheme v3.1: file, versions asked for, issue, whether it holds
    ("v31-tgt-33-no-v3-attr.apk", {}, "V31_ROTATION_MIN_SDK_ATTR_MISSING", True),
    ("v31-tgt-34-v3-attr-value-33.apk", {}, "V31_ROTATION_MIN_SDK_MISMATCH", False),
    ("v31-tgt-34-v3-attr-value-33.apk", {"asked_max_sdk": 32}, "", True),
    ("v31-block-stripped-v3-attr-value-33.apk", {}, "V31_BLOCK_MISSING", False),
    ("v31-block-stripped-v3-attr-value-33.apk", {"asked_max_sdk": 32}, "", True),
    ("v31-tgt-33-no-v3-block.apk", {}, "V31_BLOCK_FOUND_WITHOUT_V3_BLOCK", False),
    ("v31-rsa-2048_2-tgt-33-1-tgt-28.apk", {"asked_min_sdk": 33}, "", True),
    ("v31-ec-p256-2-tgt-33-1-tgt-28-targetSdk-30.apk", {"asked_min_sdk": 33}, "", True),
)


def table(corpus, name):
    with (corpus / "known-answers" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def facts(path):
    """Return an archive, and what its manifest states; None: it is none, or cannot be read."""
    try:
        archive = ApkArchive(path.read_bytes())
    except ParseError:
        return None, None
    entry = archive.get("AndroidManifest.xml")
    try:
        return archive, None if entry is None else read_manifest(archive.read(entry))
    except ParseError:
        return archive, None


def judge(path, **asked):
    """Return the verdict on a file; None where it is no archive."""
    archive, manifest = facts(path)
    if archive is None:
        return None
    beside = path.with_name(f"{path.name}.idsig")
    return verify(
        archive,
        min_sdk=manifest and manifest.min_sdk,
        target_sdk=manifest and manifest.target_sdk,
        target_sandbox=SANDBOXES.get(path.name),
        manifest_read=manifest is not None,
        idsig=beside.read_bytes() if beside.exists() and asked.get("asked_min_sdk") else None,
        **asked,
    )


def answer(verdict):
    """Return what apksigner prints of a verdict."""
    if verdict is None or not verdict.verified:
        return "1", set(), []
    return "0", {*verdict.schemes}, [each.sha256 for each in verdict.signers]


def stated(row):
    if row["apksigner_exit"] != "0":
        return "1", set(), []
    schemes = {each for each in ("v1", "v2", "v3", "v4") if row[each] == "true"}
    signers = row["signer_cert_sha256"]
    return "0", schemes, signers.split(",")


def stamp_of(path):
    """Return the certificate of a stamp, which apksigner prints whether the stamp holds or not."""
    archive, _ = facts(path)
    block = signing_block(archive.data, sections_of(archive), Findings("archive"))
    if block is None or STAMP_V2 not in block.pairs or not archive.get("stamp-cert-sha256"):
        return set()
    return {hashlib.sha256(Fields(block.pairs[STAMP_V2]).part().counted()).hexdigest()}


def compare(path, row, **asked):
    """Return how ours differs from a line of apksigner; none: it does not."""
    verdict = judge(path, **asked)
    ours, theirs = answer(verdict), stated(row)
    if ours[:2] != theirs[:2]:
        return f"{ours[:2]} instead of {theirs[:2]}"
    if ours[0] == "0" and {*ours[2]} | stamp_of(path) != {*theirs[2]}:
        return "other signers"
    return ""


@pytest.mark.parametrize(
    ("name", "asked", "count"),
    [
        ("apksigner-verify.tsv", {}, 378),
        ("apksigner-verify-min28.tsv", {"asked_min_sdk": 28}, 271),
    ],
)
def test_each_verdict_is_that_of_apksigner(corpus, name, asked, count):
    rows = table(corpus, name)
    found = {row["path"]: compare(corpus / row["path"], row, **asked) for row in rows}
    odd = {path.rpartition("/")[2] for path, difference in found.items() if difference}

    assert count == len(rows)
    assert set() == odd - DIFFERENCES.keys()


def test_each_difference_that_is_listed_is_one(corpus):
    odd = set()
    for name, asked in (
        ("apksigner-verify.tsv", {}),
        ("apksigner-verify-min28.tsv", {"asked_min_sdk": 28}),
    ):
        for row in table(corpus, name):
            if compare(corpus / row["path"], row, **asked):
                odd.add(row["path"].rpartition("/")[2])

    assert DIFFERENCES.keys() == odd


def asked_for(row):
    """Return the versions that a test of AOSP asks for; its text says which is the newest."""
    stated = row["sdk_args"]
    if not stated:
        return {}
    version = VERSIONS.get(stated) or int(stated)
    newest = "MaxSDK" in row["test"] or stated == "17"
    return {"asked_max_sdk" if newest else "asked_min_sdk": version}


def expected_of(row):
    """Return the verdict that a test of AOSP asserts, None where it asserts none."""
    if row["assertion"].startswith("assertVerified"):
        return True
    return False if row["assertion"] == "assertVerificationFailure" else None


def test_each_assertion_of_aosp_holds(corpus):
    rows = table(corpus, "aosp-apksig-expected.tsv")
    odd, counted = {}, 0
    for row in rows:
        verdict = judge(corpus / "apk-signature-edge" / row["apk"], **asked_for(row))
        expected = expected_of(row)
        if expected is None:
            continue
        counted += 1
        issue = row["issue"]
        said = verdict.verified is expected
        if said and issue and not expected:
            said = ISSUES[issue] in words(verdict.errors)
        if not said:
            odd[row["apk"], row["sdk_args"]] = words(verdict.errors)

    assert 150 < counted <= len(rows)
    assert {} == odd


@pytest.mark.parametrize(("name", "asked", "issue", "holds"), NEWER)
def test_each_assertion_of_aosp_on_newer_rotations_holds(corpus, name, asked, issue, holds):
    verdict = judge(corpus / "apk-signature-edge" / name, **asked)

    assert holds is verdict.verified
    if issue:
        assert ISSUES[issue] in words(verdict.warnings if holds else verdict.errors)
    if holds and "asked_max_sdk" not in asked:
        assert "v3.1" in verdict.schemes
