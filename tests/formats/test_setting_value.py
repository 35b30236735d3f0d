"""Lists of components, as values of settings."""

from __future__ import annotations

import pytest

from scanner.errors import ParseError
from scanner.formats.setting_value import listed_components


def test_components_once_each_without_their_subtypes():
    text = "a/.B;12;34:c/d.E::null:a/a.B"

    assert [("a", "a/a.B"), ("c", "c/d.E")] == listed_components(text)
    assert [] == listed_components(None)


@pytest.mark.parametrize("text", ["a", "a/b c", ":".join(f"a/b{number}" for number in range(600))])
def test_what_is_no_list_of_components_is_an_error(text):
    with pytest.raises(ParseError):
        listed_components(text)
