"""The check of each file of YARA rules, and its findings.

A check passes only where all that its rules are for was scanned. What could not be makes it
`not_examined`; a match stays a finding in spite of all gaps. A finding names the file and where in
it the strings stand, never the bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from scanner.detect.yara.heading import Heading
from scanner.detect.yara.pack import YaraFile, YaraPack, slow
from scanner.model.content import ContentFile, Contents, RuleMatch
from scanner.model.evidence import Reason
from scanner.model.findings import Check, Finding, Match, Message, Status, Subject

FINDINGS_LIMIT = 1_000  # of one file of rules
Matched = tuple[ContentFile, RuleMatch]


def inspect_yara(
    pack: YaraPack, contents: Contents, *, platform: str
) -> Iterator[tuple[Check, tuple[Finding, ...]]]:
    """Yield the check of each file of rules with its findings, in the order of the files."""
    by_file = matches_of(pack, contents)
    for file in pack.files:
        rules = {rule.name: rule for rule in file.rules}
        findings = tuple(_finding(rules[one.rule], at, one) for at, one in by_file[file.name])
        yield _check(file, contents, findings, platform), findings


def matches_of(pack: YaraPack, contents: Contents) -> dict[str, list[Matched]]:
    """Return the matches that become findings, in their order, by the name of the file of rules."""
    names = {file.name: {rule.name for rule in file.rules} for file in pack.files}
    found: dict[str, list[Matched]] = {name: [] for name in names}
    for content in contents.files:
        for match in content.matches:
            if match.rule in names.get(match.file, ()):
                found[match.file].append((content, match))
    return {name: matches[:FINDINGS_LIMIT] for name, matches in found.items()}


def _check(file: YaraFile, contents: Contents, findings: Sequence[Finding], platform: str) -> Check:
    if file.platform not in {None, platform}:
        named = Message("check.platform", {"platform": file.platform or ""})
        return _made(file, "not_applicable", detail=named)
    if findings:
        review = all(finding.review for finding in findings)
        examined = _examined(file, contents)
        return _made(file, "review" if review else "finding", examined, len(findings))
    reason, detail = _shortfall(file, contents)
    if reason is not None:
        return _made(file, "not_examined", _examined(file, contents), reason=reason, detail=detail)
    count = _examined(file, contents)
    return _made(file, "pass", count, detail=None if count else Message("check.no_contents"))


def _shortfall(file: YaraFile, contents: Contents) -> tuple[Reason | None, Message | None]:
    """Return why a file that matched nothing may still have missed something."""
    if file.slow:
        return "timeout", slow(file)
    if not file.rules:
        return "unsupported_version", Message("check.no_usable_rule")
    missed = len(contents.gaps) - contents.unended_gaps  # by all rules
    if count := contents.unended.get(file.name, 0):
        return "timeout", Message("check.contents_missed", {"count": missed + count})
    if missed:
        return contents.gaps[0].reason, Message("check.contents_missed", {"count": missed})
    if not contents.files:
        return "source_absent", Message("check.no_contents")
    return None, None


def _examined(file: YaraFile, contents: Contents) -> int:
    asked = sum(not file.kinds or content.kind in file.kinds for content in contents.files)
    return max(asked - contents.unended.get(file.name, 0), 0)


def _made(
    file: YaraFile,
    status: Status,
    examined: int = 0,
    matched: int = 0,
    *,
    reason: Reason | None = None,
    detail: Message | None = None,
) -> Check:
    return Check(
        rule=file.line.id,
        kind="yara",
        rule_class=file.line.rule_class,
        status=status,
        reason=reason,
        detail=detail,
        examined=examined,
        matched=matched,
    )


def _finding(rule: Heading, content: ContentFile, match: RuleMatch) -> Finding:
    subject = Subject(entity=content.entity, key={"path": content.path})
    named = msgspec.json.encode([rule.line.id, subject.entity, subject.key], order="sorted")
    return Finding(
        id=hashlib.sha256(named).hexdigest()[:16],
        rule=rule.line.id,
        level=rule.line.level,
        confidence=rule.line.confidence,
        rule_class=rule.line.rule_class,
        review=rule.review,
        provenance="derived_from_bytes",
        subject=subject,
        matched=tuple(_matches(content, match)),
        evidence=content.evidence,
        advice=rule.advice,
    )


def _matches(content: ContentFile, match: RuleMatch) -> Iterator[Match]:
    """Yield where each string of a rule stands, and the digest of the file."""
    for identifier, found in groupby(match.strings, key=lambda string: string.identifier):
        places = ", ".join(f"0x{string.offset:x}" for string in found)
        yield Match(
            field="content",
            pattern=f"{identifier} at {places}",
            values=(),
            evidence=content.evidence,
        )
    if not match.strings:
        yield Match(field="content", pattern="condition", values=(), evidence=content.evidence)
    if content.sha256:
        yield Match(
            field="sha256",
            pattern="sha256",
            values=(content.sha256,),
            privacy="A",
            evidence=content.evidence,
        )
