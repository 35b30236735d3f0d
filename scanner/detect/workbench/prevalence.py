"""In how many devices rules match, and on which values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from scanner.detect.rules import AnyRule
from scanner.detect.workbench.rates import upper_bound
from scanner.detect.workbench.trial import Tried

VALUES_SHOWN = 20
_VALUES_HELD = 10_000  # of one rule; a rule that matches more tells nothing by its values
Value = str | int | bool | None


class Occurrence(Struct, frozen=True, kw_only=True):
    """A value that a rule matched, and in how many devices."""

    field: str
    value: Value
    devices: int


class Prevalence(Struct, frozen=True, kw_only=True):
    """How often one rule matched."""

    rule: str
    title: str
    level: str
    matched: int  # devices
    decided: int
    not_examined: int  # where nothing could be decided, or not all
    not_applicable: int
    upper_bound: float | None  # of the rate of matches; None: never decided
    values: tuple[Occurrence, ...]  # the most frequent
    more_values: int


class Tally:
    """Counts what comes of rules on one device after the other."""

    def __init__(self, rules: Sequence[AnyRule]) -> None:
        self._rules = {rule.id: (rule.title, str(rule.level)) for rule in rules}
        self._statuses: dict[str, Counter[str]] = defaultdict(Counter)
        self._values: dict[str, Counter[tuple[str, Value]]] = defaultdict(Counter)
        self.devices = 0

    def add(self, tried: Tried) -> None:
        """Count what came of one rule on one device; rules of bytes are met here first."""
        self._rules.setdefault(tried.rule, (tried.title, tried.level))
        self._statuses[tried.rule][tried.check.status] += 1
        values = self._values[tried.rule]
        met = {
            (match.field, value)
            for finding in tried.findings
            for match in finding.matched
            for value in match.values
        }
        for one in met:
            if one in values or len(values) < _VALUES_HELD:
                values[one] += 1

    def rates(self) -> Iterator[Prevalence]:
        """Yield the rate of each rule, the most frequent first."""
        ranks = {id: (-self._matched(id), title) for id, (title, _) in self._rules.items()}
        for id in sorted(ranks, key=ranks.__getitem__):
            (title, level), statuses = self._rules[id], self._statuses[id]
            matched = self._matched(id)
            decided = matched + statuses["pass"]
            ranked = sorted(
                self._values[id].items(), key=lambda each: (-each[1], each[0][0], str(each[0][1]))
            )
            yield Prevalence(
                rule=id,
                title=title,
                level=level,
                matched=matched,
                decided=decided,
                not_examined=statuses["not_examined"] + statuses["error"],
                not_applicable=statuses["not_applicable"],
                upper_bound=upper_bound(matched, decided) if decided else None,
                values=tuple(
                    Occurrence(field=field, value=value, devices=count)
                    for (field, value), count in ranked[:VALUES_SHOWN]
                ),
                more_values=max(0, len(ranked) - VALUES_SHOWN),
            )

    def _matched(self, id: str) -> int:
        return self._statuses[id]["finding"] + self._statuses[id]["review"]
