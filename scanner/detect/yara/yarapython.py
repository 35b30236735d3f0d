"""yara-python: the engine for the memory of processes, and the oracle of YARA-X in tests.

It is no dependency: it is imported where it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scanner.detect.yara.engine import (
    EXTERNALS,
    IDENTIFIERS_KEPT,
    STRINGS_KEPT,
    Capability,
    ScanTimeout,
)
from scanner.detect.yara.syntax import rule_at
from scanner.errors import UsageError
from scanner.model.content import MetaValue, RuleHead, RuleMatch, RuleProblem, RuleText, StringMatch

_PLACE = re.compile(r"^(?:line |.*?\()(\d+)\)?: (.*)$", re.DOTALL)
_UNUSABLE = ("unknown module", "undefined identifier", "invalid field name", "wrong type")


class Compiled:
    """Rules compiled by yara-python."""

    def __init__(self, yara: Any, compiled: Any, problems: tuple[RuleProblem, ...]) -> None:
        self._yara, self._compiled = yara, compiled
        self.problems = problems
        self.rules = tuple(
            RuleHead(name=rule.identifier, tags=tuple(rule.tags), meta=_meta(rule.meta))
            for rule in compiled
        )

    def scan(self, data: bytes, *, seconds: float = 20.0) -> Iterator[RuleMatch]:
        try:
            found = self._compiled.match(data=data, timeout=max(int(seconds), 1))
        except self._yara.TimeoutError:
            raise ScanTimeout("the rules took too long") from None
        return (_match(each) for each in found)


class YaraPython:
    """Compiles rules with yara-python; UsageError where it is not installed."""

    name = "yara-python"
    capabilities: frozenset[Capability] = frozenset({"memory"})

    def __init__(self) -> None:
        try:
            import yara  # type: ignore[import-not-found]  # noqa: PLC0415 - not a dependency
        except ImportError:
            raise UsageError(
                "yara-python is not installed", remedy="pip install yara-python"
            ) from None
        self._yara = yara

    @property
    def version(self) -> str:
        return str(self._yara.__version__)

    def compile(self, sources: Iterable[RuleText]) -> Compiled:
        externals = dict.fromkeys(EXTERNALS, "")
        usable: dict[str, str] = {}
        problems: list[RuleProblem] = []
        for source in sources:
            try:
                self._compile({source.name: source.text}, externals)
            except self._yara.Error as error:
                problems.append(_problem(str(error), source.text))
            else:
                usable[source.name] = source.text
        return Compiled(self._yara, self._compile(usable, externals), tuple(problems))

    def _compile(self, sources: dict[str, str], externals: dict[str, str]) -> Any:
        return self._yara.compile(sources=sources, externals=externals, includes=False)


def _problem(said: str, text: str) -> RuleProblem:
    found = _PLACE.match(said)
    line, reason = (int(found[1]), found[2]) if found else (1, said)
    return RuleProblem(
        line=line,
        rule=rule_at(text, line),
        code="error",
        text=reason[:300],
        malformed=not any(word in reason for word in _UNUSABLE),
    )


def _match(found: Any) -> RuleMatch:
    strings = []
    for string in found.strings[:IDENTIFIERS_KEPT]:
        places = sorted(string.instances, key=lambda each: each.offset)
        strings += [
            StringMatch(
                identifier=string.identifier,
                offset=each.offset,
                length=each.matched_length,
                xor_key=each.xor_key if string.is_xor() else None,
            )
            for each in places[:STRINGS_KEPT]
        ]
    return RuleMatch(
        rule=found.rule,
        file=found.namespace,
        tags=tuple(found.tags),
        meta=_meta(found.meta),
        strings=tuple(strings),
    )


def _meta(meta: dict[str, MetaValue]) -> tuple[tuple[str, MetaValue], ...]:
    return tuple(meta.items())
