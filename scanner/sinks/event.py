"""A watch's event as sinks need it: its bytes, and what may be dropped before what."""

from __future__ import annotations

import msgspec

from scanner.formats.text import safe_text
from scanner.model.watch import WatchEvent

LARGEST = 256 * 1024  # bytes of one event; receivers of webhooks commonly refuse more than 1 MiB
_LEVELS = {"informational": 2, "low": 3, "medium": 4, "high": 5, "critical": 6}
_RANKS = {"heartbeat": 0, "trouble": 4, "silent": 4, "undelivered": 4}
_ORDINARY = 1
_LONG = 200  # characters


def rank(event: WatchEvent) -> int:
    """Return how long an event is kept where not all can be: the lowest go first."""
    if event.level is not None and not event.suppressed:
        return _LEVELS[event.level]
    return _RANKS.get(event.event, _ORDINARY)


def document(event: WatchEvent, limit: int = LARGEST) -> bytes:
    """Return an event as JSON of at most `limit` bytes; `counts` tells how many changes it lost."""
    body = msgspec.json.encode(event)
    kept = len(event.changes)
    while len(body) > limit and kept:
        kept //= 2
        counts = {**event.counts, "changes_left_out": len(event.changes) - kept}
        cut = msgspec.structs.replace(event, changes=event.changes[:kept], counts=counts)
        body = msgspec.json.encode(cut)
    return body if len(body) <= limit else msgspec.json.encode(_least(event))


def _least(event: WatchEvent) -> WatchEvent:
    """Keep of an event only what tells where to look for the rest."""
    return WatchEvent(
        id=event.id,
        at=event.at,
        event=event.event,
        device=_short(event.device),
        level=event.level,
        fingerprint=_short(event.fingerprint),
        title=_short(event.title),
        detail="this event is too large to be sent whole",
        suppressed=event.suppressed,
    )


def _short(text: str | None) -> str | None:
    return None if text is None else safe_text(text, _LONG)
