"""What a phone was found to hold of published security benchmarks. No part of the verdict."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from scanner.model.evidence import Reason

LineStatus = Literal["met", "not_met", "not_examined", "not_applicable"]
Why = Literal[
    "needs_supervision",
    "later_release",
    "nothing_of_the_kind",
    "policy_not_stated",
    "list_not_read",
    "user_setting_not_read",
    "left_to_a_person",
    "explained_by_scan",
]
"""What else decided a line, as `benchmark_why.<word>`: a closed set."""


class BenchmarkLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One requirement of a benchmark, held against one phone."""

    requirement: str  # id in our data
    title: str
    ids: tuple[str, ...] = ()  # that the benchmark gives it
    status: LineStatus
    reason: Reason | None = None  # why it was not examined
    why: Why | None = None
    expected: tuple[str, ...] = ()  # allowCloudBackup = false; all of them, or one, as `any_of`
    any_of: bool = False  # one of what is expected is enough
    actual: tuple[str, ...] = ()  # allowCloudBackup = true, of what decided
    source: Literal["stated", "default"] | None = None  # None: nothing decided
    evidence: tuple[str, ...] = ()


class Benchmark(Struct, frozen=True, kw_only=True):
    """One benchmark, held against one phone."""

    id: str
    title: str
    version: str
    level: str
    for_release: int | None  # of the system that it was written for: 26
    fits: bool | None  # the phone runs that release; None: it does not say
    met: int
    not_met: int
    not_examined: int
    not_applicable: int
    percent: int  # examined, of what applies
    reason: Reason | None = None  # why nothing of it was examined; then it has no lines
    lines: tuple[BenchmarkLine, ...] = ()

    @property
    def examined(self) -> int:
        return self.met + self.not_met

    @property
    def applicable(self) -> int:
        return self.examined + self.not_examined
