"""The condition of a detection before it is compiled: what is wrong in it, in our words.

pySigma reads the condition; its complaints name the grammar of its parser, and one thing at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from sigma.exceptions import SigmaError
from sigma.rule import SigmaDetections

from scanner.detect.problems import Place, Problems

CONDITION_LIMIT = 400  # characters
NESTING_LIMIT = 12  # parentheses and `not` in one condition
PLACE: Place = ("detection", "condition")

_WORD = re.compile(r"[A-Za-z0-9_*-]+")
_AT = re.compile(r"\(at char (\d+)\)")
_WORDS = frozenset({"1", "all", "and", "any", "not", "of", "or"})
_ALL = "them"
_BEGIN = "expected: a selection, `not`, `(`, `1 of NAME_*` or `all of them`"
_GO_ON = "expected: `and`, `or`, `)` or the end"


def check_condition(detection: dict[str, Any], problems: Problems) -> None:
    """Note everything that is wrong with the condition of a detection section."""
    condition = detection.get("condition")
    conditions = condition if isinstance(condition, list) and condition else [condition]
    names = [name for name in detection if name != "condition"]
    for one in conditions:
        if not isinstance(one, str) or not one.strip():
            problems.add(PLACE, "a condition expected", "for example `condition: selection`")
        elif len(one) > CONDITION_LIMIT:
            problems.add(PLACE, f"longer than {CONDITION_LIMIT} characters", "use `1 of name_*`")
        elif one.count("(") + one.split().count("not") > NESTING_LIMIT:
            problems.add(PLACE, "nested too deeply", "split it into selections")
        else:
            _check_form(one, problems)
            for word in dict.fromkeys(_unknown(one, names)):
                problems.unknown(PLACE, "selection", word, names)


def _check_form(condition: str, problems: Problems) -> None:
    """Note where a condition stops to make sense."""
    nothing: Any = {"": None}
    try:
        SigmaDetections(nothing, [condition]).parsed_condition[0].parse(postprocess=False)
    except SigmaError as error:
        said = str(error)
        if found := _AT.search(said):
            rest = condition[int(found[1]) :].split()
            place = f"cannot be read from `{rest[0][:40]}` on" if rest else "ends too early"
            remedy = _GO_ON if said.startswith("Expected end of text") else _BEGIN
            problems.add(PLACE, f"the condition {place}", remedy)
        else:
            problems.add(PLACE, said.splitlines()[0], "write a correlation, see docs/sigma.md")


def _unknown(condition: str, names: Sequence[str]) -> Iterator[str]:
    """Yield the words that name no selection, and the patterns that no name fits."""
    if "|" in condition:  # what follows is the language of aggregations
        return
    before = ""
    for word in _WORD.findall(condition):
        if before == "of":
            if word != _ALL and not any(fnmatchcase(name, word) for name in names):
                yield word
        elif word not in names and word.lower() not in _WORDS:
            yield word
        before = word.lower()
