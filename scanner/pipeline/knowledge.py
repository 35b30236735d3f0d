"""What a device is held against: rules, and feeds of indicators."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from scanner.case.pseudonym import home
from scanner.detect import RulePack, load
from scanner.model.indicators import Feed

Rules = Sequence[Path] | RulePack
Indicators = Sequence[Path] | Sequence[Feed] | None
"""Files, or feeds that were read before; None: those that were imported."""


class Knowledge(Struct, frozen=True, kw_only=True):
    """Rules and indicators, loaded."""

    pack: RulePack
    feeds: tuple[Feed, ...] = ()


def known(rules: Rules = (), indicators: Indicators = None) -> Knowledge:
    """Load what is not loaded yet: RuleError for a rule or indicator file that is wrong."""
    return Knowledge(
        pack=rules if isinstance(rules, RulePack) else load(rules, proofs=False),
        feeds=_feeds(indicators),
    )


def read_feeds(
    files: Sequence[Path], *, stored: bool = True, limit: int | None = None
) -> tuple[Feed, ...]:
    """Read files of indicators, after the feeds that were imported (`stored`).

    RuleErrors with everything that is wrong in any file, or where one has more than `limit` bytes.
    """
    if not files and not (stored and (home() / "indicators").exists()):
        return ()
    from scanner.pipeline import feeds

    bound = feeds.MAX_FEED_BYTES if limit is None else limit
    return feeds.gather(files, stored=stored, limit=bound)


def _feeds(indicators: Indicators) -> tuple[Feed, ...]:
    if indicators is None:
        return read_feeds(())
    read = tuple(each for each in indicators if isinstance(each, Feed))
    files = tuple(each for each in indicators if isinstance(each, Path))
    return (*read, *read_feeds(files, stored=False))
