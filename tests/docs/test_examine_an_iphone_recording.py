"""The page on recordings of iPhones: its commands work, its table says what each kind can hold."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.building.iphones.ordinary import iphone
from scanner.artifacts import ARTIFACTS
from scanner.cli.passwords import VARIABLE
from scanner.pipeline.never_held import can_hold

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/how-to/examine-an-iphone-recording.md").read_text(encoding="utf-8")
KINDS = ("ios_backup", "sysdiagnose", "ios_filesystem")
# What the table calls the artifacts.
ROWS = {
    "apps, where they came from": ("backup_lists", "app_metadata", "store_databases"),
    "code of apps and programs": ("app_files",),
    "programs that ran": ("data_usage", "net_usage", "process_tables", "shutdown_logs"),
    "profiles with all they contain, what they force": ("profile_contents", "restrictions"),
    "who may use camera, microphone, photos": ("privacy_grants",),
    "crashes": ("crash_reports", "crash_programs", "crash_summary"),
    "computers that were paired": ("pairings", "pair_records"),
    "installs, updates, removals": ("installed_apps", "mobile_installation", "store_databases"),
    "files by name, size and time": ("backup_files", "files"),
}
FEED = {
    "type": "bundle",
    "id": "bundle--00000000-0000-4000-8000-000000000001",
    "objects": [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": "indicator--00000000-0000-4000-8000-000000000002",
            "created": "2026-01-01T00:00:00Z",
            "modified": "2026-01-01T00:00:00Z",
            "valid_from": "2026-01-01T00:00:00Z",
            "pattern_type": "stix",
            "pattern": "[domain-name:value = 'campaign.example.net']",
        }
    ],
}


def cells() -> dict[str, list[str]]:
    """Return the rows of the first table."""
    table = PAGE.partition("## What each of them tells")[2].partition("\n\n|")[2]
    lines = table.partition("\n\n")[0].splitlines()[2:]
    rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {name: kinds for name, *kinds in rows}


def test_every_row_is_known():
    assert list(ROWS) == list(cells())


@pytest.mark.parametrize("row", ROWS)
def test_a_no_is_a_no(row: str):
    named = {f"ios.{name}" for name in ROWS[row]}
    artifacts = [each for each in ARTIFACTS if each.name in named]

    assert len(named) == len(artifacts)
    assert [said != "no" for said in cells()[row]] == [
        any(can_hold(kind, each) for each in artifacts) for kind in KINDS
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands of the page name."""
    place, phone = tmp_path_factory.mktemp("page"), iphone()
    phone.backup(place / "backups" / "00008140-001A2B3C4D5E6F70", "1234")
    (name,) = re.findall(r"sysdiagnose_2026\S+\.tar\.gz", PAGE)
    phone.sysdiagnose(place / name)
    phone.copy(place / "file-system.tar")
    (place / "campaign.stix2").write_text(json.dumps(FEED), encoding="utf-8")
    return place


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-e", "-c", script.replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), VARIABLE: "1234"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_its_commands_work(folder: Path):
    first, content = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    scans, again, _ = first.rpartition(".venv/bin/scanner examine")
    done = run(scans, folder)

    assert 0 == done.returncode, done.stderr
    cases = sorted((folder / "cases").iterdir(), key=lambda case: case.stat().st_mtime_ns)
    assert 3 == len(cases)

    (name,) = re.findall(r"^\.venv/bin/scanner scan (backups/\S+)", first, flags=re.MULTILINE)
    once_more = again + first.rpartition(again)[2].partition("#")[0]
    done = run(once_more.replace("CASE", str(cases[0])).replace("PATH", name), folder)
    assert 0 == done.returncode, done.stderr
    assert 1 == len(list((folder / "reports").glob("*/report.html")))

    done = run(content.replace("BACKUP", name), folder)
    assert 0 == done.returncode, done.stderr


def test_the_variable_and_the_options_are_those_of_the_command(folder: Path):
    said = run(".venv/bin/scanner scan --help", folder).stdout

    assert VARIABLE in PAGE
    for option in sorted(set(re.findall(r"--[a-z][a-z-]+", PAGE)) - {"--source"}):
        assert option in said
