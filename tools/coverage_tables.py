"""The tables behind `docs/coverage.md`, in `docs/data/`: read, and held against the rules."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from scanner.detect import RulePack, load
from scanner.detect.coverage import Speaking, coverage, speaking
from scanner.detect.header import techniques

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "docs" / "data"
RULES = ROOT / "rules"
NAMES = {"android": "Android", "ios": "iPhone"}
DECISIONS = ("decided", "waiting", "undecidable", "not_applicable")

R = TypeVar("R", bound=Struct)


class Decision(Struct, frozen=True, kw_only=True):
    """What is decided of one threat on one platform."""

    id: int
    threat: str
    platform: str
    decision: str
    rules: str  # files below rules/
    waits_for: str
    why: str


class Technique(Struct, frozen=True, kw_only=True):
    """A technique of ATT&CK for Mobile, and why no rule may speak of it."""

    id: str
    name: str
    platforms: str
    tactics: str
    waits_for: str
    why: str


class Waiting(Struct, frozen=True, kw_only=True):
    """What is not read yet."""

    id: str
    what: str


def rows(name: str, kind: type[R], folder: Path = DATA) -> tuple[R, ...]:
    """Read a table; every column is there, and none besides."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    if not table or tuple(table[0]) != kind.__struct_fields__:
        raise ValueError(f"{name}: the columns are not {', '.join(kind.__struct_fields__)}")
    return tuple(msgspec.convert(row, kind, strict=False) for row in table)


@cache
def pack() -> RulePack:
    """Load the rules that ship, once."""
    return load()


def file_of(rule: Speaking) -> str:
    """Return the file of a rule below rules/; files of YARA are named within their own folder."""
    return rule.path if rule.kind == "sigma" else f"yara/{rule.path.removeprefix('yara/')}"


def problems(folder: Path = DATA) -> Iterator[str]:
    """Yield what is wrong with the tables."""
    known = {each.id for each in rows("waiting.csv", Waiting, folder)}
    matrix = rows("detection-matrix.csv", Decision, folder)
    yield from _wrong_in_matrix(matrix, known)
    listed = rows("attack-mobile.csv", Technique, folder)
    yield from _wrong_in_techniques(listed, known)
    named = {name for each in matrix for name in each.rules.split()}
    for name in sorted({file_of(rule) for rule in speaking(pack())} - named):
        yield f"rules/{name} is named for no threat"
    texts = (*(each.waits_for for each in matrix), *(each.waits_for for each in listed))
    waited = {name for text in texts for name in text.split()}
    if unused := known - waited:
        yield f"waiting.csv: nothing waits for {', '.join(sorted(unused))}"


def _wrong_in_matrix(matrix: tuple[Decision, ...], known: set[str]) -> Iterator[str]:
    for number in range(1, max(each.id for each in matrix) + 1):
        platforms = [each.platform for each in matrix if each.id == number]
        if platforms != list(NAMES):
            yield f"row {number}: one line for each platform expected, found {platforms}"
        if len({each.threat for each in matrix if each.id == number}) > 1:
            yield f"row {number}: two threats"
    for each in matrix:
        yield from (f"row {each.id}, {each.platform}: {text}" for text in _wrong(each, known))


def _wrong_in_techniques(listed: tuple[Technique, ...], known: set[str]) -> Iterator[str]:
    if {each.id for each in listed} != techniques():
        yield "attack-mobile.csv: not the techniques of scanner/detect/data/attack_mobile.txt"
    covered = {each.id for each in coverage(pack()).techniques if each.rules}
    for technique in listed:
        if strange := set(technique.waits_for.split()) - known:
            yield f"{technique.id}: not in waiting.csv: {', '.join(sorted(strange))}"
        if technique.id not in covered and not (technique.waits_for or technique.why):
            yield f"{technique.id}: no rule speaks of it, and nothing says why"


def _wrong(each: Decision, known: set[str]) -> Iterator[str]:
    if each.decision not in DECISIONS:
        yield f"the decision is one of {', '.join(DECISIONS)}"
    if (each.decision == "decided") != bool(each.rules):
        yield "what is decided names rules, and nothing else does"
    if each.decision == "waiting" and not each.waits_for:
        yield "it is not said what it waits for"
    if each.decision in {"undecidable", "not_applicable"} and not each.why:
        yield "it is not said why"
    if strange := set(each.waits_for.split()) - known:
        yield f"not in waiting.csv: {', '.join(sorted(strange))}"
    for name in each.rules.split():
        if not (RULES / name).is_file():
            yield f"there is no rules/{name}"
        elif each.platform not in Path(name).with_suffix("").parts:
            yield f"rules/{name} is not about {each.platform}"
