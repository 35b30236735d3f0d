"""The page on YARA rules: its example proves itself, and its tables are complete."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from scanner.detect.made import KINDS
from scanner.detect.yara.lints import lint_yara
from scanner.detect.yara.pack import load_yara
from scanner.detect.yara.yarax import YaraX
from scanner.detect.yara_proofs import prove_yara, read_yara_proofs, sidecar
from scanner.model.content import RuleText
from tests.rules.yara.shipped import FILES, text_of

PAGE = Path(__file__).parents[2] / "rules" / "yara" / "README.md"
TEXT = PAGE.read_text("utf-8")


@pytest.fixture
def example(tmp_path):
    """Return the example's rules, with its proofs beside them."""
    (rules,) = re.findall(r"```yara\n(.*?)```", TEXT, re.DOTALL)
    (proofs,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    name, other = re.findall(r"^`(android/[a-z.-]+)`$", TEXT, re.MULTILINE)
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text(rules, "utf-8")
    (tmp_path / other).write_text(proofs, "utf-8")
    return path


def test_the_example_proves_itself(example):
    compiled = YaraX().compile([RuleText(name="a.yar", text=example.read_text("utf-8"))])
    proofs = read_yara_proofs(sidecar(example), [head.name for head in compiled.rules])

    assert () == compiled.problems
    assert [True] * 3 == [one.holds for one in prove_yara(compiled, proofs)]


def test_the_example_keeps_to_all_advice(example):
    pack = load_yara([(example, "android/calls-home.yar")])

    assert [] == [each for file in pack.files for each in lint_yara(file)]


def row(*names: str) -> str:
    cells = re.findall(r"^\| (`[^|]+) \| (.+) \|$", TEXT, re.MULTILINE)
    found = (said for cell, said in cells if set(names) <= set(re.findall(r"`(\w+)`", cell)))
    return str(next(found))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_proof_is_described_with_all_its_keys(kind):
    said = row(kind)
    described = KINDS[kind].described

    if isinstance(described, type) and issubclass(described, msgspec.Struct):
        keys = {field.name for field in msgspec.structs.fields(described)}
        assert keys == {key for key in keys if re.search(rf"`{key}\b", said)}


def test_each_key_of_a_shipped_rule_is_described():
    heads = YaraX().compile([text_of(path) for path in FILES]).rules

    for key in {key for head in heads for key, _ in head.meta}:
        assert row(key)
