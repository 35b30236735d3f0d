"""Hold benchmarks against a phone: a matter of how it is set up, never of the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from scanner.benchmarks.answers import Answer, answer
from scanner.benchmarks.data import BenchmarkData, Catalogue, Requirement
from scanner.benchmarks.stated import Stated
from scanner.benchmarks.values import asked
from scanner.model.artifact import Artifact
from scanner.model.benchmarks import Benchmark, BenchmarkLine, LineStatus
from scanner.model.evidence import Gap
from scanner.snapshot import Snapshot


def evaluate(
    catalogues: Iterable[Catalogue],
    snapshot: Snapshot,
    *,
    gaps: Sequence[Gap] = (),
    statements: Sequence[Artifact] = (),
    not_selected: Sequence[Artifact] = (),
    over_cable: bool = False,
) -> tuple[Benchmark, ...]:
    """Return each benchmark of the platform, held against the phone.

    `statements` are the artifacts that the scan asked for, `not_selected` the others of the
    platform; `over_cable`: the phone was examined by debugging, which benchmarks want off.
    """
    facts = Stated(snapshot, gaps, statements, not_selected)
    return tuple(
        _held(benchmark, catalogue, facts, over_cable=over_cable)
        for catalogue in catalogues
        if catalogue.platform == snapshot.platform
        for benchmark in catalogue.benchmarks
    )


def _held(
    benchmark: BenchmarkData, catalogue: Catalogue, facts: Stated, *, over_cable: bool
) -> Benchmark:
    lines = tuple(
        _line(requirement, benchmark, facts, over_cable=over_cable)
        for requirement in catalogue.of(benchmark.id)
    )
    counts = Counter(line.status for line in lines)
    examined = counts["met"] + counts["not_met"]
    applicable = examined + counts["not_examined"]
    reasons = Counter(line.reason for line in lines if line.reason)
    release = facts.release[0] if facts.release else None
    wanted = benchmark.for_release
    return Benchmark(
        id=benchmark.id,
        title=benchmark.title,
        version=benchmark.version,
        level=benchmark.level,
        for_release=wanted,
        fits=None if wanted is None or release is None else release == wanted,
        met=counts["met"],
        not_met=counts["not_met"],
        not_examined=counts["not_examined"],
        not_applicable=counts["not_applicable"],
        percent=100 * examined // applicable if applicable else 0,
        reason=None if examined or not reasons else reasons.most_common(1)[0][0],
        lines=lines if examined else (),
    )


def _line(
    requirement: Requirement, benchmark: BenchmarkData, facts: Stated, *, over_cable: bool
) -> BenchmarkLine:
    conditions = requirement.asked(benchmark.id)
    plain = BenchmarkLine(
        requirement=requirement.id,
        title=requirement.title,
        ids=requirement.ids.get(benchmark.family, ()),
        status="not_examined",
        reason="field_not_stated",
        why=requirement.undecidable,
        expected=tuple(asked(each) for each in conditions),
        any_of=requirement.join == "any",
    )
    if not conditions:
        return plain
    answers = [answer(each, facts, benchmark.ownership) for each in conditions]
    return _decided(plain, requirement, answers, over_cable=over_cable)


def _decided(
    line: BenchmarkLine, requirement: Requirement, answers: list[Answer], *, over_cable: bool
) -> BenchmarkLine:
    """Join the answers: what decides alone first, then what was not examined, then the rest."""
    alone = requirement.join == "any"
    truth, deciding = alone, [each for each in answers if each.truth is alone]
    if not deciding:
        if unknown := [each for each in answers if each.reason]:
            return _with(line, "not_examined", unknown[:1])
        truth, deciding = not alone, [each for each in answers if each.truth is not None]
    if not deciding:
        return _with(line, "not_applicable", answers[:1])
    if truth and requirement.shows == "failure":
        return replace(line, why="policy_not_stated")
    shown = _with(line, "met" if truth else "not_met", deciding)
    explained = not truth and over_cable and requirement.needed_by_scan
    return replace(shown, why="explained_by_scan") if explained else shown


def _with(line: BenchmarkLine, status: LineStatus, answers: list[Answer]) -> BenchmarkLine:
    """Return a line with what some answers say; what is stated stands before a default."""
    sources = {each.source for each in answers}
    return replace(
        line,
        status=status,
        reason=answers[0].reason,
        why=answers[0].why,
        actual=tuple(dict.fromkeys(each.actual for each in answers if each.actual)),
        source=None if sources == {None} else "stated" if "stated" in sources else "default",
        evidence=tuple(dict.fromkeys(id for each in answers for id in each.evidence)),
    )
