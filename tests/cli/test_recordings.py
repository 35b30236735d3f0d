"""The commands over recordings: exit statuses, streams, and what is written where."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.pipeline.conftest import OLD, TAMPERED
from tests.pipeline.recordings import FORMS, KINDS, bugreport, main_name, members, record, state
from tests.sources.recorded.collected import write

PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0" + bytes(600)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tampered phone in each form of recording."""
    folder = tmp_path_factory.mktemp("recordings")
    return {form: record(TAMPERED, form, folder) for form in FORMS}


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return packed.getvalue()


def here(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- scan ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["bugreport.txt", "androidqf-below-a-folder.zip", "dumps"])
def test_a_recording_is_scanned_by_its_path(form: str, run, recordings, tmp_path: Path):
    ran = run("scan", recordings[form], "--json", "-o", "case")

    assert 0 == ran.returncode, ran.stderr
    report = json.loads(ran.stdout)
    assert "suspicious" == report["verdict"]
    assert KINDS[form] == report["run"]["acquisition"]["transport"]
    assert "Digest:" in ran.stderr
    assert {"case"} == here(tmp_path)
    assert 0 == run("verify", "case").returncode


def test_a_relative_path_and_no_output_make_a_case_below_the_working_folder(run, tmp_path: Path):
    record(OLD, "bugreport.zip", tmp_path / "work").rename(tmp_path / "work/android.zip")

    ran = run("scan", "android.zip", cwd=tmp_path / "work")

    assert 0 == ran.returncode, ran.stderr
    assert {"android.zip", "cases"} == here(tmp_path / "work")
    (case,) = (tmp_path / "work/cases").iterdir()
    assert 0 == run("verify", case).returncode


def test_no_safety_text_where_no_phone_is_touched(run, recordings):
    ran = run("scan", recordings["bugreport.zip"], "-o", "case")

    assert 0 == ran.returncode, ran.stderr
    assert "Digest:" in ran.stderr
    assert "plan" not in ran.stderr


@pytest.mark.parametrize("words", [("--user", "0"), ("--time-budget", "5"), ("--apps", "parts")])
def test_what_is_asked_of_phones_only_is_refused(words, run, recordings):
    ran = run("scan", recordings["bugreport.zip"], *words)

    assert 2 == ran.returncode
    assert "a recording is read whole" in ran.stderr


def test_events_are_lines_of_json(run, recordings):
    ran = run("scan", recordings["androidqf"], "--events", "-", "-q", "-o", "case")

    events = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ("started", "finished") == (events[0]["event"], events[-1]["event"])
    assert {"evidence", "check", "finding", "gap", "progress"} <= {each["event"] for each in events}
    assert "suspicious" == events[-1]["verdict"]


def test_findings_and_coverage_decide_the_status(run, recordings):
    path = recordings["bugreport.zip"]

    assert 10 == run("scan", path, "--fail-on", "medium", "-q", "-o", "a").returncode
    assert 5 == run("scan", path, "--require-coverage", 100, "-q", "-o", "c").returncode
    high = ("--fail-on", "critical", "--require-coverage", 10)
    assert 0 == run("scan", path, *high, "-q", "-o", "d").returncode
    both = ("--fail-on", "medium", "--require-coverage", 100)
    assert 10 == run("examine", path, *both, "-q", "-o", "e").returncode


def test_formats_that_were_asked_for_are_written(run, recordings, tmp_path: Path):
    path = recordings["androidqf.zip"]

    assert 0 == run("scan", path, "-f", "text", "-o", "a").returncode
    assert 0 == run("examine", path, "-f", "text", "-f", "html", "-o", "b").returncode

    assert {"report.json", "report.html", "entities.jsonl"} == here(tmp_path / "a/data/report")
    assert {"report.json", "report.html", "report.txt", "entities.jsonl"} == here(tmp_path / "b")


@pytest.mark.parametrize("level", ["public", "share", "case"])
def test_privacy_is_as_asked_for(level: str, run, recordings):
    """The serial number shows at level `case` only."""
    path = recordings["bugreport.zip"]

    scanned = run("scan", path, "--privacy", level, "--json", "-q", "-o", "case")
    examined = run("examine", path, "--privacy", level, "--json", "-q", "-o", "report")

    for ran in (scanned, examined):
        report = json.loads(ran.stdout)
        assert level == report["privacy"]
        assert (level == "case") == bool(report["device"]["serial"])


# --- examine and acquire ------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["bugreport.zip", "androidqf"])
def test_examine_writes_a_report_and_no_case(form: str, run, recordings, tmp_path: Path):
    before = state(recordings[form])

    ran = run("examine", recordings[form])

    assert 0 == ran.returncode, ran.stderr
    assert {"reports"} == here(tmp_path)
    (folder,) = (tmp_path / "reports").iterdir()
    assert {"report.json", "report.html", "entities.jsonl"} == here(folder)
    assert before == state(recordings[form])


def test_acquire_makes_a_case_that_examine_reads_with_its_source(run, recordings, tmp_path: Path):
    path = recordings["bugreport.zip"]

    acquired = run("acquire", path, "-o", "case", "--consent", "of the owner", "--json")

    assert 0 == acquired.returncode, acquired.stderr
    assert [] == list((tmp_path / "case/data/report").iterdir())
    consent = json.loads(run("case", "info", "case", "--json").stdout)["acquisition"]["consent"]
    assert "of the owner" == consent
    examined = run("examine", "case", "--source", path, "--json", "-q", "-o", "with")
    assert "suspicious" == json.loads(examined.stdout)["verdict"]
    alone = run("examine", "case", "--json", "-q", "-o", "without")
    assert "inconclusive" == json.loads(alone.stdout)["verdict"]
    assert (0, 0) == (examined.returncode, alone.returncode)


def test_a_source_that_is_another_recording_gives_status_4(run, recordings, tmp_path: Path):
    assert 0 == run("acquire", recordings["bugreport.zip"], "-q", "-o", "case").returncode

    ran = run("examine", "case", "--source", recordings["androidqf.zip"])

    assert 4 == ran.returncode
    assert "not the recording" in ran.stderr
    assert {"case"} == here(tmp_path)
    assert 2 == run("examine", recordings["dumps"], "--source", recordings["dumps"]).returncode


# --- artifacts list --unread --------------------------------------------------------------------


@pytest.mark.parametrize("form", ["bugreport.zip", "androidqf.zip"])
def test_what_no_artifact_reads_is_listed(form: str, run, recordings):
    text = run("artifacts", "list", "--unread", recordings[form])
    listed = run("artifacts", "list", "--unread", recordings[form], "--json")

    assert (0, 0) == (text.returncode, listed.returncode)
    parts = json.loads(listed.stdout)
    assert len(parts) == len(text.stdout.splitlines())
    titles = [part["title"] for part in parts]
    assert {"bugreport.zip": "SYSTEM LOG", "androidqf.zip": "env.txt"}[form] in titles
    assert all(str(part["size"]) in text.stdout for part in parts)


# --- what is no recording -----------------------------------------------------------------------


STRANGE = {
    "picture.png": PICTURE,
    "empty.zip": b"",
    "diary.txt": b"Dear diary,\nnothing happened today.\n",
    "photos.zip": archive(**{"a.png": PICTURE, "b/c.png": PICTURE}),
    "nothing.zip": archive(),
}


@pytest.mark.parametrize(
    ("name", "command"),
    [*((name, "scan") for name in STRANGE), ("diary.txt", "examine"), ("photos.zip", "acquire")],
)
def test_a_path_of_no_known_kind_gives_status_2(name: str, command: str, run, tmp_path: Path):
    (tmp_path / name).write_bytes(STRANGE[name])

    ran = run(command, name)

    assert 2 == ran.returncode, ran.stderr
    assert name in ran.stderr
    assert ran.stderr.count("\n") < 4
    assert {name} == here(tmp_path)


def test_folders_of_no_known_kind_give_status_2(run, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    write(tmp_path / "photos", {"a.png": PICTURE, "notes/b.txt": b"Dear diary,\n"})

    assert 2 == run("scan", "empty").returncode
    assert 2 == run("artifacts", "list", "--unread", "photos").returncode
    assert {"empty", "photos"} == here(tmp_path)


def damaged() -> dict[str, bytes]:
    whole = bugreport(OLD)
    return {
        "cut.zip": whole[: len(whole) // 2],
        "head.zip": b"PK\3\4" + PICTURE,
        "without-text.zip": archive(**{"main_entry.txt": main_name(OLD).encode()}),
        "utf-16.txt": members(whole)[main_name(OLD)].decode().encode("utf-16"),
    }


@pytest.mark.parametrize("name", damaged())
def test_a_recording_of_which_nothing_can_be_read_gives_status_4(name: str, run, tmp_path: Path):
    (tmp_path / name).write_bytes(damaged()[name])

    ran = run("scan", name, "--events", "events")

    assert 4 == ran.returncode, ran.stderr
    assert name in ran.stderr
    assert {name, "events"} == here(tmp_path)
    assert ran.stderr.strip().splitlines()[-1].startswith("  ")


def test_of_several_things_that_are_wrong_the_status_is_the_first_that_holds(run, tmp_path: Path):
    write(tmp_path / "rules", {"broken.yml": b"title: [\n"})
    (tmp_path / "cut.zip").write_bytes(damaged()["cut.zip"])
    (tmp_path / "picture.png").write_bytes(PICTURE)
    record(OLD, "bugreport.txt", tmp_path)

    assert 6 == run("scan", "bugreport.txt", "--rules", "rules").returncode
    assert 6 == run("scan", "cut.zip", "--rules", "rules").returncode
    assert 2 == run("scan", "picture.png", "--rules", "rules").returncode
    assert {"rules", "cut.zip", "picture.png", "bugreport.txt"} == here(tmp_path)
