"""What a scan and an acquisition return."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from scanner.errors import ScannerError
from scanner.model.changes import State
from scanner.model.report import Acquisition, Report
from scanner.pipeline.compose import Examined


class Acquired(Struct, frozen=True, kw_only=True):
    """A finished acquisition: where the case lies, and the digest for the operator to note."""

    folder: Path
    digest: str | None  # sha256 of the tag manifest; None: the case is incomplete and stays open
    acquisition: Acquisition
    round_trips: int
    error: ScannerError | None = None  # what made it incomplete; its remedy says what to do


class Scanned(Struct, frozen=True, kw_only=True):
    """A finished scan."""

    report: Report
    folder: Path  # the case
    digest: str | None  # of the case, for the operator to note; None: it is incomplete
    written: Path  # the folder that holds report.json
    error: ScannerError | None = None  # what made it incomplete; its remedy says what to do
    examined: Examined

    @property
    def state(self) -> State:
        """What was seen and found, to compare a later state of the device with."""
        return self.examined.state
