"""`scanner query`: over cases, recordings and demo phones, and what is wrong with a query."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipeline.conftest import OLD, TAMPERED
from tests.pipeline.recordings import record

TRACKER = "com.android.syncservice.update"
ASKED = "category: app, system: false, accessibility_services|contains: syncservice"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(TAMPERED, "bugreport.zip", tmp_path_factory.mktemp("recordings"))


def test_a_recording_is_asked(run, recording: Path):
    ran = run("query", recording, ASKED)

    assert 0 == ran.returncode, ran.stderr
    head, row = ran.stdout.splitlines()
    assert ["user", "package", "system", "accessibility_services"] == head.split()
    assert ["0", TRACKER, "False"] == row.split()[:3]
    assert ran.stderr.startswith("1 of ")


def test_answers_are_data_with_their_evidence(run, recording: Path):
    ran = run("query", recording, f"demo:{OLD}", ASKED, "--json")

    tampered, old = json.loads(ran.stdout)
    (row,) = tampered["found"]
    assert (0, TRACKER) == (row["fields"]["user"], row["fields"]["package"])
    assert row["evidence"]
    assert ([], OLD, "app") == (old["found"], old["name"], old["category"])


def test_a_case_is_asked_and_not_changed(run, tmp_path: Path):
    assert 0 == run("scan", f"demo:{TAMPERED}", "-q", "-o", "case").returncode
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "case").rglob("*")}

    ran = run("query", "case", ASKED, "--json")

    assert [1] == [len(each["found"]) for each in json.loads(ran.stdout)]
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "case").rglob("*")}


def test_what_is_undecided_is_counted_and_the_field_named(run):
    ran = run("query", f"demo:{TAMPERED}", "category: app, installer: null, system: false")

    assert "undecided: `installer` is not stated" in ran.stderr


def test_what_holds_nothing_of_a_category_is_no_answer_about_the_phone(run, recording: Path):
    ran = run("query", recording, "category: file, path: /data/local/tmp/x")

    assert (0, "") == (ran.returncode, ran.stdout)
    assert "what was read holds nothing of the category file\n" == ran.stderr


def test_chosen_fields_are_the_columns(run, recording: Path):
    ran = run("query", recording, ASKED, "--fields", "package, target_sdk")

    assert ["package", "target_sdk"] == ran.stdout.splitlines()[0].split()
    assert 2 == run("query", recording, ASKED, "--fields", "no_such").returncode


def test_an_error_is_marked_below_the_text(run, recording: Path):
    text = "category: app, instaler: null"

    ran = run("query", recording, text)

    assert 2 == ran.returncode
    assert [
        "scanner: query: unknown field `instaler`",
        f"  {text}",
        "  " + " " * text.index("instaler") + "^" * len("instaler"),
        "  did you mean `installer`?",
    ] == ran.stderr.splitlines()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("category: app",), 2),
        (("no/such", "category: app"), 2),
        (("case", "category: \x1b[31m"), 2),
        (("case", "{" * 3000), 2),
        (("case", "x" * 5000), 2),
    ],
)
def test_what_cannot_be_asked(words: tuple[str, ...], status: int, run):
    ran = run("query", *words)

    assert status == ran.returncode
    assert ran.stderr.strip()
    assert "\x1b" not in ran.stderr
    assert "Traceback" not in ran.stderr
