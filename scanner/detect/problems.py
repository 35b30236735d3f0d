"""What is wrong with a rule file: all of it at once, each with its place and a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from scanner.errors import RuleError

Place = tuple[str | int, ...]
_NEAR = 0.7  # as alike as two words are of which one may be a slip for the other


class RuleErrors(RuleError):
    """Everything that is wrong with rule files; `errors` holds each, in reading order."""

    def __init__(self, errors: Sequence[RuleError]) -> None:
        first, *rest = errors
        more = f" (and {len(rest)} more)" if rest else ""
        super().__init__(first.path, first.where, f"{first.reason}{more}", remedy=first.remedy)
        self.errors = tuple(errors)


class Problems:
    """The errors of one file, gathered while it is checked."""

    def __init__(self, path: str, lines: dict[Place, int] | None = None) -> None:
        self.path, self.lines = path, lines or {}
        self.errors: list[RuleError] = []

    def add(self, place: Place, reason: str, remedy: str = "") -> None:
        """Note an error at a key; the line is that of the key, or of the nearest one above it."""
        known = place
        while known and known not in self.lines:
            known = known[:-1]
        key = ".".join(str(part) for part in place) or "file"
        where = f"line {self.lines.get(known, 1)}, {key}"
        self.errors.append(RuleError(self.path, where, reason, remedy=remedy))

    def unknown(self, place: Place, kind: str, word: str, choices: Iterable[str]) -> None:
        """Note a word that is none of the choices, with the nearest one as remedy."""
        choices = sorted(choices)
        near = difflib.get_close_matches(word, choices, n=1, cutoff=_NEAR)
        listed = ", ".join(choices[:12])
        remedy = f"did you mean `{near[0]}`?" if near else f"use one of: {listed}"
        self.add(place, f"unknown {kind} `{word[:80]}`", remedy)

    def raise_any(self) -> None:
        """RuleErrors where something is wrong."""
        if self.errors:
            raise RuleErrors(self.errors)
