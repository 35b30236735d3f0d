"""The YARA rules that come with the scanner: each proves itself and says all a report needs."""

from __future__ import annotations

import re
import uuid
from itertools import combinations

import pytest

from scanner.detect.header import ADVICE, CLASSES, techniques
from scanner.detect.yara.kinds import FIRST, kind_of
from scanner.detect.yara.yarax import YaraX
from scanner.detect.yara_proofs import prove_yara, read_yara_proofs, sidecar
from scanner.model.content import RuleHead
from scanner.model.findings import CONFIDENCES, LEVELS
from tests.rules.yara.shipped import FILES, FOLDER, made_bytes, name_of, proofs_of, text_of

ENGINE = YaraX()
COMPILED = {path: ENGINE.compile([text_of(path)]) for path in FILES}
RULES = [(path, head) for path, compiled in COMPILED.items() for head in compiled.rules]
ONCE = {
    *("id", "title", "description", "status", "level", "class", "confidence"),
    *("platform", "filetype", "falsepositives"),
}
OPTIONAL = {"advice", "reference"}
BEYOND_MEDIUM = {
    # structures of known exploits and implants; still for a person to review
    "Raw_Picture_Carries_Native_Code",
    "Raw_Picture_Carries_An_Elf",
    "Macho_Names_Control_Files_Of_Coruna",
}
TOGETHER = {
    # who closes itself where it finds root has looked for it
    ("Dex_Closes_Itself_Where_It_Finds_Root", "Dex_Looks_For_Root"),
    # a hooking library that lies where only a jailbreak puts it
    ("Macho_Loads_A_Hooking_Library", "Macho_Needs_A_Rootless_Jailbreak"),
    # a library in an archive that is stored as it is
    ("Raw_Picture_Carries_An_Elf", "Raw_Picture_Carries_Native_Code"),
}
STRING = re.compile(r'^\s+\$\w+ = ("(?:[^"\\]|\\.)*"|/.*/s?$|\{.*\}$)', re.MULTILINE)
ESCAPE = re.compile(r"\\x[0-9a-f]{2}|\\[./?]")
FIXED = re.compile(r"[\w!:=<>@;, -]{4,}")
WILDCARD_FIRST = re.compile(r"/(\.|\[[^]]*\]|\([^)]*\))[*+?{]")
VERDICT = re.compile(r"\b(infected|malware|clean|safe|pegasus)\b", re.IGNORECASE)

of_files = pytest.mark.parametrize("path", FILES, ids=name_of)
of_rules = pytest.mark.parametrize(
    ("path", "head"), RULES, ids=[f"{name_of(path)}:{head.name}" for path, head in RULES]
)

of_heads = pytest.mark.parametrize("head", [head for _, head in RULES], ids=lambda head: head.name)


def meta(head: RuleHead) -> dict[str, str]:
    return {key: str(value) for key, value in head.meta}


def test_there_are_rules_for_both_platforms():
    assert {"android", "ios"} == {path.parent.name for path in FILES}
    assert len(RULES) >= 40


@of_files
def test_a_file_compiles_without_a_word(path):
    assert () == COMPILED[path].problems


@of_files
def test_proofs(path):
    read = read_yara_proofs(sidecar(path), [head.name for head in COMPILED[path].rules])

    failed = [
        (one.proof.rule, one.proof.kind, one.proof.number)
        for one in prove_yara(COMPILED[path], read)
        if not one.holds
    ]
    assert [] == failed


@of_files
def test_the_benign_look_alike_comes_first(path):
    kinds = re.findall(r"^  (no_match|match):", sidecar(path).read_text("utf-8"), re.MULTILINE)

    assert ["no_match", "match"] * len(COMPILED[path].rules) == kinds


@of_files
def test_proofs_stand_in_the_order_of_the_rules(path):
    proved = list(dict.fromkeys(proof.rule for proof in proofs_of(path)))

    assert [head.name for head in COMPILED[path].rules] == proved


@of_files
def test_a_rule_names_the_kinds_of_content_that_it_matches(path):
    """What a rule does not name is not shown to it."""
    named = {head.name: meta(head)["filetype"].split(",") for head in COMPILED[path].rules}

    strange = {
        (proof.rule, kind_of(proof.data[:FIRST]))
        for proof in proofs_of(path)
        if proof.kind == "match" and kind_of(proof.data[:FIRST]) not in named[proof.rule]
    }
    assert set() == strange


def test_no_sidecar_is_without_rules():
    assert {sidecar(path) for path in FILES} == set(FOLDER.rglob("*.yml"))


def test_ids_and_names_are_unique():
    assert len(RULES) == len({meta(head)["id"] for _, head in RULES})
    assert len(RULES) == len({head.name for _, head in RULES})


@of_rules
def test_a_rule_says_what_a_report_needs(path, head):
    keys = [key for key, _ in head.meta]
    stated = meta(head)

    assert set(keys) >= ONCE
    assert set(keys) <= ONCE | OPTIONAL
    assert ONCE == {key for key in ONCE if keys.count(key) == 1}
    assert str(uuid.UUID(stated["id"])) == stated["id"]
    assert stated["status"] in ("experimental", "test", "stable")
    assert stated["level"] in LEVELS
    assert stated["class"] in CLASSES
    assert stated["confidence"] in CONFIDENCES
    assert path.parent.name == stated["platform"]
    assert set(stated["advice"].split(", ")) <= set(ADVICE)


@of_heads
def test_what_a_rule_tells_is_no_verdict(head):
    stated = meta(head)

    assert len(stated["title"]) <= 80
    assert not stated["title"].endswith(".")
    assert stated["description"].endswith(".")
    assert stated["title"].casefold() not in stated["description"].casefold()
    assert VERDICT.search(stated["title"] + stated["description"]) is None


@of_heads
def test_techniques_and_references(head):
    named = [tag.removeprefix("attack_").replace("_", ".").upper() for tag in head.tags]
    references = [value for key, value in head.meta if key == "reference"]

    assert named
    assert set(named) <= techniques()
    assert references
    assert all(str(one).startswith("https://") for one in references)


@of_heads
def test_without_base_rates_only_known_exploits_exceed_medium(head):
    stated = meta(head)
    high = LEVELS.index(stated["level"]) > LEVELS.index("medium")

    assert high == (head.name in BEYOND_MEDIUM)
    assert not high or stated["status"] == "experimental"


@of_rules
def test_a_rule_is_cheap(path, head):
    """No string begins with a wildcard, and each has four bytes in a row that are fixed."""
    body = path.read_text("utf-8").partition(f"rule {head.name} ")[2].partition("\n}")[0]
    for pattern in STRING.findall(body):
        plain = ESCAPE.sub("!", pattern)
        runs = [plain[1:-1]] if plain.startswith('"') else FIXED.findall(plain)
        assert max(map(len, runs), default=0) >= 4, pattern
        assert WILDCARD_FIRST.match(pattern) is None, pattern


def test_proofs_of_one_rule_are_no_proofs_of_another():
    every = ENGINE.compile([text_of(path) for path in FILES])
    found = set()
    for data in made_bytes():
        names = sorted({match.rule for match in every.scan(data)})
        found |= set(combinations(names, 2))

    assert TOGETHER == found
