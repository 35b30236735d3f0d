"""What comes from a device for a row of requests, in order of arrival."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from scanner.model.evidence import Reason
from scanner.sources.live import Ended


class ProtocolBreach(Exception):
    """The device does not keep to its protocol; nothing after it can be trusted."""


class Began(Struct, frozen=True):
    """The answer to a request begins; its bytes follow."""

    index: int
    at: datetime


class Skipped(Struct, frozen=True):
    """A request has no answer."""

    index: int
    reason: Reason
    detail: str
    asked: bool = False  # of the device, which then did not give it


Event = Began | bytes | Ended | Skipped
