"""Profile files of iOS as targets of the commands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.phones.recording import FIXTURES

SUSPECT, PLAIN = "device-control.mobileconfig", "company-wifi.mobileconfig"
SIGNED = "enterprise.mobileprovision"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    for name in (SUSPECT, PLAIN, SIGNED):
        shutil.copy(FIXTURES / "profiles" / name, tmp_path / name)


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        (SUSPECT, "suspicious"),
        (SIGNED, "suspicious"),
        (PLAIN, "nothing_found_in_what_was_examined"),
    ],
)
def test_a_file_is_scanned_without_the_words_for_a_phone(run, name: str, verdict: str):
    ran = run("scan", name, "--json", "-o", "case")

    assert 0 == ran.returncode, ran.stderr
    report = json.loads(ran.stdout)
    assert (verdict, None) == (report["verdict"], report["device"])
    assert "A scan can be noticed" not in ran.stderr
    assert "Digest:" in ran.stderr


def test_what_is_found_in_a_file_can_decide_the_status(run):
    assert 10 == run("scan", SUSPECT, "--fail-on", "medium", "-q", "-o", "one").returncode
    assert 0 == run("scan", PLAIN, "--fail-on", "medium", "-q", "-o", "two").returncode


def test_the_text_speaks_of_a_file(run, tmp_path: Path):
    ran = run("examine", SUSPECT, "-q", "-o", "out")

    assert 0 == ran.returncode, ran.stderr
    assert "Something in this file needs a closer look." in ran.stdout
    assert "Do not install this" in ran.stdout
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"report.json", "report.html", "entities.jsonl"} == written


def test_a_case_of_a_file_is_examined_with_the_file(run, tmp_path: Path):
    acquired = run("acquire", SUSPECT, "-q", "-o", "case")
    again = run("examine", "case", "--source", SUSPECT, "--json", "-q", "-o", "again")
    without = run("examine", "case", "--json", "-q", "-o", "without")
    other = run("examine", "case", "--source", PLAIN, "-q", "-o", "other")

    assert (0, str(tmp_path / "case")) == (acquired.returncode, acquired.stdout.strip())
    assert "suspicious" == json.loads(again.stdout)["verdict"]
    assert "inconclusive" == json.loads(without.stdout)["verdict"]
    assert 4 == other.returncode
    assert not (tmp_path / "other").exists()


def test_a_folder_of_profiles_is_one_target(run, tmp_path: Path):
    (tmp_path / "profiles").mkdir()
    for name in (SUSPECT, SIGNED):
        (tmp_path / name).rename(tmp_path / "profiles" / name)

    ran = run("scan", "profiles", "--json", "-q", "-o", "case")

    report = json.loads(ran.stdout)
    assert "suspicious" == report["verdict"]
    assert 2 == len(report["evidence"])


@pytest.mark.parametrize("words", [["--user", "0"], ["--time-budget", "5"]])
def test_what_is_for_phones_is_refused(run, words: list[str]):
    ran = run("scan", SUSPECT, *words)

    assert 2 == ran.returncode
    assert "is for phones" in ran.stderr


@pytest.mark.parametrize("content", [b"", b"bplist00", b"<plist><dict/></plist>"])
def test_what_is_called_a_profile_and_is_none_is_an_error(run, content: bytes, tmp_path: Path):
    (tmp_path / "broken.mobileconfig").write_bytes(content)

    ran = run("scan", "broken.mobileconfig")

    assert ran.returncode in {2, 4}
    assert "broken.mobileconfig" in ran.stderr
    assert "Traceback" not in ran.stderr
