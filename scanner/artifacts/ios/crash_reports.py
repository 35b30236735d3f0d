"""Crash reports of an iPhone, from the names in its crash area and the header of the newest.

Reports lie in /private/var/mobile/Library/Logs/CrashReporter; those that were sent or synchronised
before are in `Retired`, or end in `.synced`. Names are those of iOS 10 and later, a program and a
local time: `imagent-2026-11-01-091512.ips`. Older ones name the phone after it, `Example
2018-11-01-091512 Phone.ips`; that is left out. Analytics and logs, which lie there too, are no
reports of a program; of a name alone not all of them can be told from one.

What `bug_type` stands for is in iOS itself, log_type.json of its OSAnalytics framework; 109, 151
and 309 were seen in reports of iOS 14 to 26.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET

from scanner.artifacts.ios.exposed_processes import is_exposed
from scanner.formats.crash_listing import CrashEntry, CrashHeader, read
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Crash, FileEntry
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import CrashReports

AREA = "/private/var/mobile/Library/Logs/CrashReporter"
ARCHIVE = re.compile(r"DiagnosticLogs/sysdiagnose/sysdiagnose_[^/]{1,200}\.tar\.gz")

_KINDS: Mapping[str, tuple[str, ...]] = {
    "crash": ("9", "109", "309", "409"),  # 409: a watchdog ended it
    "panic": ("10", "110", "210", "410"),
    "jetsam": ("98", "198", "298"),
    "stackshot": ("186", "188", "288", "509"),
}
_KIND_OF = {number: kind for kind, numbers in _KINDS.items() for number in numbers}
_KIND_OF_NAME = {
    "JetsamEvent": "jetsam",
    "panic-full": "panic",
    "panic-base": "panic",
    "stacks": "stackshot",
}
_NAME = re.compile(
    r"(?P<program>[^/]{1,200}?)(?P<resource>\.[a-z]{1,20}_resource)?"
    r"[-_ ](?P<time>\d{4}-\d\d-\d\d-\d{6})(?P<rest>[^/]{0,200})"
)
_ENDING = re.compile(r"(?:\.\d{1,4})?((?:\.(?:ips|crash|panic|beta|ca|synced)){1,4})\Z")
_REPORT = re.compile(r"\.(?:ips|crash|panic)(?:\.|\Z)")
_ANALYTICS = ".ips.ca"
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
        elif _REPORT.search(entry.path) and _ANALYTICS not in entry.path:
            yield _crash(entry)


def _crash(entry: CrashEntry) -> Crash:
    folder, _, name = entry.path.rpartition("/")
    shape = _NAME.fullmatch(name)
    stated = _by_header(entry.header) if entry.header else _by_name(shape)
    process = stated.get("process")
    told = entry.header is not None or "kind" in stated  # then no process means that there is none
    return Crash(
        file=f"{folder}/{_public(name, shape)}".removeprefix("/"),
        at=(_moment(entry.header) if entry.header else None) or _modified(entry),
        exposed=is_exposed(process) if process else (False if told else UNSET),
        retired="Retired" in folder.split("/") or name.endswith(".synced"),
        **stated,
    )


def _by_header(header: CrashHeader) -> dict[str, Any]:
    stated: dict[str, Any] = {"bundle": header.bundle}
    if process := header.name or header.app_name:
        stated["process"] = process
    if header.bug_type is not None:
        stated["bug_type"] = header.bug_type
        stated["kind"] = _KIND_OF.get(header.bug_type, "other")
    if build := _BUILD.fullmatch(header.os_version or ""):
        stated["build"] = build[1]
    return stated


def _by_name(shape: re.Match[str] | None) -> dict[str, Any]:
    if shape is None:
        return {}
    if kind := _KIND_OF_NAME.get(shape["program"]):
        return {"kind": kind}
    if shape["resource"]:
        return {"process": shape["program"], "kind": "other"}
    return {"process": shape["program"]}


def _public(name: str, shape: re.Match[str] | None) -> str:
    """Return the name of a report without what an older iOS put behind its time: a phone's name."""
    if shape is None:
        return name
    ending = _ENDING.search(shape["rest"])
    kept = ending[0] if ending else ""
    return name[: shape.end("time")] + kept


def _moment(header: CrashHeader) -> datetime | None:
    match = _MOMENT.fullmatch(header.timestamp or "")
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
            ),
        ),
        Stated(FileEntry, ("path", "kind", "ending", "size", "modified_at")),
    ),
    readings=(Reading(CrashReports(), parse),),
)
