"""Rules tried on one device: what each of them makes of it, and what it nearly matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from scanner.detect.facts import ScanFacts
from scanner.detect.groups import gather
from scanner.detect.inspecting import inspect
from scanner.detect.rules import AnyRule, Correlation, RulePack
from scanner.detect.workbench.near import Near, near_groups, near_misses
from scanner.model.artifact import Artifact
from scanner.model.content import ContentKind, MetaValue, StringMatch
from scanner.model.evidence import Gap
from scanner.model.findings import Check, Finding, Level
from scanner.snapshot import Snapshot

NEAR_SHOWN = 3


class Ground(Struct, frozen=True, kw_only=True):
    """A device as rules see it: its snapshot, and what is known of how that came about."""

    platform: str
    snapshot: Snapshot
    gaps: tuple[Gap, ...]
    statements: tuple[Artifact, ...]  # artifacts that were asked for
    facts: ScanFacts


class MatchedBytes(Struct, frozen=True, kw_only=True):
    """A rule of bytes that matched a content: what it says of itself, and where it matched."""

    rule: str
    file: str  # of the rule, within its pack
    tags: tuple[str, ...]
    meta: tuple[tuple[str, MetaValue], ...]  # in its order; a key may stand several times
    strings: tuple[StringMatch, ...]
    path: str | int | None  # from the outside in, with `!/` below each archive
    kind: ContentKind
    size: int
    sha256: str | None


class Tried(Struct, frozen=True, kw_only=True):
    """What came of one rule on one device."""

    rule: str  # its id
    title: str
    level: Level
    check: Check
    findings: tuple[Finding, ...]
    near: tuple[Near, ...] = ()
    matches: tuple[MatchedBytes, ...] = ()  # of a file of YARA rules: one for each finding


def try_rules(pack: RulePack, ground: Ground, *, near: int = NEAR_SHOWN) -> Iterator[Tried]:
    """Yield what comes of each rule, with at most `near` misses for each."""
    rules = {rule.id: rule for rule in pack.rules}
    for check, findings in inspect(
        ground.snapshot,
        pack,
        platform=ground.platform,
        gaps=ground.gaps,
        statements=ground.statements,
        facts=ground.facts,
    ):
        rule = rules[check.rule]
        missed: Sequence[Near] = ()
        if near and check.status != "not_applicable":
            missed = _near(rule, ground.snapshot, near)
        yield Tried(
            rule=rule.id,
            title=rule.title,
            level=rule.level,
            check=check,
            findings=findings,
            near=tuple(missed),
        )


def _near(rule: AnyRule, snapshot: Snapshot, limit: int) -> tuple[Near, ...]:
    if isinstance(rule, Correlation):
        return near_groups(rule, gather(rule, snapshot.joined), limit)
    return near_misses(rule, snapshot.joined(rule.entity), limit)
