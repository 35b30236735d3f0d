"""Both engines match the same: YARA-X serves files, yara-python says whether it is right."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from scanner.detect.yara.engine import ScanTimeout
from scanner.detect.yara.yarapython import YaraPython
from scanner.detect.yara.yarax import YaraX
from scanner.formats.inflated import TooLarge
from scanner.model.content import RuleMatch, RuleText
from tests.detect.yara.rule_texts import DEX, ELF, FOREIGN, own

SHAPES = r"""
import "elf"
import "math"
rule text { strings: $a = "alpha-marker" condition: $a }
rule wide_nocase { strings: $a = "Beta-Marker" wide nocase condition: $a }
rule xored { strings: $a = "gamma-marker" xor(1-255) condition: $a }
rule hex { strings: $a = { 64 65 6c ?? 61 [2-6] 6d 61 } condition: $a }
rule expression { strings: $a = /eps[a-z]{2,6}-[0-9]+/ condition: $a }
rule base { strings: $a = "zeta-marker" base64 condition: $a }
rule counted { strings: $a = "alpha-marker" condition: #a > 1 }
rule placed { strings: $a = "alpha-marker" condition: $a in (0..200) }
private rule hidden { strings: $a = "theta" condition: $a }
rule of_others { condition: hidden and not counted }
rule elf_file { condition: elf.type == elf.ET_DYN }
rule empty_externals { condition: filename == "" and filepath == "" and owner == "" }
rule sums { strings: $a = "alpha-marker" $b = "theta" condition: (#a & 1) * 2 + (#b & 1) >= 3 }
rule tagged : one two { meta: number = 7 yes = true strings: $a = "tagged-marker" condition: $a }
"""
PIECES = (
    b"alpha-marker",
    "bEtA-mArKeR".encode("utf-16-le"),
    bytes(byte ^ 0x5A for byte in b"gamma-marker"),
    b"delta\x01\x02\x03ma",
    b"epsilon-42",
    b"emV0YS1tYXJrZXI=",
    b"theta",
    b"tagged-marker",
)


def made(seed: int) -> bytes:
    chosen = random.Random(seed)
    parts = [
        chosen.choice((b"", b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0\xb7\0", b"dex\n035\0"))
    ]
    for _ in range(chosen.randint(0, 8)):
        parts += [chosen.randbytes(chosen.randint(0, 90)), chosen.choice(PIECES)]
    return b"".join(parts)


def plain(matches: list[RuleMatch]) -> list[tuple[Any, ...]]:
    return [
        (match.file, match.rule, match.tags, match.meta, sorted(map(str, match.strings)))
        for match in sorted(matches, key=lambda match: (match.file, match.rule))
    ]


def test_both_engines_match_the_same():
    sources = [RuleText(name="a/shapes.yar", text=SHAPES), RuleText(name="b.yar", text=own())]
    one, other = YaraX().compile(sources), YaraPython().compile(sources)
    contents = [made(seed) for seed in range(300)] + [ELF, DEX, b""]
    matched: set[str] = set()
    for content in contents:
        found = plain(list(one.scan(content)))
        assert found == plain(list(other.scan(content)))
        matched |= {name for _, name, *_ in found}

    assert () == one.problems == other.problems
    assert one.rules == other.rules
    assert {rule.name for rule in one.rules} - {"hidden"} == matched


@pytest.mark.parametrize("engine", [YaraX, YaraPython])
def test_an_engine_says_what_is_wrong(engine):
    malformed = engine().compile([RuleText(name="a", text="rule a { condition: }")])
    included = engine().compile([RuleText(name="a", text='include "/etc/passwd"')])
    lacking = engine().compile(
        [RuleText(name="a", text='import "nomodule"\nrule a { condition: nomodule.x }')]
    )

    assert {True} == {each.malformed for each in malformed.problems + included.problems}
    assert {False} == {each.malformed for each in lacking.problems}
    assert () == malformed.rules + included.rules + lacking.rules


@pytest.mark.parametrize("engine", [YaraX, YaraPython])
def test_a_scan_that_does_not_end_is_ended(engine):
    text = "rule a { condition: for all i in (0..9223372036854775806): (i >= 0) }"
    compiled = engine().compile([RuleText(name="a", text=text)])

    with pytest.raises(ScanTimeout):
        list(compiled.scan(b"x", seconds=1))


@pytest.mark.parametrize("engine", [YaraX, YaraPython])
def test_equal_names_in_two_files_do_not_collide(engine):
    sources = [RuleText(name="a.yar", text=FOREIGN), RuleText(name="b.yar", text=FOREIGN)]

    found = engine().compile(sources).scan(ELF)

    assert ["a.yar", "b.yar"] == sorted(match.file for match in found)


def test_places_are_few_and_no_bytes_are_kept():
    compiled = YaraX().compile([RuleText(name="a", text=FOREIGN)])
    (match,) = compiled.scan(b"made-marker-0001" * 100)

    assert 8 == len(match.strings)
    assert b"made" not in b"".join(str(match.strings).encode().split(b"identifier"))


def test_what_each_engine_can():
    assert {"dex", "macho", "save"} == YaraX().capabilities
    assert {"memory"} == YaraPython().capabilities
    assert ("yara-x", "yara-python") == (YaraX().name, YaraPython().name)
    assert "." in YaraX().version
    assert "." in YaraPython().version


def test_what_cannot_be_mapped_is_an_error_that_says_so(tmp_path):
    number = os.open(tmp_path, os.O_RDONLY)
    compiled = YaraX().compile([RuleText(name="a", text="rule a { condition: true }")])
    try:
        with pytest.raises(TooLarge, match="fits into memory"):
            list(compiled.scan_open(number))
    finally:
        os.close(number)
