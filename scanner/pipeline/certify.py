"""From a case and a policy to a statement; and from a statement back to its case and policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

from scanner.artifacts import ARTIFACTS
from scanner.case import Case, require_unchanged
from scanner.case.bag import MANIFEST, TAG_MANIFEST
from scanner.case.tree import digest
from scanner.certify.lists import Lists
from scanner.certify.make import make_statement, subject_of
from scanner.certify.outcome import Facts
from scanner.certify.policy import Policy, make_policy
from scanner.certify.requirements import span
from scanner.certify.statement import Statement, SubjectLine
from scanner.detect.documents import read_file
from scanner.detect.problems import Problems
from scanner.errors import CaseError, ScannerError, UsageError
from scanner.model.events import OnEvent
from scanner.model.privacy import PrivacyClass, PrivacyLevel
from scanner.pipeline.compared import beyond
from scanner.pipeline.compose import Examination
from scanner.pipeline.examination import examining
from scanner.pipeline.fleet.cases import cases_in
from scanner.pipeline.host import now
from scanner.pipeline.knowledge import Indicators, Rules, known
from scanner.pipeline.limits import is_recording
from scanner.pipeline.options import Password
from scanner.report.messages import text


class Seen(Struct, frozen=True, kw_only=True):
    """A case, as far as its record tells without examining it."""

    path: Path
    case: str
    device: str  # pseudonym
    taken_at: datetime
    sha256: str  # as the subject of a statement names it


class Unreadable(Struct, frozen=True, kw_only=True):
    """A case whose record could not be read."""

    path: Path
    error: str


def read_policy(path: Path) -> Policy:
    """Read a policy. RuleErrors with everything that is wrong with it."""
    file = read_file(path)
    document = file.documents[0]
    problems = Problems(file.path, document.lines)
    if len(file.documents) > 1:
        problems.add((), "more than one document", "write one policy in a file")
    policy = make_policy(document.data, file.sha256, problems)
    problems.raise_any()
    if policy is None:  # never: what keeps a policy from being made was raised
        raise UsageError(f"{path} is no policy")
    return policy


def certify(
    folder: Path,
    policy: Policy,
    *,
    source: Path | None = None,
    password: Password | None = None,
    rules: Rules = (),
    indicators: Indicators = None,
    examiner: str | None = None,
    valid_for: timedelta | None = None,
    privacy: PrivacyLevel | None = None,
    on_event: OnEvent | None = None,
    clock: Callable[[], datetime] = now,
) -> Statement:
    """Verify a case, examine it again, and say which requirements of a policy it meets.

    `valid_for` may shorten what the policy allows. The statement is not signed yet. CaseError for a
    case that is not as it was written, UsageError for one of no phone or of another platform.
    """
    longest = span(policy.valid_for) or timedelta()
    if valid_for is not None and not timedelta() < valid_for <= longest:
        raise UsageError(
            f"a statement by this policy stands for at most {policy.valid_for}",
            remedy="leave out --valid-for, or shorten it",
        )
    _require_platform(Case.open(folder).acquisition.platform, policy)
    with examining(
        folder,
        known(rules, indicators),
        source=source,
        password=password,
        privacy=privacy,
        on_event=on_event,
        clock=clock,
    ) as examination:
        facts = _facts(examination, clock)
        device = facts.report.device
        if device is None:
            raise UsageError(f"{folder} is not of a phone", remedy="name a case of a phone")
        named, subject = subject_in(folder)
        if examination.digest not in {None, subject.digest.sha256}:
            raise CaseError(f"{folder} changed while it was examined", remedy="examine it again")
        return make_statement(
            facts,
            device,
            policy,
            subject=subject,
            digest_of=named,
            examiner=examiner,
            valid_until=facts.issued_at + (valid_for or longest),
            words=text,
        )


def subject_in(folder: Path) -> tuple[str, SubjectLine]:
    """Return the list of a case that names it, and the subject of a statement about it.

    That of a case that was never closed is the list of what it held so far.
    """
    return _subject(Case.open(folder))


def verified_subject(folder: Path) -> SubjectLine:
    """Return what a case is called in a statement, once every byte of it was checked."""
    require_unchanged(folder)
    return subject_in(folder)[1]


def cases_below(folder: Path) -> Iterator[Seen | Unreadable]:
    """Yield the case that a folder is, or all that lie below it, without examining any."""
    for path in map(Path, cases_in(folder)):
        try:
            case = Case.open(path)
            subject, acquisition = _subject(case)[1], case.acquisition
        except ScannerError as error:
            yield Unreadable(path=path, error=str(error))
            continue
        yield Seen(
            path=path,
            case=acquisition.case,
            device=acquisition.device,
            taken_at=acquisition.now,
            sha256=subject.digest.sha256,
        )


def _subject(case: Case) -> tuple[str, SubjectLine]:
    sha256, name = case.digest, case.acquisition.case
    if sha256 is not None:
        return TAG_MANIFEST, subject_of(name, sha256)
    return MANIFEST, subject_of(name, digest(case.path, MANIFEST))


def _require_platform(platform: str, policy: Policy) -> None:
    if platform not in policy.platforms:
        raise UsageError(
            f"the policy does not speak of {platform}",
            remedy=f"it is for: {', '.join(policy.platforms)}",
        )


def _facts(examination: Examination, clock: Callable[[], datetime]) -> Facts:
    report = examination.conclude().report
    acquisition, reader = examination.acquisition, examination.reader
    others = beyond(ARTIFACTS, reader.artifacts, acquisition.platform)

    def hide(privacy: PrivacyClass, value: str) -> str:
        level = examination.redaction.level
        shown = privacy in {"T", "H", "S", "A"} or (privacy == "N" and level != "public")
        return value if shown else examination.redaction.pseudonym(privacy, value)

    return Facts(
        report=report,
        acquisition=acquisition,
        snapshot=reader.snapshot,
        lists=Lists(reader.artifacts, others, examination.gaps()),
        issued_at=clock(),
        recorded=is_recording(acquisition),
        hide=hide,
    )
