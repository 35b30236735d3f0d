"""Whatever ends an acquisition, the case is valid and holds everything up to then."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from scanner.case import Case, OpenCase, verify
from scanner.errors import CaseError, UsageError
from scanner.model.source import DeviceAction
from tests.case.cases import (
    DEVICE_ID,
    Given,
    answer,
    bagit_accepts,
    begin,
    content,
    interrupted_case,
    sha256sum_accepts,
)

ANSWERS = 16
MOMENTS = 32


class Acquiring:
    """The program `acquiring.py`."""

    def __init__(self) -> None:
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(
            (sys.executable, Path(__file__).with_name("acquiring.py")),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(root)},
        )

    def start(self, folder: Path, answers: int) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{folder} {answers}\n")
        self._process.stdin.flush()
        return int(self.line())

    def line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def said(self) -> list[str]:
        return list(iter(self.line, "ended"))

    def end(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def acquiring() -> Iterator[Acquiring]:
    program = Acquiring()
    yield program
    program.end()


def test_kill_at_many_moments(acquiring: Acquiring, tmp_path: Path) -> None:
    moments = random.Random(2026)
    whole = min(duration(acquiring, tmp_path / f"whole-{number}") for number in range(3))
    incomplete = 0
    for attempt in range(4 * MOMENTS):
        folder = tmp_path / str(attempt)
        child = acquiring.start(folder, ANSWERS)
        assert acquiring.line() == "begun"
        time.sleep(moments.uniform(0, whole))
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        promised = max((int(number) for number in acquiring.said()), default=0)

        verification = verify(folder)
        assert () == verification.problems
        assert promised <= verification.evidence
        opened = Case.open(folder)
        assert [content(number) for number in range(1, verification.evidence + 1)] == [
            opened.file(entry).read() for entry in opened.evidence()
        ]
        if not verification.complete:
            incomplete += 1
            finish(folder, verification.evidence)
        assert ((), True) == (verify(folder).problems, verify(folder).complete)
        if attempt % 8 == 0:
            assert sha256sum_accepts(folder)
        assert bagit_accepts(folder)
        if incomplete == MOMENTS:
            break

    assert MOMENTS == incomplete


def duration(acquiring: Acquiring, folder: Path) -> float:
    acquiring.start(folder, ANSWERS)
    acquiring.line()
    begun = time.monotonic()
    acquiring.said()
    return time.monotonic() - begun


def finish(folder: Path, evidence: int) -> None:
    with OpenCase.resume(folder, device_id=DEVICE_ID) as case:
        assert evidence == len(case.evidence)
        for number in range(evidence + 1, evidence + 4):
            case.add(answer(number))
        case.close()


@pytest.mark.parametrize("torn", ["", "manifest-sha256.txt", "data/index.jsonl", "both"])
@pytest.mark.parametrize("record", ["whole", "missing", "other"])
def test_a_last_file_is_adopted_or_dropped(tmp_path: Path, torn: str, record: str) -> None:
    """Every state between the rename of an evidence and its line in the index."""
    folder = tmp_path / "case"
    interrupted_case(folder, answers=3)  # the third has a standard error
    lines = {
        name: (folder / name).read_bytes().splitlines(keepends=True)
        for name in ("manifest-sha256.txt", "data/index.jsonl")
    }
    *kept, last = lines["data/index.jsonl"]
    half = last[:50] if torn in ("data/index.jsonl", "both") else b""
    (folder / "data/index.jsonl").write_bytes(b"".join(kept) + half)
    if torn in ("manifest-sha256.txt", "both"):
        data = b"".join(lines["manifest-sha256.txt"][:-2])
        (folder / "manifest-sha256.txt").write_bytes(data + b"abc")
    entry = msgspec.json.decode(last)
    if record != "missing":
        stated = entry if record == "whole" else entry | {"sha256": "0" * 64}
        (folder / "partial/000003.json").write_bytes(msgspec.json.encode(stated))

    verification = verify(folder)
    fate = "adopted" if record == "whole" else "dropped"

    assert ((), 3 if record == "whole" else 2) == (verification.problems, verification.evidence)
    assert verification.last_file is not None
    assert fate == verification.last_file.fate
    assert ("data/evidence/000003.bin", "data/evidence/000003.err") == verification.last_file.names
    with OpenCase.resume(folder, device_id=DEVICE_ID) as case:
        assert verification.evidence == len(case.evidence)
        number = verification.evidence + 1
        assert f"data/evidence/{number:06}.bin" == case.add(answer(number)).name
        case.close()
    assert ((), True) == (verify(folder).problems, verify(folder).complete)
    assert bagit_accepts(folder)
    assert f'"{fate} data/evidence/000003.bin"' in (folder / "audit.jsonl").read_text()


def test_a_record_that_is_none_adopts_nothing(tmp_path: Path) -> None:
    interrupted_case(tmp_path / "case", answers=1)
    (tmp_path / "case/data/evidence/000002.bin").write_bytes(b"x")

    for record in (b"", b"null", b'{"id":', b"x" * 2**21):
        (tmp_path / "case/partial/000002.json").write_bytes(record)
        verification = verify(tmp_path / "case")
        assert verification.last_file is not None
        assert ("dropped", ()) == (verification.last_file.fate, verification.problems)


def test_half_an_audit_line_is_as_none(tmp_path: Path) -> None:
    interrupted_case(tmp_path / "case")
    with (tmp_path / "case/audit.jsonl").open("ab") as stream:
        stream.write(b'{"seq":2,"prev":')

    assert () == verify(tmp_path / "case").problems
    finish(tmp_path / "case", 4)
    assert () == verify(tmp_path / "case").problems


def test_a_kill_in_the_middle_of_closing(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    with begin(folder) as case:
        case.add(answer(1))
        case.add_report("report.json", b"{}")
        case.close()
    (folder / "tagmanifest-sha256.txt").unlink()

    assert ((), False) == (verify(folder).problems, verify(folder).complete)
    finish(folder, 1)
    assert () == verify(folder).problems
    assert not (folder / "data/report/report.json").exists()  # it told of another acquisition


@contextlib.contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let this process write no larger file: what a full disk looks like, without one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("limit", [2000, 6000, 9000])
@pytest.mark.parametrize("long", ["", "x" * 600])
def test_a_full_disk(tmp_path: Path, limit: int, long: str) -> None:
    """Answers, index, manifest and audit log meet the limit at different moments."""
    folder = tmp_path / "case"

    def acquire() -> None:
        with begin(folder) as case:
            for number in range(1, ANSWERS + 1):
                errors = b"warning\n" if number % 3 == 0 else b""
                case.add(Given((str(number), long), [content(number if not long else 0)], errors))
                case.record(DeviceAction(op="shell", argv=(str(number),)))
            case.close()

    with files_of_at_most(limit), pytest.raises(CaseError, match="the disk is full") as raised:
        acquire()
    verification = verify(folder)

    assert "resume" in raised.value.remedy
    assert ((), False) == (verification.problems, verification.complete)
    assert len(Case.open(folder).evidence()) == verification.evidence
    finish(folder, verification.evidence)
    assert () == verify(folder).problems


def test_a_disk_that_is_full_at_the_very_end(tmp_path: Path) -> None:
    def acquire() -> None:
        with begin(tmp_path / "case") as case:
            case.add(answer(1))
            case.add_report("report.json", b"{}")
            case.file(case.evidence[0])
            with files_of_at_most(300):
                case.close()

    with pytest.raises(CaseError, match="the disk is full"):
        acquire()
    assert ((), False) == (
        verify(tmp_path / "case").problems,
        verify(tmp_path / "case").complete,
    )
    finish(tmp_path / "case", 1)
    assert () == verify(tmp_path / "case").problems


def test_no_room_to_resume(tmp_path: Path) -> None:
    interrupted_case(tmp_path / "case", answers=2)
    size = (tmp_path / "case/audit.jsonl").stat().st_size
    with files_of_at_most(size + 100), pytest.raises(CaseError, match="the disk is full"):
        OpenCase.resume(tmp_path / "case", device_id=DEVICE_ID)

    finish(tmp_path / "case", 2)
    assert () == verify(tmp_path / "case").problems


def test_no_room_for_the_folder_itself(tmp_path: Path) -> None:
    with files_of_at_most(50), pytest.raises(CaseError, match="the disk is full"):
        begin(tmp_path / "case")
    with pytest.raises(UsageError, match="is not a case"):
        verify(tmp_path / "case")
