"""What is wrong with rules, as data: file, line, key, reason and remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.detect import RuleErrors, load
from scanner.detect.lints import LINTS
from scanner.detect.workbench import Problem, RuleFiles, known_lints, of_error, problems_of
from scanner.errors import RuleError
from tests.detect.rule_files import base, correlation_data, rule_data, write

RIGHT: dict[str, Any] = {"advice": ["save_evidence_first", "review_app"]}
NAME = "android/app/an-app-can-be-debugged.yml"


def problems(folder: Path) -> list[Problem]:
    pack = load([folder], shipped=False)
    return list(problems_of(pack, RuleFiles([folder], shipped=False)))


def test_each_error_of_a_file_is_a_problem_with_its_line_and_key(tmp_path: Path):
    text = "title: x\nlevel: severe\ncolour: red\nlogsource: {product: android, category: app}\n"
    text += "detection:\n  a:\n    instaler: x\n  condition: a\nclass: posture\n"
    path = write(tmp_path, text)

    with pytest.raises(RuleErrors) as raised:
        load([path], shipped=False)
    found = {each.key: each for each in of_error(raised.value)}

    assert (2, "error") == (found["level"].line, found["level"].kind)
    assert (3, "error") == (found["colour"].line, found["colour"].kind)
    assert (7, "did you mean `installer`?") == (
        found["detection.a.instaler"].line,
        found["detection.a.instaler"].remedy,
    )
    assert {str(path)} == {each.path for each in found.values()}


def test_an_error_without_a_line_keeps_its_place():
    (problem,) = of_error(RuleError("rules", "path", "more than 5 files", remedy="load fewer"))

    assert ("path", None, "load fewer") == (problem.key, problem.line, problem.remedy)
    assert "rules: path: more than 5 files" == problem.text()


def test_a_rule_that_is_right_has_no_problem(tmp_path: Path):
    write(tmp_path, rule_data(**RIGHT), NAME)

    assert [] == problems(tmp_path)


def test_a_lint_names_the_line_of_its_key(tmp_path: Path):
    path = write(tmp_path, rule_data(**RIGHT, references=["http://example.org/"]), NAME)

    (problem,) = problems(tmp_path)

    line = path.read_text().splitlines().index(' "references": [') + 1
    assert ("lint", "references", "references", line) == (
        problem.kind,
        problem.name,
        problem.key,
        problem.line,
    )
    assert str(path) == problem.path


def test_a_proof_that_fails_says_what_the_rule_says_instead(tmp_path: Path):
    tests = {"match": [{"debuggable": True}, {"debuggable": False}], "no_match": [{}]}
    path = write(tmp_path, rule_data(**RIGHT, tests=tests), NAME)

    first, second = problems(tmp_path)

    assert ("proof", "match", "tests.match.1") == (first.kind, first.name, first.key)
    assert "proof match 2 does not hold: it does not match" == first.reason
    assert "the rule should match; correct the detection or the proof" == first.remedy
    assert "proof no_match 1 does not hold: it is unknown" == second.reason
    lines = path.read_text().splitlines()
    assert '"debuggable": false' in lines[(first.line or 0)].strip()


def test_what_cannot_be_evaluated_is_a_problem(tmp_path: Path):
    write(tmp_path, rule_data(**RIGHT, logsource={"product": "windows", "category": "x"}), NAME)

    (problem,) = problems(tmp_path)

    assert ("unusable", NAME) == (problem.kind, problem.path)
    assert "cannot be evaluated: a rule for `windows`" == problem.reason


def test_what_an_engine_cannot_evaluate_has_its_place(tmp_path: Path):
    text = "rule fits { condition: filesize > 4 }\nrule lacks { condition: unheard_of }\n"
    path = write(tmp_path, text, "android/odd.yar")

    (problem,) = (each for each in problems(tmp_path) if each.kind == "unusable")

    assert (str(path), 2, "lacks") == (problem.path, problem.line, problem.key)
    assert "cannot be evaluated: unknown identifier `unheard_of`" == problem.reason


def test_what_is_set_aside_has_its_file_and_a_remedy(tmp_path: Path):
    dear = "rule dear { strings: $a = { 61 %s 62 } condition: $a }" % ("[0-1000] 62 " * 200)
    path = write(tmp_path, dear, "android/dear.yar")

    (problem,) = (each for each in problems(tmp_path) if each.kind == "unusable")

    assert str(path) == problem.path
    assert "is set aside" in problem.reason
    assert "fixed beginnings" in problem.remedy


def test_of_what_never_ended_no_factor_is_said(tmp_path: Path):
    endless = "rule endless { condition: for all i in (0..9223372036854775806): (i >= 0) }"
    write(tmp_path, endless, "android/endless.yar")

    (problem,) = (each for each in problems(tmp_path) if each.kind == "unusable")

    assert "is set aside: it did not end on the probe" == problem.reason


def test_the_line_of_a_correlation_is_in_its_own_document(tmp_path: Path):
    section = {"type": "temporal", "rules": ["a", "b"], "group-by": ["user"]}
    documents = (
        base("a", "app", {"hidden": True}),
        base("b", "app", {"debuggable": True}),
        correlation_data(section, **RIGHT, references=["http://example.org/"], tests=_PROOFS),
    )
    text = "\n---\n".join(json.dumps(document, indent=1) for document in documents)
    path = write(tmp_path, text, "android/correlation/an-app-can-be-debugged.yml")

    (problem,) = problems(tmp_path)

    assert path.read_text().splitlines()[(problem.line or 0) - 1] == ' "references": ['


_PROOFS = {
    "no_match": [[]],
    "match": [[{"type": "app", "user": 0, "package": "a", "hidden": True, "debuggable": True}]],
    "unknown": [[{"type": "app", "user": 0, "package": "a"}]],
}


def test_a_file_that_was_named_alone_is_found_again(tmp_path: Path):
    path = write(tmp_path, rule_data(**RIGHT, references=["http://example.org/"]), NAME)
    pack = load([path], shipped=False)

    (problem,) = problems_of(pack, RuleFiles([path], shipped=False))

    assert str(path) == problem.path


def test_every_lint_is_listed_and_what_is_left_out_says_why():
    known = known_lints()

    assert {each.name for each in LINTS} < {each.name for each in known}
    assert all(each.recommendation or each.left_out for each in known)
    assert len(known) == len({each.name for each in known})
    assert {"ATTACKTagValidator", "D3FENDTagValidator"} <= {
        each.name for each in known if "downloads" in each.left_out
    }
