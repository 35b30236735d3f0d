"""Computers that paired with the phone, from the log of lockdownd.

A line of lockdownd.log is `MM/DD/YY HH:MM:SS.ffffff pid=N FUNCTION: MESSAGE`; older ones have no
pid. Lines without a time belong to the message above. One pairing takes several lines:

    handle_pair: Pair message: {          with HostID = "...", also on lines of its own
    store_escrow_record: Creating escrow bag for HOSTID
    handle_pair: Pair for NAME succeeded .
    handle_pair: Pair for NAME failed : UserDeniedPairing

While the phone waits for its owner it answers PairingDialogResponsePending, which is no refusal.
`No pairing record for HOSTID` is a computer that was not let in; `Deleted pair record (PATH)` and
`Destroying old pair records` are pairings that ended. The log writes the phone's local time, which
is stated as it stands, as if it were UTC. Names that computers gave themselves are never read.

Sources: a log of iOS 16; excerpts of logs of iOS 16 and 26 in public analyses; libimobiledevice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from scanner.errors import ParseError
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import PairingEvent
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, Glob

_LONGEST = 4_000  # characters of a line that are looked at
_LINE = re.compile(
    r"(\d\d)/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)[.,](\d{1,6}) (?:pid=\d{1,10} )?(.*)", re.DOTALL
)
_HOST_ID = re.compile(r'\bHostID\s*=\s*"?([0-9A-Za-z-]{1,100})"?')
_ESCROW = re.compile(r"Creating escrow bag for ([0-9A-Za-z-]{1,100})")
_ENDED = re.compile(r"Pair for .{0,200}? (succeeded|failed)\b[\s:]*([A-Za-z]{0,60})")
_UNKNOWN = re.compile(r"No pairing record for ([0-9A-Za-z-]{1,100})")
_DELETED = re.compile(r"pair_records/([0-9A-Za-z-]{1,100})\.plist")
_ALL_DELETED = re.compile(r"(?:Destroying old|deleting all existing) pair records", re.IGNORECASE)
_PENDING = "PairingDialogResponsePending"


def parse(file: EvidenceFile) -> Iterator[PairingEvent]:
    """Yield what the log tells of pairings; ParseError where it is no log of lockdownd."""
    at: datetime | None = None
    host: str | None = None
    deleting = False
    seen = lines = 0
    for line in file.lines():
        lines += bool(line.strip())
        message = line[:_LONGEST]
        if match := _LINE.match(message):
            seen += 1
            at, message = _moment(match), match[8]
            deleting = "Deleted pair record" in message
            if "Preparing to pair" in message or "Pair message" in message:
                host = None
        if found := _HOST_ID.search(message) or _ESCROW.search(message):
            host = found[1]
        if deleting and (found := _DELETED.search(message)):
            yield PairingEvent(host=found[1], kind="unpaired", at=at, clock="device_local")
        elif event := _event(message, at, host):
            yield event
    if lines and not seen:
        raise ParseError("a log of lockdownd expected")


def _event(message: str, at: datetime | None, host: str | None) -> PairingEvent | None:
    """Return what a message says of a pairing."""
    if found := _ENDED.search(message):
        if found[2] == _PENDING:
            return None
        kind = "paired" if found[1] == "succeeded" else "refused"
        return PairingEvent(host=host, kind=kind, at=at, clock="device_local")
    if found := _UNKNOWN.search(message):
        return PairingEvent(host=found[1], kind="refused", at=at, clock="device_local")
    if _ALL_DELETED.search(message):
        return PairingEvent(host=None, kind="unpaired", at=at, clock="device_local")
    return None


def _moment(match: re.Match[str]) -> datetime | None:
    month, day, year, hour, minute, second = (int(match[group]) for group in range(1, 7))
    try:
        return datetime(
            2000 + year, month, day, hour, minute, second, int(match[7].ljust(6, "0")), tzinfo=UTC
        )
    except ValueError:
        return None


PAIRINGS = Artifact(
    name="ios.pairings",
    title="Pairings with computers, as the phone logs them",
    platform="ios",
    states=(Stated(PairingEvent, where=("kind", ("paired", "unpaired", "refused"))),),
    readings=(
        Reading(Diagnostic(name="logs/MobileLockdown/lockdownd.log*"), parse),
        Reading(Glob(pattern="/private/var/logs/lockdownd.log*"), parse),
    ),
    profile=Profile.STANDARD,
)
