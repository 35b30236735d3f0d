"""Recordings that are not of one phone, and what of one cannot be opened."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from scanner import pipeline
from scanner.errors import CaseError
from tests.pipeline.conftest import CURRENT, TAMPERED
from tests.pipeline.recordings import androidqf, bugreport, bugreport_text
from tests.sources.recorded.collected import write


def test_two_bugreports_below_one_folder_are_refused(tmp_path: Path):
    write(
        tmp_path / "both",
        {"a/one.txt": bugreport_text(CURRENT), "b/other.txt": bugreport_text(TAMPERED)},
    )

    with pytest.raises(CaseError, match="found several"):
        pipeline.examine_recording(tmp_path / "both")


def test_a_collection_with_the_bugreport_of_another_phone_gives_no_answer(tmp_path: Path):
    files = dict(androidqf(CURRENT)) | {"bugreport.zip": bugreport(TAMPERED)}
    files.pop("hashes.csv", None)
    write(tmp_path / "mixed", files)

    report = pipeline.examine_recording(tmp_path / "mixed").report

    assert "nothing_found_in_what_was_examined" != report.verdict
    assert any("different phones" in gap.detail for gap in report.gaps)


def test_a_collection_of_one_phone_is_not_called_mixed(tmp_path: Path):
    write(tmp_path / "one", androidqf(CURRENT))

    report = pipeline.examine_recording(tmp_path / "one").report

    assert not any("different phones" in gap.detail for gap in report.gaps)


def test_what_cannot_be_opened_is_listed_as_unread(tmp_path: Path):
    path = tmp_path / "bugreport.zip"
    path.write_bytes(bugreport(CURRENT))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("FS/data/tombstones/tombstone_09", "x" * 99)

    unread = {part.title: part for part in pipeline.unread(path)}

    (name,) = (title for title in unread if title.endswith("tombstone_09"))
    assert unread[name].cut is not None
