"""Events of a watch as lines for people."""

from __future__ import annotations

from scanner.formats.text import safe_text
from scanner.model.findings import LEVELS
from scanner.model.watch import WatchEvent
from scanner.report.messages import named

_DETAIL = 300  # characters
_SHOWN = 3  # changes of a line
_QUIET = frozenset({"finding", "silent", "trouble", "undelivered", "failed"})


def line_of(event: WatchEvent, *, quiet: bool = False) -> str | None:
    """Return a line; None for what nobody needs to read: heartbeats, and what is quiet."""
    if event.event == "heartbeat" or (quiet and (event.suppressed or event.event not in _QUIET)):
        return None
    when = event.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    words = [when, f"{event.event:11}", event.device or "-", _words(event)]
    return safe_text(" ".join(filter(None, words)), 2 * _DETAIL)


def _words(event: WatchEvent) -> str:
    detail = safe_text(event.detail or "", _DETAIL)
    if event.event == "scanned":
        counts = [f"{event.counts[level]} {level}" for level in reversed(LEVELS)
                  if event.counts.get(level)]  # fmt: skip
        new = event.counts.get("new", 0)
        found = ", ".join(counts) or "none"
        verdict = named("verdict", event.verdict) if event.verdict else ""
        return f"{event.profile} ({event.trigger}): {verdict}; findings: {found}; {new} new"
    if event.event in ("finding", "gone"):
        known = ", acknowledged or suppressed" if event.suppressed else ""
        name = f"[{event.fingerprint}{known}]"
        return f"{event.level}: {event.title} ({detail}) {name}"
    if event.event == "changes":
        count = event.counts.get("changes", len(event.changes))
        first = ", ".join(_change(event, index) for index in range(min(_SHOWN, len(event.changes))))
        return f"{count} since the last scan: {first}{' ...' if count > _SHOWN else ''}"
    return detail


def _change(event: WatchEvent, index: int) -> str:
    line = event.changes[index]
    identity = " ".join(str(value) for value in line.identity.values() if value is not None)
    field = f" {line.field}" if line.field else ""
    return safe_text(f"{line.entity} {identity}{field} {line.change}", 120)
