"""A text about the network that was cut says nothing that the whole text does not say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import UNSET

from scanner.artifacts import ARTIFACTS
from scanner.errors import NotAvailable, ParseError
from scanner.model.artifact import Planned
from scanner.model.entities import Entity, Otherwise, Statement
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command, for_user

from .network_texts import texts

BY_NAME = {artifact.name: artifact for artifact in ARTIFACTS}
CASES = [
    pytest.param(name, number, text, id=f"{name}-{at}")
    for name, answers in texts("Somebody's").items()
    for at, (number, text) in enumerate(answers)
]


def stated(name: str, number: int, text: str, exit_code: int | None = None) -> Iterator[Statement]:
    """Yield what one reading states, up to an error; it is not known how the request ended."""
    reading = BY_NAME[name].readings[number]
    request = reading.request
    if isinstance(request, Planned):
        assert isinstance(request.template, Command)
        request = for_user(request.template, 10)
    try:
        yield from reading.parse(BytesFile(request, text.encode(), exit_code=exit_code))
    except (ParseError, NotAvailable):
        return


def facts(found: Iterator[Statement]) -> set[object]:
    """Return each field of each entity that is stated, and what holds for all others."""
    spoken: set[object] = set()
    for one in found:
        if isinstance(one, Otherwise):
            spoken.add(one)
        elif isinstance(one, Entity):
            key = tuple(getattr(one, name) for name in one.key)
            values = {name: getattr(one, name) for name in one.__struct_fields__}
            spoken |= {(type(one), key, *item) for item in values.items() if item[1] is not UNSET}
    return spoken


@pytest.mark.parametrize(("name", "number", "text"), CASES)
def test_cut_at_any_character(name, number, text):
    whole = facts(stated(name, number, text, exit_code=0))

    assert whole
    for end in range(len(text)):
        assert set() == facts(stated(name, number, text[:end])) - whole, end


@pytest.mark.parametrize(("name", "number", "text"), CASES)
def test_without_any_one_line_it_ends_or_fails_with_an_error_of_ours(name, number, text):
    lines = text.splitlines(keepends=True)
    for left_out in range(len(lines)):
        facts(stated(name, number, "".join(lines[:left_out] + lines[left_out + 1 :])))
