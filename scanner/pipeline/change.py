"""A device beside an earlier state of its own: the state of an examination, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import structs

from scanner.artifacts import ARTIFACTS
from scanner.changes import Compared, Newness, Side, compared, ended, is_compared, ruled, seen
from scanner.detect import Beside, enumerating
from scanner.model.changes import ChangeLine, Comparison, Held, Plain, State, StateLine
from scanner.model.entities import ENTITIES, Build
from scanner.model.evidence import Gap, Reason
from scanner.model.findings import Check, Finding
from scanner.model.report import Report
from scanner.pipeline.limits import is_recording
from scanner.pipeline.privacy import Redaction
from scanner.snapshot import Snapshot

if TYPE_CHECKING:
    from scanner.pipeline.compose import Examination
    from scanner.pipeline.reading import EvidenceReader

BASELINE = "baseline:"  # before the id of an evidence that lies in the case of the baseline
_DECIDED = frozenset({"pass", "finding", "review"})
_UNDECIDED = frozenset({"not_examined", "error"})


class Against:
    """An earlier state of a device and the one of now, compared."""

    def __init__(self, old: State, made: Compared) -> None:
        self.old, self.made = old, made
        self._newness = Newness(old, made.new)

    @property
    def facts(self) -> Beside:
        """Return what rules on changes must know: what could not be compared at all."""
        return Beside(incomparable=dict(self._incomparable()))

    def _incomparable(self) -> Iterable[tuple[str, tuple[Reason, str]]]:
        new = self.made.new
        before, after = Side(self.old, beside=new), Side(new, beside=self.old)
        for entity, artifacts in listing(new.line.platform).items():
            for side in (before, after):
                if artifacts and not side.covers(artifacts):
                    lack = side.reason(artifacts)
                    yield entity, (lack.reason, lack.artifact)
                    break

    def tell(self, snapshot: Snapshot) -> None:
        """Add the changes to what rules are applied to."""
        for change, line in zip(self.made.changes, self.made.lines, strict=True):
            ids = (*line.new_evidence, *(f"{BASELINE}{each}" for each in line.old_evidence))
            for each in ids:
                snapshot.add(change, evidence=each, provenance="os_claimed", rank=0)

    def concluded(
        self,
        checks: Iterable[Check],
        findings: Sequence[Finding],
        told: Sequence[Finding],
        redaction: Redaction,
    ) -> Comparison:
        """Return the comparison as a report shows it, with what became of earlier findings.

        `told` are the findings as the report shows them, as those of the baseline were.
        """
        decided = frozenset(check.rule for check in checks if check.status in _DECIDED)
        made = ended(ruled(self.made, findings), told, self.old, self.made.new, decided)
        return shown(made, redaction)

    def mark(self, finding: Finding, told: Finding, reader: EvidenceReader) -> Finding:
        """Say of a finding whether the baseline had it; `told` is how the report shows it."""
        state = self._newness.of(told, _read_by(reader, finding))
        return structs.replace(finding, baseline_state=state)


def against(old: State, new: State) -> Against:
    """Compare the state of now with an earlier one of the same device."""
    return Against(old, compared(old, new))


def state_of(
    examination: Examination, *, gaps: Sequence[Gap] | None = None, report: Report | None = None
) -> State:
    """Return what an examination saw, as far as it can be compared.

    With its report the state holds the findings, too, so that a later one can tell which are new.
    """
    reader, redaction = examination.reader, examination.redaction
    entities = tuple(
        seen(
            reader.snapshot,
            pseudonym=lambda value: redaction.pseudonym("D", value),
            read_by=reader.read_by,
            enumerating=listing(examination.acquisition.platform),
        )
    )
    return State(
        line=_line(examination, empty=not entities),
        entities=entities,
        read=tuple(artifact.name for artifact in reader.artifacts),
        gaps=tuple(examination.gaps() if gaps is None else gaps),
        held=_held(report, reader) if report else (),
        undecided=tuple(
            check.rule for check in (report.checks if report else ()) if check.status in _UNDECIDED
        ),
    )


def _line(examination: Examination, *, empty: bool) -> StateLine:
    """Say which state it is; an empty one is of a recording that is not at hand."""
    acquisition = examination.acquisition
    build = next(iter(examination.reader.snapshot.every(Build)), Build())
    words = [each for each in (build.fingerprint, build.build) if isinstance(each, str)]
    return StateLine(
        case=acquisition.case,
        digest=examination.digest,
        device=acquisition.device,
        platform=acquisition.platform,
        taken_at=acquisition.now,
        booted_at=acquisition.clock.booted_at if acquisition.clock else None,
        build=words[0] if words else None,
        transport=acquisition.transport,
        recorded=is_recording(acquisition),
        profile=acquisition.profile,
        complete=acquisition.complete and examination.whole and not empty,
    )


@cache
def listing(platform: str) -> Mapping[str, tuple[str, ...]]:
    """Return the artifacts of a platform that list entities, by their type."""
    own = [artifact for artifact in ARTIFACTS if artifact.platform == platform]
    return {
        name: enumerating(own, entity)
        for entity in ENTITIES
        if is_compared(name := str(entity.__struct_config__.tag))
    }


def _held(report: Report, reader: EvidenceReader) -> tuple[Held, ...]:
    titles = {rule.id: rule.title for rule in report.rules.rules}
    return tuple(
        Held(
            finding=finding,
            title=titles.get(finding.rule, finding.rule),
            artifacts=_read_by(reader, finding),
        )
        for finding in report.findings
    )


def _read_by(reader: EvidenceReader, finding: Finding) -> tuple[str, ...]:
    """Return the artifacts that read the evidence of a finding."""
    return tuple(sorted({name for id in finding.evidence for name in reader.read_by.get(id, ())}))


def shown(comparison: Comparison, redaction: Redaction) -> Comparison:
    """Return a comparison as a privacy level shows it."""
    return structs.replace(
        comparison,
        changes=tuple(_shown(line, redaction) for line in comparison.changes),
    )


def _shown(line: ChangeLine, redaction: Redaction) -> ChangeLine:
    """Show values of class N where a rule matched them, and where the level is `case`."""
    matched = bool(line.findings)

    def hidden(name: str, value: Plain) -> Plain:
        return redaction.changed(line.entity, name, value, matched=matched)

    field = line.field or ""
    return structs.replace(
        line,
        identity={name: hidden(name, value) for name, value in line.identity.items()},
        old=hidden(field, line.old),
        new=hidden(field, line.new),
        gained=hidden(field, line.gained),
        lost=hidden(field, line.lost),
        facts={name: hidden(name, value) for name, value in line.facts.items()},
    )
