"""What a caller may choose for a watch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from scanner.case.pseudonym import home
from scanner.errors import UsageError
from scanner.model.findings import Level
from scanner.pipeline import Options
from scanner.pipeline.knowledge import Indicators, Rules
from scanner.watch.schedule import Pace

KeepCases = Literal["all", "changed", "last"]


class Settings(Struct, frozen=True, kw_only=True):
    """Which phones are watched, how often, and what is kept of them."""

    targets: Sequence[str] = ()  # android:SERIAL, ios:UDID; none: every phone that comes
    pace: Pace = Pace()
    heartbeat: float = 300.0  # seconds; 0: none
    at_once: int = 4  # scans that run at the same time
    deepen_at: Level | None = "high"  # a new finding of this level or above calls for a deeper scan
    scan: Options = Options()  # of each scan; its output, profile and events are the watch's
    rules: Rules = ()
    indicators: Indicators = None
    formats: Sequence[str] = ("json", "html")  # of the reports in the cases
    baseline: Path | None = None  # a case to compare with; None: the first complete scan
    store: Path | None = None  # None: watch.db in the folder of this installation
    cases: Path = Path("cases") / "watch"
    keep_cases: KeepCases = "changed"
    keep_days: int = 90
    max_mib: int = 256
    once: bool = False  # one round over the phones that are attached now

    @property
    def path(self) -> Path:
        """Where the store lies."""
        return store_path(self.store)

    def check(self) -> None:
        """UsageError where a choice makes no sense."""
        for target in self.targets:
            if not target.startswith(("android:", "ios:")):
                raise UsageError(
                    f"{target} is not the name of a phone",
                    remedy="name phones as android:SERIAL or ios:UDID (scanner devices lists them)",
                )
        if self.pace.interval <= 0 or self.pace.quiet <= 0:
            raise UsageError("an interval has to be longer than nothing", remedy="give 1h or 30m")


def store_path(chosen: Path | None) -> Path:
    """Return the path of a store: the one that was chosen, or that of this installation."""
    return chosen or home() / "watch.db"
