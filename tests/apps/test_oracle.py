"""Our verdict about each file is that of apksigner, for every range of Android versions.

Where apksigner 0.9 does not know better (v3.1, manifests that only Android reads), the difference
stands beside its answer in `expected.json`, with the reason.
"""

from __future__ import annotations

import pytest

from fixtures.building.oracle import RANGES
from scanner.errors import ParseError
from scanner.formats.apk.app import read_app
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk_signing.verifier import verify
from scanner.model.entities.app_files import Signature
from tests.apps.files import ROWS, content, idsig, right

ORDER = ("v1", "v2", "v3", "v3.1", "v4")
QUESTIONS = [
    pytest.param(row, least, id=f"{row['path']}-{least}")
    for row in ROWS
    if "oracle" in row
    for least in RANGES
]


def verified(row, least) -> Signature | None:
    """Return our verdict; None where not even the archive can be read."""
    try:
        archive = ApkArchive(content(row))
    except ParseError:
        return None
    facts = read_app(archive)
    manifest = None if {"manifest_unreadable", "xml_text"} & {*facts.anomalies} else facts.manifest
    return verify(
        archive,
        min_sdk=manifest.min_sdk if manifest else None,
        target_sdk=manifest.target_sdk if manifest else None,
        asked_min_sdk=None if least == "default" else int(least),
        idsig=idsig(row),
        manifest_read=manifest is not None,
    )


@pytest.mark.parametrize(("row", "least"), QUESTIONS)
def test_the_verdict_is_that_of_the_oracle(row, least):
    signature = verified(row, least)
    wanted = right(row, least)

    assert wanted["verified"] == (signature is not None and signature.verified is True)
    if signature is not None and wanted["verified"]:
        assert wanted["schemes"] == [one for one in ORDER if one in signature.schemes]
        assert wanted["signers"] == [one.sha256 for one in signature.signers]
    if signature is not None and not wanted["verified"]:
        assert signature.errors, "what does not hold has a reason"


STAMPED = [row for row in ROWS if row.get("oracle", {}).get("default", {}).get("stamp")]


@pytest.mark.parametrize("row", STAMPED, ids=lambda row: row["path"])
def test_a_stamp_that_holds_is_named(row):
    signature = verified(row, "default")

    assert row["oracle"]["default"]["stamp"] == signature.source_stamp


def test_there_is_a_stamp():
    assert STAMPED
