"""`scanner rules check`, `list`, `show` and `lints`: what they say, to people and to programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.detect.rule_files import rule_data, write

RIGHT = {"advice": ["save_evidence_first", "review_app"]}
NAME = "android/app/an-app-can-be-debugged.yml"
YARA = """rule Odd {
    meta:
        id = "e0a1a6a0-6f4e-4b63-8f60-2b9a35d0c1de"
        title = "A text is odd"
        description = "It says what no other text says."
        status = "test"
        level = "low"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "text"
        advice = "save_evidence_first"
        falsepositives = "A copy of this test"
    strings:
        $a = "com.example.odd"
    condition:
        $a
}
"""
PROOFS = "Odd:\n  no_match:\n    - text: com.example.plain\n  match:\n    - text: com.example.odd\n"


def test_errors_of_all_files_are_said_at_once_as_data(run, tmp_path: Path):
    write(tmp_path, rule_data(level="severe"), "a.yml")
    write(tmp_path, rule_data(colour="red", status="odd"), "b/c.yml")
    write(tmp_path, "title: [\n", "d.yml")
    write(tmp_path, "rule x { condition: y }\nrule x { condition: }\n", "e.yar")

    ran = run("rules", "check", ".", "--json")

    problems = json.loads(ran.stdout)["problems"]
    assert 6 == ran.returncode
    assert {"a.yml", "c.yml", "d.yml", "e.yar"} == {Path(each["path"]).name for each in problems}
    assert {"error"} == {each["kind"] for each in problems}
    assert all(each["reason"] for each in problems)
    assert {("a.yml", "level"), ("c.yml", "colour"), ("c.yml", "status")} <= {
        (Path(each["path"]).name, each["key"]) for each in problems
    }
    assert all(each["line"] >= 1 for each in problems)


def test_what_people_read_names_the_place_and_the_remedy(run, tmp_path: Path):
    write(tmp_path, rule_data(detection={"a": {"instaler": "x"}, "condition": "a"}), NAME)

    ran = run("rules", "check", NAME)

    assert 6 == ran.returncode
    first, second = ran.stderr.splitlines()
    assert first.startswith(f"scanner: {NAME}: line ")
    assert first.endswith(", detection.a.instaler: unknown field `instaler`")
    assert "  did you mean `installer`?" == second
    assert "0 rules checked, 1 problems (1 error)\n" == ran.stdout


def test_a_lint_and_a_failed_proof_are_told_apart(run, tmp_path: Path):
    tests = {"match": [{"debuggable": False}], "no_match": [{"debuggable": False}]}
    write(tmp_path, rule_data(**RIGHT, tests=tests, references=["http://example.org/"]), NAME)

    ran = run("rules", "check", ".", "--json")

    problems = json.loads(ran.stdout)["problems"]
    assert [("lint", "references"), ("proof", "match")] == [
        (each["kind"], each["name"]) for each in problems
    ]


def test_yara_files_are_checked_with_their_proofs(run, tmp_path: Path):
    write(tmp_path, YARA, "android/odd.yar")
    without = json.loads(run("rules", "check", ".", "--json").stdout)["problems"]
    write(tmp_path, PROOFS, "android/odd.proofs.yml")
    right = run("rules", "check", ".")
    write(tmp_path, PROOFS.replace("plain", "odd.too"), "android/odd.proofs.yml")
    wrong = json.loads(run("rules", "check", ".", "--json").stdout)["problems"]

    assert [("lint", "yara-proofs", 1)] == [
        (each["kind"], each["name"], each["line"]) for each in without
    ]
    assert (0, "1 rules checked, 0 problems\n") == (right.returncode, right.stdout), right.stderr
    assert [("proof", "Odd.no_match.0", 3)] == [
        (each["kind"], each["key"], each["line"]) for each in wrong
    ]


def test_lints_are_listed_for_people_and_programs(run):
    text = run("rules", "lints")
    listed = json.loads(run("rules", "lints", "--json").stdout)

    assert 0 == text.returncode
    assert all(each["name"] in text.stdout for each in listed)
    assert {"sigma", "yara"} == {each["of"] for each in listed}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), {"one", "two", "odd"}),
        (("--technique", "T1417"), {"one", "two"}),
        (("--technique", "t1417.001"), {"two"}),
        (("--level", "low"), {"two", "odd"}),
        (("--category", "process"), {"two"}),
        (("--category", "yara"), {"odd"}),
        (("--platform", "ios"), set()),
        (("--status", "test", "--category", "app"), {"one"}),
    ],
)
def test_a_list_can_be_narrowed(words: tuple[str, ...], expected: set[str], run, tmp_path: Path):
    write(tmp_path, rule_data(tags=["attack.t1417"]), "one.yml")
    process = {"product": "android", "category": "process"}
    changed = {"detection": {"a": {"name": "x"}, "condition": "a"}, "logsource": process}
    tests = {"match": [{"name": "x"}], "no_match": [{"name": "y"}]}
    other = rule_data(level="low", tags=["attack.t1417.001"], **changed, tests=tests)
    write(tmp_path, other, "two.yml")
    write(tmp_path, YARA, "odd.yar")

    ran = run("rules", "list", ".", *words, "--json")

    listed = json.loads(ran.stdout)["rules"]
    assert expected == {Path(each["file"]).stem for each in listed}, ran.stderr


def test_a_technique_that_is_none_gives_status_2(run):
    assert 2 == run("rules", "list", "--technique", "T0").returncode


def test_a_rule_is_shown_whole(run, tmp_path: Path):
    write(tmp_path, rule_data(**RIGHT), NAME)

    text = run("rules", "show", "debugged", "--rules", ".").stdout
    shown = json.loads(run("rules", "show", "debugged", "--rules", ".", "--json").stdout)

    for each in ("debuggable: true", "condition: selection", "no_match:", NAME, "developer"):
        assert each in text
    assert {"debuggable": True} == shown["documents"][0]["detection"]["selection"]
    assert NAME == shown["file"]


def test_a_correlation_is_shown_with_its_base_rules(run):
    ran = run("rules", "show", "an-app-of-a-company-is-open")
    assert 0 == ran.returncode, ran.stderr

    text = run("rules", "show", "traffic-goes-through-an-app-from-outside-a-store-now").stdout

    assert "correlation:" in text
    assert text.count("detection of ") >= 2


def test_a_yara_rule_is_shown_by_its_name(run, tmp_path: Path):
    write(tmp_path, YARA + "rule Other { condition: false }\n", "android/odd.yar")
    write(tmp_path, PROOFS, "android/odd.proofs.yml")

    ran = run("rules", "show", "Odd", "--rules", ".")

    assert 0 == ran.returncode, ran.stderr
    assert '$a = "com.example.odd"' in ran.stdout
    assert "text: com.example.plain" in ran.stdout
    assert "Other" not in ran.stdout


def test_text_of_a_rule_does_not_steer_the_terminal(run, tmp_path: Path):
    write(tmp_path, rule_data(**RIGHT, description="It \x1b[31m\u202e is."), NAME)

    for words in (("show", "debugged", "--rules", "."), ("list", "."), ("check", ".")):
        ran = run("rules", *words)
        assert "\x1b" not in ran.stdout + ran.stderr
        assert "\u202e" not in ran.stdout + ran.stderr
