"""What was read, held against rules and indicators: every check, and what the report says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import structs

from scanner.detect import ScanFacts, inspect
from scanner.detect.yara import inspect_yara
from scanner.model.artifact import Artifact
from scanner.model.content import Contents
from scanner.model.entities import CodeFile
from scanner.model.evidence import Gap
from scanner.model.findings import Check, Finding, Message
from scanner.model.indicators import FeedLine, IndicatorSet
from scanner.model.report import Acquisition
from scanner.pipeline.knowledge import Knowledge
from scanner.pipeline.options import CONTENT
from scanner.pipeline.plan import can_be_asked
from scanner.snapshot import Snapshot

if TYPE_CHECKING:
    from scanner.detect.indicators import Index

_FEEDS_SAID = 10
_Checked = tuple[Check, tuple[Finding, ...]]


def compare(
    knowledge: Knowledge,
    index: Index | None,
    snapshot: Snapshot,
    *,
    platform: str,
    gaps: Sequence[Gap],
    statements: Sequence[Artifact],
    facts: ScanFacts,
    contents: Contents,
) -> Iterator[_Checked]:
    """Yield every check with its findings: rules by id, those of bytes by file, indicators by feed.

    `contents` is what rules of bytes were applied to.
    """
    yield from inspect(
        snapshot,
        knowledge.pack,
        platform=platform,
        gaps=gaps,
        statements=statements,
        facts=facts,
    )
    if knowledge.pack.yara is not None:
        for check, found in inspect_yara(knowledge.pack.yara, contents, platform=platform):
            applies = facts.concerns((CodeFile,))
            yield (check, found) if applies else (_not_of_a_file(check), ())
    if index is not None:
        from scanner.detect.indicators import inspect_indicators

        yield from inspect_indicators(
            snapshot, index, platform=platform, gaps=gaps, statements=statements, facts=facts
        )


def _not_of_a_file(check: Check) -> Check:
    """Say that a rule is about programs, where a file was examined that can hold none."""
    detail = Message("check.subject_kind")
    return structs.replace(check, status="not_applicable", reason=None, detail=detail)


def index_of(knowledge: Knowledge, acquisition: Acquisition) -> Index | None:
    """Return the indicators that count for what was acquired; None where no feed was given."""
    if not knowledge.feeds:
        return None
    from scanner.detect.indicators import Index

    return Index.of(knowledge.feeds, acquisition.now, acquisition.ended_at)


def bytes_said(knowledge: Knowledge, contents: Contents) -> Iterator[Message]:
    """Say to how many files rules of bytes were applied; nothing where there are none."""
    if knowledge.pack.yara is None:
        return
    if not contents.files:
        yield Message("feeds.no_bytes")
        return
    count = sum(len(file.rules) for file in knowledge.pack.yara.files)
    yield Message("feeds.bytes", {"files": len(contents.files), "count": count})


def feeds_said(indicators: IndicatorSet | None, now: datetime) -> Iterator[Message]:
    """Say which feeds were compared, and of which day they are."""
    if indicators is None or not indicators.feeds:
        yield Message("feeds.no_indicators")
        return
    for feed in indicators.feeds[:_FEEDS_SAID]:
        yield _feed_said(feed, now)
    if (more := len(indicators.feeds) - _FEEDS_SAID) > 0:
        yield Message("feeds.more", {"count": more})


def _feed_said(feed: FeedLine, now: datetime) -> Message:
    params: dict[str, str | int] = {"title": feed.title, "count": sum(feed.types.values())}
    if feed.published_at is not None:
        age = (now - feed.published_at).days
        params |= {"day": f"{feed.published_at:%Y-%m-%d}"} | ({"age": age} if age > 0 else {})
    return Message("feeds.feed", params)


def set_of(index: Index | None) -> IndicatorSet | None:
    """Return the indicators as a report names them; None where no feed was given."""
    if index is None:
        return None
    from scanner.detect.indicators import summary

    return summary(index)


def beyond(
    artifacts: Iterable[Artifact],
    asked: Iterable[Artifact],
    platform: str,
    *,
    content: bool = False,
) -> tuple[Artifact, ...]:
    """Return the artifacts of a platform that could have been asked for, and were not.

    `content`: stores of personal content as well.
    """
    names = {artifact.name for artifact in asked}
    return tuple(
        artifact
        for artifact in artifacts
        if artifact.platform == platform
        and artifact.name not in names
        and (can_be_asked(artifact) or (content and artifact.opt_in == CONTENT))
    )
