"""Make `docs/coverage.md`: what is decided, by which rules, and why the rest is not.

The tables of `docs/data/` say which rules speak of a threat. In which scans and recordings a rule
can be decided follows from the artifacts, by the engine's own account of what it reaches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from msgspec import UNSET

from scanner.artifacts import ARTIFACTS
from scanner.detect import AnyRule, Correlation, ScanFacts
from scanner.detect.coverage import ATTACK_VERSION, Speaking, coverage, speaking
from scanner.detect.reach import Reach
from scanner.detect.rules import Test
from scanner.formats.ios_backup.domains import place_of
from scanner.model.artifact import Artifact, Planned, Profile, Reading
from scanner.model.entities import ENTITIES, Change, Clock, Entity
from scanner.model.requests import (
    AnyRequest,
    AppBytes,
    BackupFile,
    Collected,
    Command,
    Diagnostic,
    Dumpsys,
    FileList,
    Glob,
    ProfileFile,
    RecordedOnly,
    Section,
    ServiceDump,
)
from tools.coverage_tables import (
    DECISIONS,
    NAMES,
    Decision,
    Technique,
    Waiting,
    file_of,
    pack,
    problems,
    rows,
)

CHANNELS: Mapping[str, tuple[str, ...]] = {
    "android": ("quick", "standard", "deep", "bugreport", "androidqf", "files"),
    "ios": (
        *("quick", "standard"),
        *("backup", "sysdiagnose", "file system"),
        *("profile file", "files"),
    ),
}
WORDS = {"not_applicable": "not applicable"}
_ANSWERS = frozenset({"getprop", "getenforce", "ps", "settings"})  # commands that androidqf keeps
_INTRO = """\
What the rules that ship decide, and what they do not.
The threats and the reasons stand in [tables](data/README.md).

*Decided* means that [rules](rules.md) speak of the threat; what they find is for a person to judge,
and a rule that matches nothing is no proof.
In which scans a rule can be decided follows from what [artifacts](artifacts.md) read there: the
quick, standard and deep profile of a scan of a phone, a bugreport, a collection of androidqf, an
iPhone's backup, sysdiagnose or file system, a profile file.
A recording is counted for all that one of its kind may hold; older versions hold less.
Rules of YARA are decided on files: apps by themselves, those that a scan reads, and those that a
recording holds. Of *files* alone rules of Sigma decide what the apps are.
Beyond the rules, [indicators](glossary.md) name what is known of single attacks."""

# --- channels -----------------------------------------------------------------------------------


def asked_live(reading: Reading) -> bool:
    """Whether a phone is asked."""
    return not isinstance(reading.request, RecordedOnly)


def in_bugreport(reading: Reading) -> bool:
    """Whether a bugreport answers: it dumps every service, as it is without arguments."""
    request: object = reading.request
    if isinstance(request, Dumpsys):
        return not request.arguments
    return isinstance(request, Section | ServiceDump | Glob)


def in_androidqf(reading: Reading) -> bool:
    """Whether a collection of androidqf answers: it holds a bugreport, and more."""
    request: object = reading.request
    kept = isinstance(request, Command) and request.argv[0] in _ANSWERS
    return kept or isinstance(request, Collected) or in_bugreport(reading) or in_files(reading)


def in_backup(reading: Reading) -> bool:
    """Whether a backup answers: it holds the files of its domains, and lists of its own."""
    request: object = reading.request
    if isinstance(request, Glob):
        return place_of(request.pattern) is not None
    return isinstance(request, BackupFile)


def in_sysdiagnose(reading: Reading) -> bool:
    """Whether a sysdiagnose answers."""
    request: object = reading.request
    return isinstance(request, Diagnostic)


def in_file_system(reading: Reading) -> bool:
    """Whether a copy of a file system answers."""
    return isinstance(reading.request, Glob | FileList) or in_files(reading)


def in_profile_file(reading: Reading) -> bool:
    """Whether a profile file answers."""
    request: AnyRequest | object = reading.request
    return isinstance(request, ProfileFile)


def in_files(reading: Reading) -> bool:
    """Whether the file of an app answers, wherever it lies; those of the system lie nowhere."""
    planned: object = reading.request
    asked = planned.template if isinstance(planned, Planned) else planned
    return isinstance(asked, AppBytes) and not asked.shipped


def read_in(channel: str, platform: str) -> tuple[Artifact, ...]:
    """Return the artifacts of which every part is answered in a channel."""
    if is_live(channel):
        level, fits = Profile[channel.upper()], asked_live
    else:
        level = Profile.DEEP
        fits = {
            "bugreport": in_bugreport,
            "androidqf": in_androidqf,
            "backup": in_backup,
            "sysdiagnose": in_sysdiagnose,
            "file system": in_file_system,
            "profile file": in_profile_file,
            "files": in_files,
        }[channel]
    return tuple(
        artifact
        for artifact in ARTIFACTS
        if artifact.platform == platform
        and artifact.profile <= level
        and not artifact.opt_in
        and {part for each in artifact.readings if fits(each) for part in each.covers or ("",)}
        >= set(artifact.parts())
    )


@cache
def reach(channel: str, platform: str) -> Reach:
    """Return what can be decided where all that a channel reads has answered."""
    return Reach(read_in(channel, platform), (), ScanFacts())


@cache
def decided_in(rule_id: str, platform: str) -> tuple[str, ...]:
    """Return the channels in which a rule of Sigma can be decided."""
    rule = next(each for each in pack().rules if each.id == rule_id)
    return tuple(each for each in CHANNELS[platform] if _reached(rule, each, platform))


def _reached(rule: AnyRule, channel: str, platform: str) -> bool:
    tests = rule.bases if isinstance(rule, Correlation) else (rule,)
    stated = {one.entity for artifact in read_in(channel, platform) for one in artifact.states}
    if is_live(channel):
        stated.add(Clock)  # of the acquisition's own record
    reached = reach(channel, platform)
    return all(bool(stated & spoken_of(test)) and reached.shortfall(test) is None for test in tests)


def spoken_of(test: Test) -> set[type[Entity]]:
    """Return the types that a test asks of; one on changes, beside a baseline, asks of several."""
    if test.entity is not Change:
        return {test.entity}
    unstated: dict[str, Any] = dict.fromkeys(Change.__struct_fields__, UNSET)
    return {
        entity
        for entity in ENTITIES
        if test.evaluate(Change(**(unstated | {"entity": entity.__struct_config__.tag})))
        is not False
    }


def is_live(channel: str) -> bool:
    """Whether a phone is asked: the channel is a profile of a scan."""
    return channel.upper() in Profile.__members__


# --- the page -----------------------------------------------------------------------------------


def table(header: tuple[str, ...], lines: Iterable[tuple[object, ...]]) -> str:
    """Draw a table."""
    drawn = [header, tuple("---" for _ in header), *lines]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in drawn)


def parts() -> tuple[str, ...]:
    """Return the parts of the page below its title."""
    if wrong := list(problems()):
        raise ValueError("docs/data: " + "; ".join(wrong))
    matrix = rows("detection-matrix.csv", Decision)
    return (
        _INTRO,
        counts(matrix),
        "## Threats",
        *(threat(matrix[at : at + 2]) for at in range(0, len(matrix), 2)),
        attack(),
        waiting(matrix),
    )


def counts(matrix: tuple[Decision, ...]) -> str:
    """Count decisions by platform, and decided threats by channel."""
    tally = Counter((each.platform, each.decision) for each in matrix)
    lines = [
        (WORDS.get(word, word), *(tally[platform, word] for platform in NAMES))
        for word in DECISIONS
    ]
    by_channel = [
        (NAMES[platform], channel, sum(channel in _channels(each) for each in matrix
                                       if each.platform == platform))
        for platform, channels in CHANNELS.items()
        for channel in channels
    ]  # fmt: skip
    found = coverage(pack())
    of_bytes = sum(each.kind == "yara" for each in speaking(pack()))
    speech = (
        f"{len(pack().rules)} rules of Sigma and {of_bytes} of YARA speak of {found.covered} "
        f"of {len(found.techniques)} techniques of ATT&CK for Mobile."
    )
    return "\n\n".join(
        (
            "## In figures",
            table((f"threats: {len(matrix) // 2}", *NAMES.values()), lines),
            table(("", "decided in", "threats"), by_channel),
            speech,
        )
    )


def _channels(each: Decision) -> set[str]:
    return {channel for name in each.rules.split() for channel in channels_of(name, each.platform)}


def channels_of(name: str, platform: str) -> tuple[str, ...]:
    """Return the channels in which the rules of one file can be decided."""
    if name.startswith("yara/"):
        return ("files",)
    if name.startswith("exposure/"):
        no_phone = {"files", "profile file"}
        return tuple(channel for channel in CHANNELS[platform] if channel not in no_phone)
    return tuple(
        channel
        for rule in pack().rules
        if rule.path == name
        for channel in decided_in(rule.id, platform)
    )


def threat(lines: tuple[Decision, ...]) -> str:
    """Say what is decided of one threat."""
    return "\n\n".join(
        (f"### {lines[0].id}. {lines[0].threat}", *(of_platform(each) for each in lines))
    )


def of_platform(each: Decision) -> str:
    """Say what is decided of one threat on one platform."""
    word = WORDS.get(each.decision, each.decision)
    text = f"**{NAMES[each.platform]}: {word}.** {each.why}".rstrip()
    if each.waits_for:
        more = "More would be decided by" if each.rules else "It waits for"
        text += f"\n{more}: {', '.join(f'`{name}`' for name in each.waits_for.split())}."
    rules = [f"- {linked(name)}: {said(name, each.platform)}" for name in each.rules.split()]
    return text + ("\n\n" + "\n".join(rules) if rules else "")


def linked(name: str) -> str:
    """Link a rule file by its title."""
    return f"[{_titles().get(name, name)}](../rules/{name})"


@cache
def _titles() -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    for rule in speaking(pack()):
        found.setdefault(file_of(rule), []).append(rule.title)
    return {
        path: titles[0] if len(titles) == 1 else f"{len(titles)} rules of {path}"
        for path, titles in found.items()
    }


def said(name: str, platform: str) -> str:
    """Name the channels of a rule: of the profiles of a scan, the smallest."""
    named = channels_of(name, platform)
    profiles = [channel for channel in named if is_live(channel)]
    rest = [channel for channel in named if channel not in profiles]
    return ", ".join((*profiles[:1], *rest)) or "where it is asked for"


def attack() -> str:
    """Say which rules speak of each technique, and why none does."""
    names = {each.id: each for each in rows("attack-mobile.csv", Technique)}
    lines = []
    for technique in coverage(pack()).techniques:
        fact = names[technique.id]
        cell = "; ".join(dict.fromkeys(_brief(rule) for rule in technique.rules))
        lines.append((technique.id, fact.name, len(technique.rules) or "", cell or _reason(fact)))
    intro = (
        f"Techniques of ATT&CK for Mobile {ATTACK_VERSION}, by id, and the rules whose tags name "
        "them. `scanner rules coverage -f navigator` makes a layer of them."
    )
    header = ("id", "technique", "rules", "which, or why none")
    return "\n\n".join(("## ATT&CK for Mobile", intro, table(header, lines)))


def _brief(rule: Speaking) -> str:
    return f"[{rule.title.replace('|', ' ')}](../rules/{file_of(rule)})"


def _reason(fact: Technique) -> str:
    waits = ", ".join(f"`{name}`" for name in fact.waits_for.split())
    return " ".join(filter(None, (fact.why, waits and f"Waits for {waits}.")))


def waiting(matrix: tuple[Decision, ...]) -> str:
    """Say what is not read yet, and how many threats wait for it."""
    of = [name for each in matrix for name in each.waits_for.split()]
    named = rows("waiting.csv", Waiting)
    lines = [(f"`{each.id}`", each.what, of.count(each.id)) for each in named]
    return "\n\n".join(
        (
            "## What is not read yet",
            "Threats are counted for each platform, whether decided in part or not at all.",
            table(("", "what", "threats"), lines),
        )
    )
