"""Damaged stores of content: whatever lies in them, they are read or refused."""

from __future__ import annotations

import random

import pytest

from scanner.errors import ParseError
from scanner.model.artifact import Artifact
from scanner.model.entities import ContentSource, Mention
from tests.artifacts.ios.content.answers import answers
from tests.artifacts.ios.content.cases import CASES, Case
from tests.artifacts.ios.content.stores import file

ROUNDS = 25


def garbled(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.randrange(1, 40)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged[: chance.randrange(len(damaged))] if chance.random() < 0.3 else damaged)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_every_damage_is_read_or_refused(number: int):
    case: Case = CASES[number]
    chance = random.Random(number)
    refused: list[str] = []
    for _ in range(ROUNDS):
        try:
            statements = list(case.parse(file(garbled(case.data, chance))))
        except ParseError as error:
            refused.append(str(error))
            continue
        assert {Mention, ContentSource} >= {type(each) for each in statements}
        assert isinstance(statements[-1], ContentSource)

    assert refused
    assert [] == [text for text in refused if "example" in text]


def test_every_artifact_of_content_has_a_case():
    """And none of its readings takes what another one of it does."""
    made: dict[str, Artifact] = {case.artifact.name: case.artifact for case in CASES}

    assert set(made) == set(answers())
    assert 16 == len(made)
    for artifact in made.values():
        patterns = [str(each.request) for each in artifact.readings]
        assert sorted(set(patterns)) == sorted(patterns)
