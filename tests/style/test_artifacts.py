"""House rules over the registry of artifacts: a new one is held to them the day it is listed."""

from __future__ import annotations

import inspect

import pytest

from scanner.artifacts import ARTIFACTS

READINGS = [
    pytest.param(reading, id=f"{artifact.name}-{number}")
    for artifact in ARTIFACTS
    for number, reading in enumerate(artifact.readings, start=1)
]


def test_names_are_unique_and_begin_with_the_platform():
    names = [artifact.name for artifact in ARTIFACTS]

    assert sorted(set(names)) == sorted(names)
    assert [] == [one.name for one in ARTIFACTS if not one.name.startswith(f"{one.platform}.")]


@pytest.mark.parametrize("reading", READINGS)
def test_a_parser_is_a_generator(reading):
    assert inspect.isgeneratorfunction(reading.parse)


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_what_is_stated_are_fields_of_the_entity(artifact):
    for stated in artifact.states:
        assert set() == set(stated.names()) - set(stated.entity.__struct_fields__)
