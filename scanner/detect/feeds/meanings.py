"""What STIX patterns mean to us: observables that can be looked up, or why there are none.

| test                                         | observable                                      |
|----------------------------------------------|-------------------------------------------------|
| `=` and `IN`                                 | the value; an alternative for each of a list     |
| `ISSUBSET` of an address                     | the network                                      |
| a file's name and folder, joined by AND      | the path                                         |
| other tests joined by AND in one bracket     | all of them on one entity                        |
| brackets joined by AND                       | all of them, anywhere on the phone               |
| a comparison, a negation, an order in time   | none: the alternative is listed                  |

An alternative with a test that cannot be looked up is left out whole: without that test it would
match what its author did not mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from scanner.detect.feeds.draft import atom
from scanner.detect.feeds.paths import observable_of
from scanner.detect.feeds.patterns import Alternative, Observation, Unusable, alternatives
from scanner.detect.feeds.tokens import PatternError
from scanner.model.indicators import Atom

# Nearly every pattern of public feeds: one pair of brackets, one equality, nothing escaped.
_ATOMIC = re.compile(
    r"""\s*+\[\s*+([^\s=<>!()\[\]'"]++(?:'[^'\\]*+'|"[^"\\]*+")?)\s*+==?\s*+'([^'\\]*+)'\s*+\]\s*+\Z"""
)
_REFERRED = frozenset({"ipv4-addr", "ipv6-addr", "domain-name"})


class Meaning(Struct, frozen=True):
    """One alternative of a pattern: an observable, and those that must be seen as well."""

    atom: Atom
    also: tuple[Atom, ...] = ()
    together: bool = True


def meanings(pattern: str) -> Iterable[Meaning | str]:
    """Return each alternative of a pattern once, or the reason why it cannot be looked up."""
    if match := _ATOMIC.match(pattern):
        path, value = match.groups()
        try:
            return (Meaning(_looked_up(path, value)),)
        except ValueError as error:
            return (_reason(path, error),)
    try:
        return dict.fromkeys(map(_meaning, alternatives(pattern)))
    except PatternError as error:
        return (str(error),)


def _meaning(alternative: Alternative) -> Meaning | str:
    try:
        return _combined(alternative)
    except ValueError as error:
        return str(error)


def _combined(alternative: Alternative) -> Meaning:
    if len(alternative) == 1:
        first, *others = _together(alternative[0])
        return Meaning(first, tuple(others))
    found = [_together(observation) for observation in alternative]
    if any(len(each) > 1 for each in found):
        raise ValueError("brackets with several tests joined by AND")
    atoms = dict.fromkeys(each[0] for each in found)
    first, *others = atoms
    return Meaning(first, tuple(others), together=not others)


def _together(observation: Observation) -> list[Atom]:
    """Return the observables of one pair of brackets. ValueError for a test of another kind."""
    values: dict[str, str] = {}
    for test in observation:
        if isinstance(test, Unusable):
            raise ValueError(test.reason)  # noqa: TRY004  a fact about the pattern
        if test.within and observable_of(test.path) != "ip":
            raise ValueError(f"{test.path}: ISSUBSET is for addresses")
        if values.setdefault(test.path, test.value) != test.value:
            raise ValueError(f"{test.path}: two values of one object")
    if len({path.partition(":")[0] for path in values}) > 1:
        raise ValueError("objects of different kinds in one pair of brackets")
    _join_folder(values)
    found: list[Atom] = []
    for path, value in values.items():
        if observable_of(path) == "type" and value in _REFERRED:
            continue
        try:
            found.append(_looked_up(path, value))
        except ValueError as error:
            raise ValueError(_reason(path, error)) from None
    if not found:
        raise ValueError("no value is named")
    return list(dict.fromkeys(found))


def _join_folder(values: dict[str, str]) -> None:
    """Make one path of the name of a file and of the folder that it lies in."""
    name, folder = values.get("file:name"), values.get("file:parent_directory_ref.path")
    if name is not None and folder is not None and "/" not in name:
        del values["file:name"], values["file:parent_directory_ref.path"]
        values["file:path"] = f"{folder.rstrip('/')}/{name}"


def _looked_up(path: str, value: str) -> Atom:
    observable = observable_of(path)
    if observable is None or observable == "type":
        raise ValueError("no observable that is looked up")
    return atom(observable, value)


def _reason(path: str, error: ValueError) -> str:
    return f"{path}: {error}"
