"""`scanner rules test` and `prevalence`: on proofs, clean phones, cases, recordings and files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from fixtures.building.app import App, apk
from fixtures.building.dex import Class, Dex
from tests.cli.test_rules_check import PROOFS, RIGHT, YARA
from tests.detect.rule_files import rule_data, write
from tests.pipeline.conftest import OLD, TAMPERED
from tests.pipeline.recordings import record

SYSTEM = "com.android.settings"


def everyone(**changed: Any) -> dict[str, Any]:
    """Return a rule that every phone with the system's own settings matches."""
    asked = {"a": {"package": SYSTEM}, "condition": "a"}
    tests = {"match": [{"package": SYSTEM}], "no_match": [{"package": "com.example.x"}]}
    return rule_data(**RIGHT, detection=asked, tests=tests, **changed)


def test_a_proof_that_fails_gives_status_6(run, tmp_path: Path):
    tests = {"match": [{"debuggable": False}], "no_match": [{"debuggable": False}]}
    write(tmp_path, rule_data(**RIGHT, tests=tests))

    ran = run("rules", "test", "rule.yml", "--no-clean")

    assert (6, "1 rules, 2 proofs, 1 failed\n") == (ran.returncode, ran.stdout)
    assert "tests.match.0: proof match 1 does not hold: it does not match" in ran.stderr


def test_a_finding_on_a_clean_phone_gives_status_6(run, tmp_path: Path):
    write(tmp_path, everyone())

    ran = run("rules", "test", "rule.yml", "--json")

    tested = json.loads(ran.stdout)
    assert 6 == ran.returncode, ran.stderr
    assert {"android-16-clean", "android-8-clean"} == {each["phone"] for each in tested["clean"]}
    assert {SYSTEM} == {each["finding"]["subject"]["key"]["package"] for each in tested["clean"]}


@pytest.mark.parametrize("level", ["low", "informational"])
def test_a_finding_of_a_low_level_is_allowed_there_and_the_phones_counted(
    level: str, run, tmp_path: Path
):
    write(tmp_path, everyone(level=level))

    ran = run("rules", "test", "rule.yml")

    assert 0 == ran.returncode, ran.stderr
    assert ran.stdout.endswith(", 0 findings on 2 phones that nobody tampered with\n")


def test_a_finding_that_is_right_is_accepted_with_its_reason(run, tmp_path: Path):
    data = everyone()
    write(tmp_path, data)
    accepted = [
        {"phone": phone, "rule": data["id"], "reason": "The settings are on every phone."}
        for phone in ("android-16-clean", "android-8-clean")
    ]
    write(tmp_path, json.dumps(accepted), "clean.json")

    right = run("rules", "test", ".")
    write(tmp_path, json.dumps(accepted[:1]), "clean.json")
    half = run("rules", "test", ".")
    write(tmp_path, json.dumps([{"phone": "x"}]), "clean.json")
    wrong = run("rules", "test", ".")

    assert (0, 6, 6) == (right.returncode, half.returncode, wrong.returncode)
    assert "accepted: The settings are on every phone." in right.stdout
    assert "clean.json" in wrong.stderr


def test_only_phones_that_a_rule_speaks_of_are_tried(run, tmp_path: Path):
    write(tmp_path, everyone(logsource={"product": "ios", "category": "app"}))

    assert 0 == run("rules", "test", "rule.yml").returncode


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    record(TAMPERED, "bugreport.zip", folder / "tampered").rename(folder / "tampered.zip")
    record(OLD, "bugreport.zip", folder / "old").rename(folder / "old.zip")
    return folder


def debuggable(folder: Path) -> None:
    """Write a rule that one app of the tampered phone matches, and some nearly."""
    asked = {
        "a": {"system": False, "accessibility_services|contains": "syncservice"},
        "condition": "a",
    }
    proof = {"system": False, "accessibility_services": ["com.example.syncservice/.A"]}
    tests = {"match": [proof], "no_match": [proof | {"system": True}], "unknown": [{}]}
    write(folder, rule_data(**RIGHT, detection=asked, tests=tests))


@pytest.mark.parametrize("form", ["case", "recording", "demo"])
def test_rules_are_tried_on_cases_recordings_and_demo_phones(
    form: str, run, tmp_path: Path, recordings: Path
):
    debuggable(tmp_path)
    target: object = {"recording": recordings / "tampered.zip"}.get(form, f"demo:{TAMPERED}")
    if form == "case":
        assert 0 == run("scan", target, "-q", "-o", "case").returncode
        target = "case"

    ran = run("rules", "test", "rule.yml", "--no-clean", "--on", target, "--json")

    assert 0 == ran.returncode, ran.stderr
    (on,) = json.loads(ran.stdout)["on"]
    (tried,) = on["rules"]
    assert ("android", "finding", 1) == (on["platform"], tried["check"]["status"], 1)
    assert ["com.android.syncservice.update"] == [
        each["subject"]["key"]["package"] for each in tried["findings"]
    ]
    assert tried["check"]["examined"] > 100


def test_a_near_miss_is_explained_field_by_field(run, tmp_path: Path, recordings: Path):
    debuggable(tmp_path)

    path = recordings / "tampered.zip"
    ran = run("rules", "test", "rule.yml", "--no-clean", "--on", path, "--near", 1)

    assert 0 == ran.returncode, ran.stderr
    lines = ran.stdout.splitlines()
    (place,) = [number for number, line in enumerate(lines) if "near: app user=0" in line]
    assert lines[place].endswith(": 1 tests hold, 1 not")
    assert (
        "accessibility_services: the rule asks: contains syncservice; there is: "
        in (lines[place + 1])
    )


def test_yara_rules_are_tried_on_any_file(run, tmp_path: Path):
    write(tmp_path, YARA, "rules/odd.yar")
    write(tmp_path, PROOFS, "rules/odd.proofs.yml")
    write(tmp_path, "it says com.example.odd" + " " * 70_000, "files/a.txt")
    write(tmp_path, "it says nothing" + " " * 70_000, "files/b.txt")

    ran = run("rules", "test", "rules", "--on", "files", "--json")

    assert 0 == ran.returncode, ran.stderr
    tested = json.loads(ran.stdout)
    ((tried,),) = [each["rules"] for each in tested["on"]]
    assert (2, "yara:odd.yar") == (tested["proofs"], tried["rule"])
    assert ["a.txt"] == [Path(each["subject"]["key"]["path"]).name for each in tried["findings"]]


def test_a_match_of_bytes_is_told_whole(run, tmp_path: Path):
    rule = """rule odd : family_a made { meta: author = "A" author = "B" score = 7
    strings: $a = "made-marker" condition: $a }"""
    write(tmp_path, rule, "rules/odd.yar")
    (tmp_path / "files").mkdir()
    library = b"\x7fELF" + bytes(60) + b"made-marker"
    with ZipFile(tmp_path / "files/a.zip", "w") as archive:
        archive.writestr("lib/x.so", library)

    ran = run("rules", "test", "rules", "--no-clean", "--on", "files", "--json")

    ((tried,),) = [each["rules"] for each in json.loads(ran.stdout)["on"]]
    (match,) = [each for each in tried["matches"] if "!/" in each["path"]]
    assert {
        "rule": "odd",
        "file": "odd.yar",
        "tags": ["family_a", "made"],
        "meta": [["author", "A"], ["author", "B"], ["score", 7]],
        "strings": [{"identifier": "$a", "offset": 64, "length": 11}],
        "path": "a.zip!/lib/x.so",
        "kind": "elf",
        "size": len(library),
        "sha256": hashlib.sha256(library).hexdigest(),
    } == match


def test_yara_rules_are_tried_on_files_of_apps(run, tmp_path: Path):
    write(tmp_path, YARA.replace('"text"', '"dex"'), "rules/odd.yar")
    write(tmp_path, PROOFS, "rules/odd.proofs.yml")
    (tmp_path / "apps").mkdir()
    texts = ("it says com.example.odd",)
    odd, plain = Dex(classes=(Class(name="com.example.app.Main", loads=texts),)), Dex()
    (tmp_path / "apps/odd.apk").write_bytes(apk(App(code=(odd,))))
    (tmp_path / "apps/plain.apk").write_bytes(apk(App(code=(plain,))))

    ran = run("rules", "test", "rules", "--no-clean", "--on", "apps", "--json")

    assert 0 == ran.returncode, ran.stderr
    ((tried,),) = [each["rules"] for each in json.loads(ran.stdout)["on"]]
    assert {"odd.apk!/classes.dex"} == {
        each["subject"]["key"]["path"] for each in tried["findings"]
    }


@pytest.mark.parametrize("form", ["case", "demo"])
def test_yara_rules_are_not_examined_where_there_are_no_files(form: str, run, tmp_path: Path):
    write(tmp_path, YARA, "rules/odd.yar")
    target = f"demo:{TAMPERED}"
    if form == "case":
        assert 0 == run("scan", target, "-q", "-o", "case").returncode
        target = "case"

    ran = run("rules", "test", "rules", "--on", target, "--json")

    assert 0 == ran.returncode, ran.stderr
    (on,) = json.loads(ran.stdout)["on"]
    assert [("not_examined", "source_absent")] == [
        (each["check"]["status"], each["check"]["reason"]) for each in on["rules"]
    ]


def test_a_target_of_no_known_kind_gives_status_2_and_one_that_is_damaged_4(
    run, tmp_path: Path, recordings: Path
):
    debuggable(tmp_path)
    write(tmp_path, "Dear diary\n", "diary.txt")

    ran = run("rules", "test", "rule.yml", "--no-clean", "--on", "diary.txt", "--on", "none")

    write(tmp_path, (recordings / "old.zip").read_bytes()[:5000], "cut.zip")
    damaged = run("rules", "test", "rule.yml", "--no-clean", "--on", "cut.zip")

    assert (2, 4) == (ran.returncode, damaged.returncode)
    assert {"diary.txt: not examined", "none: not examined"} <= set(ran.stderr.splitlines())


def test_prevalence_counts_cases_and_values(run, tmp_path: Path, recordings: Path):
    write(tmp_path, everyone())
    write(tmp_path, "Dear diary\n", "diary.txt")
    paths = (recordings / "tampered.zip", recordings / "old.zip")

    ran = run("rules", "prevalence", "rule.yml", *paths, "--json")
    with_another = run("rules", "prevalence", "rule.yml", *paths, "diary.txt")

    counted = json.loads(ran.stdout)
    (rate,) = counted["rules"]
    assert (0, 2, 2, 2) == (ran.returncode, counted["devices"], rate["matched"], rate["decided"])
    assert [(SYSTEM, 2)] == [(each["value"], each["devices"]) for each in rate["values"]]
    assert 2 == with_another.returncode
    assert "2 cases examined, 1 could not be read\n" in with_another.stdout
