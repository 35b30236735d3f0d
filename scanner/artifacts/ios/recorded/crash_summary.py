"""Crash reports that a sysdiagnose names: summaries/crashes_and_spins.log.

It lists the reports that lay on the phone, one path a line, with its size or time behind; not all
of them are copied. What a report itself says is better, so this stands behind it in the registry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET

from scanner.artifacts.ios.crash_names import is_report, is_retired, public, told_by
from scanner.artifacts.ios.exposed_processes import is_exposed
from scanner.errors import ParseError
from scanner.formats.lines import text_lines
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Crash
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic

REPORTS_LIMIT = 20_000

_LINE_LIMIT = 2048
_REPORT = re.compile(
    r"\s*(/[^,]{1,1000}?)/([^/,]{1,255}?\.(?:ips|crash|panic)(?:\.[a-z]{1,10}){0,3})(?=[\s,:(]|\Z)"
)


def parse(file: EvidenceFile) -> Iterator[Crash]:
    """Yield the reports; ParseError where a text names none of the crash area."""
    found: dict[str, Crash] = {}
    for line in text_lines(file):
        named = _REPORT.match(line[:_LINE_LIMIT])
        if named is None or not is_report(named[2]):
            continue
        crash = _crash(named[1], named[2])
        found.setdefault(crash.file, crash)
        if len(found) > REPORTS_LIMIT:
            raise ParseError(f"at most {REPORTS_LIMIT} crash reports expected")
    if not found:
        raise ParseError("a list of crash reports expected")
    yield from found.values()


def _crash(folder: str, name: str) -> Crash:
    told = told_by(name)
    process = told.get("process")
    return Crash(
        file=public(name),
        exposed=is_exposed(process) if process else (False if "kind" in told else UNSET),
        retired=is_retired(folder, name),
        **told,
    )


CRASH_SUMMARY = Artifact(
    name="ios.crash_summary",
    title="Names of crash reports",
    platform="ios",
    states=(Stated(Crash, ("file", "process", "exposed", "kind", "retired")),),
    readings=(Reading(Diagnostic(name="summaries/crashes_and_spins.log"), parse),),
    profile=Profile.QUICK,
)
