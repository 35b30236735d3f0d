"""Findings with the words they are read by, in the order in which they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from scanner.formats.text import safe_text
from scanner.model.changes import ChangeLine, DiffRule
from scanner.model.findings import LEVELS, Finding, Level, RuleClass
from scanner.model.report import RuleLine
from scanner.report import indications
from scanner.report.change_words import said
from scanner.report.messages import named
from scanner.report.subjects import key_words, subject_of


class Shown(Struct, frozen=True, kw_only=True):
    """A finding with its place in the report and the words of its rule, or of its indicator."""

    number: int
    finding: Finding
    title: str
    description: str = ""
    ordinary: tuple[str, ...] = ()  # explanations that mean no harm
    kind: str  # App
    subject: str  # com.example.app, user 0


class Words(Struct, frozen=True, kw_only=True):
    """What findings are worded from: rules by their ids, feeds, changes by their findings."""

    rules: Mapping[str, RuleLine | DiffRule]
    feeds: Mapping[str, str] = {}
    changes: Mapping[str, ChangeLine] = {}
    language: str = "en"

    def show(self, finding: Finding, number: int = 0) -> Shown:
        """Word one finding."""
        kind, subject = self._subject(finding)
        return Shown(
            number=number, finding=finding, kind=kind, subject=subject, **self._rule(finding)
        )

    def _subject(self, finding: Finding) -> tuple[str, str]:
        """Name what a finding is about; of a change the thing that changed, and how."""
        key = finding.subject.key
        if finding.subject.entity != "change":
            kind = named("subject", finding.subject.entity, self.language)
            return kind, subject_of(finding, self.language)
        kind = named("subject", str(key.get("entity")), self.language)
        line = self.changes.get(finding.id)
        if line is None:
            known = [str(key[each]) for each in ("identity", "field") if key.get(each) is not None]
            return kind, safe_text(": ".join(known))
        who = ", ".join(key_words(line.identity, self.language, skip_none=True))
        words = ": ".join(filter(None, [safe_text(who, 120), said(line, self.language)]))
        return kind, safe_text(words, 300)

    def _rule(self, finding: Finding) -> dict[str, Any]:
        """Return title, description and ordinary explanations of a finding."""
        if finding.indicator is not None:
            return indications.words(finding, finding.indicator, self.feeds, self.language)
        rule = self.rules.get(finding.rule)
        if rule is None:
            return {"title": safe_text(finding.rule)}
        ordinary = rule.falsepositives if isinstance(rule, RuleLine) else ()
        return {
            "title": safe_text(rule.title),
            "description": rule.description,
            "ordinary": ordinary,
        }


def show(findings: Iterable[Finding], words: Words) -> tuple[Shown, ...]:
    """Word findings and number them: what is set aside last, signs of compromise first."""

    def order(finding: Finding) -> tuple[bool, RuleClass, int, bool, str, str]:
        rank = -LEVELS.index(finding.level)
        aside = finding.suppressed is not None
        return aside, finding.rule_class, rank, finding.review, finding.rule, finding.id

    return tuple(
        words.show(finding, number)
        for number, finding in enumerate(sorted(findings, key=order), start=1)
    )


def changes_by_finding(lines: Iterable[ChangeLine]) -> dict[str, ChangeLine]:
    """Return for each id of a finding the change that it is about."""
    return {id: line for line in lines for id in line.findings}


def by_level(findings: Iterable[Shown]) -> tuple[tuple[Level, int], ...]:
    """Count the findings that are not set aside, the gravest level first."""
    counted = Counter(each.finding.level for each in findings if each.finding.suppressed is None)
    return tuple((level, counted[level]) for level in reversed(LEVELS))


def alike(findings: Iterable[Shown]) -> tuple[tuple[Shown, ...], ...]:
    """Group findings that differ in their subject only, in the order of the first of each."""
    groups: dict[tuple[object, ...], list[Shown]] = {}
    for each in findings:
        made = each.finding
        notes = (made.explained_by_scan, made.suppressed)
        state = made.baseline_state
        key = (made.rule, made.level, made.review, state, *(note and note.id for note in notes))
        groups.setdefault(key, []).append(each)
    return tuple(tuple(group) for group in groups.values())
