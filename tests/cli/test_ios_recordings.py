"""Recordings of iPhones at the command line: statuses, passwords, and commands on their cases."""

from __future__ import annotations

import csv
import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from fixtures.building.iphones.ordinary import iphone
from fixtures.building.iphones.tampered import iphone_of
from scanner.cli.passwords import VARIABLE
from tests.sources.recorded.collected import generator

from .conftest import Run

PASSWORD = "correct horse 4"
SCAN = ("scan", "--no-feeds", "-q")


def tampered() -> Any:
    return iphone_of(generator("signing").party("Example Assistance", authority=True).der)


def report_of(case: Path) -> Any:
    return json.loads((case / "data/report/report.json").read_bytes())


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    return iphone().backup(tmp_path / "backup", PASSWORD)


def reasons(case: Path) -> set[str]:
    return {gap["reason"] for gap in report_of(case)["gaps"] if gap["artifact"] == "ios.recording"}


def test_a_password_comes_from_a_file_or_the_environment(run: Run, locked: Path, tmp_path: Path):
    (tmp_path / "password").write_text(f"{PASSWORD}\n")

    by_file = run(*SCAN, locked, "-o", "one", "--password-file", "password")
    by_variable = run(*SCAN, locked, "-o", "two", env={VARIABLE: PASSWORD})

    assert [0, 0] == [by_file.returncode, by_variable.returncode]
    assert [set(), set()] == [reasons(tmp_path / "one"), reasons(tmp_path / "two")]
    assert PASSWORD not in by_file.stdout + by_file.stderr + by_variable.stdout


def test_without_a_password_it_is_locked_and_says_what_to_do(
    run: Run, locked: Path, tmp_path: Path
):
    ran = run(*SCAN, locked, "-o", "case")

    assert 0 == ran.returncode
    assert {"locked"} == reasons(tmp_path / "case")
    assert "It was locked or encrypted" in ran.stdout
    assert "with the password of the recording" in " ".join(ran.stdout.split())
    assert "inconclusive" == report_of(tmp_path / "case")["verdict"]


@pytest.mark.parametrize(
    ("word", "said"),
    [("another", "does not open this backup"), ("", "a password in the first line expected")],
)
def test_a_password_that_is_wrong_or_none_is_an_error_of_use(
    run: Run, locked: Path, tmp_path: Path, word: str, said: str
):
    (tmp_path / "password").write_text(word)
    ran = run(*SCAN, locked, "-o", "case", "--password-file", "password")

    assert 2 == ran.returncode
    assert said in ran.stderr
    assert not (tmp_path / "case").exists()


def test_at_a_terminal_it_asks_and_shows_no_word_of_it(locked: Path, tmp_path: Path):
    ours, theirs = pty.openpty()
    ran = subprocess.Popen(
        [sys.executable, "-m", "scanner", *SCAN, locked, "-o", "case"],
        cwd=tmp_path,
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, until = b"", time.monotonic() + 60
    while b"Password of the backup" not in shown and time.monotonic() < until:
        shown += os.read(ours, 1024)
    os.write(ours, f"{PASSWORD}\n".encode())
    while ran.poll() is None and time.monotonic() < until:
        try:
            shown += os.read(ours, 1024)
        except OSError:  # the other side is closed
            break
    os.close(ours)

    assert 0 == ran.wait(60)
    assert PASSWORD.encode() not in shown
    assert set() == reasons(tmp_path / "case")


def test_what_was_planted_gives_status_10(run: Run, tmp_path: Path):
    path = tampered().sysdiagnose(tmp_path / "sysdiagnose.tar.gz")
    ran = run(*SCAN, path, "-o", "case", "--fail-on", "medium", "--privacy", "case")

    assert 10 == ran.returncode
    assert "A program in the staging folder at a shutdown" in ran.stdout

    done = run("report", "case", "-f", "timeline-csv", "-o", "events.csv")
    assert 0 == done.returncode
    with (tmp_path / "events.csv").open(newline="") as stream:
        told = {row["data_type"] for row in csv.DictReader(stream)}
    kinds = ("crash", "pairing_event", "profile_event", "shutdown", "app_event", "privacy_grant")
    for kind in kinds:
        assert any(each.startswith(f"phone:{kind}:") for each in told), kind


def test_too_little_coverage_gives_status_5(run: Run, tmp_path: Path):
    path = iphone().backup(tmp_path / "backup")

    assert 5 == run(*SCAN, path, "-o", "case", "--require-coverage", "90").returncode


def test_a_case_is_examined_again_with_its_recording(run: Run, tmp_path: Path):
    one, other = iphone().copy(tmp_path / "one.tar"), tampered().copy(tmp_path / "other.tar")
    assert 0 == run(*SCAN, one, "-o", "case").returncode

    alone = run("examine", "case", "-o", "alone", "--no-feeds")
    again = run("examine", "case", "--source", one, "-o", "again", "--no-feeds")
    wrong = run("examine", "case", "--source", other, "-o", "wrong", "--no-feeds")

    assert [0, 0, 4] == [alone.returncode, again.returncode, wrong.returncode]
    assert "It lies in the recording, which was not given" in " ".join(alone.stdout.split())
    assert "is not the recording that this case was made of" in wrong.stderr
    before, after = (report_of(tmp_path / "case"), tmp_path / "again" / "report.json")
    assert {**before, "run": None} == {**json.loads(after.read_bytes()), "run": None}
    assert 0 == run("verify", "case").returncode


def test_two_backups_of_a_phone_are_compared(run: Run, tmp_path: Path):
    old, new = (
        phone.backup(tmp_path / name, PASSWORD)
        for name, phone in (("old", iphone()), ("new", tampered()))
    )
    (tmp_path / "password").write_text(PASSWORD)
    ran = run("diff", old, new, "--password-file", "password")

    assert 0 == ran.returncode
    assert "Configuration profile appeared (com.example.assistance)" in ran.stdout


def test_what_is_asked_of_a_recording(run: Run, tmp_path: Path):
    path = tampered().backup(tmp_path / "backup")
    ran = run("query", path, "category: payload, payload_type: com.apple.mdm", "--json")

    assert 0 == ran.returncode, ran.stderr
    assert "com.example.assistance" in ran.stdout


def test_a_locked_backup_is_not_taken_for_another(run: Run, locked: Path):
    assert 0 == run(*SCAN, locked, "-o", "open", env={VARIABLE: PASSWORD}).returncode
    assert 0 == run(*SCAN, locked, "-o", "closed").returncode

    without = run("examine", "open", "--source", locked)
    with_one = run("examine", "closed", "--source", locked, env={VARIABLE: PASSWORD})

    assert [2, 2] == [without.returncode, with_one.returncode]
    assert "no password was given" in without.stderr
    assert "was locked when the case was made" in with_one.stderr
