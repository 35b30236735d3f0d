"""The words for departures from the formats."""

from __future__ import annotations

import re

import pytest

from scanner.formats.apk.anomalies import ANOMALIES, ODD, SEVERE


@pytest.mark.parametrize("word", ANOMALIES)
def test_each_word_has_one_sentence(word):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", word)
    assert re.fullmatch(r"[A-Z][^.]+(\.[A-Za-z][^.]*)?\.", ANOMALIES[word])


def test_each_word_is_severe_or_odd():
    assert ANOMALIES.keys() == SEVERE | ODD
    assert frozenset() == SEVERE & ODD
