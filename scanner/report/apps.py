"""Files of apps, arranged for reading: whose signature does not hold, and what was found, first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from msgspec import Struct

from scanner.formats.apk_signing.reasons import REASONS
from scanner.formats.macho.reasons import SENTENCES
from scanner.formats.text import safe_text
from scanner.model.findings import LEVELS, Finding
from scanner.model.report import AppLine, Report

SHORT = 16  # characters of a digest that tell it from others on a page
_SENTENCES: Mapping[str, str] = {
    **{str(word): said for word, said in SENTENCES.items()},
    **REASONS,
}
Holds = Literal["signature_holds", "signature_fails", "signature_undecided", "signature_none"]


class Numbered(Protocol):
    """A finding with its place in the report."""

    @property
    def number(self) -> int: ...

    @property
    def title(self) -> str: ...

    @property
    def finding(self) -> Finding: ...


class AppRow(Struct, frozen=True, kw_only=True):
    """One file of an app: what a person knows it by, how it is signed, what was found in it."""

    line: AppLine
    title: str
    holds: Holds
    why: tuple[str, ...]  # sentences
    signers: tuple[str, ...]  # fingerprints, shortened
    findings: tuple[Numbered, ...]  # the gravest first, one of each rule


class SignerRow(Struct, frozen=True, kw_only=True):
    """One signer, by its certificate, and what it signed."""

    sha256: str
    debug: bool
    count: int  # files
    titles: tuple[str, ...]  # of the first of them


class Apps(Struct, frozen=True, kw_only=True):
    """All files of apps of a report."""

    rows: tuple[AppRow, ...]
    signers: tuple[SignerRow, ...]  # those of most files first
    counts: tuple[tuple[Holds, int], ...]


def arrange(report: Report, shown: Iterable[Numbered]) -> Apps:
    """Arrange the files of a report; findings belong to a file by its digest or its evidence."""
    found = tuple(shown)
    of_key: dict[str, list[Numbered]] = {}
    of_evidence: dict[str, list[Numbered]] = {}
    several = {each for line in report.apps for each in line.evidence}
    for each in found:
        digests = [each.finding.subject.key.get(name) for name in ("sha256", "file", "app")]
        for digest in digests:
            if isinstance(digest, str):
                of_key.setdefault(digest, []).append(each)
        for id in several.intersection(each.finding.evidence):
            of_evidence.setdefault(id, []).append(each)
    files = {line.sha256 for line in report.apps}
    rows = [_row(line, of_key, of_evidence, files) for line in report.apps]
    rows.sort(key=_order)
    counted: dict[Holds, int] = {}
    for row in rows:
        counted[row.holds] = counted.get(row.holds, 0) + 1
    return Apps(rows=tuple(rows), signers=_signers(rows), counts=tuple(sorted(counted.items())))


def _row(
    line: AppLine,
    of_key: Mapping[str, list[Numbered]],
    of_evidence: Mapping[str, list[Numbered]],
    files: set[str],
) -> AppRow:
    found = {each.number: each for each in of_key.get(line.sha256, ())}
    for id in line.evidence:
        for each in of_evidence.get(id, ()):
            if each.finding.subject.key.get("sha256") not in files:  # of another file within
                found.setdefault(each.number, each)
    first: dict[str, Numbered] = {}
    for number in sorted(found):
        first.setdefault(found[number].finding.rule, found[number])
    return AppRow(
        line=line,
        title=safe_text(_title(line), 120),
        holds=_holds(line),
        why=tuple(_SENTENCES.get(each, safe_text(each, 60)) for each in line.errors),
        signers=tuple(each[:SHORT] for each in line.signers),
        findings=tuple(sorted(first.values(), key=_gravity)),
    )


def _title(line: AppLine) -> str:
    """Return what a person knows a file by: of a recording its own name, of a phone the app's."""
    name = line.name or ""
    if name and not name.startswith("/"):
        return name
    return line.label or line.package or name.rpartition("/")[2] or line.kind


def _holds(line: AppLine) -> Holds:
    if line.verified is None:
        return "signature_undecided" if line.errors else "signature_none"
    return "signature_holds" if line.verified else "signature_fails"


def _gravity(each: Numbered) -> tuple[int, int]:
    return -LEVELS.index(each.finding.level), each.number


def _order(row: AppRow) -> tuple[int, bool, str]:
    gravest = max((LEVELS.index(each.finding.level) for each in row.findings), default=-1)
    return -gravest, row.holds != "signature_fails", row.line.name or ""


def _signers(rows: Iterable[AppRow]) -> tuple[SignerRow, ...]:
    signed: dict[str, list[AppRow]] = {}
    for row in rows:
        for digest in dict.fromkeys(row.line.signers):
            signed.setdefault(digest, []).append(row)
    found = [
        SignerRow(
            sha256=digest,
            debug=any(row.line.debug for row in of),
            count=len(of),
            titles=tuple(dict.fromkeys(row.title for row in of))[:3],
        )
        for digest, of in signed.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.count, each.sha256)))
