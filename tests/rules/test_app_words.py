"""The words that rules for files of apps ask for: each is one that something can state."""

from __future__ import annotations

import re

import pytest

from scanner.detect import load
from scanner.formats.apk.anomalies import ANOMALIES
from scanner.formats.apk.skeleton import skeleton
from scanner.formats.apk_signing.reasons import REASONS
from scanner.formats.macho import anomalies, reasons
from scanner.formats.programs import dex, elf
from scanner.formats.programs.api_use import capabilities
from scanner.model.data import data_folder

PACK = load()
TEXTS = {
    rule.title: (data_folder("rules") / rule.path).read_text("utf-8").partition("\ntests:")[0]
    for rule in PACK.rules
}
CATEGORIES = {rule.title: (rule.platform, rule.category) for rule in PACK.rules}
VALUES = r":(?: *\[([^\]]*)\]|((?:\n +- \S+(?: +#.*)?)+)| +(\S+))"
PUBLIC = re.compile(r"((?:      - [0-9a-f]{64}  # \w+\n)+)")
KEYS = re.compile(r"[0-9a-f]{64}")


def asked(field: str, platform: str, *categories: str) -> list[tuple[str, str]]:
    """Return each value that rules of some categories name for a field, with the rule's title."""
    found = []
    for title, text in TEXTS.items():
        if CATEGORIES[title][0] == platform and CATEGORIES[title][1] in categories:
            for values in re.findall(rf"^ +(?:- )?{re.escape(field)}{VALUES}", text, re.MULTILINE):
                found += [(title, word) for word in re.findall(r"[a-z_0-9]+", " ".join(values))]
    assert found, field
    return found


@pytest.mark.parametrize(
    ("field", "platform", "categories", "known"),
    [
        ("anomalies", "android", ("app_file",), {*ANOMALIES, "archive_unreadable"}),
        ("file_anomalies", "android", ("app",), {*ANOMALIES}),
        ("anomalies", "android", ("code_file",), {*dex.ANOMALIES, *elf.ANOMALIES}),
        ("signature.errors.reason", "android", ("app_file",), {*REASONS}),
        ("signature.warnings.reason", "android", ("app_file",), {*REASONS}),
        ("capabilities", "android", ("app_file", "app"), {*capabilities()}),
        ("anomalies", "ios", ("app_file", "code_file"), {*anomalies.SENTENCES}),
        ("signature.errors.reason", "ios", ("app_file", "code_file"), {*reasons.SENTENCES}),
    ],
)
def test_only_words_that_can_be_stated_are_asked_for(field, platform, categories, known):
    strange = [
        (title, word) for title, word in asked(field, platform, *categories) if word not in known
    ]

    assert [] == strange


def test_all_rules_know_the_same_public_keys():
    lists = [found for text in TEXTS.values() for found in PUBLIC.findall(text)]

    assert 4 == len(lists)
    assert 1 == len(set(lists))


def test_both_rules_know_the_same_keys_of_messengers():
    first = TEXTS["A well-known messenger file is signed by somebody else"]
    second = TEXTS["The signer stated of a well-known messenger is not its publisher"]

    assert set(KEYS.findall(first)) == set(KEYS.findall(second))


def test_names_that_are_looked_for_are_written_as_they_are_compared():
    words = {word for _, word in asked("label_skeleton", "android", "app_file", "app")}

    assert words == {skeleton(word) for word in words}
    assert {"whatsapp", "googleplaystore"} <= words
