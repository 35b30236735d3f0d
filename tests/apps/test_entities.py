"""What a scan states of each file: the entities that come from its bytes."""

from __future__ import annotations

import time
from typing import Any

import pytest
from msgspec import UNSET

from scanner.artifacts.apps.app_files import parse
from scanner.errors import ParseError
from scanner.model.entities import AppFile, CodeFile
from scanner.model.evidence import BytesFile
from scanner.model.requests import AppBytes
from tests.apps.files import below, content, right

TIME = 5.0  # seconds of the processor; each takes some milliseconds
FOLDERS = ("signed", "apksigner", "tampered", "hostile")
FILES = [pytest.param(row, id=row["path"]) for folder in FOLDERS for row in below(folder)]


def stated(row: dict[str, Any]) -> tuple[dict[str, Any], list[Any], str]:
    """Return what is stated of the file itself, all that is stated, and the gap."""
    found: list[Any] = []
    gap = ""
    try:
        found.extend(parse(BytesFile(AppBytes(path=f"/data/{row['path']}"), content(row))))
    except ParseError as error:
        gap = str(error)
    fields: dict[str, Any] = {}
    for each in found:
        if isinstance(each, AppFile) and each.sha256 == row["sha256"]:
            fields |= {
                name: value
                for name in each.__struct_fields__
                if (value := getattr(each, name)) is not UNSET
            }
    return fields, found, gap


@pytest.mark.parametrize("row", FILES)
def test_each_file_is_an_app_file_with_its_anomalies(row):
    started = time.process_time()
    fields, _, gap = stated(row)

    assert time.process_time() - started < TIME
    assert row["sha256"] == fields["sha256"]
    if row["outcome"] == "gap":
        assert gap
    else:
        assert (row["package"] or "") == (fields.get("package") or "")[:100]
        assert set() == set(row["anomalies"]) - set(fields.get("anomalies") or ())


@pytest.mark.parametrize("row", [one for one in FILES if "idsig_sha256" not in str(one.values[0])])
def test_each_file_has_the_verdict_of_the_oracle(row):
    signature = stated(row)[0]["signature"]
    wanted = right(row, "default")

    assert wanted["verified"] == (signature.verified is True)
    if wanted["verified"]:
        assert wanted["signers"] == [one.sha256 for one in signature.signers]


@pytest.mark.parametrize(
    "path", ["signed/rich.apk", "hostile/inner-app.apk", "signed/v2-descriptors.apk"]
)
def test_its_code_is_stated(path):
    (row,) = (one for one in below(path.split("/")[0]) if one["path"] == path)
    _, found, gap = stated(row)

    assert not gap
    assert any(isinstance(one, CodeFile) and one.format == "dex" for one in found)


@pytest.mark.parametrize("row", below("bundles"), ids=lambda row: row["path"])
def test_a_bundle_states_its_base_and_its_split(row):
    _, found, gap = stated(row)
    inside = {
        one.kind
        for one in found
        if isinstance(one, AppFile) and one.within == row["sha256"] and one.kind
    }

    assert not gap
    assert {"apk", "split"} == inside
