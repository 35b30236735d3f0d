"""The mode of SELinux."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.selinux import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Build

from .evidence import evidence


@pytest.mark.parametrize("word", ["Enforcing", "Permissive", "Disabled"])
def test_the_mode(word):
    assert [Build(selinux=word.lower())] == list(parse(evidence(f"{word}\n")))


@pytest.mark.parametrize("data", ["", "1\n", "Enforcing Permissive\n"])
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        list(parse(evidence(data)))


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        list(parse(evidence("/system/bin/sh: getenforce: inaccessible or not found\n")))
