"""Coverage: which rules speak of a technique, and the layer that is made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from scanner.cli.coverage import coverage as command
from scanner.detect import load
from scanner.detect.coverage import Coverage, coverage, navigator, speaking
from scanner.detect.header import techniques

SIGMA = """\
title: {title}
id: {id}
status: test
level: low
class: posture
confidence: high
description: A fact for tests.
advice: [review_app]{tags}
logsource: {{product: {platform}, category: process}}
detection: {{selection: {{name: sh}}, condition: selection}}
falsepositives: [A test.]
tests:
  no_match: [{{name: init}}]
  match: [{{name: sh}}]
  unknown: [{{pid: 1}}]
"""
YARA = """\
rule shell_code : attack_t1404 attack_t1623_001
{
    meta:
        id = "0d0a5bb8-7c4e-4c0e-9d43-2f9a4a0f3b11"
        title = "Code for tests"
        description = "A fact for tests."
        level = "low"
        class = "posture"
        confidence = "high"
        status = "test"
        platform = "android"
        filetype = "elf"
        advice = "review_app"
        falsepositives = "A test"
        reference = "https://example.com/"
    strings:
        $a = "a string for tests"
    condition:
        $a
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, (title, platform, tags) in enumerate(
        (
            ("A shell of Android", "android", "\ntags: [attack.t1404, attack.t1623.001]"),
            ("A shell of iOS", "ios", "\ntags: [attack.t1404]"),
            ("Nothing of ATT&CK", "ios", ""),
        )
    ):
        id = f"5ccf9a39-9b3f-4a56-8f0a-00000000000{number}"
        text = SIGMA.format(title=title, id=id, platform=platform, tags=tags)
        (tmp_path / f"{number}.yml").write_text(text, encoding="utf-8")
    (tmp_path / "code.yar").write_text(YARA, encoding="utf-8")
    return tmp_path


def covered(folder: Path, platform: str | None = None) -> Coverage:
    return coverage(load([folder], shipped=False), platform=platform)


def titles(found: Coverage) -> dict[str, list[str]]:
    return {
        technique.id: [rule.title for rule in technique.rules]
        for technique in found.techniques
        if technique.rules
    }


def test_rules_of_both_kinds_speak_of_the_techniques_in_their_tags(folder):
    found = covered(folder)

    assert {
        "T1404": ["A shell of Android", "A shell of iOS", "Code for tests"],
        "T1623.001": ["A shell of Android", "Code for tests"],
    } == titles(found)
    assert 2 == found.covered


def test_every_technique_is_named_with_rules_or_without(folder):
    assert sorted(techniques()) == [technique.id for technique in covered(folder).techniques]


def test_rules_of_another_platform_do_not_count(folder):
    assert {"T1404": ["A shell of iOS"]} == titles(covered(folder, "ios"))
    assert ("ios",) == covered(folder, "ios").platforms


def test_no_rules_speak_of_nothing(tmp_path):
    id = "5ccf9a39-9b3f-4a56-8f0a-000000000009"
    text = SIGMA.format(title="X", id=id, platform="ios", tags="")
    (tmp_path / "x.yml").write_text(text, encoding="utf-8")
    found = covered(tmp_path)

    assert {} == titles(found)
    assert () == navigator(found).techniques
    assert 1 == navigator(found).gradient.max_value  # above the least, as the format demands


def test_each_technique_of_a_shipped_rule_is_in_the_list():
    named = {technique for rule in speaking(load()) for technique in rule.techniques}

    assert set() == named - techniques()


# --- the layer ----------------------------------------------------------------------------------


def layer(folder: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(msgspec.json.encode(navigator(covered(folder))))
    return made


def test_the_layer_has_what_the_format_demands(folder):
    """https://github.com/mitre-attack/attack-navigator/blob/master/layers/LAYERFORMATv4_5.md"""
    made = layer(folder)

    assert {"name", "domain"} <= made.keys()
    assert "mobile-attack" == made["domain"]
    assert "4.5" == made["versions"]["layer"]
    assert (4, 9, 0) <= tuple(int(part) for part in made["versions"]["navigator"].split("."))
    assert {"Android", "iOS"} == set(made["filters"]["platforms"])
    assert made["sorting"] in {0, 1, 2, 3}
    gradient = made["gradient"]
    assert {"colors", "minValue", "maxValue"} == gradient.keys()
    assert len(gradient["colors"]) >= 2
    assert gradient["maxValue"] > gradient["minValue"]


def test_the_layer_knows_no_key_that_the_format_does_not(folder):
    made = layer(folder)

    assert made.keys() <= {
        *("versions", "name", "description", "domain", "customDataURL", "filters", "sorting"),
        *("layout", "hideDisabled", "techniques", "gradient", "legendItems", "metadata", "links"),
    }
    assert all(
        technique.keys() <= {"techniqueID", "score", "comment", "showSubtechniques"}
        for technique in made["techniques"]
    )


def test_the_score_is_the_number_of_rules_and_the_comment_their_titles(folder):
    assert [
        {
            "techniqueID": "T1404",
            "score": 3,
            "comment": "A shell of Android\nA shell of iOS\nCode for tests",
            "showSubtechniques": False,
        },
        {
            "techniqueID": "T1623.001",
            "score": 2,
            "comment": "A shell of Android\nCode for tests",
            "showSubtechniques": False,
        },
    ] == layer(folder)["techniques"]


# --- the command --------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert 0 == result.exit_code
    return result.stdout


def test_the_command_prints_the_layer_the_same_each_time(folder):
    arguments = (str(folder), "-f", "navigator", "--platform", "android")
    printed = run(*arguments)

    assert printed == run(*arguments)
    assert ["Android"] == json.loads(printed)["filters"]["platforms"]


def test_the_command_prints_data(folder):
    printed = json.loads(run(str(folder), "-f", "json"))

    assert 2 == printed["covered"]
    assert {"sigma", "yara"} == {
        rule["kind"] for technique in printed["techniques"] for rule in technique["rules"]
    }


def test_the_command_prints_words(folder):
    lines = run(str(folder)).splitlines()

    at = lines.index("T1623.001    2")
    assert "  android low           A shell of Android" == lines[at + 1]
    assert f"{len(techniques())} techniques of ATT&CK for Mobile 18, 2 with rules" == lines[-1]


def test_the_command_knows_the_shipped_rules():
    assert "App from outside a store reads the screen" in run("--platform", "android")
