"""Folders of rules: what is wrong in any of them, what is foreign, and what they are together."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from scanner.detect import RuleErrors, load
from scanner.detect.documents import DOCUMENT_LIMIT
from scanner.detect.packs import FILE_LIMIT
from scanner.detect.rules import Rule
from scanner.errors import RuleError
from scanner.model.findings import Message
from tests.detect.rule_files import all_made, rule_data, write


def test_the_errors_of_all_files_are_said_at_once(tmp_path: Path):
    write(tmp_path, "title: [", "one.yml")
    write(tmp_path, rule_data(level="x"), "two.yml")
    write(tmp_path, rule_data(), "three.yml")

    with pytest.raises(RuleErrors) as caught:
        load([tmp_path], shipped=False)

    assert ["one.yml", "two.yml"] == [Path(e.path).name for e in caught.value.errors]


def test_an_id_stands_for_one_rule(tmp_path: Path):
    same = "0d4c8c0e-8a0b-4e5c-9d55-3a0a6d9f2b11"
    write(tmp_path, rule_data(id=same), "one.yml")
    write(tmp_path, rule_data(id=same, level="low"), "two.yml")

    with pytest.raises(RuleErrors, match=r"line \d+, id: the id is that of one\.yml"):
        load([tmp_path], shipped=False)


def test_the_same_file_twice_is_one_rule(tmp_path: Path):
    path = write(tmp_path, rule_data())

    pack = load([path, tmp_path], shipped=False)

    assert 1 == len(pack.rules)
    assert load([path], shipped=False).digest == pack.digest


def test_a_path_without_rules_is_an_error(tmp_path: Path):
    with pytest.raises(RuleErrors, match="no rule files"):
        load([tmp_path], shipped=False)
    with pytest.raises(RuleErrors, match="no rule files"):
        load([tmp_path / "nowhere"], shipped=False)


def test_what_cannot_be_read_is_an_error(tmp_path: Path):
    (tmp_path / "gone.yml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.yml")

    with pytest.raises(RuleErrors, match="cannot be read") as caught:
        load([tmp_path], shipped=False)

    assert 1 == len(caught.value.errors)


def test_a_folder_that_cannot_be_looked_through_is_an_error(tmp_path: Path):
    deep = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):  # more than a path can name
        os.mkdir("d" * 250, dir_fd=deep)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = below
    os.close(deep)

    with pytest.raises(RuleError, match="cannot be looked through"):
        load([tmp_path], shipped=False)


def test_there_is_an_end_to_files(tmp_path: Path):
    for number in range(FILE_LIMIT + 1):
        (tmp_path / f"{number}.yml").touch()

    with pytest.raises(RuleError, match="more than"):
        load([tmp_path], shipped=False)


def test_drafts_are_no_rules(tmp_path: Path):
    write(tmp_path, "title: [", "draft/one.yml")
    write(tmp_path, rule_data(), "app/two.yaml")

    assert ["app/two.yaml"] == [rule.path for rule in load([tmp_path], shipped=False).rules]


FOREIGN: dict[str, tuple[dict[str, Any], str]] = {
    "windows": ({"title": "x", "logsource": {"product": "windows"}}, "a rule for `windows`"),
    "a filter": ({"title": "x", "filter": {"rules": []}}, "a Sigma filter"),
    "a category to come": (
        rule_data(logsource={"product": "android", "category": "radio"}),
        "no entity of the category `radio`",
    ),
    "placeholders": (
        rule_data(detection={"s": {"package|expand": "%x%"}, "condition": "s"}),
        "the modifier `expand`: nothing gives values to placeholders",
    ),
    "deprecated": (rule_data(status="deprecated"), "its status is deprecated"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_rule_that_cannot_be_evaluated_is_listed_and_the_rest_run(name: str, tmp_path: Path):
    data, reason = FOREIGN[name]
    write(tmp_path, data, "foreign.yml")
    write(tmp_path, rule_data(level="high"), "own.yml")

    pack = load([tmp_path], shipped=False)

    listed = Message("rule.unusable", {"path": "foreign.yml", "reason": reason})
    assert (listed,) == pack.unusable
    assert ["own.yml"] == [rule.path for rule in pack.rules]
    assert pack.lines().unusable == pack.unusable


def test_several_rules_in_one_file_are_rules(tmp_path: Path):
    made = all_made(tmp_path, rule_data(level="low"), rule_data(level="high"))

    assert ["low", "high"] == [rule.level for rule in made if isinstance(rule, Rule)]


def test_what_is_wrong_with_any_document_is_said_with_its_line(tmp_path: Path):
    path = write(tmp_path, f"{json.dumps(rule_data())}\n---\n{json.dumps(rule_data(level='x'))}\n")

    with pytest.raises(RuleErrors) as caught:
        load([path], shipped=False)

    assert ["line 3, level"] == [error.where for error in caught.value.errors]


@pytest.mark.parametrize("text", ["{}\n---\n", "---\n{}\n---\n---\n", "{}\n...\n"])
def test_an_empty_document_is_none(text: str, tmp_path: Path):
    assert 1 == len(
        load([write(tmp_path, text.format(json.dumps(rule_data())))], shipped=False).rules
    )


def test_there_is_an_end_to_documents(tmp_path: Path):
    text = "\n---\n".join(["a: 1"] * (DOCUMENT_LIMIT + 1))

    with pytest.raises(RuleErrors, match="more than 40 documents"):
        load([write(tmp_path, text)], shipped=False)


def test_the_digest_changes_with_any_byte(tmp_path: Path):
    before = load([write(tmp_path, rule_data())], shipped=False)
    after = load([write(tmp_path, json.dumps(rule_data(), indent=2))], shipped=False)

    assert before.digest != after.digest
    assert before.lines().rules[0].id == after.lines().rules[0].id
