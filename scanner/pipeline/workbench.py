"""Devices that rules and queries are tried on: cases and recordings, read once and held.

What is shown of them keeps to the privacy level, as a report does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from msgspec import Struct, structs

from scanner.detect import RulePack
from scanner.detect.workbench import (
    Answer,
    Found,
    Ground,
    MatchedBytes,
    Near,
    Query,
    Tried,
    ask,
    try_rules,
)
from scanner.detect.yara import YaraPack, inspect_yara, matches_of
from scanner.detect.yara.heading import PLATFORMS
from scanner.formats.text import safe_text
from scanner.model.content import ContentFile, Contents, RuleMatch
from scanner.model.findings import Finding, Match, Subject
from scanner.model.privacy import PrivacyClass, PrivacyLevel
from scanner.pipeline.compose import Examination
from scanner.pipeline.content import scan_content, scan_files
from scanner.pipeline.examination import examining
from scanner.pipeline.knowledge import Knowledge
from scanner.pipeline.offline import examining_recording
from scanner.pipeline.options import FILES, Options, Password
from scanner.pipeline.privacy import Redaction
from scanner.pipeline.recording import opened
from scanner.pipeline.target import is_case

_NOBODY = Subject(entity="app", key={})  # of a row, whose columns say all
_TAGS_LIMIT, _META_LIMIT = 50, 100
_TEXT_LIMIT = 1_000  # characters of one text of a rule
_NO_RULES = RulePack(rules=(), unusable=(), digest="")


class Looked(Struct, frozen=True, kw_only=True):
    """A case or a recording that was read: rules can be tried on it again and again."""

    name: str
    ground: Ground
    redaction: Redaction


def look(
    path: Path,
    *,
    name: str | None = None,
    source: Path | None = None,
    privacy: PrivacyLevel | None = None,
    password: Password | None = None,
) -> Looked:
    """Read a case or a recording. Neither is changed.

    `password` is asked for that of an encrypted backup.

    UsageError for a path of no known kind, CaseError for a case that is damaged.
    """
    with _opened(path, source, privacy, password) as examination:
        return Looked(
            name=name or path.name,
            ground=_ground(examination),
            redaction=examination.redaction,
        )


def tried(pack: RulePack, looked: Looked, *, near: int) -> Iterator[Tried]:
    """Try rules on what was read; what is shown of it keeps to its privacy level."""
    redaction = looked.redaction
    for each in try_rules(pack, looked.ground, near=near):
        yield structs.replace(
            each,
            findings=tuple(redaction.finding(finding) for finding in each.findings),
            near=tuple(_near(one, redaction) for one in each.near),
        )


def tried_bytes(
    pack: YaraPack, path: Path, looked: Looked | None, password: Password | None = None
) -> Iterator[Tried]:
    """Apply YARA rules to a recording, or to any file or folder of this computer.

    Nothing of a case is looked into: what it holds is what the device said, and no program. Of a
    phone that is served, too, there are no files: the rules are not examined.
    """
    platforms: tuple[str, ...] = PLATFORMS
    if looked is None:
        contents = scan_files([path], pack)
    else:
        platforms = (looked.ground.platform,)
        contents = Contents()
        if path.exists() and not is_case(path):
            options = Options(include=(FILES,), password=password)
            with opened(path, options) as recording:
                contents = scan_content(recording, pack, hide=looked.redaction.name, apps=True)
    matches = matches_of(pack, contents)
    lines = {file.line.id: file for file in pack.files}
    checks = (each for one in platforms for each in inspect_yara(pack, contents, platform=one))
    for check, findings in checks:
        file = lines.get(check.rule)
        # Of one platform it is not applicable to the other; of any, once is enough.
        if file is not None and check.status != "not_applicable":
            del lines[check.rule]
            shown = tuple(map(looked.redaction.finding, findings) if looked else findings)
            pairs = zip(matches[file.name], shown, strict=True)
            yield Tried(
                rule=file.line.id,
                title=file.line.title,
                level=file.line.level,
                check=check,
                findings=shown,
                matches=tuple(_matched(*match, finding) for match, finding in pairs),
            )


def _matched(content: ContentFile, match: RuleMatch, shown: Finding) -> MatchedBytes:
    """Return a match; place and digest of the content as the finding shows them."""
    digests = (each.values for each in shown.matched if each.field == "sha256")
    return MatchedBytes(
        rule=match.rule,
        file=safe_text(match.file, _TEXT_LIMIT),
        tags=match.tags[:_TAGS_LIMIT],
        meta=tuple(
            (name, safe_text(value, _TEXT_LIMIT) if isinstance(value, str) else value)
            for name, value in match.meta[:_META_LIMIT]
        ),
        strings=match.strings,
        path=shown.subject.key.get("path"),
        kind=content.kind,
        size=content.size,
        sha256=next((str(value) for values in digests for value in values), None),
    )


def queried(query: Query, looked: Looked, columns: Sequence[str]) -> Answer:
    """Put a query to what was read; what is shown of it keeps to its privacy level."""
    answer = ask(query, looked.ground.snapshot, columns)
    found = tuple(_found(each, looked.redaction) for each in answer.found)
    return structs.replace(answer, found=found)


def _opened(
    path: Path, source: Path | None, privacy: PrivacyLevel | None, password: Password | None
) -> AbstractContextManager[Examination]:
    if is_case(path):
        return examining(
            path, Knowledge(pack=_NO_RULES), source=source, privacy=privacy, password=password
        )
    options = Options(privacy=privacy or "share", password=password)
    return examining_recording(path, rules=_NO_RULES, indicators=(), options=options)


def _ground(examination: Examination) -> Ground:
    reader = examination.reader
    return Ground(
        platform=examination.acquisition.platform,
        snapshot=reader.snapshot,
        gaps=examination.gaps(),
        statements=reader.artifacts,
        facts=examination.facts(),
    )


def _near(near: Near, redaction: Redaction) -> Near:
    subject, missed = _shown(near.subject, near.missed, redaction)
    return structs.replace(near, subject=subject, missed=missed)


def _found(found: Found, redaction: Redaction) -> Found:
    columns = (_asked(each, redaction) for each in found.columns)
    _, shown = _shown(_NOBODY, columns, redaction)
    return structs.replace(found, columns=shown)


def _asked(match: Match, redaction: Redaction) -> Match:
    """Return a column by the class that counts: what no query asked for is no match.

    As in the list of entities, an observation stands for itself at `case` only, and the fact of an
    app not at `public`.
    """
    hidden: dict[str, tuple[PrivacyClass, ...]] = {"share": ("N",), "public": ("N", "A")}
    if match.pattern or match.privacy not in hidden.get(redaction.level, ()):
        return match
    values = (None if value is None else str(value) for value in match.values)
    return structs.replace(match, privacy="D", values=tuple(values))


def _shown(
    subject: Subject, matched: Iterable[Match], redaction: Redaction
) -> tuple[Subject, tuple[Match, ...]]:
    """Return a subject and its fields as a finding of this privacy level shows them."""
    shown = redaction.finding(
        Finding(
            id="",
            rule="",
            level="informational",
            confidence="low",
            rule_class="posture",
            review=True,
            provenance="os_claimed",
            subject=subject,
            matched=tuple(matched),
            evidence=(),
        )
    )
    return shown.subject, shown.matched
