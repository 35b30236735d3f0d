"""Apps made by us, each judged as apksigner judges it, for several versions of Android."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.errors import ParseError
from tests.formats.apk_signing.judged import judge

APPS = Path(__file__).parents[3] / "fixtures" / "apps"
CASES = [
    (case["path"], first, answer)
    for case in json.loads((APPS / "expected.json").read_text())
    if case["path"].startswith(("signed/", "apksigner/", "tampered/"))
    for first, answer in case.get("oracle", {}).items()
]
_V31 = "the oracle is older than scheme v3.1"
_WHOLE = "the oracle drops errors of v2 and v3 that are no single signer's; newer ones refuse"
DIFFERENCES = {  # where the oracle (apksigner 0.9) is not followed: why, and what holds instead
    "signed/v31.apk": (_V31, True),
    "tampered/v31-digest.apk": (_V31, False),
    "tampered/v31-late.apk": (_V31, False),
    "tampered/v31-lineage.apk": (_V31, False),
    "tampered/v31-stated.apk": (_V31, False),
    "tampered/v31-strip.apk": (_V31, False),
    "tampered/v2-cut.apk": (_WHOLE, False),
    "tampered/v2-no-signers.apk": (_WHOLE, False),
    "tampered/v3-range-early.apk": (_WHOLE, False),
    "tampered/v3-range-gap.apk": (_WHOLE, False),
    "tampered/v3-range-late.apk": (_WHOLE, False),
    "tampered/v3-range-overlap.apk": (_WHOLE, False),
}


def judged(path, first):
    """Return what apksigner prints: its exit status, the schemes, the signers."""
    beside = APPS / f"{path}.idsig"
    asked = {} if first == "default" else {"asked_min_sdk": int(first)}
    idsig = beside.read_bytes() if beside.exists() else None
    try:
        verdict = judge((APPS / path).read_bytes(), idsig=idsig, **asked)
    except ParseError:
        return 1, [], []
    if not verdict.verified:
        return 1, [], []
    return 0, [*verdict.schemes], [each.sha256 for each in verdict.signers]


@pytest.mark.parametrize("path", sorted({path for path, _, _ in CASES} - DIFFERENCES.keys()))
def test_each_verdict_is_that_of_the_oracle(path):
    for name, first, answer in CASES:
        if name == path:
            expected = answer["exit"], answer["schemes"], answer["signers"]
            assert expected == judged(path, first), first


@pytest.mark.parametrize("path", DIFFERENCES)
def test_what_differs_is_judged_as_newer_android_does(path):
    answers = [answer for name, first, answer in CASES if (name, first) == (path, "default")]
    exit_, schemes, _ = judged(path, "default")

    assert DIFFERENCES[path][1] is (exit_ == 0)
    assert [(exit_, schemes)] != [(each["exit"], each["schemes"]) for each in answers]


def test_the_stamp_of_a_store_is_known():
    (stamped,) = [answer for path, _, answer in CASES if path == "apksigner/stamp.apk"][:1]

    verdict = judge((APPS / "apksigner/stamp.apk").read_bytes())

    assert stamped["stamp"] == verdict.source_stamp
    assert "source_stamp" in verdict.present
