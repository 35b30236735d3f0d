"""Scanning the demo phones, and comparing what the report says with what was planted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from msgspec import Struct

from scanner.case import Case, pseudonym
from scanner.cli.demo_phone import serving
from scanner.cli.output import Progress
from scanner.model.findings import LEVELS, Finding
from scanner.model.report import Report
from scanner.pipeline import AdbServer, Options, Scanned, scan


class Planted(Struct, frozen=True, kw_only=True):
    """One thing that the demo phone was given, and whether the report names it."""

    what: str
    found: bool


class Comparison(Struct, frozen=True, kw_only=True):
    """What a report should say of a demo phone, and what it says."""

    phone: str
    verdict: str
    expected_verdict: str
    planted: tuple[Planted, ...]
    unexpected: tuple[str, ...]  # findings above the level that the phone may show
    report: str

    @property
    def as_expected(self) -> bool:
        found = all(each.found for each in self.planted)
        return found and not self.unexpected and self.verdict == self.expected_verdict

    def text(self) -> str:
        """Return the comparison for a terminal."""
        lines = [f"\n{self.phone}", f"  verdict   {self.verdict}"]
        if self.verdict != self.expected_verdict:
            lines.append(f"  expected  {self.expected_verdict}")
        lines += [f"  {'found' if p.found else 'MISSED':9} {p.what}" for p in self.planted]
        lines += [f"  UNEXPECTED {each}" for each in self.unexpected]
        return "\n".join([*lines, f"  report    {self.report}"])


def scan_demo(path: Path, folder: Path, *, quiet: bool) -> Scanned:
    """Scan one demo phone over its real protocol into a case."""
    with serving(path) as reached, Progress(quiet=quiet) as progress:
        options = Options(
            output=folder,
            adb=reached.adb or AdbServer(),
            usbmux=reached.usbmux,
            on_event=progress,
        )
        return scan(reached.target, options=options)


def compare(path: Path, scanned: Scanned) -> Comparison:
    """Hold a report against the `expected.json` of its phone."""
    expected = json.loads((path / "expected.json").read_text("utf-8"))
    report = scanned.report
    named = [finding for finding in report.findings if finding.suppressed is None]
    titles = {rule.id: rule.title for rule in report.rules.rules}
    key = Case.open(scanned.folder).device_key
    matches = [
        (each, [finding for finding in named if _is(finding, titles[finding.rule], each, key)])
        for each in expected["findings"]
    ]
    accounted = {finding.id for _, found in matches for finding in found}
    limit = LEVELS.index(expected["max_level_otherwise"])
    return Comparison(
        phone=path.name,
        verdict=report.verdict,
        expected_verdict=expected["verdict"],
        planted=(
            *(
                Planted(what=each["rule_title_contains"], found=bool(found))
                for each, found in matches
            ),
            *(_gap(gap, report) for gap in expected["gaps"]),
        ),
        unexpected=tuple(
            titles[finding.rule]
            for finding in named
            if finding.id not in accounted and LEVELS.index(finding.level) > limit
        ),
        report=str(scanned.written / "report.html"),
    )


def _gap(expected: dict[str, Any], report: Report) -> Planted:
    whose = "" if expected.get("user") is None else f" of user {expected['user']}"
    wanted = (expected["artifact"], expected.get("user"), expected["reason"])
    found = any((gap.artifact, gap.user, gap.reason) == wanted for gap in report.gaps)
    return Planted(what=f"gap: {expected['artifact']}{whose}", found=found)


def _is(finding: Finding, title: str, expected: dict[str, Any], key: bytes) -> bool:
    subject: dict[str, object] = dict(finding.subject.key)
    return (
        expected["rule_title_contains"].lower() in title.lower()
        and all(
            subject.get(name) in {value, pseudonym(key, "D", str(value))}
            for name, value in expected["subject"].items()
        )
        and LEVELS.index(finding.level) >= LEVELS.index(expected["at_least"])
    )
