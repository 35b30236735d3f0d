"""Rule files that are wrong, forged or foreign: refused with their place, or listed."""

from __future__ import annotations

import itertools
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from scanner.detect import RuleErrors, load
from scanner.detect.documents import SIZE_LIMIT
from scanner.errors import RuleError
from scanner.model.entities import App
from scanner.model.findings import Message
from tests.detect.rule_files import compiled, made_of, rule_data, write

NAMES = "abcdefghijklmnopqrstuvwxyz"
BOMB = "a: &a [x, x]\n" + "\n".join(
    f"{new}: &{new} [*{old}, *{old}]" for old, new in itertools.pairwise(NAMES)
)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "aliases that multiply": (BOMB.encode(), "an alias"),
    "ten megabytes": (b"title: " + b"x" * 10_000_000, "larger than"),
    "deep lists": (b"[" * 50_000, "deeper than"),
    "deep maps": (b"".join(b" " * n + b"a:\n" for n in range(200)), "deeper than"),
    "very many values": (b"- a\n" * 60_000, "more than"),
    "a tag that runs code": (b"title: !!python/object/apply:os.system [id]", "a tag"),
    "binary": (b"title: !!binary aGVsbG8=", "a tag"),
    "a set": (b"title: !!set {a, b}", "a tag"),
    "no text": (b"\xff\xfe\x00\x01", "no UTF-8"),
    "control characters": (b"title: a\x00b", "no YAML"),
    "no YAML": (b"title: [unclosed", "no YAML"),
    "a list": (b"- title: x", "a map expected"),
    "nothing": (b"", "a map expected"),
    "a number too long": (b"title: " + b"9" * 5000, "not a value of type int"),
    "half a character": (b'title: "\\ud800"', "no"),
    "a key that is no text": (b"1: x", "a key that is no text"),
    "a key twice": (b"title: a\ntitle: b", "the key stands twice"),
    "a list as key": (b"? [a, b]\n: x", "a key that is no text"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_at_once(name: str, tmp_path: Path):
    content, reason = HOSTILE[name]
    path = write(tmp_path, content)
    started = time.process_time()

    with pytest.raises(RuleError, match=re.escape(reason)) as caught:
        load([path], shipped=False)

    assert time.process_time() - started < 3
    assert str(path) in str(caught.value)
    assert re.search(r"line \d+, ", str(caught.value))


def test_a_file_at_the_limit_is_read(tmp_path: Path):
    padding = "# " + "x" * 70 + "\n"
    raw = json.dumps(rule_data()) + "\n"
    room = SIZE_LIMIT - len(raw)

    raw += padding * (room // len(padding))

    assert compiled(tmp_path, raw).title == "An app can be debugged"


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    # what is changed, the place that the error names, what it says
    "unknown key": ({"levle": "high"}, "levle", "unknown key `levle`"),
    "no title": ({"title": None}, "title", "the key is missing"),
    "no id": ({"id": None}, "id", "the key is missing"),
    "no false positives": ({"falsepositives": None}, "falsepositives", "the key is missing"),
    "no confidence": ({"confidence": None}, "confidence", "the key is missing"),
    "no class": ({"class": None}, "class", "the key is missing"),
    "an id that is none": ({"id": "7"}, "id", "a UUID"),
    "an id in capitals": ({"id": "0D4C8C0E-8A0B-4E5C-9D55-3A0A6D9F2B11"}, "id", "lower case"),
    "a title that is no text": ({"title": ["x"]}, "title", "text expected"),
    "an empty title": ({"title": " "}, "title", "text expected"),
    "a very long title": ({"title": "x" * 9000}, "title", "longer than"),
    "an unknown level": ({"level": "severe"}, "level", "critical expected"),
    "an unknown status": ({"status": "new"}, "status", "one of"),
    "critical posture": ({"class": "posture", "level": "critical"}, "level", "never critical"),
    "false positives that say nothing": ({"falsepositives": [" "]}, "falsepositives", "text exp"),
    "tags as text": ({"tags": "attack.t1417"}, "tags", "a list of texts"),
    "advice as text": ({"advice": "review_app"}, "advice", "a list of texts"),
    "related as text": ({"related": "x"}, "related", "a list expected"),
    "a definition that is no text": (
        {"logsource": {"product": "android", "category": "app", "definition": 1}},
        "logsource",
        "text expected",
    ),
    "no detection": ({"detection": None}, "detection", "the key is missing"),
    "a detection as text": ({"detection": "spy"}, "detection", "a map expected"),
    "proofs as a map": (
        {"tests": {"match": {"a": 1}, "no_match": [{}]}},
        "tests.match",
        "a list of entity fragments",
    ),
    "false positives as text": ({"falsepositives": "x"}, "falsepositives", "a list of texts"),
    "unknown advice": ({"advice": ["run"]}, "advice", "unknown advice `run`"),
    "a tag of other kinds": ({"tags": ["cve.2026-1"]}, "tags", "no technique"),
    "a technique that is none": ({"tags": ["attack.t9999"]}, "tags", "no technique"),
    "a technique in capitals": ({"tags": ["attack.T1417"]}, "tags", "no technique"),
    "no category": ({"logsource": {"product": "android"}}, "logsource", "category expected"),
    "another key of the source": (
        {"logsource": {"product": "android", "category": "app", "service": "x"}},
        "logsource",
        "unknown key `service`",
    ),
    "tests as a list": ({"tests": [1]}, "tests", "a map expected"),
    "no match": ({"tests": {"no_match": [{}]}}, "tests.match", "no proof"),
    "no no_match": ({"tests": {"match": [{}]}}, "tests.no_match", "no proof"),
    "an empty proof": ({"tests": {"match": [], "no_match": [{}]}}, "tests.match", "no proof"),
    "a proof of no kind": (
        {"tests": {"match": [{}], "no_match": [{}], "nomatch": [{}]}},
        "tests.nomatch",
        "unknown kind of proof",
    ),
    "a proof with an unknown field": (
        {"tests": {"match": [{"instaler": "x"}], "no_match": [{}]}},
        "tests.match.0.instaler",
        "unknown field `instaler`",
    ),
    "a proof with a wrong value": (
        {"tests": {"match": [{"debuggable": "yes"}], "no_match": [{}]}},
        "tests.match.0.debuggable",
        "Expected `bool`",
    ),
    "a proof that is no map": (
        {"tests": {"match": ["x"], "no_match": [{}]}},
        "tests.match.0",
        "a map of fields",
    ),
}
S = "detection.selection"
DETECTIONS: dict[str, tuple[Any, str, str]] = {
    # the selection, the place that the error names, what it says
    "unknown field": ({"instaler": "x"}, f"{S}.instaler", "unknown field `instaler`"),
    "unknown field in a list": ([{"x": 1}], f"{S}.0.x", "unknown field `x`"),
    "unknown modifier": ({"package|contain": "x"}, f"{S}.package|contain", "unknown modifier"),
    "bad pattern": ({"package|re": "a("}, f"{S}.package|re", "no pattern of RE2: missing )"),
    "pattern that looks behind": ({"package|re": "(?<=a)b"}, f"{S}.package|re", "no pattern"),
    "pattern too large": ({"package|re": "((a{900}){900}){9}"}, f"{S}.package|re", "no pattern"),
    "keyword": ("spy", S, "a map of fields and values"),
    "keywords": (["spy"], f"{S}.0", "a map of fields and values"),
    "keyword in a list of maps": ([{"debuggable": True}, "spy"], f"{S}.1", "a map of fields"),
    "empty": ({}, S, "a map of fields and values"),
    "no value": ({"package": []}, f"{S}.package", "an empty list"),
    "a map as value": ({"package": {"a": "b"}}, f"{S}.package", "text expected"),
    "a list in a list": ({"package": [["a"]]}, f"{S}.package", "text expected"),
    "flag as text": ({"debuggable": "true"}, f"{S}.debuggable", "true or false expected"),
    "text as flag": ({"package": True}, f"{S}.package", "text expected"),
    "number as text": ({"target_sdk": "29"}, f"{S}.target_sdk", "a number expected"),
    "part of a number": ({"target_sdk|contains": "2"}, f"{S}.target_sdk|contains", "no text"),
    "part that is a number": ({"package|contains": 5}, f"{S}.package|contains", "text expected"),
    "part that is none": ({"package|contains": None}, f"{S}.package|contains", "text expected"),
    "less than a flag": ({"debuggable|lt": 1}, f"{S}.debuggable|lt", "no number"),
    "less than text": ({"target_sdk|lt": "x"}, f"{S}.target_sdk|lt", "a number expected"),
    "exists maybe": ({"package|exists": "yes"}, f"{S}.package|exists", "true or false"),
    "exists and more": ({"package|exists|all": True}, f"{S}.package|exists|all", "stands alone"),
    "flags without a pattern": ({"package|i": "x"}, f"{S}.package|i", "belong to `re`"),
    "pattern and part": ({"package|re|contains": "x"}, f"{S}.package|re|contains", "`re` is"),
    "no network": ({"version_name|cidr": "300.0.0.0/8"}, f"{S}.version_name|cidr", "no network"),
    "a field that is none": ({"package|fieldref": "nme"}, f"{S}.package|fieldref", "field `nme`"),
}
CONDITIONS: dict[str, tuple[Any, str]] = {
    "missing": (None, "a condition expected"),
    "a number": (5, "a condition expected"),
    "empty": (" ", "a condition expected"),
    "an empty list": ([], "a condition expected"),
    "a selection that is none": ("selektion", "unknown selection `selektion`"),
    "a pattern that matches none": ("1 of nothing_*", "unknown selection `nothing_*`"),
    "no condition": ("selection and", "the condition ends too early"),
    "a pipe": ("selection | count() > 5", "deprecated"),
    "very long": (" or ".join(["selection"] * 60), "longer than"),
    "deeply nested": ("(" * 30 + "selection" + ")" * 30, "nested too deeply"),
    "many negations": ("not " * 30 + "selection", "nested too deeply"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_key_is_refused_with_its_place(name: str, tmp_path: Path):
    changed, place, reason = WRONG[name]

    _refused(tmp_path, rule_data(**changed), place, reason)


@pytest.mark.parametrize("name", DETECTIONS)
def test_a_wrong_selection_is_refused_with_its_place(name: str, tmp_path: Path):
    selection, place, reason = DETECTIONS[name]

    detection = {"selection": selection, "condition": "selection"}
    _refused(tmp_path, rule_data(detection=detection), place, reason)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_wrong_condition_is_refused(name: str, tmp_path: Path):
    condition, reason = CONDITIONS[name]

    detection = {"selection": {"debuggable": True}, "condition": condition}
    _refused(tmp_path, rule_data(detection=detection), "detection.condition", reason)


def _refused(folder: Path, data: dict[str, Any], place: str, reason: str) -> None:
    started = time.process_time()
    with pytest.raises(RuleErrors) as caught:
        made_of(folder, data)

    assert time.process_time() - started < 2
    (error,) = caught.value.errors
    assert error.where.partition(", ")[2] == place
    assert reason in error.reason


@pytest.mark.parametrize(
    ("modifier", "value"),
    [("re", "((a{99}){9})"), ("windash|contains", " -a -b -c"), ("base64offset|contains", "x")],
)
def test_values_that_cost_much_are_few(modifier: str, value: str, tmp_path: Path):
    detection = {"s": {f"package|{modifier}": [value] * 101}, "condition": "s"}

    with pytest.raises(RuleErrors, match="more than 100 patterns"):
        made_of(tmp_path, rule_data(detection=detection))

    detection["s"] = {f"package|{modifier}": [value] * 100}
    assert not isinstance(made_of(tmp_path, rule_data(detection=detection)), Message)


def test_a_rule_may_list_very_many_names(tmp_path: Path):
    names = [f"com.example.app{number}" for number in range(8000)]
    started = time.process_time()

    rule = compiled(tmp_path, rule_data(detection={"s": {"package": names}, "condition": "s"}))

    assert rule.evaluate(App(user=0, package="COM.EXAMPLE.APP7999")) is True
    assert rule.evaluate(App(user=0, package="com.example.app8000")) is False
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 12 + "selection" + ")" * 12,
        "not " * 12 + "selection",
        " and ".join(["selection"] * 25),
        " or ".join(["(selection and not selection)"] * 6),
        "1 of s*e*l*e*c*t*i*o*n*x* or selection",
    ],
)
def test_a_condition_at_the_limit_is_parsed_quickly(condition: str, tmp_path: Path):
    detection = {"selection": {"debuggable": True}, "selection_x": {"system": True}}
    started = time.process_time()

    rule = compiled(tmp_path, rule_data(detection=detection | {"condition": condition}))

    assert rule.evaluate(App(user=0, package="a", debuggable=True, system=False)) in {True, False}
    assert time.process_time() - started < 2


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf"])
def test_a_number_that_is_none_is_refused(number: str, tmp_path: Path):
    raw = json.dumps(rule_data(detection={"s": {"target_sdk": 7.5}, "condition": "s"}))

    with pytest.raises(RuleErrors, match="Invalid number"):
        made_of(tmp_path, raw.replace("7.5", number))


def test_a_near_word_is_offered(tmp_path: Path):
    detection = {"selection": {"instaler": "x"}, "condition": "selection"}

    with pytest.raises(RuleErrors) as caught:
        made_of(tmp_path, rule_data(detection=detection))

    assert caught.value.remedy == "did you mean `installer`?"


def test_all_that_is_wrong_is_said_at_once_with_its_lines(tmp_path: Path):
    text = json.dumps(rule_data(level="severe", colour="red", tags=["x"]), indent=1)
    path = write(tmp_path, text)

    with pytest.raises(RuleErrors) as caught:
        load([path], shipped=False)

    lines = text.splitlines()
    for error in caught.value.errors:
        number = int(error.where.removeprefix("line ").partition(",")[0])
        key = error.where.rpartition(", ")[2]
        assert f'"{key}"' in lines[number - 1]
    assert {"level", "colour", "tags"} == {e.where.split()[-1] for e in caught.value.errors}
    assert "(and 2 more)" in str(caught.value)


def test_dates_stay_text(tmp_path: Path):
    raw = json.dumps(rule_data())[:-1] + ', "date": 2026-11-21}'

    assert compiled(tmp_path, raw).status == "test"
