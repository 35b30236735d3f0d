"""One event as a syslog message (RFC 5424), at most 2 KiB long.

The header, one structured-data element `event@32473`, and a line for people. 32473 is the
enterprise number that RFC 5612 sets aside for documentation: the project has none of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from scanner.formats.text import safe_text
from scanner.model.changes import ChangeLine
from scanner.model.watch import WatchEvent

SD_ID = "event@32473"
LARGEST = 2048  # bytes that every receiver should take, RFC 5424 section 6.1
_FACILITY = 16  # local0
_SEVERITIES = {"critical": 2, "high": 3, "medium": 4, "low": 5, "informational": 6}
_KINDS = {"silent": 3, "trouble": 4, "undelivered": 4, "failed": 4, "waiting": 5, "heard": 5}
_INFORMATIONAL = 6
_VALUE = 200  # characters of one value
_ROOM = 1536  # bytes of header and structured data, so that the line finds room
_CHANGES = 5
_BOM = b"\xef\xbb\xbf"


def severity(event: WatchEvent) -> int:
    """Return the syslog severity: 2 critical to 6 informational; never 0 or 1."""
    if event.suppressed:
        return _INFORMATIONAL
    if event.level is not None:
        return _SEVERITIES[event.level]
    return _KINDS.get(event.event, _INFORMATIONAL)


def message(event: WatchEvent) -> bytes:
    """Return the whole message, without a frame."""
    at = event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    priority = _FACILITY * 8 + severity(event)
    # Neither the computer's name nor a process id: a sink adds nothing to an event.
    start = f"<{priority}>1 {at} - scanner - {event.event} [{SD_ID}".encode()
    for name, value in _parameters(event):
        parameter = f' {name}="{_escaped(value)}"'.encode("utf-8", "backslashreplace")
        if len(start) + len(parameter) > _ROOM:
            break
        start += parameter
    start += b"] " + _BOM
    return start + _cut(safe_text(_line(event), _ROOM), LARGEST - len(start))


def _parameters(event: WatchEvent) -> Iterator[tuple[str, str]]:
    """Yield what is stated, the most important first: what finds no room is left out."""
    yield "id", str(event.id)
    for name in ("device", "level", "fingerprint"):
        yield from _stated(name, getattr(event, name))
    if event.finding is not None:
        yield "rule", event.finding.rule
    for name in ("title", "verdict", "profile", "trigger", "baseline", "target", "detail", "case"):
        yield from _stated(name, getattr(event, name))
    if event.suppressed:
        yield "suppressed", "true"
    if event.counts:
        yield "counts", " ".join(f"{name}={count}" for name, count in event.counts.items())
    if event.changes:
        yield "changes", str(len(event.changes))
    for change in event.changes[:_CHANGES]:
        yield "change", _change(change)


def _stated(name: str, value: str | None) -> Iterator[tuple[str, str]]:
    if value is not None:
        yield name, value


def _change(change: ChangeLine) -> str:
    identity = " ".join(str(value) for value in change.identity.values())
    words = (change.change, change.entity, identity, change.field)
    return " ".join(word for word in words if word)


def _line(event: WatchEvent) -> str:
    changes = f"{len(event.changes)} changes" if event.changes else None
    what = event.title or event.detail or changes or event.verdict
    about = event.event if event.level is None else f"{event.event} ({event.level})"
    said = about if what is None else f"{about}: {what}"
    return said if event.device is None else f"{said} [{event.device}]"


def _escaped(value: str) -> str:
    r"""Write a PARAM-VALUE: `"`, `\` and `]` behind a backslash, no control characters."""
    text = safe_text(value, _VALUE).replace("\\", "\\\\")
    return text.replace('"', '\\"').replace("]", "\\]")


def _cut(text: str, room: int) -> bytes:
    """Encode what fits, never half a character."""
    encoded = text.encode("utf-8", "backslashreplace")
    if len(encoded) <= room:
        return encoded
    return encoded[:room].decode("utf-8", "ignore").encode()
