"""Crash reports of an iPhone: from a list of its crash area, or from the reports themselves.

Reports lie in /private/var/mobile/Library/Logs/CrashReporter; those that were sent or synchronised
before are in `Retired`, or end in `.synced`. A phone is asked for the names and the header of the
newest. Of a recorded report more is read: the program, who started it, its user and its signal. A
sysdiagnose keeps copies of all folders in one, so that only their names say which is which.

Analytics and logs, which lie there too, are no reports of a program; of a name alone not all of
them can be told from one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET

from scanner.artifacts.ios.crash_names import is_report, is_retired, kind_of, public, told_by
from scanner.artifacts.ios.exposed_processes import is_exposed
from scanner.errors import ParseError
from scanner.formats.crash_listing import CrashEntry, CrashHeader, read
from scanner.formats.crash_report import CrashReport, read_report
from scanner.formats.ios_paths import normal
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Crash, FileEntry
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import CrashReports, Diagnostic, File, Glob

AREA = "/private/var/mobile/Library/Logs/CrashReporter"
ARCHIVE = re.compile(r"DiagnosticLogs/sysdiagnose/sysdiagnose_[^/]{1,200}\.tar\.gz")

REPORTS: tuple[Diagnostic | Glob, ...] = (
    *(
        Diagnostic(name=f"{folder}/*.{ending}")
        for folder in ("crashes_and_spins", "crashes_and_spins/*")
        for ending in ("ips", "crash", "panic")
    ),
    *(
        Glob(pattern=f"{folder}/*.{ending}")
        for folder in (AREA, f"{AREA}/*")
        for ending in ("ips", "ips.synced", "crash", "panic")
    ),
)
"""Where a sysdiagnose and a file system keep reports."""

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d{1,9})? ([+-]\d{4})")
_BUILD = re.compile(r"[^()]{1,60} \(([0-9A-Za-z]{4,12})\)")


def parse(file: EvidenceFile) -> Iterator[Crash | FileEntry]:
    """Yield the reports, and the sysdiagnose archives that somebody made."""
    for entry in read(file):
        if ARCHIVE.fullmatch(entry.path):
            yield FileEntry(
                path=f"{AREA}/{entry.path}",
                kind="file",
                ending="gz",
                size=entry.size,
                modified_at=_modified(entry),
            )
        elif is_report(entry.path):
            yield _crash(entry)


def parse_report(file: EvidenceFile) -> Iterator[Crash]:
    """Yield what one report says; ParseError where it is none."""
    report, path, retired = read_report(file), *placed(file)
    yield Crash(file=path, retired=UNSET if retired is None else retired, **_of_report(report))


def placed(file: EvidenceFile) -> tuple[str, bool | None]:
    """Return the path of a report in the crash area, and whether it lies among the retired ones.

    A copy in a sysdiagnose has lost its folder: then nobody knows.
    """
    match file.request:
        case File(path=path):
            folder, _, name = path.removeprefix(f"{AREA}/").rpartition("/")
            return f"{folder}/{public(name)}".removeprefix("/"), is_retired(folder, name)
        case Diagnostic(name=path):
            return public(path.rpartition("/")[2]), None
    raise ParseError("a report of a file system or a sysdiagnose expected")


def _of_report(report: CrashReport) -> dict[str, Any]:
    header = report.header or CrashHeader()
    stated = _by_header(header)
    if report.exception and header.bug_type is None:
        stated["kind"] = "crash"
    if report.process:
        stated["process"] = report.process
    process = stated.get("process")
    known = {
        "executable": normal(report.path) if report.path else None,
        "uid": report.uid,
        "signal": report.signal,
        "code": report.exception,
        "parent": report.parent,
        "at": moment(report.at) or moment(header.timestamp),
    }
    stated["exposed"] = is_exposed(process) if process else False
    return stated | {field: value for field, value in known.items() if value is not None}


def _crash(entry: CrashEntry) -> Crash:
    folder, _, name = entry.path.rpartition("/")
    stated = _by_header(entry.header) if entry.header else told_by(name)
    process = stated.get("process")
    told = entry.header is not None or "kind" in stated  # then no process means that there is none
    return Crash(
        file=f"{folder}/{public(name)}".removeprefix("/"),
        at=(moment(entry.header.timestamp) if entry.header else None) or _modified(entry),
        exposed=is_exposed(process) if process else (False if told else UNSET),
        retired=is_retired(folder, name),
        **stated,
    )


def _by_header(header: CrashHeader) -> dict[str, Any]:
    stated: dict[str, Any] = {"bundle": header.bundle}
    if process := header.name or header.app_name:
        stated["process"] = process
    if header.bug_type is not None:
        stated["bug_type"] = header.bug_type
        stated["kind"] = kind_of(header.bug_type)
    if build := _BUILD.fullmatch(header.os_version or ""):
        stated["build"] = build[1]
    return stated


def moment(printed: str | None) -> datetime | None:
    """Return the time that a report prints, `2026-11-01 09:15:12.00 +0100`; None for another."""
    match = _MOMENT.fullmatch(printed or "")
    if match is None:
        return None
    try:
        found = datetime.strptime(" ".join(match.groups()), "%Y-%m-%d %H:%M:%S %z")
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _modified(entry: CrashEntry) -> datetime | None:
    if entry.modified_at is None:
        return None
    try:
        found = datetime.fromisoformat(entry.modified_at)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


CRASH_REPORTS = Artifact(
    name="ios.crash_reports",
    title="Crash reports",
    platform="ios",
    states=(
        Stated(
            Crash,
            (
                "file",
                "process",
                "at",
                "build",
                "exposed",
                "kind",
                "bug_type",
                "bundle",
                "retired",
                "executable",
                "uid",
                "signal",
                "code",
                "parent",
            ),
        ),
        Stated(FileEntry, ("path", "kind", "ending", "size", "modified_at")),
    ),
    readings=(
        Reading(CrashReports(), parse),
        *(Reading(request, parse_report) for request in REPORTS),
    ),
)
