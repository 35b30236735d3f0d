"""The page of words about apps: no word is missing, and each has a sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from scanner.formats.apk import anomalies as apk
from scanner.formats.apk_signing.reasons import ISSUES, REASONS
from scanner.formats.macho import anomalies as macho
from scanner.formats.macho import reasons as code_signing
from scanner.formats.programs import dex, elf
from scanner.formats.programs.api_use import capabilities
from scanner.formats.programs.packers import packers
from tools import app_words_page

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "app-words.md").read_text(encoding="utf-8")
SETS: dict[str, set[str]] = {
    "What is odd about an Android app": {*apk.ANOMALIES},
    "What is odd about code for Android": {*dex.ANOMALIES, *elf.ANOMALIES},
    "What is odd about an app of iOS": {*macho.SENTENCES},
    "Why a signature of Android does not hold": {*app_words_page.ANDROID_SCHEMES, *REASONS},
    "Why a signature of iOS does not hold": {
        *app_words_page.IOS_SCHEMES,
        *code_signing.SENTENCES,
    },
    "What code can do": {*capabilities()},
    "Protectors": {*packers()},
}


def rows(heading: str) -> list[list[str]]:
    """Return the rows of the tables below a heading."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return [line[2:-2].split(" | ") for line in part.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("heading", SETS)
def test_each_word_of_a_set_stands_in_one_row(heading):
    assert SETS[heading] == {row[0].strip("`") for row in rows(heading)}


@pytest.mark.parametrize("heading", [heading for heading in SETS if heading != "Protectors"])
def test_each_word_has_a_sentence(heading):
    assert [] == [
        row[0] for row in rows(heading) if not re.search(r"\w{2,} \w+", " ".join(row[1:]))
    ]


def test_each_scheme_that_fails_is_explained():
    assert {scheme for scheme, _ in ISSUES.values()} <= set(app_words_page.ANDROID_SCHEMES)
    assert set(get_args(code_signing.Scheme)) == set(app_words_page.IOS_SCHEMES)


def test_each_issue_of_aosp_leads_to_its_word():
    by_word = {
        row[0].strip("`"): row[2]
        for row in rows("Why a signature of Android does not hold")
        if len(row) == 3
    }

    for issue, (_, word) in ISSUES.items():
        assert re.sub("^V[234]_SIG_", "V*_SIG_", issue) in by_word[word]
