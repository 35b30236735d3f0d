"""`scanner diff`, and `--baseline`, as a person or a program calls them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fixtures.building.changing import Later, setting
from scanner import pipeline
from scanner.pipeline import Options
from scanner.simulate import AdbServer, Phone, SimulatedPhone, find_phone
from tests.cli.conftest import Run

PROXY = "proxy.example.net:8080"


@pytest.fixture(scope="module")
def cases(adb_server: AdbServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two cases of one phone; before the second a proxy was set."""
    folder = tmp_path_factory.mktemp("diff")
    where = pipeline.AdbServer(host=adb_server.host, port=adb_server.port)
    recorded = find_phone("android-8-clean")
    changed = Later(recorded, folder / "phone", [setting("global", "http_proxy", PROXY)]).folder
    for name, phone in (("old", recorded), ("new", changed)):
        with SimulatedPhone(Phone.load(phone)) as attached:
            adb_server.connect(attached.address)
            options = Options(output=folder / name, adb=where)
            pipeline.acquire(f"android:{attached.address}", options=options)
            adb_server.disconnect(attached.address)
    return folder / "old", folder / "new"


def test_what_changed_is_printed(run: Run, cases: tuple[Path, Path]):
    done = run("diff", *cases)

    assert done.returncode == 0
    assert PROXY in done.stdout


def test_a_program_reads_it_as_json(run: Run, cases: tuple[Path, Path]):
    done = run("diff", *cases, "--json", "-q")

    stated = json.loads(done.stdout)
    grave = [each for each in stated["comparison"]["changes"] if each["level"] != "informational"]
    assert [(each["entity"], each["field"], each["old"], each["new"]) for each in grave] == [
        ("setting", "value", None, PROXY)
    ]
    assert done.stderr == ""


@pytest.mark.parametrize(("level", "status"), [("low", 10), ("critical", 0)])
def test_a_new_finding_at_the_level_asked_for_gives_status_10(
    run: Run, cases: tuple[Path, Path], level: str, status: int
):
    assert run("diff", *cases, "--fail-on", level, "-q").returncode == status


def test_what_was_there_before_gives_no_status(run: Run, cases: tuple[Path, Path]):
    assert run("diff", cases[1], cases[1], "--fail-on", "informational", "-q").returncode == 0


@pytest.mark.parametrize(("name", "start"), [("d.html", "<!doctype html>"), ("d.json", "{")])
def test_it_is_written_as_the_files_ending_says(
    run: Run, cases: tuple[Path, Path], tmp_path: Path, name: str, start: str
):
    done = run("diff", *cases, "-o", name)

    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / name).read_text("utf-8").lower().startswith(start)


def test_a_file_of_no_known_ending_is_refused_before_anything_is_read(
    run: Run, cases: tuple[Path, Path]
):
    done = run("diff", *cases, "-o", "d.pdf")

    assert done.returncode == 2
    assert "d.html" in done.stderr or "file.html" in done.stderr


def test_a_case_that_was_changed_gives_status_4(run: Run, cases: tuple[Path, Path], tmp_path: Path):
    shutil.copytree(cases[0], tmp_path / "forged")
    evidence = next((tmp_path / "forged").glob("data/evidence/*.bin"))
    evidence.chmod(0o600)
    evidence.write_bytes(b"forged")

    for pair in (("forged", cases[1]), (cases[0], "forged")):
        done = run("diff", *pair)
        assert (done.returncode, done.stdout) == (4, "")
        assert "scanner verify" in done.stderr


def test_an_examination_shows_what_changed_since_the_baseline(
    run: Run, cases: tuple[Path, Path], tmp_path: Path
):
    done = run("examine", cases[1], "--baseline", cases[0], "-o", tmp_path / "report", "--json")

    report = json.loads(done.stdout)
    assert {each["baseline_state"] for each in report["findings"]} == {"new", "unchanged"}
    assert PROXY in (tmp_path / "report" / "report.html").read_text("utf-8")


def test_a_baseline_is_for_one_phone(run: Run, cases: tuple[Path, Path]):
    done = run("scan", "demo:android-8-clean", "demo:ios-26-clean", "--baseline", cases[0])

    assert done.returncode == 2
    assert "one phone" in done.stderr
