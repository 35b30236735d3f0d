"""Lints of rules: each a name, a recommendation and a predicate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from msgspec import Struct

from scanner.detect.rules import AnyRule, Base, Correlation, Rule
from scanner.model.findings import LEVELS

TO_DO = "TO DO"  # stands in a new rule where its author has something to say
_TITLE_LIMIT = 80  # characters
# A rule states what is seen; whether that is an attack is for the reader to judge.
_VERDICTS = frozenset({"infected", "hacked", "clean", "safe", "malicious", "spied", "detected"})
_NO_ANSWER = frozenset({"none", "unknown", "unlikely", "n/a", "-"})
_ABOVE = 2  # folders: platform and category


class Lint(Struct, frozen=True):
    """A recommendation, whether a rule departs from it, and the key that it is about."""

    name: str
    recommendation: str
    departs: Callable[[AnyRule], bool]
    key: str = ""


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


def _judges(rule: AnyRule) -> bool:
    words = "".join(sign if sign.isalpha() else " " for sign in rule.title.casefold()).split()
    return not _VERDICTS.isdisjoint(words) or "!" in rule.title


def _gives_no_reason(rule: AnyRule) -> bool:
    return any(one.casefold().strip(" .") in _NO_ANSWER for one in rule.falsepositives)


def _hurries(rule: AnyRule) -> bool:
    return rule.rule_class == "compromise" and rule.advice[:1] not in {
        (),
        ("save_evidence_first",),
    }


def _unfinished(rule: AnyRule) -> bool:
    return any(TO_DO in text for text in (rule.title, rule.description, *rule.falsepositives))


_FOREIGN = Lint("foreign", "add class, confidence and proofs", lambda rule: rule.foreign, "class")
LINTS: tuple[Lint, ...] = (
    Lint(
        "file-name",
        "name the file as the title, in kebab case",
        lambda rule: PurePosixPath(rule.path).stem != kebab(rule.title),
        "title",
    ),
    Lint("folder", "put the file into <platform>/<category>/", _folder, "logsource"),
    Lint(
        "title",
        "state what is seen in at most 80 characters",
        lambda rule: len(rule.title) > _TITLE_LIMIT,
        "title",
    ),
    Lint("verdict", "state what is seen and leave the verdict to the reader", _judges, "title"),
    Lint("description", "say why it matters, not the title again", _repeats, "description"),
    Lint("unfinished", f"write what stands as {TO_DO}", _unfinished, "description"),
    Lint("level", "posture up to medium; low confidence below high", _level, "level"),
    Lint("advice", "say what a person can do", lambda rule: not rule.advice, "advice"),
    Lint(
        "evidence-first",
        "let the advice on a trace of an attack begin with save_evidence_first",
        _hurries,
        "advice",
    ),
    Lint(
        "falsepositives",
        "name what else explains a match; there always is something",
        _gives_no_reason,
        "falsepositives",
    ),
    Lint(
        "references",
        "give references as https addresses",
        lambda rule: not all(one.startswith("https://") for one in rule.references),
        "references",
    ),
    Lint(
        "tags",
        "name each technique once",
        lambda rule: len(set(rule.tags)) < len(rule.tags),
        "tags",
    ),
    Lint("selections", "use every selection in the condition", _unused, "detection.condition"),
    _FOREIGN,
    Lint("unknown", "prove what is unknown as well", _untold, "tests"),
)
