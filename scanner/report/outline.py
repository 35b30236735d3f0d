"""A report arranged for reading: the same order and grouping for every format a person reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import get_args

from msgspec import Struct

from scanner.formats.text import safe_text
from scanner.model.evidence import NEVER_HELD, NOT_GIVEN, Gap, Reason
from scanner.model.exposure import Exposure
from scanner.model.findings import Message, Status
from scanner.model.recording import APP_FILES, KINDS
from scanner.model.report import Report
from scanner.report import apps, indications
from scanner.report.messages import named, text
from scanner.report.shown import Shown, Words, alike, by_level, changes_by_finding, show
from scanner.report.since import Since, arrange
from scanner.report.steps import DO_NOT, LATER, NOW, Step, steps

__all__ = ["DO_NOT", "LATER", "NOW", "Outline", "Shown", "Step", "alike", "by_level", "outline"]

_SAFETY = ("safety.noticed", "safety.removal", "safety.plan", "safety.device")
_SAFETY_OF_FILE = ("safety.file", "safety.plan", "safety.device")

# What a report about a phone, a file, or files of apps calls its parts.
_WORDS_OF = {
    "": ("ui.owner_part", "ui.posture", "ui.posture_lead"),
    "_of_file": ("ui.owner_part_of_file", "ui.posture_of_file", "ui.posture_lead_of_file"),
    "_of_apps": ("ui.owner_part_of_apps", "ui.posture_of_apps", "ui.posture_lead_of_apps"),
}
_SAID = {NOT_GIVEN: "ui.not_given", NEVER_HELD: "ui.never_held"}  # details with words of their own
_SERIOUS = ("compromise_confirmed", "suspicious")


class Unseen(Struct, frozen=True):
    """What could not be looked at for one reason: kinds of data, each with its users."""

    reason: str  # in words
    what: tuple[str, ...]
    count: int
    never: bool = False  # no recording of the kind holds it


class Missed(Struct, frozen=True, kw_only=True):
    """Gaps that differ in what was asked only."""

    gap: Gap  # the first of them
    count: int
    requests: tuple[tuple[str | None, str | None], ...]  # each with its evidence


class Outline(Struct, frozen=True):
    """One report, arranged."""

    verdict: str  # in words
    means: str
    means_not: str
    owner_part: str  # ids of texts that a file and a phone have each of their own
    posture_title: str
    posture_lead: str
    safety: tuple[str, ...]
    compromise: tuple[Shown, ...]
    historic: tuple[Shown, ...]  # traces of what is no longer there
    posture: tuple[Shown, ...]
    all: tuple[Shown, ...]
    since: Since | None  # what differs from the baseline; None: there was none
    titles: dict[str, str]  # of every check that the report lists
    uncompared: tuple[str, ...]  # kinds of indicators that could not be looked for everywhere
    now: tuple[Step, ...]
    later: tuple[Step, ...]
    do_not: tuple[Step, ...]
    unseen: tuple[Unseen, ...]
    missed: tuple[Missed, ...]
    apps: apps.Apps
    lacking: tuple[Exposure, ...]  # known holes that the build has not closed, the latest first
    lacks: Message | None  # how many holes that is, and of which build
    campaigns: tuple[str, ...]  # names under which the exploitation of these holes is known
    doubtful: int  # holes for whose closing the maker names other branches only
    undecided: int  # known holes of which nothing read says whether they are closed
    entities: tuple[tuple[str, int], ...]
    statuses: tuple[tuple[Status, int], ...]


def outline(report: Report, language: str = "en") -> Outline:
    """Arrange a report for reading."""
    words = _words(report, language)
    shown = show(report.findings, words)
    since = arrange(report.baseline, shown, words.show, language) if report.baseline else None
    now, later, do_not = steps(shown, _always(report), language)
    lacking = tuple(each for each in report.exposure if each.status == "lacks_fix")
    certain = tuple(each for each in lacking if each.branch_fixed)
    of = _subject_kind(report)
    owner_part, posture_title, posture_lead = _WORDS_OF[of]
    return Outline(
        owner_part=owner_part,
        posture_title=posture_title,
        posture_lead=posture_lead,
        all=shown,
        since=since,
        safety=_SAFETY_OF_FILE if of else _SAFETY,
        verdict=named(f"verdict{of}", report.verdict, language),
        means=named(f"means{of}", report.verdict, language),
        means_not=named(f"means_not{of}", report.verdict, language),
        compromise=tuple(each for each in shown if each.finding.rule_class == "compromise"),
        historic=tuple(each for each in shown if each.finding.rule_class == "historic"),
        posture=tuple(each for each in shown if each.finding.rule_class == "posture"),
        titles=_titles(report, language),
        uncompared=indications.uncompared(report, language),
        now=now,
        later=later,
        do_not=do_not,
        unseen=tuple(unseen(report.gaps, language)),
        missed=tuple(_missed(report.gaps)),
        apps=apps.arrange(report, shown),
        lacking=lacking,
        lacks=_lacks(certain),
        campaigns=tuple(dict.fromkeys(name for each in certain for name in each.campaigns)),
        doubtful=len(lacking) - len(certain),
        undecided=sum(each.status == "not_examined" for each in report.exposure),
        entities=tuple(_entities(report, language)),
        statuses=tuple(_statuses(report)),
    )


def _words(report: Report, language: str) -> Words:
    return Words(
        rules={rule.id: rule for rule in report.rules.rules},
        feeds=indications.titles_of_feeds(report),
        changes=changes_by_finding(report.baseline.changes if report.baseline else ()),
        language=language,
    )


def _subject_kind(report: Report) -> str:
    """Return how ids of texts end that speak of files, or of apps, and not of a phone."""
    if report.device is not None:
        return ""
    acquisition = report.run.acquisition
    is_of_apps = acquisition is not None and acquisition.transport in APP_FILES
    return "_of_apps" if is_of_apps else "_of_file"


def _lacks(lacking: tuple[Exposure, ...]) -> Message | None:
    if not lacking:
        return None
    if release := lacking[0].release:
        params: dict[str, str | int] = {"release": safe_text(release, 20)}
        return Message("ui.exposure_release", params | {"count": len(lacking)})
    patch = safe_text(lacking[0].security_patch or "", 20)
    return Message("ui.exposure_short", {"patch": patch, "count": len(lacking)})


def _entities(report: Report, language: str) -> Iterator[tuple[str, int]]:
    """Yield how many of each type were read; changes were compared, not read."""
    for name, count in sorted(report.coverage.entities.items()):
        if name != "change":
            yield named("entity", name, language), count


def _statuses(report: Report) -> Iterator[tuple[Status, int]]:
    counted = Counter(check.status for check in report.checks)
    for status in get_args(Status):
        if counted[status]:
            yield status, counted[status]


def _titles(report: Report, language: str) -> dict[str, str]:
    """Return the title of each check by the id of what was applied."""
    titles = {rule.id: rule.title for rule in report.rules.rules}
    return titles | indications.titles_of_checks(report, language)


def _always(report: Report) -> tuple[str, ...]:
    if report.device is None:
        help_ = ("advice.seek_help",) if report.verdict in _SERIOUS else ()
        return (*help_, "do.keep_report", "do_not.install_file", "do_not.rely_on_report")
    if report.verdict == "nothing_found_in_what_was_examined":
        return "do.keep_worry", "do.keep_report", "do_not.rely_on_report"
    careful = "do.keep_report", *(each for each in DO_NOT if each != "do_not.install_file")
    if report.verdict == "inconclusive":
        return _once_more(report), "do.keep_worry", *careful
    return "advice.save_evidence_first", "advice.seek_help", *careful


def _once_more(report: Report) -> str:
    """Return how somebody may learn more: of a recording, a cable tells nothing."""
    acquisition = report.run.acquisition
    if acquisition is None or acquisition.transport not in KINDS:
        return "do.examine_again"
    locked = any(gap.reason == "locked" for gap in report.gaps)
    return "do.examine_unlocked" if locked else "do.examine_more"


def unseen(gaps: Iterable[Gap], language: str) -> Iterable[Unseen]:
    """Yield what could not be looked at, by why; last what this kind of recording never holds."""
    grouped: dict[str, dict[str, set[int | None]]] = {}
    counted: Counter[str] = Counter()
    for gap in gaps:
        why = gap.detail if gap.detail in _SAID else gap.reason
        counted[why] += gap.count
        grouped.setdefault(why, {}).setdefault(gap.artifact, set()).add(gap.user)
    for why in (*get_args(Reason), *_SAID):
        if artifacts := grouped.get(why):
            what = sorted(_limited(name, users, language) for name, users in artifacts.items())
            own = _SAID.get(why)
            said = text(Message(own), language) if own else named("reason", why, language)
            yield Unseen(said, tuple(what), counted[why], never=why == NEVER_HELD)


def _missed(gaps: Iterable[Gap]) -> Iterable[Missed]:
    grouped: dict[tuple[object, ...], list[Gap]] = {}
    for gap in gaps:
        if gap.detail == NEVER_HELD:
            continue  # they stand together below the others
        key = gap.artifact, gap.reason, gap.user, gap.detail
        grouped.setdefault(key, []).append(gap)
    for group in grouped.values():
        asked = tuple((gap.request, gap.evidence) for gap in group if gap.request or gap.evidence)
        yield Missed(gap=group[0], count=sum(gap.count for gap in group), requests=asked)


def _limited(artifact: str, users: set[int | None], language: str) -> str:
    name = named("artifact", artifact, language)
    if None in users:
        return name
    listed = ", ".join(str(user) for user in sorted(user for user in users if user is not None))
    words = Message("ui.users", {"users": listed}) if len(users) > 1 else _user(listed)
    return f"{name} ({text(words, language)})"


def _user(user: object) -> Message:
    return Message("ui.owner_user", {"user": str(user)})
