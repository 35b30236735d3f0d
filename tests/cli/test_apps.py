"""Apps on the command line: by their path, for a version of Android, and their copies."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.apps.files import APPS


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return Path(shutil.copy(APPS / "apksigner/v1v2v3.apk", tmp_path / "one.apk"))


def test_an_app_is_scanned_by_its_path_and_the_screen_says_who_signed_it(run, app: Path):
    ran = run("scan", app, "-o", "case")

    assert 0 == ran.returncode, ran.stderr
    assert "one.apk" in ran.stdout
    assert "signature holds; signed by" in " ".join(ran.stdout.split())
    assert "reading one part of the recording" in ran.stderr


def test_a_signature_is_decided_for_the_version_that_is_asked_for(run, app: Path):
    schemes = {}
    for least in (21, 28):
        ran = run("scan", app, "-o", f"case-{least}", "--min-sdk", least, "--jobs", 1, "--json")
        (line,) = json.loads(ran.stdout)["apps"]
        assert True is line["verified"]
        schemes[least] = line["schemes"]

    assert {21: ["v1", "v2", "v3"], 28: ["v3"]} == schemes


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--min-sdk", "0"), "0 is not in the range"),
        (("--min-sdk", "new"), "is not a valid integer"),
        (("--jobs", "0"), "0 is not in the range"),
        (("--apps", "some"), "is not one of"),
        (("--app-cache", "-1"), "-1 is not in the range"),
    ],
)
def test_a_wrong_choice_is_said_and_gives_status_2(words, said, run, app: Path):
    ran = run("scan", app, *words)

    assert 2 == ran.returncode
    assert said in ran.stderr


def test_a_case_keeps_the_version_that_it_was_made_with(run, app: Path):
    assert 0 == run("scan", app, "-o", "case", "-q").returncode

    for command in ("scan", "examine"):
        ran = run(command, "case", "--min-sdk", 28)
        assert 2 == ran.returncode
        assert "a case keeps what it was made with" in ran.stderr


def test_no_copies_are_kept_where_none_are_wanted(run, tmp_path: Path):
    home = tmp_path / "home"
    for words in (("--no-app-cache",), ("--app-cache", "0"), ()):
        ran = run(
            "scan", "demo:android-14-tampered", "--profile", "standard", "-q", *words,
            env={"SCANNER_HOME": str(home)},
        )  # fmt: skip
        assert 0 == ran.returncode, ran.stderr
        kept = [each for each in (home / "apps").rglob("*") if each.is_file()]
        assert bool(kept) is (not words)
