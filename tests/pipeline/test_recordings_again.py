"""Examining the case of a recording again: with the recording, without it, with another."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from scanner.case import Case, OpenCase
from scanner.errors import CaseError, UsageError
from scanner.model.evidence import Locator
from scanner.pipeline import Options, Scanned, examine, examine_recording, scan
from tests.pipeline.conftest import CURRENT, OLD, TAMPERED, Recorded
from tests.pipeline.recordings import FORMS, androidqf, bugreport, members, record
from tests.pipeline.test_scan import lasting
from tests.sources.recorded.collected import generator, write

Get = Callable[[str, str], Recorded]
NEED_NOTHING = {"not_applicable", "not_examined"}


def in_ninety_days() -> datetime:
    return datetime.now(tz=UTC) + timedelta(days=90)


def zipped(files: dict[str, bytes]) -> bytes:
    return bytes(generator("androidqf").zipped(files))


@pytest.mark.parametrize("form", FORMS)
def test_a_case_and_its_recording_give_the_same_report_later(form: str, recorded: Get):
    one = recorded(TAMPERED, form)

    again = examine(one.done.folder, source=one.path, clock=in_ninety_days)

    assert lasting(one.done.report) == lasting(again.report)
    written = (one.done.folder / "data/report/entities.jsonl").read_bytes()
    assert written == b"".join(again.entities)
    assert again.report.run.started_at - one.done.report.run.started_at > timedelta(days=89)
    assert (None, one.done.digest) == (
        one.done.report.run.case_digest,
        again.report.run.case_digest,
    )


@pytest.mark.parametrize("form", ["bugreport.zip", "androidqf"])
def test_two_scans_give_the_same_report(form: str, recorded: Get, tmp_path):
    one = recorded(CURRENT, form)
    moved = tmp_path / "of another name and place"
    (shutil.copytree if one.path.is_dir() else shutil.copy)(one.path, moved)

    again = scan(str(moved), options=Options(output=tmp_path / "case"))

    assert lasting(one.done.report) == lasting(again.report)


@pytest.mark.parametrize("form", ["bugreport.txt"])
def test_the_day_of_the_examination_does_not_matter(form: str, recorded: Get):
    one = recorded(CURRENT, form)

    later = examine_recording(one.path, clock=in_ninety_days)

    assert lasting(one.done.report) == lasting(later.report)


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-14:00", "0002-01-01T00:00:00+14:00", "2999-01-01T00:00:00Z"]
)
def test_a_moment_that_cannot_be_counts_as_not_stated(moment: str, tmp_path):
    about = {"acquisition.json": json.dumps({"completed": moment}).encode()}
    collected = write(tmp_path / "collected", {**androidqf(CURRENT, nested=False), **about})

    acquisition = examine_recording(collected).report.run.acquisition

    assert acquisition is not None
    assert None is acquisition.recorded_at


def test_a_folder_that_a_mac_packed_is_named_nowhere(tmp_path):
    files = {f"Somebody/{name}": data for name, data in androidqf(CURRENT, nested=False).items()}
    path = tmp_path / "x.zip"
    path.write_bytes(zipped({**files, "__MACOSX/Somebody/._getprop.txt": b"\0\5\x16\7"}))

    report = examine_recording(path).report

    assert 5 < len(report.evidence)
    assert [] == [each.origin for each in report.evidence if "Somebody" in each.origin]


@pytest.mark.parametrize("form", ["bugreport.zip", "androidqf.zip", "dumps"])
def test_without_its_recording_nothing_is_examined_and_nothing_passes(form: str, recorded: Get):
    one = recorded(TAMPERED, form)

    alone = examine(one.done.folder).report

    assert {check.status for check in alone.checks} <= NEED_NOTHING
    reasons = {check.reason for check in alone.checks if check.status == "not_examined"}
    assert {"source_absent"} == reasons
    assert ((), 0, 0) == (alone.findings, alone.coverage.examined, alone.coverage.percent)
    assert "inconclusive" == alone.verdict
    assert alone.gaps
    assert {gap.reason for gap in alone.gaps} == {"source_absent"}
    assert [(line.id, line.sha256) for line in one.done.report.evidence] == [
        (line.id, line.sha256) for line in alone.evidence
    ]


def test_an_archive_and_what_was_unpacked_of_it_are_one_recording(recorded: Get):
    packed, unpacked = recorded(TAMPERED, "androidqf.zip"), recorded(TAMPERED, "androidqf")

    for case, source in ((packed, unpacked), (unpacked, packed)):
        again = examine(case.done.folder, source=source.path)
        assert lasting(case.done.report) == lasting(again.report)


@pytest.fixture
def case(recorded: Get) -> Scanned:
    return recorded(TAMPERED, "bugreport.zip").done


def refused(case: Scanned, source: Path) -> str:
    with pytest.raises(CaseError, match="is not the recording") as error:
        examine(case.folder, source=source)
    assert error.value.remedy
    return str(error.value)


def test_the_recording_of_another_phone_is_refused(case: Scanned, tmp_path):
    refused(case, record(OLD, "bugreport.zip", tmp_path))


def test_another_recording_of_the_same_phone_is_refused(case: Scanned, tmp_path):
    refused(case, record(TAMPERED, "androidqf.zip", tmp_path))
    refused(case, record(TAMPERED, "bugreport.txt", tmp_path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"com.android.syncservice.update", b"com.android.syncservice.uqdate"),
        (b"[ro.boot.verifiedbootstate]: [", b"[ro.boot.verifiedbootstatf]: ["),
        (b"beginning of main", b"beginning of mein"),  # a section that nothing reads
        (b"DUMP OF SERVICE accessibility:", b"DUMP OF SERVICE akkessibility:"),
    ],
)
def test_a_recording_with_one_other_byte_is_refused(
    old: bytes, new: bytes, case: Scanned, tmp_path
):
    files = members(bugreport(TAMPERED))
    (main,) = [name for name in files if name.startswith("bugreport-")]
    assert old in files[main]
    (tmp_path / "bugreport.zip").write_bytes(
        zipped({**files, main: files[main].replace(old, new, 1)})
    )

    refused(case, tmp_path / "bugreport.zip")


def test_a_recording_to_which_something_was_added_is_refused(recorded: Get, tmp_path):
    one = recorded(TAMPERED, "bugreport")
    folder = write(tmp_path / "bugreport", members(bugreport(TAMPERED)))
    assert lasting(one.done.report) == lasting(examine(one.done.folder, source=folder).report)

    added = folder / "FS/data/tombstones/tombstone_01"
    added.write_bytes((folder / "FS/data/tombstones/tombstone_00").read_bytes())

    refused(one.done, folder)


def test_what_is_no_recording_at_all_is_refused(case: Scanned, tmp_path):
    (tmp_path / "note.txt").write_text("Dear diary,\n")

    with pytest.raises(UsageError):
        examine(case.folder, source=tmp_path / "note.txt")


def test_the_case_of_a_phone_takes_no_recording(scanned: Callable[[str], Scanned], recorded: Get):
    with pytest.raises(UsageError, match="holds its evidence itself"):
        examine(scanned(OLD).folder, source=recorded(OLD, "bugreport.zip").path)


def test_what_is_refused_says_nothing_of_the_recording(case: Scanned, tmp_path):
    path = record(OLD, "bugreport.zip", tmp_path)

    said = refused(case, path).replace(str(path), "")

    assert "dumpsys" not in said
    assert "bugreport-" not in said


@pytest.mark.parametrize("names", [("../secret.txt",), ("/etc/hostname",), ("../secret.txt", "x")])
def test_a_case_that_names_a_place_outside_of_the_recording_leads_nowhere(
    names: tuple[str, ...], recorded: Get, tmp_path
):
    one = recorded(TAMPERED, "bugreport")
    folder = write(tmp_path / "bugreport", members(bugreport(TAMPERED)))
    (tmp_path / "secret.txt").write_bytes(b"[ro.product.model]: [Elsewhere]\n")
    case = Case.open(one.done.folder)
    forged = next(each for each in case.evidence() if "PROPERTIES" in str(each.request))
    with OpenCase.create(
        tmp_path / "case", case.acquisition, device_key=case.device_key
    ) as writing:
        for each in case.evidence():
            place = Locator(members=names) if each is forged else each.locator
            writing.refer(structs.replace(each, locator=place))
        writing.close()

    again = examine(tmp_path / "case", source=folder)

    # The recording is surveyed anew: what a case says of a place is compared, and never opened.
    assert lasting(one.done.report) == lasting(again.report)
    assert b"Elsewhere" not in b"".join(again.entities)
