"""Benchmarks as data: TOML files of `rules/benchmarks`, one a platform.

A file has `platform`, `defaults_from` (where what an absent key means is documented), `benchmarks`
and `requirements`. A benchmark:

- `id`, `title`, `version`, `level`, `source` (an https address); `for_release`: the release of the
  system that it was written for;
- `ownership`: `institution`, which presupposes supervision, or `personal`, which cannot ask for it;
- `family`: under which name the `ids` of requirements are found.

A requirement: `id`, `title`, `benchmarks` that name it, `ids` by family, `source`, and either
`undecidable` (a word that says why nothing that is read decides it) or `conditions`, all of which
must hold, or `join = "any"` of them. `shows = "failure"`: that they hold does not show that the
requirement is met. `needed_by_scan`: a scan over a cable needs the opposite. `values`: the number
of the first condition by benchmark, where it differs. A condition:

- `kind` and `name`, with `within` where it takes one: a `restriction`; a setting of each `payload`
  of the type `within`; a field of the `management`; an Android `setting` of the namespace `within`;
  a `property`; `no_user_of_type`;
- what must hold: `equals`, `at_most`, `at_least` or `one_of`;
- `default`: what an absent key means (none: not known), and `default_from`, where not the file's;
- `supervised`: the key works on a supervised phone only; `since`: the first release that knows it;
- `seconds`: the effective restriction states seconds where profiles and benchmarks say minutes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from scanner.errors import RuleError
from scanner.model.benchmarks import Why

Value = bool | int | float | str
Kind = Literal["restriction", "payload", "management", "setting", "property", "no_user_of_type"]
SIZE_LIMIT = 1024 * 1024  # bytes of a file
_REMEDY = "see the head of scanner/benchmarks/data.py, or install the package again"
_TESTS = ("equals", "at_most", "at_least", "one_of")
_WITHIN = frozenset({"payload", "setting"})


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a phone states, and what it must be."""

    kind: Kind
    name: str
    within: str = ""
    equals: Value | UnsetType = UNSET
    at_most: int | UnsetType = UNSET
    at_least: int | UnsetType = UNSET
    one_of: tuple[Value, ...] | UnsetType = UNSET
    default: Value | UnsetType = UNSET
    default_from: str = ""
    supervised: bool = False
    since: str = ""
    seconds: bool = False


class Requirement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One requirement, of one or several benchmarks."""

    id: str
    title: str
    benchmarks: tuple[str, ...]
    ids: dict[str, tuple[str, ...]] = {}
    source: str = ""
    conditions: tuple[Condition, ...] = ()
    join: Literal["all", "any"] = "all"
    values: dict[str, int] = {}
    undecidable: Why | None = None
    shows: Literal["both", "failure"] = "both"
    needed_by_scan: bool = False

    def asked(self, benchmark: str) -> tuple[Condition, ...]:
        """Return its conditions as one benchmark words them."""
        if (number := self.values.get(benchmark)) is None:
            return self.conditions
        first = self.conditions[0]
        test = "at_most" if first.at_most is not UNSET else "at_least"
        return (msgspec.structs.replace(first, **{test: number}), *self.conditions[1:])


class BenchmarkData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One benchmark, without its requirements."""

    id: str
    title: str
    version: str
    level: str
    ownership: Literal["institution", "personal"]
    family: str
    source: str
    for_release: int | None = None


class Catalogue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The benchmarks of one platform and all of their requirements."""

    platform: Literal["android", "ios"]
    benchmarks: tuple[BenchmarkData, ...]
    requirements: tuple[Requirement, ...]
    defaults_from: str = ""

    def of(self, benchmark: str) -> Iterator[Requirement]:
        """Yield the requirements of a benchmark, in the order of the file."""
        return (each for each in self.requirements if benchmark in each.benchmarks)


def load(folder: Path) -> tuple[Catalogue, ...]:
    """Load the files of a folder, by platform; RuleError for what is wrong in one of them."""
    read = [_load(path) for path in sorted(folder.glob("*.toml"))]
    platforms = [each.platform for each in read]
    if not read or len(set(platforms)) != len(platforms):
        raise RuleError(folder, "platform", "one file a platform expected", remedy=_REMEDY)
    return tuple(read)


def _load(path: Path) -> Catalogue:
    try:
        with path.open("rb") as stream:
            data = stream.read(SIZE_LIMIT + 1)
        if len(data) > SIZE_LIMIT:
            raise RuleError(path, "file", f"at most {SIZE_LIMIT} bytes expected", remedy=_REMEDY)
        read: Any = tomllib.loads(data.decode())
        catalogue = msgspec.convert(read, Catalogue)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError(path, "file", str(error)[:200], remedy=_REMEDY) from error
    except msgspec.ValidationError as error:
        raise RuleError(path, "keys", str(error)[:200], remedy=_REMEDY) from error
    if problem := next(_problems(catalogue), None):
        raise RuleError(path, *problem, remedy=_REMEDY)
    return catalogue


def _problems(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield where something is wrong that types do not tell, and what."""
    known = {each.id: each.family for each in catalogue.benchmarks}
    seen: set[str] = set()
    for each in catalogue.requirements:
        if each.id in seen:
            yield each.id, "stands twice"
        seen.add(each.id)
        if not each.benchmarks or not set(each.benchmarks) | set(each.values) <= set(known):
            yield each.id, "benchmarks of this file expected"
        if not set(each.ids) <= {known.get(name) for name in each.benchmarks}:
            yield each.id, "ids of families of its benchmarks expected"
        if bool(each.conditions) == bool(each.undecidable):
            yield each.id, "either conditions or undecidable expected"
        if each.values and each.conditions[0].at_most is each.conditions[0].at_least is UNSET:
            yield each.id, "values take a first condition of at_most or at_least"
        for condition in each.conditions:
            yield from ((each.id, said) for said in _wrong(condition, catalogue))


def _wrong(condition: Condition, catalogue: Catalogue) -> Iterator[str]:
    tests = sum(getattr(condition, name) is not UNSET for name in _TESTS)
    if tests != (condition.kind != "no_user_of_type"):
        yield f"one of {', '.join(_TESTS)} expected"
    if bool(condition.within) != (condition.kind in _WITHIN):
        yield "'within' expected of payloads and settings, and of nothing else"
    if condition.default is not UNSET and not (condition.default_from or catalogue.defaults_from):
        yield "a source of the default expected"
