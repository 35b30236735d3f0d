"""Updates and removals of apps by day, from the daily part of `dumpsys batterystats`.

BatteryStats.java, dumpLocked (Android 7 to 16): below `Daily stats:` the record that is being
written (`Current start time: 2026-11-20-01-02-03`), then up to ten finished ones, the newest first
(`Daily from ... to ...:`), each with `Package changes:` in their order, and of these one of

    Update com.example.app vers=12
    Uninstall com.example.app

A removal is written as `vers=0` too. Every change may stand several times. Times are of the
device's clock, without a zone. The name of a package may be long gone from the phone: that is why
this is read.

The whole service, as a bugreport holds it, begins with the history of the battery, up to 100 MB of
it with names that apps chose; it is passed over, not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from msgspec import UNSET, Struct, UnsetType, field

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.skim import lines_below
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import AppChange, PackageTrace
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys, ServiceDump

HEAD = b"Daily stats:"
CHANGES_LIMIT = 200_000
_TIME = r"(\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2})"
_CURRENT = re.compile(rf"  Current start time: {_TIME}\Z")
_FINISHED = re.compile(rf"  Daily from {_TIME} to {_TIME}:\Z")
_CHANGES = "    Package changes:"
_UPDATE = re.compile(r"      Update (\S{1,255}) vers=(-?\d{1,19})\Z")
_REMOVAL = re.compile(r"      Uninstall (\S{1,255})\Z")
_REMOVED = 0


class _Day(Struct):
    """The changes of one record, in their order."""

    start: datetime
    changes: list[tuple[str, int]] = field(default_factory=list)  # package, version


def parse(file: EvidenceFile) -> Iterator[AppChange | PackageTrace]:
    """Yield each change once a day, and each package that was removed."""
    days = _days(line.decode("utf-8", "replace") for line in lines_below(answer(file), HEAD))
    if not days:
        raise ParseError("'Current start time:' expected below 'Daily stats:'")
    changes, removals = _joined(reversed(days))
    yield from changes
    for package, time in removals.items():
        yield PackageTrace(kind="battery_removal", package=package, last_seen=time)


def _days(lines: Iterable[str]) -> list[_Day]:
    days: list[_Day] = []
    inside, count = False, 0
    for line in lines:
        if match := _CURRENT.match(line) or _FINISHED.match(line):
            days.append(_Day(_time(match[1])))
            inside = False
        elif line == _CHANGES:
            inside = True
        elif inside and line.startswith("      "):
            if not days:
                raise ParseError("the start of a day expected before changes of packages")
            days[-1].changes.append(_change(line))
            count += 1
            if count > CHANGES_LIMIT:
                raise ParseError(f"at most {CHANGES_LIMIT} changes of packages expected")
        elif line.startswith("  Daily from"):
            raise ParseError("'Daily from <time> to <time>:' expected")
        else:
            inside = False
    return days


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d-%H-%M-%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise ParseError("a day and a time expected") from error


def _change(line: str) -> tuple[str, int]:
    match = _UPDATE.match(line)
    version = int(match[2]) if match else _REMOVED
    match = match or _REMOVAL.match(line)
    if match is None or package_name(match[1]) is None:
        raise ParseError("'Update <package> vers=<number>' or 'Uninstall <package>' expected")
    return match[1], version


def _joined(days: Iterable[_Day]) -> tuple[list[AppChange], dict[str, datetime]]:
    """Follow each package from the oldest record to the newest.

    Of two changes of a day to the same version, a downgrade is the one that is stated.
    """
    known: dict[str, int] = {}
    stated: dict[tuple[str, str, int], AppChange] = {}
    removals: dict[str, datetime] = {}
    for day in days:
        for package, version in day.changes:
            before: int | None = known.get(package)
            known[package] = version
            if version == _REMOVED:
                removals[package] = day.start
            key = (package, day.start.date().isoformat(), version)
            if before == version and key in stated:
                continue
            change = _stated(key, before)
            if key not in stated or change.action == "downgraded":
                stated[key] = change
    return list(stated.values()), removals


def _stated(key: tuple[str, str, int], before: int | None) -> AppChange:
    package, day, version = key
    action = "installed_or_updated"
    if version == _REMOVED:
        action = "removed"
    elif before is not None and before > version:
        action = "downgraded"
    previous: int | None | UnsetType = UNSET if before is None else before or None
    return AppChange(
        package=package, day=day, version_code=version, action=action, previous_version=previous
    )


BATTERY_DAILY = Artifact(
    name="android.battery_daily",
    title="App updates and removals by day",
    platform="android",
    states=(
        Stated(AppChange, ("package", "day", "version_code", "action", "previous_version")),
        Stated(PackageTrace, ("kind", "package", "last_seen"), ("kind", ("battery_removal",))),
    ),
    readings=(
        Reading(Dumpsys(service="batterystats", arguments=("--daily",)), parse),
        Reading(ServiceDump(service="batterystats"), parse),
    ),
    profile=Profile.STANDARD,
)
