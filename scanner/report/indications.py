"""The words of indicators: what matched which, of what feed, and what was not compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.formats.text import safe_text
from scanner.model.findings import Finding, Message
from scanner.model.observables import OBSERVABLE_TYPES, IndicatorLine
from scanner.model.report import Report
from scanner.report.messages import named, text

_NAMES_SHOWN = 5
_PREFIX = "indicators:"


def words(
    finding: Finding, line: IndicatorLine, feeds: Mapping[str, str], language: str
) -> dict[str, Any]:
    """Return title, description and ordinary explanations of a match of an indicator."""
    feed = feeds.get(line.feed, line.feed)
    names = ", ".join(safe_text(name, 80) for name in line.names[:_NAMES_SHOWN])
    params: dict[str, str | int] = {"feed": safe_text(feed, 120), "names": names}
    if finding.subject.entity == "content_match":
        store = named("artifact.ios", str(finding.subject.key.get("source")), language)
        title = Message("indicator.content", params | {"store": store})
        ordinary = Message("indicator.in_content")
    elif finding.rule_class == "historic":
        title = Message(f"indicator_gone.{line.type}", params)
        ordinary = Message("indicator.past")
    else:
        title = Message(f"indicator_title.{line.type}", params)
        ordinary = Message(f"indicator_ordinary.{line.type}")
    return {
        "title": text(title, language),
        "description": text(Message("indicator.description", params), language),
        "ordinary": (text(ordinary, language),),
    }


def titles_of_feeds(report: Report) -> dict[str, str]:
    """Return the titles of the feeds by their ids."""
    return {feed.id: feed.title for feed in report.indicators.feeds} if report.indicators else {}


def titles_of_checks(report: Report, language: str) -> dict[str, str]:
    """Return the title of each check of indicators by its id."""
    feeds = titles_of_feeds(report)
    found: dict[str, str] = {}
    for check in report.checks:
        if check.kind == "indicators":
            feed, _, kind = check.rule.removeprefix(_PREFIX).rpartition(":")
            params: dict[str, str | int] = {
                "feed": safe_text(feeds.get(feed, feed), 120),
                "kind": named("observable", kind, language),
            }
            found[check.rule] = text(Message("indicator.check", params), language)
    return found


def short(report: Report) -> Message | None:
    """Say in one line how many indicators were compared; None where none were given."""
    if report.indicators is None:
        return None
    days = [feed.published_at for feed in report.indicators.feeds if feed.published_at]
    params: dict[str, str | int] = {
        "count": sum(sum(feed.types.values()) for feed in report.indicators.feeds)
    }
    return Message(
        "ui.indicators_short", params | ({"day": f"{max(days):%Y-%m-%d}"} if days else {})
    )


def uncompared(report: Report, language: str) -> tuple[str, ...]:
    """List the kinds of indicators that were given and could not be looked for everywhere."""
    short = {
        check.rule.rpartition(":")[2]
        for check in report.checks
        if check.kind == "indicators" and check.status in {"not_examined", "error"}
    }
    return tuple(named("observable", kind, language) for kind in OBSERVABLE_TYPES if kind in short)
