"""A report arranged for reading: the same order and grouping for every format a person reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from msgspec import Struct

from scanner.formats.text import safe_text
from scanner.model.evidence import Gap, Reason
from scanner.model.exposure import Exposure
from scanner.model.findings import LEVELS, Finding, Level, Message, RuleClass, Status
from scanner.model.recording import APP_FILES
from scanner.model.report import Report, RuleLine
from scanner.report import apps, indications
from scanner.report.messages import named, text

# In the order in which a person should read, and do, them.
NOW: tuple[str, ...] = (
    "advice.save_evidence_first",
    "advice.seek_help",
    "do.examine_again",
    "do.keep_worry",
    "do.keep_report",
    "advice.ask_administrator",
    "advice.review_app",
    "advice.review_accessibility",
    "advice.review_device_admin",
    "advice.review_profiles",
    "advice.review_developer_apps",
    "advice.check_proxy",
    "advice.review_clock",
)
# What changes the phone: with a plan, and after the evidence is kept.
LATER: tuple[str, ...] = (
    "advice.revoke_adb_keys",
    "advice.turn_off_debugging",
    "advice.reset_trusted_computers",
    "advice.turn_off_developer_mode",
    "advice.set_passcode",
    "advice.set_screen_lock",
    "advice.reset_setting",
    "advice.encrypt_backups",
    "advice.restart_phone",
    "advice.enable_play_protect",
    "advice.update_system",
    "advice.relock_bootloader",
    "advice.factory_reset_after_help",
)
DO_NOT: tuple[str, ...] = (
    "do_not.install_file",
    "do_not.remove_first",
    "advice.do_not_confront",
    "do_not.search_here",
    "do_not.rely_on_report",
)


_SAFETY = ("safety.noticed", "safety.removal", "safety.plan", "safety.device")
_SAFETY_OF_FILE = ("safety.file", "safety.plan", "safety.device")

# What a report about a phone, a file, or files of apps calls its parts.
_WORDS_OF = {
    "": ("ui.owner_part", "ui.posture", "ui.posture_lead"),
    "_of_file": ("ui.owner_part_of_file", "ui.posture_of_file", "ui.posture_lead_of_file"),
    "_of_apps": ("ui.owner_part_of_apps", "ui.posture_of_apps", "ui.posture_lead_of_apps"),
}
_NAMES = frozenset({"package", "component", "name", "fingerprint", "identifier", "profile", "path"})
_DIGESTS = frozenset({"sha256", "file"})  # shortened where a name stands before them
_SHORT = 12
_SERIOUS = ("compromise_confirmed", "suspicious")
_MATCHED_NAMES = 3  # of what a finding without a subject of its own shows


class Shown(Struct, frozen=True, kw_only=True):
    """A finding with its place in the report and the words of its rule, or of its indicator."""

    number: int
    finding: Finding
    title: str
    description: str = ""
    ordinary: tuple[str, ...] = ()  # explanations that mean no harm
    kind: str  # App
    subject: str  # com.example.app, user 0


class Step(Struct, frozen=True):
    """One thing to do or not to do, and one finding of each rule that asks for it."""

    text: str
    because: tuple[Shown, ...] = ()


class Unseen(Struct, frozen=True):
    """What could not be looked at for one reason: kinds of data, each with its users."""

    reason: Reason
    what: tuple[str, ...]
    count: int


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
    shown = _shown(report, language)
    now, later, do_not = _steps(report, shown, language)
    statuses = Counter(check.status for check in report.checks)
    entities = sorted(report.coverage.entities.items())
    lacking = tuple(each for each in report.exposure if each.status == "lacks_fix")
    certain = tuple(each for each in lacking if each.branch_fixed)
    of = _subject_kind(report)
    words = _WORDS_OF[of]
    return Outline(
        owner_part=words[0],
        posture_title=words[1],
        posture_lead=words[2],
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
        unseen=tuple(_unseen(report.gaps, language)),
        missed=tuple(_missed(report.gaps)),
        apps=apps.arrange(report, shown),
        lacking=lacking,
        lacks=_lacks(certain),
        campaigns=tuple(dict.fromkeys(name for each in certain for name in each.campaigns)),
        doubtful=len(lacking) - len(certain),
        undecided=sum(each.status == "not_examined" for each in report.exposure),
        entities=tuple((named("entity", name, language), count) for name, count in entities),
        statuses=tuple((each, statuses[each]) for each in get_args(Status) if statuses[each]),
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
        key = (made.rule, made.level, made.review, *(note and note.id for note in notes))
        groups.setdefault(key, []).append(each)
    return tuple(tuple(group) for group in groups.values())


def _shown(report: Report, language: str) -> tuple[Shown, ...]:
    rules = {rule.id: rule for rule in report.rules.rules}

    def order(finding: Finding) -> tuple[bool, RuleClass, int, bool, str, str]:
        rank = -LEVELS.index(finding.level)
        aside = finding.suppressed is not None
        return aside, finding.rule_class, rank, finding.review, finding.rule, finding.id

    feeds = indications.titles_of_feeds(report)
    return tuple(
        Shown(
            number=number,
            finding=finding,
            kind=named("subject", finding.subject.entity, language),
            subject=_subject(finding, language),
            **_words(finding, rules.get(finding.rule), feeds, language),
        )
        for number, finding in enumerate(sorted(report.findings, key=order), start=1)
    )


def _words(
    finding: Finding, rule: RuleLine | None, feeds: Mapping[str, str], language: str
) -> dict[str, Any]:
    """Return title, description and ordinary explanations of a finding."""
    if finding.indicator is not None:
        return indications.words(finding.indicator, finding.rule_class, feeds, language)
    if rule is None:
        return {"title": safe_text(finding.rule)}
    return {
        "title": safe_text(rule.title),
        "description": rule.description,
        "ordinary": rule.falsepositives,
    }


def _titles(report: Report, language: str) -> dict[str, str]:
    """Return the title of each check by the id of what was applied."""
    titles = {rule.id: rule.title for rule in report.rules.rules}
    return titles | indications.titles_of_checks(report, language)


def _subject(finding: Finding, language: str) -> str:
    """Name a subject: what identifies it first, its user last, in no order of the map's own."""
    key = finding.subject.key
    parts = []
    for name in sorted(key, key=lambda name: (name == "user", name not in _NAMES, name)):
        value = key[name]
        if finding.subject.about and name in _DIGESTS and value is not None:
            parts.append(str(value)[:_SHORT])
        elif name == "user":
            parts.append(text(_user(value), language))
        elif name in _NAMES:
            parts.append(str(value))
        elif value is not None:
            parts.append(f"{name} {value}")
    known = [", ".join(finding.subject.about.values())] if finding.subject.about else []
    return safe_text("; ".join([*known, ", ".join(parts or _matched(finding))]).rstrip("; "))


def _matched(finding: Finding) -> list[str]:
    """Name what a finding about several things matched, where it has no subject of its own."""
    names = [
        str(value)
        for match in finding.matched
        if match.field.rpartition(".")[2] in _NAMES
        for value in match.values
    ]
    return list(dict.fromkeys(names))[:_MATCHED_NAMES]


def _steps(
    report: Report, shown: Iterable[Shown], language: str
) -> tuple[tuple[Step, ...], tuple[Step, ...], tuple[Step, ...]]:
    asked: dict[str, dict[str, Shown]] = {}
    for each in shown:
        if each.finding.suppressed is None:
            for name in each.finding.advice:
                id = name if name.startswith("advice.") else f"advice.{name}"
                asked.setdefault(id, {}).setdefault(each.finding.rule, each)
    asked |= {id: {} for id in _always(report)}  # what is said in any case needs no cause

    def steps(ids: Iterable[str]) -> tuple[Step, ...]:
        return tuple(
            Step(text(Message(id), language), tuple(asked[id].values()))
            for id in ids
            if id in asked
        )

    unknown = sorted(asked.keys() - {*NOW, *LATER, *DO_NOT})
    return steps(NOW), steps((*LATER, *unknown)), steps(DO_NOT)


def _always(report: Report) -> tuple[str, ...]:
    if report.device is None:
        help_ = ("advice.seek_help",) if report.verdict in _SERIOUS else ()
        return (*help_, "do.keep_report", "do_not.install_file", "do_not.rely_on_report")
    if report.verdict == "nothing_found_in_what_was_examined":
        return "do.keep_worry", "do.keep_report", "do_not.rely_on_report"
    careful = "do.keep_report", *(each for each in DO_NOT if each != "do_not.install_file")
    if report.verdict == "inconclusive":
        return "do.examine_again", "do.keep_worry", *careful
    return "advice.save_evidence_first", "advice.seek_help", *careful


def _unseen(gaps: Iterable[Gap], language: str) -> Iterable[Unseen]:
    grouped: dict[Reason, dict[str, set[int | None]]] = {}
    counted: Counter[Reason] = Counter()
    for gap in gaps:
        counted[gap.reason] += gap.count
        grouped.setdefault(gap.reason, {}).setdefault(gap.artifact, set()).add(gap.user)
    for reason in get_args(Reason):
        if artifacts := grouped.get(reason):
            what = sorted(_limited(name, users, language) for name, users in artifacts.items())
            yield Unseen(reason, tuple(what), counted[reason])


def _missed(gaps: Iterable[Gap]) -> Iterable[Missed]:
    grouped: dict[tuple[object, ...], list[Gap]] = {}
    for gap in gaps:
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
