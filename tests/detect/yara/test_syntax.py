"""Where rules begin in a text, whatever else stands in it."""

from __future__ import annotations

import time

import pytest

from scanner.detect.yara.syntax import line_of, private, rule_at, starts

MIXED = r"""rule first {
    strings:
        $a = "rule in_text // /*"
        $b = /http:\/\/example\.com\/"rule in_regex/
        $c = /a\/*b/
    condition: any of them or filesize / 2 > 1  /* rule in_comment */
}
private rule second { condition: "x" matches /rule other/ }  // rule third
global private rule third : tag { condition: true } rule fourth { condition: true }
"""


def test_rules_are_told_from_what_looks_like_one() -> None:
    assert (
        (1, "first", False),
        (8, "second", True),
        (9, "third", True),
        (9, "fourth", False),
    ) == starts(MIXED)
    assert frozenset({"second", "third"}) == private(MIXED)


def test_a_line_leads_to_its_rule_and_back() -> None:
    assert "first" == rule_at(MIXED, 5)
    assert "second" == rule_at(MIXED, 8)
    assert "" == rule_at("\n\nrule a { condition: true }", 1)
    assert 9 == line_of(MIXED, "fourth")
    assert 1 == line_of(MIXED, "none")


@pytest.mark.parametrize("part", ['\\"', "private ", "\\/*", "= ", "(/", "rule ", "/*"])
@pytest.mark.parametrize("before", ["$a = /", "$a = /* of two */ /"])
def test_what_is_made_to_hang_is_read_once(before: str, part: str) -> None:
    text = f"rule a {{ strings: {before}{part * 100_000}x/ condition: $a }}"
    begun = time.process_time()
    assert "a" == starts(text)[0][1]
    assert time.process_time() - begun < 2.0


def test_the_line_of_each_of_many_rules_is_found_at_once() -> None:
    text = "".join(f"rule r{number} {{ condition: true }}\n" for number in range(50_000))
    begun = time.process_time()
    assert list(range(1, 50_001)) == [line_of(text, f"r{number}") for number in range(50_000)]
    assert time.process_time() - begun < 2.0
