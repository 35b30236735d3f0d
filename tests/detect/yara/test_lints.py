"""Lints of YARA rules: each fires on what departs from it, and on nothing else."""

from __future__ import annotations

import pytest

from scanner.detect.yara import YARA_LINTS, lint_yara
from tests.detect.yara.rule_texts import FOREIGN, own, pack

LONG = "A marker that was made for the tests of this project and that is much too long for a title"


def lints(folder, text: str, key: str = "android__good_name") -> list[str]:
    loaded = pack(folder, **{key.replace("_name", ""): text})
    return [name for file in loaded.files for name, _ in lint_yara(file)]


def test_a_rule_that_is_as_it_should_be(tmp_path):
    assert [] == lints(tmp_path, own())


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("yara-meta", 'falsepositives = "Tests"', ""),
        ("yara-id", 'id = "0', 'id = "x'),
        ("yara-title", "A made marker", LONG),
        ("yara-description", "It stands in files", "A made marker stands in files"),
        (
            "yara-level",
            'level = "medium"\n    class = "compromise"',
            'level = "high" class="posture"',
        ),
        ("yara-advice", 'advice = "review_app, seek_help"', ""),
        ("yara-references", "https://example.org/a", "http://example.org/a"),
        ("yara-kinds", 'filetype = "elf"', ""),
    ],
)
def test_a_lint_fires(tmp_path, name, before, after):
    text = own()
    assert before in text

    assert [name] == lints(tmp_path, text.replace(before, after))


def test_lints_of_files(tmp_path):
    assert ["yara-foreign"] == lints(tmp_path / "a", FOREIGN)
    assert ["yara-foreign"] == lints(tmp_path / "e", FOREIGN, "Not_Ours")
    assert ["yara-file-name"] == lints(tmp_path / "b", own(), "android__Bad")
    assert ["yara-platform"] == lints(
        tmp_path / "c", own().replace('platform = "android"', ""), "x"
    )
    dear = "rule dear { strings: $a = { 61 %s 62 } condition: $a }" % ("[0-1000] 62 " * 200)
    assert ["yara-cost", "yara-foreign"] == lints(tmp_path / "d", dear)


def test_every_lint_has_a_recommendation():
    assert len(YARA_LINTS) == len({each.name for each in YARA_LINTS})
    assert all(each.recommendation for each in YARA_LINTS)
