"""Exit statuses, streams and messages of the commands."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from scanner.cli import main
from scanner.simulate import Drip, Faults, Phone, find_phone
from tests.pipeline.conftest import OLD, TAMPERED

ROOT = Path(__file__).parents[2]

RULE = "rules/sigma/android"


@pytest.fixture
def tampered(simulate) -> str:
    return f"android:{simulate(Phone.load(find_phone(TAMPERED))).address}"


@pytest.fixture
def case(run, tampered: str, tmp_path: Path) -> Path:
    ran = run("scan", tampered, "-q", "-o", tmp_path / "case")
    assert 0 == ran.returncode, ran.stderr
    return tmp_path / "case"


def test_results_go_to_one_stream_and_messages_to_the_other(run, tampered: str, tmp_path: Path):
    ran = run("scan", tampered, "--json", "-o", tmp_path / "case")

    assert 0 == ran.returncode, ran.stderr
    assert "suspicious" == json.loads(ran.stdout)["verdict"]
    assert "Digest:" in ran.stderr
    assert "plan" in ran.stderr  # the safety text stands before the scan


def test_events_are_lines_of_json(run, tampered: str, tmp_path: Path):
    ran = run("scan", tampered, "--events", "-", "-q", "-o", tmp_path / "case")

    events = [json.loads(line)["event"] for line in ran.stdout.splitlines()]
    assert ("started", "finished") == (events[0], events[-1])
    assert {"evidence", "check", "finding", "progress"} <= set(events)


def test_findings_at_the_level_asked_for_give_status_10(run, case: Path):
    assert 10 == run("examine", case, "--fail-on", "medium", "-q").returncode
    assert 0 == run("examine", case, "-q").returncode


def test_too_little_coverage_gives_status_5(run, simulate, tmp_path: Path):
    broken = Faults(replace={"dumpsys package": b"garbage\n", "ps": b"garbage\n"})
    phone = simulate(Phone.load(find_phone(OLD)), faults=broken)

    ran = run(
        "scan", f"android:{phone.address}", "--require-coverage", 100, "-q", "-o", tmp_path / "c"
    )

    assert 5 == ran.returncode


def test_a_phone_that_vanishes_gives_status_5(run, simulate, tmp_path: Path):
    faults = Faults(drop_after_bytes=150_000, stays_away=True)
    phone = simulate(Phone.load(find_phone(TAMPERED)), faults=faults)

    ran = run("scan", f"android:{phone.address}", "-o", tmp_path / "case")

    assert 5 == ran.returncode, ran.stderr
    assert "incomplete" in ran.stderr


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["scan", "android:NOSUCHSERIAL"], 3),
        (["scan", "android:127.0.0.1:1"], 3),
        (["scan", "ios:00008030-0000000000000000"], 3),
        (["scan", "no/such/path"], 2),
        (["scan", "--profile", "sideways"], 2),
        (["frobnicate"], 2),
        (["rules", "show", "no such rule"], 2),
        (["artifacts", "show", "android.nothing"], 2),
    ],
)
def test_wrong_targets_and_words(run, words: list[str], status: int):
    ran = run(*words)

    assert status == ran.returncode, ran.stderr
    assert ran.stderr.strip()
    assert "Traceback" not in ran.stderr


def test_an_error_says_what_to_do_in_the_next_line(run):
    lines = run("scan", "android:NOSUCHSERIAL").stderr.strip().splitlines()

    assert lines[-2].startswith("scanner: ")
    assert lines[-1].startswith("  ")


def test_verify_tells_complete_changed_and_incomplete_apart(run, case: Path, tmp_path: Path):
    assert 0 == run("verify", case).returncode

    changed = tmp_path / "changed"
    shutil.copytree(case, changed)
    victim = changed / "data/evidence/000002.bin"
    victim.chmod(0o600)
    victim.write_bytes(b"other")
    ran = run("verify", changed)
    assert 4 == ran.returncode
    assert "000002.bin" in ran.stdout
    assert 4 == run("examine", changed).returncode
    assert 4 == run("report", changed).returncode

    unsealed = tmp_path / "unsealed"
    shutil.copytree(case, unsealed)
    (unsealed / "tagmanifest-sha256.txt").unlink()
    assert run("verify", unsealed).returncode in {4, 5}


@pytest.mark.parametrize("format_", ["json", "html", "text"])
def test_a_report_is_rendered_again(run, case: Path, format_: str):
    from_case = run("report", case, "-f", format_)
    from_file = run("report", case / "data/report/report.json", "-f", format_)

    assert (0, 0) == (from_case.returncode, from_file.returncode), from_case.stderr
    assert from_case.stdout == from_file.stdout != ""


def test_examine_writes_beside_and_never_into_the_case(run, case: Path, tmp_path: Path):
    before = sorted(path.name for path in case.rglob("*"))

    ran = run("examine", case, "-o", tmp_path / "again", "-q")

    assert 0 == ran.returncode
    assert before == sorted(path.name for path in case.rglob("*"))
    written = {path.name for path in (tmp_path / "again").iterdir()}
    assert {"report.json", "report.html", "entities.jsonl"} == written
    assert 2 == run("examine", case, "-o", tmp_path / "again", "-q").returncode


def test_a_case_as_target_is_shown_at_the_level_asked_for(run, case: Path):
    shown = {
        level: json.loads(run("scan", case, "--privacy", level, "--json", "-q").stdout)["privacy"]
        for level in ("public", "share", "case")
    }

    assert {"public": "public", "share": "share", "case": "case"} == shown


def test_a_damaged_report_is_refused(run, tmp_path: Path):
    (tmp_path / "report.json").write_text('{"schema_version": "9.0"}')

    ran = run("report", tmp_path / "report.json")

    assert ran.returncode in {2, 4}
    assert "Traceback" not in ran.stderr


def test_case_info(run, case: Path):
    described = json.loads(run("case", "info", case, "--json").stdout)

    assert described["complete"]
    assert len(described["evidence"]) > 10
    assert "digest" in run("case", "info", case).stdout


def test_a_dry_run_prints_every_request_and_runs_none(run):
    ran = run("acquire", "--dry-run")

    assert 0 == ran.returncode
    assert {"getprop", "dumpsys package"} <= set(ran.stdout.splitlines())
    assert "settings --user '{user}' list secure" in ran.stdout
    templates = json.loads(run("acquire", "--dry-run", "--json").stdout)
    assert any("android.users" in each.get("after", []) for each in templates)


def test_devices(run, tampered: str):
    listed = json.loads(run("devices", "--json").stdout)

    assert tampered.removeprefix("android:") in [each["serial"] for each in listed]
    assert tampered in run("devices").stdout


def test_several_phones_without_a_target(run, simulate):
    for name in (OLD, TAMPERED):
        simulate(Phone.load(find_phone(name)))

    ran = run("scan")

    assert 3 == ran.returncode
    assert "android:" in ran.stderr


@pytest.mark.parametrize("document", ["report", "events", "entities", "evidence"])
def test_schemas_are_json_schemas(run, document: str):
    Draft202012Validator.check_schema(json.loads(run("schema", document).stdout))


def test_the_report_keeps_its_schema(run, case: Path):
    schema = json.loads(run("schema").stdout)
    report = json.loads((case / "data/report/report.json").read_text())

    assert [] == [error.message for error in Draft202012Validator(schema).iter_errors(report)]


def test_doctor_looks_and_changes_nothing(run):
    ran = run("doctor", "--json")

    names = [each["name"] for each in json.loads(ran.stdout)]
    expected = "python adb server usbmuxd sandbox clock home rules disk"
    assert expected.split() == names
    assert ran.returncode in {0, 3}


def test_shipped_rules_are_listed_checked_and_proved(run):
    assert 0 == run("rules", "check").returncode
    assert 0 == run("rules", "test").returncode
    rules = json.loads(run("rules", "list", "--json").stdout)["rules"]
    of_entities = [each for each in rules if each["categories"] != ["yara"]]
    assert len(list((ROOT / "rules" / "sigma").rglob("*.yml"))) == len(of_entities)
    assert rules[0]["title"] in run("rules", "show", rules[0]["id"]).stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: [\n", "broken.yml"),
        ("title: x\nfrobnicate: 1\n", "frobnicate"),
        ("- just\n- a list\n", "broken.yml"),
    ],
)
def test_a_wrong_rule_file_gives_status_6(run, tmp_path: Path, text: str, says: str):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/broken.yml").write_text(text)

    checked = run("rules", "check", tmp_path / "mine")
    scanned = run("scan", "android:NOSUCHSERIAL", "--rules", tmp_path / "mine")

    assert (6, 6) == (checked.returncode, scanned.returncode)
    assert says in checked.stderr


def test_all_that_is_wrong_with_a_rule_file_is_listed(run, tmp_path: Path):
    (tmp_path / "rule.yml").write_text("title: x\nlevel: severe\ncolour: red\n")

    checked = run("rules", "check", tmp_path / "rule.yml")
    listed = json.loads(run("rules", "check", tmp_path / "rule.yml", "--json").stdout)["problems"]

    said = [line for line in checked.stderr.splitlines() if line.startswith("scanner: ")]
    assert len(listed) == len(said) > 5
    assert any("severe" in line or "level" in line for line in said)
    assert any("colour" in line for line in said)


def test_simulated_phones_are_listed(run):
    assert {OLD, TAMPERED} <= set(run("simulate").stdout.split())


def test_artifacts_are_listed_and_shown(run):
    listed = json.loads(run("artifacts", "list", "--json").stdout)

    assert len(listed) >= 8
    assert listed[0]["title"] in run("artifacts", "show", listed[0]["name"]).stdout
    for each in listed:
        shown = CliRunner().invoke(main, ["artifacts", "show", each["name"]])
        assert (0, True) == (shown.exit_code, each["title"] in shown.output)


def test_a_path_of_no_known_kind_gives_status_2(run, tmp_path: Path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.zip").write_bytes(b"PK")

    for words in (
        ["scan", "folder"],
        ["examine", "folder"],
        ["verify", "folder"],
        ["scan", "file.zip"],
    ):
        ran = run(*words)
        assert (2, 1) == (ran.returncode, ran.stderr.count("scanner: ")), ran.stderr


def test_acquire_prints_what_a_program_needs(run, tampered: str, tmp_path: Path):
    ran = run("acquire", tampered, "--json", "-o", tmp_path / "case")

    acquired = json.loads(ran.stdout)
    assert str(tmp_path / "case") == acquired["folder"]
    assert 64 == len(acquired["digest"])
    assert 0 == run("examine", tmp_path / "case", "-q").returncode


def test_a_phone_that_vanishes_is_explained_with_what_to_do(run, simulate, tmp_path: Path):
    faults = Faults(drop_after_bytes=150_000, stays_away=True)
    phone = simulate(Phone.load(find_phone(TAMPERED)), faults=faults)

    ran = run("acquire", f"android:{phone.address}", "-q", "-o", tmp_path / "case")

    said = ran.stderr.strip().splitlines()
    assert 5 == ran.returncode
    assert said[0].startswith("scanner: The phone")
    assert (2, True) == (len(said), "again" in said[1])


def test_ctrl_c_leaves_a_valid_case_and_gives_status_130(adb_server, simulate, tmp_path: Path, run):
    faults = Faults(drip={"dumpsys package": Drip(size=2000, pause=0.2)})
    phone = simulate(Phone.load(find_phone(TAMPERED)), faults=faults)
    words = ["acquire", f"android:{phone.address}", "--adb-port", str(adb_server.port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "scanner", *words, "-o", tmp_path / "case"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    index = tmp_path / "case/data/index.jsonl"
    while not (index.exists() and index.read_bytes().count(b"\n") > 3):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert 130 == process.returncode, said
    assert "Traceback" not in said
    assert 5 == run("verify", tmp_path / "case").returncode
