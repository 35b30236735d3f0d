"""The page on files of apps: its commands work, and its tables and figures are the code's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import click
import pytest

from scanner import pipeline
from scanner.artifacts.apps import apk
from scanner.cli import main
from scanner.formats.programs import app_code, calls, observables
from scanner.model.entities import Signature
from scanner.model.entities.app_files import AppFileKind
from scanner.model.requests import GiB, MiB
from scanner.pipeline import app_files, app_lines

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to"
PAGE = (HOW_TO / "examine-an-app.md").read_text(encoding="utf-8")
PAGE_OF_PHONES = (HOW_TO / "scan-the-apps-of-a-phone.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
APPS = ROOT / "fixtures" / "apps"


def cells(heading: str) -> set[str]:
    """Return the words in the first cells of the table below a heading."""
    part = PAGE.split(f"# {heading}\n")[1].split("\n#")[0]
    firsts = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return {word for first in firsts for word in re.findall(r"`([\w.]+)`", first)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with everything that the commands name."""
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    shutil.copy(APPS / "signed" / "v31.apk", tmp_path / "app.apk")
    for name in ("signed/v3-lineage.apk", "tampered/flip-code.apk", "bundles/app.apks"):
        shutil.copy(APPS / name, downloads)
    return tmp_path


def test_its_commands_work(folder):
    script = "".join(BLOCKS)
    done = subprocess.run(
        ["sh", "-e", "-c", script.replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCANNER_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("flip-code.apk "))
    stated = [json.loads(each) for each in done.stdout.splitlines() if each.startswith("{")]

    assert 0 == done.returncode, done.stderr
    assert 2 == len(list((folder / "cases").glob("*/data/report/report.html")))
    assert ["flip-code.apk", "com.example.app", "False", "(none)"] == line.split()
    assert {"app.apks", "base.apk", "flip-code.apk", "v3-lineage.apk"} <= {
        each["name"] for each in stated if each["type"] == "app_file"
    }


def test_a_zip_of_a_folder_is_read_as_the_folder_is(folder):
    (folder / "downloads" / "note.txt").write_text("no app")
    zipped = shutil.make_archive(str(folder / "all"), "zip", folder, "downloads")
    of_folder, of_zip = (
        pipeline.examine_recording(Path(each)).report for each in (folder / "downloads", zipped)
    )

    assert of_folder.apps == of_zip.apps
    assert 5 == len(of_zip.apps)  # a bundle of two among them
    assert ["parse_error"] == [
        gap.reason for gap in of_zip.gaps if gap.artifact == "android.recording"
    ]


def test_every_option_about_apps_is_explained():
    command = main.get_command(click.Context(main), "scan")
    assert command is not None
    about = [
        one
        for one in command.params
        if re.search(r"\bapps?\b", getattr(one, "help", None) or "", re.IGNORECASE)
    ]
    pages = PAGE + PAGE_OF_PHONES
    named = {name for one in about for name in one.opts}

    assert {"--apps", "--jobs", "--min-sdk"} <= named
    assert set() == {name for name in named if f"`{name}" not in pages}


def test_it_names_every_kind():
    assert {"kind", *get_args(AppFileKind)} == cells("What can be named")


def test_it_names_every_part_of_a_signature():
    assert set(Signature.__struct_fields__) == cells("Read the signature")


def test_its_figures_are_those_of_the_code():
    limits = app_files.LIMITS

    assert (10.0, GiB) == (limits.seconds, limits.memory)
    assert (3, 200, 256 * MiB) == (apk.DEPTH_LIMIT, apk.MEMBERS_LIMIT, apk.MEMBER_LIMIT)
    assert (2000, 512 * MiB) == (app_code.PROGRAM_LIMIT, app_code.TOTAL_LIMIT)
    assert (500, 2000) == (observables.COUNT_LIMIT, app_lines.LINES_LIMIT)
    assert 1000 == calls.CALL_LIMIT
    for said in (
        "Each file gets 10 seconds and 1 GiB of memory",
        "followed three deep, 200 of them in each, 256 MiB each",
        "2,000 programs and 512 MiB of code",
        "the first 500 each",
        "the first 2,000 of them",
        "the first 1,000 of an app are kept",
    ):
        assert said in PAGE
