"""The answer to `settings get`, and the lists of components that it may be."""

from __future__ import annotations

import pytest

from scanner.errors import ParseError
from scanner.formats.setting_value import listed_components, setting_value
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command


def value(data, exit_code=0):
    return setting_value(BytesFile(Command(argv=("x",)), data, exit_code=exit_code))


@pytest.mark.parametrize(
    ("data", "expected"), [(b"a/.B\n", "a/.B"), (b"null\n", None), (b"\n", None), (b"x\r\n", "x")]
)
def test_a_value(data, expected):
    assert expected == value(data)


@pytest.mark.parametrize("data", [b"", b"a/.B", b"a\nb\n", b"x" * 70_000 + b"\n"])
def test_what_may_be_half_a_value_is_an_error(data):
    with pytest.raises(ParseError):
        value(data)


def test_a_command_that_failed_is_no_value():
    with pytest.raises(ParseError):
        value(b"null\n", exit_code=1)


def test_components_once_each_without_their_subtypes():
    text = "a/.B;12;34:c/d.E::null:a/a.B"

    assert [("a", "a/a.B"), ("c", "c/d.E")] == listed_components(text)
    assert [] == listed_components(None)


@pytest.mark.parametrize("text", ["a", "a/b c", ":".join(f"a/b{number}" for number in range(600))])
def test_what_is_no_list_of_components_is_an_error(text):
    with pytest.raises(ParseError):
        listed_components(text)
