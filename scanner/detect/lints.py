"""Lints of rules: each a name, a recommendation and a predicate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from msgspec import Struct

from scanner.detect.rules import AnyRule, Base, Correlation, Rule
from scanner.model.findings import LEVELS

_TITLE_LIMIT = 80  # characters
_ABOVE = 2  # folders: platform and category


class Lint(Struct, frozen=True):
    """A recommendation, and whether a rule departs from it."""

    name: str
    recommendation: str
    departs: Callable[[AnyRule], bool]


def lint(rule: AnyRule) -> tuple[Lint, ...]:
    """Return the recommendations that a rule departs from."""
    if rule.foreign:  # what else it departs from is not its author's to mend
        return (_FOREIGN,)
    return tuple(each for each in LINTS if each.departs(rule))


def kebab(title: str) -> str:
    """Return a title as a file name: `Debugging is on` becomes `debugging-is-on`."""
    plain = "".join(sign if sign.isalnum() else " " for sign in title.lower() if sign != "'")
    return "-".join(plain.split())


def _folder(rule: AnyRule) -> bool:
    parts = PurePosixPath(rule.path).parts
    # A single file, or a folder of one category, does not say where it lies.
    return len(parts) > _ABOVE and parts[-3:-1] != (rule.platform, rule.category)


def _repeats(rule: AnyRule) -> bool:
    return rule.title.casefold().rstrip(".") in rule.description.casefold()


def _level(rule: AnyRule) -> bool:
    rank = LEVELS.index(rule.level)
    high = LEVELS.index("high")
    if rule.rule_class == "posture":
        return rank >= high
    return rank < LEVELS.index("low") or (rule.confidence == "low" and rank >= high)


def _unused(rule: AnyRule) -> bool:
    tests = rule.bases if isinstance(rule, Correlation) else (rule,)
    return any(_leaves_out(test) for test in tests)


def _leaves_out(test: Rule | Base) -> bool:
    words = " ".join(test.conditions).replace("(", " ").replace(")", " ").split()
    if "them" in words:
        return False
    starts = tuple(word.partition("*")[0] for word in words if "*" in word)
    return not all(
        name in words or (starts and name.startswith(starts)) for name in test.selections
    )


def _untold(rule: AnyRule) -> bool:
    return len(rule.fields()) > 1 and not any(one.kind == "unknown" for one in rule.proofs)


_FOREIGN = Lint("foreign", "add class, confidence and proofs", lambda rule: rule.foreign)
LINTS: tuple[Lint, ...] = (
    Lint(
        "file-name",
        "name the file as the title, in kebab case",
        lambda rule: PurePosixPath(rule.path).stem != kebab(rule.title),
    ),
    Lint("folder", "put the file into <platform>/<category>/", _folder),
    Lint(
        "title",
        "state what is seen in at most 80 characters",
        lambda rule: len(rule.title) > _TITLE_LIMIT,
    ),
    Lint("description", "say why it matters, not the title again", _repeats),
    Lint("level", "posture up to medium; low confidence below high", _level),
    Lint("advice", "say what a person can do", lambda rule: not rule.advice),
    Lint(
        "references",
        "give references as https addresses",
        lambda rule: not all(one.startswith("https://") for one in rule.references),
    ),
    Lint("selections", "use every selection in the condition", _unused),
    _FOREIGN,
    Lint("unknown", "prove what is unknown as well", _untold),
)
