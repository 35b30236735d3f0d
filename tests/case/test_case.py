from __future__ import annotations

import hashlib
import json
import stat
import threading
from pathlib import Path

import pytest

from scanner.case import Case, OpenCase, verify
from scanner.errors import CaseError
from scanner.model.source import DeviceAction
from tests.case.cases import (
    DEVICE_ID,
    KEY,
    STARTED,
    Given,
    acquisition,
    answer,
    bagit_accepts,
    begin,
    closed_case,
    content,
    interrupted_case,
    sha256sum_accepts,
)


def test_a_closed_case_is_a_valid_bag_for_all(tmp_path: Path) -> None:
    digest = closed_case(tmp_path / "case")

    verification = verify(tmp_path / "case")

    assert ((), True, 6, digest, None, ()) == (
        verification.problems,
        verification.complete,
        verification.evidence,
        verification.digest,
        verification.last_file,
        verification.leftovers,
    )
    assert sha256sum_accepts(tmp_path / "case")
    assert bagit_accepts(tmp_path / "case")


def test_layout(tmp_path: Path) -> None:
    closed_case(tmp_path / "case", answers=3)

    names = [p.relative_to(tmp_path / "case").as_posix() for p in (tmp_path / "case").rglob("*.*")]

    assert sorted(names) == [
        "VERIFY.txt",
        "audit.jsonl",
        "bag-info.txt",
        "bagit.txt",
        "data/acquisition.json",
        "data/evidence/000000.key",
        "data/evidence/000001.bin",
        "data/evidence/000002.bin",
        "data/evidence/000003.bin",
        "data/evidence/000003.err",
        "data/index.jsonl",
        "data/report/entities.jsonl",
        "data/report/report.json",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
    ]
    assert not (tmp_path / "case" / "partial").exists()


def test_only_the_owner_reads_and_nobody_writes(tmp_path: Path) -> None:
    closed_case(tmp_path / "case")

    for path in [tmp_path / "case", *(tmp_path / "case").rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o400), path


def test_what_was_added_is_read_back(tmp_path: Path) -> None:
    closed_case(tmp_path / "case")
    case = Case.open(tmp_path / "case")

    files = [case.file(entry) for entry in case.evidence()]

    assert [content(number) for number in range(1, 7)] == [file.read() for file in files]
    assert ["", "", "warning\n"] * 2 == [file.errors() for file in files]
    assert acquisition(ended_at=STARTED, complete=True) == case.acquisition
    assert case.device_key == KEY
    assert case.digest == verify(tmp_path / "case").digest


def test_evidence_can_be_read_while_the_case_is_written(tmp_path: Path) -> None:
    with begin(tmp_path / "case") as case:
        for number in range(1, 30):
            evidence = case.add(answer(number))

            assert content(number) == case.file(evidence).read()
            assert hashlib.sha256(content(number)).hexdigest() == evidence.sha256


def test_the_later_answer_to_one_request_counts(tmp_path: Path) -> None:
    with begin(tmp_path / "case") as case:
        case.add(Given(("id",), [b"half"]))
        case.add(Given(("id",), [b"whole"]))
    opened = Case.open(tmp_path / "case")

    assert [b"whole"] == [opened.file(entry).read() for entry in opened.evidence()]


def test_an_exception_leaves_a_valid_incomplete_case(tmp_path: Path) -> None:
    def acquire() -> None:
        with begin(tmp_path / "case") as case:
            case.add(answer(7))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        acquire()
    verification = verify(tmp_path / "case")
    lines = (tmp_path / "case/audit.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]

    assert (False, ()) == (verification.complete, verification.problems)
    assert [("opened", []), ("interrupted", ["KeyboardInterrupt"])] == [
        (event["op"], event["argv"]) for event in events
    ]


def test_a_source_that_fails_in_an_answer_costs_that_answer_only(tmp_path: Path) -> None:
    def dying():
        yield b"some"
        raise ConnectionResetError("peer")

    with begin(tmp_path / "case") as case:
        case.add(answer(1))
        with pytest.raises(ConnectionResetError):
            case.add(Given(("dies",), dying()))

    verification = verify(tmp_path / "case")

    assert ((), 1) == (verification.problems, verification.evidence)
    assert ("partial/000002.bin",) == verification.leftovers


def test_resume_continues_numbers_and_chain(tmp_path: Path) -> None:
    interrupted_case(tmp_path / "case", answers=4)

    with OpenCase.resume(tmp_path / "case", device_id=DEVICE_ID) as case:
        assert 4 == len(case.evidence)
        assert "data/evidence/000005.bin" == case.add(answer(5)).name
        case.close()

    assert () == verify(tmp_path / "case").problems
    assert 1 == Case.open(tmp_path / "case").acquisition.resumed
    assert bagit_accepts(tmp_path / "case")


def test_resume_refuses(tmp_path: Path) -> None:
    interrupted_case(tmp_path / "case")
    with pytest.raises(CaseError, match="another device"):
        OpenCase.resume(tmp_path / "case", device_id="another")

    (tmp_path / "case/data/evidence/000002.bin").write_bytes(b"x")
    with pytest.raises(CaseError, match=r"000002.bin: its content"):
        OpenCase.resume(tmp_path / "case", device_id=DEVICE_ID)

    closed_case(tmp_path / "closed")
    with pytest.raises(CaseError, match="is closed"):
        OpenCase.resume(tmp_path / "closed", device_id=DEVICE_ID)


def test_a_case_has_one_writer(tmp_path: Path) -> None:
    with begin(tmp_path / "case") as case:
        with pytest.raises(CaseError, match="another scan is writing"):
            OpenCase.resume(tmp_path / "case", device_id=DEVICE_ID)
        case.add(answer(1))
        case.close()

    assert () == verify(tmp_path / "case").problems


def test_a_case_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")

    for place in ("", "notes.txt", "notes.txt/case", "link"):
        with pytest.raises(CaseError) as raised:
            begin(tmp_path / place)
        assert raised.value.remedy
    with begin(tmp_path / "empty") as case:
        case.close()


def test_a_place_that_cannot_be_written_to() -> None:
    with pytest.raises(CaseError, match="/proc/case: cannot be written"):
        begin(Path("/proc/case"))


def test_space_is_checked_first(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="MiB are free") as raised:
        OpenCase.create(tmp_path / "case", acquisition(), device_key=KEY, minimum_free=2**60)

    assert "-o" in raised.value.remedy
    assert [] == list((tmp_path / "case").iterdir())


@pytest.mark.parametrize("name", ["../report.json", "a/b.json", ".json", "REPORT.JSON", "x"])
def test_report_names_are_ours(tmp_path: Path, name: str) -> None:
    with begin(tmp_path / "case") as case, pytest.raises(ValueError, match="report file"):
        case.add_report(name, b"")


def test_after_close_nothing_is_written(tmp_path: Path) -> None:
    with begin(tmp_path / "case") as case:
        case.close()
        with pytest.raises(CaseError, match="is closed"):
            case.add(answer(1))
        with pytest.raises(CaseError, match="is closed"):
            case.record(DeviceAction(op="late"))

    assert () == verify(tmp_path / "case").problems


def test_actions_of_several_threads_make_one_chain(tmp_path: Path) -> None:
    with begin(tmp_path / "case") as case:

        def act() -> None:
            for _ in range(50):
                case.record(DeviceAction(op="shell"))

        threads = [threading.Thread(target=act) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        case.close()

    lines = (tmp_path / "case/audit.jsonl").read_text().splitlines()
    assert 202 == len(lines)
    assert () == verify(tmp_path / "case").problems


def test_an_audit_line_says_what_was_done(tmp_path: Path) -> None:
    with begin(tmp_path / "case") as case:
        case.record(
            DeviceAction(
                op="shell", argv=("getprop",), exit_code=0, bytes=7, sha256="ab", milliseconds=3
            )
        )
    first, second, *_ = (tmp_path / "case/audit.jsonl").read_bytes().splitlines()
    line = json.loads(second)

    assert line["t"].endswith("Z")
    assert {
        "seq": 1,
        "prev": hashlib.sha256(first).hexdigest(),
        "actor": "source",
        "op": "shell",
        "argv": ["getprop"],
        "rc": 0,
        "bytes": 7,
        "out_sha256": "ab",
        "ms": 3,
        "changes_device": False,
    } == {name: value for name, value in line.items() if name not in ("t", "mono")}


def test_names_that_are_no_text_are_kept(tmp_path: Path) -> None:
    with begin(tmp_path / "case") as case:
        case.record(DeviceAction(op="sync", argv=("/sdcard/\udcff",)))
        with pytest.raises(UnicodeEncodeError):
            case.add(Given(("\udcff",), [b"x"]))
        case.add(answer(1))
        case.close()

    assert (1, ()) == (verify(tmp_path / "case").evidence, verify(tmp_path / "case").problems)
    assert r'"/sdcard/\\udcff"' in (tmp_path / "case/audit.jsonl").read_text()


def test_a_relative_folder_survives_a_change_of_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with begin(Path("case")) as case:
        monkeypatch.chdir("/")
        case.add(answer(1))
        case.close()

    assert () == verify(tmp_path / "case").problems
