"""Examining a recording with other texts in the place of its own, parsing each text once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.artifacts import ARTIFACTS
from scanner.detect import RulePack, ScanFacts, decide, inspect, load
from scanner.formats.container import RecordedFile, open_at
from scanner.model.evidence import BytesFile, Evidence, Locator
from scanner.model.findings import LEVELS, Finding
from scanner.model.recording import Header, Part
from scanner.model.report import Verdict
from scanner.model.requests import Dumpsys, Survey
from scanner.pipeline.plan import wanted_of_recordings
from scanner.pipeline.reading import EvidenceReader
from scanner.snapshot import Snapshot
from scanner.sources.recorded import survey
from tests.pipeline.recorded import ended, evidence_of

_MEDIUM = LEVELS.index("medium")
# Fields that every installed app states.
_PLAIN = {"installed", "system", "user", "package"}


class _Worker:
    """Runs parsers in this process; what the parts of the recording state is read once."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str, str], list[object]] = {}

    def call(self, parse: Any, file: Any, limits: object) -> Any:
        if isinstance(file, BytesFile):
            yield from parse(file)
            return
        key = (parse.__module__, parse.__name__, file.id)
        if key not in self.known:
            self.known[key] = list(ended(parse, file))
        for each in self.known[key]:
            if isinstance(each, Exception):
                raise each
            yield each


class Recorded:
    """A recording that was surveyed."""

    def __init__(self, path: Path, pack: RulePack | None = None) -> None:
        self.path, self.pack, self._worker = path, pack or load(), _Worker()
        request = Survey(wanted=wanted_of_recordings(ARTIFACTS))
        found = list(survey(RecordedFile(request, path, Locator())))
        assert isinstance(found[0], Header)
        self.recorded_at = _moment(found[0].recorded_at)
        self._evidence = [
            evidence_of(part)
            for part in found
            if isinstance(part, Part) and part.request is not None and part.sha256 is not None
        ]

    def texts(self, *services: str) -> dict[str, str]:
        """Return what services printed, as far as the recording holds them."""
        found = {}
        for service, each in self._places().items():
            if service in services and each.locator is not None:
                with open_at(self.path, each.locator) as stream:
                    found[service] = stream.read().decode("utf-8", "surrogateescape")
        return found

    def _places(self) -> dict[str, Evidence]:
        """Return where services printed: of two texts by priority the later one, which is whole."""
        asked = [(each.request, each) for each in self._evidence]
        return {
            request.service: each
            for request, each in asked
            if isinstance(request, Dumpsys) and not request.arguments
        }

    def examined(self, changed: Mapping[str, str]) -> tuple[Verdict, list[Finding]]:
        """Examine with other texts of some services."""
        places = {each.id: service for service, each in self._places().items()}
        reader = EvidenceReader(
            ARTIFACTS,
            Snapshot("android", now=self.recorded_at, host_keys=None),
            self._worker,  # type: ignore[arg-type]
            recorded=True,
        )
        for evidence in self._evidence:
            reader.read(evidence, self._file(evidence, changed.get(places.get(evidence.id, ""))))
        results = list(
            inspect(
                reader.snapshot,
                self.pack,
                platform="android",
                gaps=reader.gaps((), None),
                statements=reader.artifacts,
                facts=ScanFacts(),
            )
        )
        findings = [finding for _, found in results for finding in found]
        checks = tuple(check for check, _ in results)
        self.artifacts_cut = {gap.artifact for gap in reader.gaps((), None)}
        return decide(checks, findings, minimum=0, complete=True), findings

    def _file(self, evidence: Evidence, text: str | None) -> Any:
        asked, code = evidence.request, evidence.outcome.exit_code
        assert asked is not None
        if text is not None:
            data = text.encode("utf-8", "surrogateescape")
            return BytesFile(asked, data, id=evidence.id, exit_code=code)
        assert evidence.locator is not None
        return RecordedFile(asked, self.path, evidence.locator, id=evidence.id, exit_code=code)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def accusing(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings above low that speak of a compromise."""
    return [
        each
        for each in findings
        if each.rule_class == "compromise" and LEVELS.index(each.level) >= _MEDIUM
    ]


def names(finding: Finding) -> set[str]:
    """Return the words that name whom a finding is about, in a join of several also the others."""
    named = {str(value) for value in finding.subject.key.values()}
    joined = (match for match in finding.matched if match.pattern == "names it")
    return named | {str(value) for match in joined for value in match.values}


def facts(finding: Finding) -> set[str]:
    """Return the fields that give a finding its reason; of an absence only the installer's."""
    stated = ((match.field.rpartition(".")[2], match.pattern) for match in finding.matched)
    return {
        field
        for field, pattern in stated
        if field == "installer" or not pattern.startswith(("is not", "not:", "none is"))
    } - _PLAIN
