"""Files of apps as the report lists them."""

from __future__ import annotations

from typing import Any

from scanner.model.entities import AppFile, Signature, Signer, SigningError
from scanner.model.report import AppLine
from scanner.pipeline.app_lines import LINES_LIMIT, app_lines
from scanner.snapshot import Snapshot

ONE, TWO = "1" * 64, "2" * 64


def listed(*files: AppFile, level: Any = "share") -> list[AppLine]:
    snapshot = Snapshot("android")
    for number, each in enumerate(files):
        snapshot.add(each, evidence=f"e-{number}", provenance="derived_from_bytes", rank=0)
    return list(app_lines(snapshot, level))


def test_a_file_of_which_little_is_known():
    assert [AppLine(sha256=ONE, kind="", evidence=("e-0",))] == listed(AppFile(sha256=ONE))


def test_a_file_with_its_signature():
    signer = Signer(sha256="a" * 64, sha1="b" * 40, md5="c" * 32, debug=True)
    error = SigningError(scheme="v2", reason="digest_mismatch", detail="in our words")
    signature = Signature(verified=False, signers=(signer,), errors=(error, error))

    (line,) = listed(
        AppFile(
            sha256=ONE,
            kind="apk",
            origin="a/one.apk",
            label="One",
            package="com.example.one",
            version_name="1.0",
            size=7,
            partial=True,
            signature=signature,
        )
    )

    assert line == AppLine(
        sha256=ONE,
        kind="apk",
        name="a/one.apk",
        label="One",
        package="com.example.one",
        version="1.0",
        size=7,
        partial=True,
        verified=False,
        signers=("a" * 64,),
        debug=True,
        errors=("digest_mismatch",),
        evidence=("e-0",),
    )


def test_they_stand_by_where_they_lie_and_are_bounded():
    files = [AppFile(sha256=f"{n:064x}", origin=f"{9_999 - n}.apk") for n in range(LINES_LIMIT + 5)]

    found = listed(*files)

    assert LINES_LIMIT == len(found)
    assert sorted(each.name or "" for each in found) == [each.name for each in found]


def test_no_app_is_named_at_public():
    assert [] == listed(AppFile(sha256=ONE, origin="one.apk"), level="public")
