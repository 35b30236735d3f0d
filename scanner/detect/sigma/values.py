"""Tests of one value: what Sigma's values and modifiers ask of text, numbers and flags.

Text is compared without case unless the rule says `cased`. Patterns of a rule run in RE2, whose
time is linear in the text; none of them reaches Python's `re`.
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import re2
from msgspec import Struct
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RegexEngine, RegexPattern
from sigma.types import (
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
)

from scanner.detect.sigma.truth import Shape, Test

_NAMES_SHOWN = 8
_FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}
_COMPARISONS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "LT": ("<", operator.lt),
    "LTE": ("<=", operator.le),
    "GT": (">", operator.gt),
    "GTE": (">=", operator.ge),
    "NEQ": ("is not", operator.ne),
}


class Asked(Struct, frozen=True):
    """What a value of a rule asks: in words, as a test, and at what cost."""

    words: str
    test: Test
    cost: int
    shape: Shape | None = None
    constant: str | frozenset[str] = ""
    whole: tuple[str, ...] = ()


class QuietRE2(RegexEngine):
    """RE2 for pySigma's own parsing, within bounds and without its messages on standard error."""

    def compile(self, pattern: str, flags: int = 0) -> RegexPattern:
        compiled: RegexPattern = re2.compile(pattern, _options())
        return compiled

    @property
    def error(self) -> type[Exception]:
        failure: type[Exception] = re2.error
        return failure


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return options


POLICY = SigmaPolicy(regex_engine=QuietRE2())


def text(pattern: SigmaString) -> Asked:
    """Ask for text, with wildcards."""
    cased = isinstance(pattern, SigmaCasedString)
    parts = [part if cased or not isinstance(part, str) else part.casefold() for part in pattern.s]
    words, test, cost = _shape(parts)
    shown = "".join(part if isinstance(part, str) else _WILDCARDS[part] for part in pattern.s)
    stripped = shown if words == "is like" else shown.strip("*")
    said = f"{words} {stripped}".rstrip()
    whole = (shown,) if words == "is" else ()
    if cased:
        return Asked(f"{said} (cased)", lambda value: test(_text(value)), cost, whole=whole)
    shape = _PLAIN.get(words)
    constant = next((part for part in parts if isinstance(part, str)), "")
    return Asked(said, lambda value: test(_folded(value)), cost, shape, constant, whole)


_PLAIN: dict[str, Shape] = {
    "is": "is",
    "starts with": "starts with",
    "ends with": "ends with",
    "contains": "contains",
}
_MANY, _ONE = SpecialChars.WILDCARD_MULTI, SpecialChars.WILDCARD_SINGLE
_WILDCARDS: dict[Any, str] = {_MANY: "*", _ONE: "?"}


def _shape(parts: list[Any]) -> tuple[str, Callable[[str], bool], int]:
    shape: tuple[str, Callable[[str], bool], int]
    match parts:
        case []:
            shape = "is empty", operator.not_, 2
        case [str(whole)]:
            shape = "is", lambda value: value == whole, 2
        case [SpecialChars.WILDCARD_MULTI]:
            shape = "is any text", lambda _: True, 2
        case [str(start), SpecialChars.WILDCARD_MULTI]:
            shape = "starts with", lambda value: value.startswith(start), 3
        case [SpecialChars.WILDCARD_MULTI, str(end)]:
            shape = "ends with", lambda value: value.endswith(end), 3
        case [SpecialChars.WILDCARD_MULTI, str(part), SpecialChars.WILDCARD_MULTI]:
            shape = "contains", lambda value: part in value, 4
        case _:
            shape = "is like", _searcher(_anchored(parts)), 12
    return shape


def _anchored(parts: list[Any]) -> str:
    wild = {_MANY: ".*", _ONE: "."}
    body = (re2.escape(part) if isinstance(part, str) else wild[part] for part in parts)
    return f"(?s)\\A{''.join(body)}\\z"


def among(patterns: list[SigmaString]) -> Asked:
    """Ask for one of several plain texts at the cost of one."""
    names = ["".join(str(part) for part in pattern.s) for pattern in patterns]
    folded = frozenset(name.casefold() for name in names)
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    words = f"is one of {shown}{more}"
    return Asked(
        words, lambda value: _folded(value) in folded, 2, "is one of", folded, tuple(names)
    )


def is_plain(pattern: Any) -> bool:
    """Say whether a value of a rule is text without case, wildcards and modifiers."""
    return type(pattern) is SigmaString and all(isinstance(part, str) for part in pattern.s)


def expression(pattern: SigmaRegularExpression) -> Asked:
    """Ask for text in which a pattern is found. re2.error for a pattern that is none."""
    flags = "".join(sorted(_FLAGS[flag] for flag in pattern.flags))
    written = str(pattern.regexp)
    search = _searcher(f"(?{flags}){written}" if flags else written)
    return Asked(f"matches {written}", lambda value: search(_text(value)), 15)


def wrong_pattern(pattern: str) -> str | None:
    """Say why RE2 refuses a pattern; None where it does not."""
    try:
        re2.compile(pattern, _options())
    except re2.error as error:
        said = error.args[0] if error.args else ""
        return f"no pattern of RE2: {said.decode() if isinstance(said, bytes) else said}"
    return None


def wrong_network(network: str) -> str | None:
    """Say why a text is no network; None where it is one."""
    try:
        ipaddress.ip_network(network)
    except ValueError as error:
        return f"no network: {error}"
    return None


def _searcher(pattern: str) -> Callable[[str], bool]:
    compiled = re2.compile(pattern, _options())

    def search(value: str) -> bool:
        try:
            return compiled.search(value) is not None
        except UnicodeEncodeError:  # a lone surrogate of a hostile phone
            return compiled.search(value.encode("utf-8", "replace").decode()) is not None

    return search


def number(wanted: float) -> Asked:
    """Ask for a number, or for text that prints it."""
    printed = str(wanted)
    return Asked(
        f"is {printed}",
        lambda value: value == (printed if isinstance(value, str) else wanted),
        1,
    )


def part(wanted: SigmaTimestampPart) -> Asked:
    """Ask for the minute, hour, day of the month, week (ISO 8601), month or year of a moment."""
    name, number = wanted.timestamp_part.name.lower(), wanted.number

    def test(value: Any) -> bool:
        if not isinstance(value, datetime):
            return False
        if value.tzinfo is not None:
            value = value.astimezone(UTC)
        found: int = value.isocalendar().week if name == "week" else getattr(value, name)
        return found == number

    return Asked(f"is in the {name} {number}", test, 4)


def flag(wanted: bool) -> Asked:
    """Ask for true or false."""
    return Asked(f"is {str(wanted).lower()}", lambda value: value is wanted, 1)


def comparison(asked: SigmaCompareExpression) -> Asked:
    """Ask for a number beyond a bound; text that prints a number counts, other text never does."""
    sign, compare = _COMPARISONS[asked.op.name]
    bound = asked.number.number

    def test(value: Any) -> bool:
        if isinstance(value, str):
            try:
                return compare(float(value), bound)
            except ValueError:
                return False
        return compare(value, bound)

    return Asked(f"{sign} {bound}", test, 2)


def network(asked: SigmaCIDRExpression) -> Asked:
    """Ask for an address within a network."""
    within = asked.network

    def test(value: Any) -> bool:
        try:
            return ipaddress.ip_address(_text(value)) in within
        except ValueError:
            return False

    return Asked(f"is in the network {asked.cidr}", test, 20)


def reference(starts: bool, ends: bool) -> tuple[str, Callable[[Any, Any], bool]]:
    """Compare with another field: whole, or its start, end or any part."""
    if starts and ends:
        return "contains", lambda value, other: _folded(other) in _folded(value)
    if starts:
        return "starts with", lambda value, other: _folded(value).startswith(_folded(other))
    if ends:
        return "ends with", lambda value, other: _folded(value).endswith(_folded(other))
    return "is", lambda value, other: _folded(value) == _folded(other)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _folded(value: Any) -> str:
    return value.casefold() if isinstance(value, str) else str(value)
