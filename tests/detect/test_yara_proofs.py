"""Proofs of YARA rules: read with all their errors, and held against compiled rules."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from scanner.detect.problems import RuleErrors
from scanner.detect.yara.yarax import YaraX
from scanner.detect.yara_proofs import prove_yara, read_yara_proofs, sidecar
from scanner.errors import RuleError
from scanner.model.content import RuleText

RULES = """
rule Holds { strings: $a = "needle" condition: $a }
rule Too_Wide { condition: filesize > 0 }
"""
PROOFS = """\
Holds:
  no_match:
    - a haystack
  match:
    - the needle in it
    - {elf: {text: [needle]}}
Too_Wide:
  no_match: [x]
  match: [x]
"""


@pytest.fixture
def proofs(tmp_path):
    def write(text: str) -> Path:
        path: Path = tmp_path / "example.proofs.yml"
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


def compiled(name: str = "example.yar", text: str = RULES):
    return YaraX().compile([RuleText(name=name, text=text)])


def errors_of(path: Path, rules: list[str] | None = None) -> list[tuple[str, str]]:
    with pytest.raises(RuleErrors) as raised:
        read_yara_proofs(path, rules)
    return [(error.where, error.reason) for error in raised.value.errors]


def test_the_sidecar_lies_beside_the_rules():
    assert Path("a/b.proofs.yml") == sidecar(Path("a/b.yar")) == sidecar(Path("a/b.yara"))


def test_a_proof_says_where_it_stands(proofs):
    read = read_yara_proofs(proofs(PROOFS), ["Holds", "Too_Wide"])

    assert [
        ("Holds", "no_match", 1, 3),
        ("Holds", "match", 1, 5),
        ("Holds", "match", 2, 6),
        ("Too_Wide", "no_match", 1, 8),
        ("Too_Wide", "match", 1, 9),
    ] == [(one.rule, one.kind, one.number, one.line) for one in read]
    assert b"a haystack" == read[0].data
    assert read[2].data.startswith(b"\x7fELF")


def test_rules_are_held_against_their_proofs(proofs):
    proved = prove_yara(compiled(), read_yara_proofs(proofs(PROOFS)))

    assert [True, True, True, False, True] == [one.holds for one in proved]
    assert [False, True, True, True, True] == [one.matches for one in proved]


def test_a_rule_of_the_same_name_in_another_file_does_not_count(proofs):
    both = YaraX().compile(
        [
            RuleText(name="other.yar", text=RULES),
            RuleText(name="example.yar", text="rule Holds { condition: false }"),
        ]
    )
    read = read_yara_proofs(proofs(PROOFS))[:3]

    assert [True, True, True] == [one.holds for one in prove_yara(both, read)]
    proved = prove_yara(both, read, file="example.yar")
    assert [True, False, False] == [one.holds for one in proved]


def test_all_errors_of_a_file_are_told_at_once(proofs):
    path = proofs(
        """\
        Holds:
          match:
            - {elv: {}}
            - {elf: {text: 5}}
          nomatch: [x]
        Other: [x]
        """
    )

    assert [
        ("line 6, Other", "unknown rule `Other`"),
        ("line 1, Too_Wide", "no proof"),
        ("line 5, Holds.nomatch", "unknown kind of proof `nomatch`"),
        ("line 1, Holds.no_match", "no proof"),
        ("line 3, Holds.match.0.elv", "unknown kind of bytes `elv`"),
        ("line 4, Holds.match.1.elf", "Expected `array`, got `int` - at `$.text`"),
        ("line 6, Other", "a map with match and no_match expected"),
    ] == errors_of(path, ["Holds", "Too_Wide"])


def test_an_error_has_a_remedy(proofs):
    with pytest.raises(RuleError) as raised:
        read_yara_proofs(proofs("Holds: {match: [x]}\n"))

    assert "the benign look-alike first" in str(raised.value.remedy)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Holds: {match: x, no_match: [x]}\n", "a list of bytes expected"),
        ("- x\n", "a map expected"),
        ("a: &a x\nb: *a\n", "an alias"),
        ("A: {match: [x], no_match: [y]}\n---\nB: x\n", "more than one document"),
    ],
)
def test_a_file_that_holds_no_proofs(proofs, text, reason):
    assert reason in [said for _, said in errors_of(proofs(text))]


def test_a_file_that_is_not_there(tmp_path):
    ((_, reason),) = errors_of(tmp_path / "none.proofs.yml")

    assert reason.startswith("cannot be read")
