"""The words of verdicts are a closed set: each is used, and each that is used is explained."""

from __future__ import annotations

import re
from pathlib import Path

from scanner.formats import apk_signing
from scanner.formats.apk_signing.reasons import ISSUES, REASONS

FOLDER = Path(apk_signing.__file__).parent
SCHEMES = {"archive", "v1", "v2", "v3", "v3.1", "v4", "source_stamp"}


def test_each_word_is_one_that_the_code_says():
    texts = [each.read_text() for each in FOLDER.glob("*.py") if each.name != "reasons.py"]
    said = set(re.findall(r'"([a-z0-9_]+)"', "\n".join(texts)))

    assert REASONS.keys() <= said


def test_each_word_that_the_code_says_is_explained():
    for path in FOLDER.glob("*.py"):
        said = re.findall(r'(?:error|warn|BrokenLineage)\(\s*"([a-z0-9_]+)"', path.read_text())
        assert set(said) <= REASONS.keys(), path.name


def test_each_issue_of_aosp_has_a_scheme_and_a_word():
    assert {scheme for scheme, _ in ISSUES.values()} <= SCHEMES
    assert {word for _, word in ISSUES.values()} <= REASONS.keys()


def test_each_word_is_explained_in_a_sentence():
    assert all(re.fullmatch(r"[A-Z].*[a-z0-9.MFA-Z]\.", each) for each in REASONS.values())
