"""What happened on a phone, and when: one line of its time line."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

Precision = Literal["second", "minute", "day", "unknown"]
EventClock = Literal[
    "device_utc",  # the phone's clock, stated with its zone
    "device_local",  # the phone's clock, stated without one: `zone` says what it was taken as
    "host",  # of the computer that acquired
    "server",  # of a store, a signer or whoever made what is installed
]


class HistoryEvent(Struct, frozen=True, kw_only=True):
    """One thing that happened, as one entity or the report itself states it."""

    at: datetime  # UTC; a day stands at its midnight
    precision: Precision
    clock: EventClock
    zone: str | None  # device_local: offset taken, +0100; None: not known, taken as UTC
    kind: str  # app_installed, crash, shutdown ...
    words: str  # what the moment is: `App installed`
    message: str  # one sentence, with what the report's privacy level shows
    entity: str  # its type; `acquisition` where the report itself states it
    key: str  # what tells it from others of its type: `package=com.example.app user=0`
    sources: tuple[str, ...]  # artifacts that read it
    evidence: tuple[str, ...]  # ids
    platform: str
    device: str  # pseudonym
