"""YARA-X, which the scanner uses, matches what YARA itself does, at the same places.

The oracle is yara-python, on the bytes of all proofs and on mixes of them.
"""

from __future__ import annotations

import random

import pytest

from scanner.detect.yara.yarapython import YaraPython
from scanner.detect.yara.yarax import YaraX
from tests.rules.yara.shipped import FILES, ONLY_YARA_X, comparable, made_bytes, name_of, text_of

BOTH = [text_of(path) for path in FILES if name_of(path) not in ONLY_YARA_X]
OURS, ORACLE = YaraX().compile(BOTH), YaraPython().compile(BOTH)
MADE = made_bytes()
MIXES = 400
PARTS = 6


def mix(seed: int) -> bytes:
    """Return the beginning of one made file, then pieces of others: whole, cut or repeated."""
    chance = random.Random(seed)
    parts = [chance.choice(MADE)]
    for _ in range(chance.randrange(PARTS)):
        other = chance.choice(MADE)[:65_536]
        start, end = sorted(chance.randrange(len(other) + 1) for _ in range(2))
        parts.append(chance.choice((other, other[start:end], other[start:end] * 3)))
    return b"".join(parts)


def test_what_only_one_of_them_can_compile():
    refused = {name_of(path) for path in FILES if YaraPython().compile([text_of(path)]).problems}

    assert ONLY_YARA_X == refused
    assert () == OURS.problems


def test_both_know_the_same_rules():
    assert [head.name for head in OURS.rules] == [head.name for head in ORACLE.rules]


def test_equal_on_what_the_rules_were_proved_with():
    matched = 0
    for data in MADE:
        expected = sorted(map(comparable, ORACLE.scan(data)))
        assert expected == sorted(map(comparable, OURS.scan(data)))
        matched += len(expected)

    assert matched >= len(OURS.rules)


@pytest.mark.parametrize("first", range(0, MIXES, 100))
def test_equal_on_mixes(first):
    matched = 0
    for seed in range(first, first + 100):
        data = mix(seed)
        expected = sorted(map(comparable, ORACLE.scan(data)))
        assert expected == sorted(map(comparable, OURS.scan(data))), seed
        matched += len(expected)

    assert matched >= 30
