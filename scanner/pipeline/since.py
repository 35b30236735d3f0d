"""What newer indicators show in cases that were examined before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from pathlib import Path

from msgspec import Struct, structs

from scanner.detect import RulePack
from scanner.errors import ScannerError, UsageError
from scanner.model.events import OnEvent
from scanner.model.findings import Finding
from scanner.model.indicators import Feed
from scanner.model.privacy import PrivacyLevel
from scanner.model.report import Report
from scanner.pipeline.compose import Examination
from scanner.pipeline.examination import examining
from scanner.pipeline.files import read_report
from scanner.pipeline.knowledge import Knowledge, read_feeds
from scanner.pipeline.offline import examining_recording
from scanner.pipeline.options import Options, Password
from scanner.pipeline.target import is_case

OWN_REPORT = "report"
_CLEAR: PrivacyLevel = "case"  # the level that withholds no indicator


class News(Struct, frozen=True, kw_only=True):
    """What the indicators of now find in one case and those of before did not."""

    path: Path
    report: Report  # of now, its findings only the new ones
    unexamined: int  # checks of indicators that could not be made

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.report.findings


def since(
    paths: Sequence[Path],
    old: str,
    knowledge: Knowledge,
    *,
    source: Path | None = None,
    privacy: PrivacyLevel | None = None,
    password: Password | None = None,
    on_event: OnEvent | None = None,
) -> Iterator[tuple[Path, News | ScannerError]]:
    """Examine cases or recordings again, and yield what only the indicators of now find.

    `old` is a day (the imported feeds as they were then), a file or folder of older feeds, or
    `report`: what the report in each case names. An indicator of theirs is not new because another
    feed, or a file of another name, has it now. What keeps one case from being examined is its
    result and costs no other one anything. `password` is asked for that of encrypted backups.
    """
    before = None if old == OWN_REPORT else feeds_before(old)
    for path in paths:
        result: News | ScannerError
        try:
            with _examining(
                path,
                knowledge,
                source=source,
                privacy=privacy,
                password=password,
                on_event=on_event,
            ) as examination:
                result = _news(path, before, examination)
        except ScannerError as error:
            result = error
        yield path, result


def feeds_before(old: str) -> tuple[Feed, ...]:
    """Return the feeds of a day, or those of a file or folder."""
    path = Path(old)
    if path.exists():
        return read_feeds([path], stored=False)
    try:
        day = date.fromisoformat(old)
    except ValueError:
        raise UsageError(
            f"{old!r} names no older feeds",
            remedy="give a day (2026-10-01), a file or folder of feeds, or `report`",
        ) from None
    now = datetime.now(UTC)
    if day > max(now.date(), now.astimezone().date()):
        raise UsageError(f"{old} has not come yet", remedy="give a day that is over, or today")
    from scanner.pipeline.feeds import stored_feeds

    return stored_feeds(datetime.combine(day, time.max, tzinfo=UTC))


def _news(path: Path, before: tuple[Feed, ...] | None, examination: Examination) -> News:
    report = examination.conclude().report
    if before is None:
        own = _own(path)
        level, old = own.privacy, own.findings
    else:
        level, old = _CLEAR, _held_against(examination, before, _CLEAR)
    now = report.findings
    if level != report.privacy:  # what one level withholds cannot be told apart there
        now = _held_against(examination, examination.knowledge.feeds, level)
    known = {_matter(each) for each in old if each.indicator}
    new = {each.id for each in now if each.indicator and _matter(each) not in known}
    return News(
        path=path,
        report=structs.replace(
            report, findings=tuple(each for each in report.findings if each.id in new)
        ),
        unexamined=sum(
            check.kind == "indicators" and check.status == "not_examined" for check in report.checks
        ),
    )


def _held_against(
    examination: Examination, feeds: tuple[Feed, ...], level: PrivacyLevel
) -> tuple[Finding, ...]:
    """Hold what was read against other feeds, and no rules: nothing is read twice."""
    knowledge = Knowledge(pack=RulePack(rules=(), unusable=(), digest=""), feeds=feeds)
    redaction = structs.replace(examination.redaction, level=level)
    other = structs.replace(examination, knowledge=knowledge, redaction=redaction)
    return other.conclude().report.findings


def _matter(finding: Finding) -> tuple[object, ...]:
    """Return what a finding says, whichever feed it is of."""
    line, subject = finding.indicator, finding.subject
    if line is None or not line.value:
        return (finding.id,)
    return line.type, line.value, subject.entity, *sorted(subject.key.items())


def _examining(
    path: Path,
    knowledge: Knowledge,
    *,
    source: Path | None,
    privacy: PrivacyLevel | None,
    password: Password | None,
    on_event: OnEvent | None,
) -> AbstractContextManager[Examination]:
    if is_case(path):
        return examining(
            path,
            knowledge,
            source=source,
            privacy=privacy,
            password=password,
            on_event=on_event,
        )
    return examining_recording(
        path,
        rules=knowledge.pack,
        indicators=knowledge.feeds,
        options=Options(privacy=privacy or "share", on_event=on_event, password=password),
    )


def _own(path: Path) -> Report:
    if not is_case(path):
        raise UsageError(f"{path} is no case and holds no report", remedy="name a day instead")
    return read_report(path)
