"""YARA-X: the engine for files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from typing import Any, BinaryIO

import yara_x

from scanner.detect.yara.engine import (
    EXTERNALS,
    IDENTIFIERS_KEPT,
    STRINGS_KEPT,
    Capability,
    ScanTimeout,
)
from scanner.detect.yara.syntax import rule_at
from scanner.formats.inflated import TooLarge
from scanner.model.content import MetaValue, RuleHead, RuleMatch, RuleProblem, RuleText, StringMatch

# A rule with one of these may be right in a release of YARA that has other modules or fields.
_UNUSABLE = frozenset(
    {
        "ArbitraryRegexpPrefix",
        "InvalidRegexp",
        "MismatchingTypes",
        "MixedGreediness",
        "UnknownField",
        "UnknownIdentifier",
        "UnknownModule",
        "WrongArguments",
        "WrongType",
    }
)
_TEXT_LIMIT = 300
OPEN_FILES = "/dev/fd"  # where a system shows what a process has open


class Compiled:
    """Rules compiled by YARA-X."""

    def __init__(
        self, compiled: yara_x.Rules, problems: Iterable[RuleProblem] = (), *, heads: bool = True
    ) -> None:
        self._compiled, self._scanner = compiled, yara_x.Scanner(compiled)
        self._seconds = 0
        self.problems = tuple(problems)
        self.rules = tuple(map(_head, compiled)) if heads else ()

    def scan(self, data: bytes, *, seconds: float = 20.0) -> Iterator[RuleMatch]:
        return self._scanned(lambda: self._scanner.scan(data), seconds)

    def scan_open(self, number: int, *, seconds: float = 20.0) -> Iterator[RuleMatch]:
        """Scan the file that is open by this descriptor, mapped into memory; as `scan` else.

        TooLarge for one that cannot be mapped.
        """
        path = f"{OPEN_FILES}/{number}"
        try:
            return self._scanned(lambda: self._scanner.scan_file(path), seconds)
        except yara_x.ScanError:
            raise TooLarge("a file that fits into memory expected") from None

    def _scanned(
        self, run: Callable[[], yara_x.ScanResults], seconds: float
    ) -> Iterator[RuleMatch]:
        limit = max(math.ceil(seconds), 1)
        if limit != self._seconds:
            self._scanner.set_timeout(limit)
            self._seconds = limit
        try:
            results = run()
        except yara_x.TimeoutError:
            raise ScanTimeout("the rules took too long") from None
        return (_match(rule) for rule in results.matching_rules)

    def save(self, stream: BinaryIO) -> None:
        """Write the compiled rules, for `load` of the same version only."""
        self._compiled.serialize_into(stream)


class YaraX:
    """Compiles rules with YARA-X."""

    name = "yara-x"
    capabilities: frozenset[Capability] = frozenset({"dex", "macho", "save"})

    @property
    def version(self) -> str:
        return metadata.version("yara-x")

    def compile(self, sources: Iterable[RuleText]) -> Compiled:
        compiler = yara_x.Compiler(relaxed_re_syntax=True, includes_enabled=False)
        compiler.ignore_invalid_rules(yes=True)
        for name in EXTERNALS:
            compiler.define_global(name, "")
        texts: dict[str, str] = {}
        for source in sources:
            texts[source.name] = source.text
            compiler.new_namespace(source.name)
            compiler.add_source(source.text, origin=source.name)
        problems = [_problem(error, texts) for error in compiler.errors()]
        return Compiled(compiler.build(), problems)


def load(stream: BinaryIO) -> Compiled:
    """Read what `Compiled.save` wrote. It is code: only a file of our own may be read."""
    return Compiled(yara_x.Rules.deserialize_from(stream), heads=False)


def _problem(error: dict[str, Any], texts: dict[str, str]) -> RuleProblem:
    labels = error["labels"]
    origin = labels[0]["code_origin"] if labels else None
    text, line = texts.get(origin or "", ""), int(error["line"])
    code, title = str(error["type"]), str(error["title"])
    detail = str(labels[0]["text"]) if labels and code == "SyntaxError" else ""
    said = f"{title}: {detail}" if detail else title
    return RuleProblem(
        line=line,
        rule=rule_at(text, line),
        code=code,
        text=said[:_TEXT_LIMIT],
        malformed=code not in _UNUSABLE,
    )


def _head(rule: yara_x.Rule) -> RuleHead:
    return RuleHead(name=rule.identifier, tags=tuple(rule.tags), meta=_meta(rule))


def _match(rule: yara_x.Rule) -> RuleMatch:
    found = (pattern for pattern in rule.patterns if pattern.matches)
    strings = [
        StringMatch(
            identifier=pattern.identifier,
            offset=match.offset,
            length=match.length,
            xor_key=match.xor_key,
        )
        for pattern, _ in zip(found, range(IDENTIFIERS_KEPT), strict=False)
        for match in pattern.matches[:STRINGS_KEPT]
    ]
    return RuleMatch(
        rule=rule.identifier,
        file=rule.namespace,
        tags=tuple(rule.tags),
        meta=_meta(rule),
        strings=tuple(strings),
    )


def _meta(rule: yara_x.Rule) -> tuple[tuple[str, MetaValue], ...]:
    return tuple((name, _plain(value)) for name, value in rule.metadata)


def _plain(value: Any) -> MetaValue:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str | int | float) else str(value)
