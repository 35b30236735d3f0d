"""What a store gives back of a phone."""

from __future__ import annotations

import zlib
from datetime import datetime

import msgspec
from msgspec import Struct

from scanner.errors import CaseError
from scanner.model.changes import State

_STATE_LIMIT = 256 * 2**20  # bytes; a larger one was not written by us


class DeviceRow(Struct, frozen=True, kw_only=True):
    """One phone, as the watch last saw it."""

    device: str  # pseudonym
    platform: str
    model: str | None = None
    build: str | None = None
    first_at: datetime
    heard_at: datetime | None = None  # its last scan
    deep_at: datetime | None = None  # its last scan of the deeper profile
    verdict: str | None = None
    profile: str | None = None  # of the last scan
    interval: float
    obstacle: str | None = None  # why it cannot be asked
    present: bool = False
    failed: int = 0  # scans in a row
    dropped: int = 0  # rows that were pruned


class StoredState(Struct, frozen=True, kw_only=True):
    """A state that others are compared with."""

    state: State
    at: datetime  # by the clock of the watch
    folder: str | None  # of its case


def packed(state: State) -> bytes:
    """Return a state as the store keeps it."""
    return zlib.compress(msgspec.json.encode(state), 6)


def unpacked(body: bytes) -> State:
    """Return a state that was kept; CaseError where it is none."""
    try:
        reader = zlib.decompressobj()
        text = reader.decompress(body, _STATE_LIMIT)
        return msgspec.json.decode(text, type=State)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise CaseError(
            "a state in the store of the watch cannot be read",
            remedy="set a new baseline: scanner watch baseline DEVICE --set CASE",
        ) from error


def iso(at: datetime | None) -> str | None:
    """Return a time as the store keeps it: such words sort as the times do."""
    return None if at is None else at.isoformat()


def moment(text: str | None) -> datetime | None:
    """Return a time that was kept."""
    return None if text is None else datetime.fromisoformat(text)
