"""Lints of YARA rules: each a name, a recommendation and a predicate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from scanner.detect.yara.heading import Heading
from scanner.detect.yara.pack import YaraFile
from scanner.detect.yara.probe import BUDGET
from scanner.model.findings import LEVELS

NEEDED = ("title", "description", "level", "class", "confidence", "status", "falsepositives")
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TITLE_LIMIT = 80  # characters
_NEAR = 0.5  # of the budget


class YaraLint(Struct, frozen=True):
    """A recommendation, and whether a rule of a file departs from it."""

    name: str
    recommendation: str
    departs: Callable[[YaraFile, Heading], bool]


def lint_yara(file: YaraFile) -> Iterator[tuple[str, str]]:
    """Yield name and recommendation of what a file departs from, each with the rule before it."""
    if file.cost > BUDGET * _NEAR:
        yield _COST.name, f"{file.name}: {_COST.recommendation}"
    own = any(not rule.foreign for rule in file.rules)  # of a stranger's file one thing is said
    if own and not _KEBAB.fullmatch(PurePosixPath(file.name).stem):
        yield _FILE_NAME.name, f"{file.name}: {_FILE_NAME.recommendation}"
    for rule in file.rules:
        for each in (_FOREIGN,) if rule.foreign else _OF_RULES:
            if each.departs(file, rule):
                yield each.name, f"{rule.name}: {each.recommendation}"


def _untold(_: YaraFile, rule: Heading) -> bool:
    return not rule.stated.issuperset(NEEDED)


def _level(_: YaraFile, rule: Heading) -> bool:
    rank, high = LEVELS.index(rule.line.level), LEVELS.index("high")
    if rule.line.rule_class == "posture":
        return rank >= high
    return rule.line.confidence == "low" and rank >= high and rule.line.status != "experimental"


_COST = YaraLint(
    "yara-cost",
    "give its strings fixed beginnings of four bytes or more: it is slow",
    lambda file, _: file.cost > BUDGET * _NEAR,
)
_FILE_NAME = YaraLint("yara-file-name", "name the file in kebab case", lambda *_: False)
_FOREIGN = YaraLint(
    "yara-foreign",
    "add class, level, confidence and proofs: its matches are for review only",
    lambda _, rule: rule.foreign,
)
_OF_RULES = (
    YaraLint("yara-meta", f"state {', '.join(NEEDED)} in its meta", _untold),
    YaraLint("yara-id", "give it a UUID in lower case as id", lambda _, rule: rule.uuid is None),
    YaraLint(
        "yara-title",
        "state what is seen in at most 80 characters",
        lambda _, rule: len(rule.line.title) > _TITLE_LIMIT,
    ),
    YaraLint(
        "yara-description",
        "say why it matters, not the title again",
        lambda _, rule: rule.line.title.casefold().rstrip(".") in rule.line.description.casefold(),
    ),
    YaraLint("yara-level", "posture up to medium; low confidence below high", _level),
    YaraLint("yara-advice", "say what a person can do", lambda _, rule: not rule.advice),
    YaraLint(
        "yara-references",
        "give references as https addresses",
        lambda _, rule: not all(one.startswith("https://") for one in rule.line.references),
    ),
    YaraLint(
        "yara-kinds",
        "say in meta filetype which kinds of content it is for",
        lambda _, rule: not rule.kinds,
    ),
    YaraLint(
        "yara-platform",
        "say in meta platform, or by the folder, whose phones it is for",
        lambda file, rule: file.platform is None and rule.platform is None,
    ),
)
YARA_LINTS: tuple[YaraLint, ...] = (_COST, _FILE_NAME, _FOREIGN, *_OF_RULES)
