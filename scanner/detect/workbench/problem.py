"""What is wrong with a rule file, as data: errors, lints, proofs that fail, rules left aside."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from scanner.detect.problems import RuleErrors
from scanner.errors import RuleError

Kind = Literal["error", "lint", "proof", "unusable"]
_WHERE = re.compile(r"line (\d+)(?:, (.*))?", re.DOTALL)


class Problem(Struct, frozen=True, kw_only=True):
    """One thing that is wrong: where it stands, why it is wrong, and what to do."""

    kind: Kind
    path: str
    line: int | None = None
    key: str = ""
    name: str = ""  # of the lint, or of the kind of proof
    reason: str
    remedy: str = ""

    def text(self) -> str:
        """Return the problem as one line for a person; the remedy stands apart."""
        place = ", ".join(
            part for part in (f"line {self.line}" if self.line else "", self.key) if part
        )
        named = f"{self.name}: " if self.kind == "lint" else ""
        return ": ".join(part for part in (self.path, place, f"{named}{self.reason}") if part)


def of_error(error: RuleError) -> tuple[Problem, ...]:
    """Return every problem that an error holds."""
    each = error.errors if isinstance(error, RuleErrors) else (error,)
    return tuple(_one(one) for one in each)


def _one(error: RuleError) -> Problem:
    found = _WHERE.fullmatch(error.where)
    return Problem(
        kind="error",
        path=str(error.path),
        line=int(found[1]) if found else None,
        key=(found[2] or "") if found else error.where,
        reason=error.reason,
        remedy=error.remedy,
    )
