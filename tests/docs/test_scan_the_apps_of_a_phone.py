"""The page on the apps of a phone: its commands work, and its tables and figures are the code's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

from scanner.artifacts import ARTIFACTS
from scanner.case.begin import MINIMUM_FREE
from scanner.formats import apk_parts
from scanner.model.artifact import Planned, Profile
from scanner.model.requests import AppBytes, GiB, MiB
from scanner.pipeline import app_cache, app_files, app_pulls
from scanner.pipeline.options import AppTransfer

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "scan-the-apps-of-a-phone.md").read_text(encoding="utf-8")
(BLOCK,) = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)


def firsts(heading: str) -> list[str]:
    """Return the words in the first cells of the table below a heading."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", part, flags=re.MULTILINE)


def test_its_commands_work_on_a_recorded_phone(tmp_path):
    script = BLOCK.replace("android:SERIAL", "demo:android-14-tampered")
    done = subprocess.run(
        ["sh", "-e", "-c", script.replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCANNER_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert "find '*' -mindepth 1" in done.stdout
    assert 2 == len(list((tmp_path / "cases").glob("*/data/report/report.html")))
    assert 2 == len(list((tmp_path / "home" / "apps" / "files").iterdir()))


def test_it_names_every_profile():
    assert [profile.name.lower() for profile in Profile] == firsts("Which files")


def test_it_says_which_profiles_fetch_files_of_apps():
    fetching = {
        artifact.profile
        for artifact in ARTIFACTS
        for reading in artifact.readings
        if artifact.platform == "android"
        and isinstance(reading.request, Planned)
        and isinstance(reading.request.template, AppBytes)
    }

    assert {Profile.STANDARD, Profile.DEEP} == fetching
    assert "| `quick` | none |" in PAGE


def test_it_names_every_way_in_which_files_come():
    assert list(get_args(AppTransfer)) == firsts("Time")


def test_its_figures_are_those_of_the_code():
    assert (4 * MiB, 24 * MiB, MiB) == (app_pulls.SLOW, apk_parts.LIMIT, apk_parts.SMALL)
    assert (4 * GiB, 256 * MiB) == (app_cache.CACHE_LIMIT, MINIMUM_FREE)
    assert (10.0, GiB) == (app_files.LIMITS.seconds, app_files.LIMITS.memory)
    for said in (
        "below 4 MiB a second with more than a minute to go",
        "at most 24 MiB of a file, and one of up to 1 MiB whole",
        "at most 4 GiB of them",
        "256 MiB stay free",
        "Each gets 10 seconds and 1 GiB",
    ):
        assert said in PAGE
