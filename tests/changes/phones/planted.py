"""One planted change: how the phone is another one, and which rule must say so, of what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fixtures.building.changing import Edit
from scanner.detect.lints import kebab
from scanner.model.changes import ChangeLine
from scanner.pipeline import Scanned

Told = tuple[str, str, str | None]  # the rule's file, the type of entity, the field
Look = Callable[..., Scanned]


@dataclass(frozen=True)
class Planted:
    """What somebody did between two scans."""

    name: str
    edits: tuple[Edit, ...]
    rule: str
    entity: str
    field: str | None = None

    @property
    def told(self) -> Told:
        return self.rule, self.entity, self.field


def told(done: Scanned) -> list[Told]:
    """Return which rules on changes say something above informational, and of what."""
    return sorted(_told(done), key=str)


def _told(done: Scanned) -> Iterator[Told]:
    report = done.report
    assert report.baseline is not None
    files = {rule.id: kebab(rule.title) for rule in report.rules.rules}
    findings = {finding.id: finding for finding in report.findings}
    for line in report.baseline.changes:
        named = [findings[id] for id in line.findings]
        for finding in named:
            if finding.level != "informational" and finding.explained_by_scan is None:
                yield files[finding.rule], line.entity, line.field


def evidence_stands(line: ChangeLine) -> bool:
    """Whether a change names its evidence on each side that has what it is about."""
    old, new = bool(line.old_evidence), bool(line.new_evidence)
    return (old, new) == (line.change != "added", line.change != "removed")
