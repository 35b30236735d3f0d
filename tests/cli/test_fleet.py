"""`scanner fleet compare`: streams, files and exit statuses."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.cli.fleet import compare
from scanner.simulate.fleet.cases import write_cases
from tests.fleet.devices import USUAL, device, fleet

PAGE = Path(__file__).parents[2] / "docs/how-to/compare-a-fleet.md"
COMMANDS = [
    line
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("scanner fleet compare")
]
FOREIGN = "user deadbeef.0"


@pytest.fixture(scope="module")
def cases(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("fleet") / "cases"
    odd = device(99, certificate_authority=(*USUAL["certificate_authority"], FOREIGN))
    list(write_cases(folder, [*fleet(21), odd]))
    return folder


def test_a_person_sees_the_work_list_on_stdout(run, cases):
    ran = run("fleet", "compare", cases, "--jobs", 1, "--limit", 1)

    assert 0 == ran.returncode, ran.stderr
    assert FOREIGN in ran.stdout
    assert "on 0 of 21 peers" in ran.stdout


def test_a_program_gets_the_document(cases):
    # Anew: a pool of processes asks how the first of them was started.
    words = ("fleet", "compare", str(cases), "--json", "-q", "--limit", "0")
    argv = [sys.executable, "-m", "scanner", *words]
    ran = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)

    assert (0, "") == (ran.returncode, ran.stderr)
    document = json.loads(ran.stdout)
    assert (22, 22) == (document["devices"], len(document["lines"]))
    assert FOREIGN == document["lines"][0]["facts"][0]["value"]


def test_files_are_written_and_never_written_over(run, cases, tmp_path):
    folder = tmp_path / "out"
    ran = run("fleet", "compare", cases, "--jobs", 1, "-o", folder, "-f", "json", "-f", "text")

    assert 0 == ran.returncode, ran.stderr
    assert ["fleet.json", "fleet.txt"] == sorted(each.name for each in folder.iterdir())
    again = run("fleet", "compare", cases, "--jobs", 1, "-o", folder / "fleet.json")
    assert (2, True) == (again.returncode, "exists already" in again.stderr)


def test_a_page_that_loads_nothing(run, cases, tmp_path):
    page = tmp_path / "fleet.html"
    ran = run("fleet", "compare", cases, "--jobs", 1, "-o", page)

    assert 0 == ran.returncode, ran.stderr
    assert FOREIGN in page.read_text("utf-8")


def test_a_tampered_case_gives_status_4_and_the_rest_is_compared(run, cases, tmp_path):
    copy = Path(shutil.copytree(cases, tmp_path / "copy"))
    victim = min(copy.iterdir()) / "data/fleet.json"
    victim.chmod(0o600)
    victim.write_bytes(b"{}")
    ran = run("fleet", "compare", copy, "--jobs", 1, "--json")

    assert 4 == ran.returncode
    assert 21 == json.loads(ran.stdout)["devices"]
    assert "1 of 22 cases could not be compared" in ran.stderr


def test_a_case_that_is_not_there_gives_status_5(run, cases, tmp_path):
    ran = run("fleet", "compare", cases, tmp_path / "none", "--jobs", 1, "-q")

    assert 5 == ran.returncode


def test_nothing_to_compare_gives_status_3(run, tmp_path):
    ran = run("fleet", "compare", tmp_path / "none", "--jobs", 1)

    assert 3 == ran.returncode


def test_a_push_gives_status_10_where_it_is_asked_for(run, cases, tmp_path):
    golden = next(iter(write_cases(tmp_path / "golden", [device(900, certificate_authority=())])))
    asked = ("fleet", "compare", cases, "--jobs", 1, "--reference", golden, "-q")

    assert 0 == run(*asked).returncode
    assert 10 == run(*asked, "--fail-on", "uniform").returncode
    assert 0 == run(*asked, "--fail-on", "appeared").returncode


@pytest.mark.parametrize(
    "words",
    [
        ("--between", "today", "2026-11-20"),
        ("--between", "2026-11-20", "2026-11-01"),
        ("-f", "json"),
        ("-o", "fleet.pdf"),
        ("-o", "fleet.json", "-f", "html"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(run, cases, words):
    ran = run("fleet", "compare", cases, "--jobs", 1, *words)

    assert 2 == ran.returncode, ran.stderr


def test_a_window_of_days_holds_its_last_day(run, cases):
    ran = run(
        "fleet", "compare", cases, "--jobs", 1, "--json", "--between", "2026-11-18", "2026-11-19"
    )

    assert ["2026-11-18T00:00:00Z", "2026-11-19T23:59:59Z"] == json.loads(ran.stdout)["window"]


def test_the_group_lists_both_commands(run):
    ran = run("fleet", "--help")

    assert (True, True) == ("compare" in ran.stdout, "status" in ran.stdout)


@pytest.mark.parametrize("line", COMMANDS, ids=range(len(COMMANDS)))
def test_what_the_how_to_says_can_be_typed(line):
    words = shlex.split(line.partition(" > ")[0])[3:]

    assert compare.make_context("compare", words).params["cases"]


@pytest.mark.parametrize(
    "words",
    [
        ("--reference", "nowhere"),
        ("--between", "2026-11-20", "2026-11-18"),
        ("--between", "2026-11-18T10:00+02:00", "2026-11-18T08:00Z"),
        ("--between", "0001-01-01T00:00+14:00", "9999-12-31T23:59:59-14:00"),
        ("--between", "yesterday", "today"),
    ],
)
def test_what_cannot_be_meant_is_refused(run, cases, words):
    ran = run("fleet", "compare", cases, "--jobs", 1, *words)

    assert 2 == ran.returncode
    assert ran.stderr.startswith("scanner: ")
