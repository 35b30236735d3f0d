"""Which techniques of ATT&CK for Mobile the rules speak of, and a layer for ATT&CK's Navigator.

A rule speaks of a technique that stands among its tags. The layer is of format 4.5:
https://github.com/mitre-attack/attack-navigator/blob/master/layers/LAYERFORMATv4_5.md
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct, field

from scanner.detect.header import techniques
from scanner.detect.rules import RulePack
from scanner.model.findings import Level

Kind = Literal["sigma", "yara"]

ATTACK_VERSION = "18"  # of the ids in data/attack_mobile.txt
LAYER_VERSION = "4.5"
NAVIGATOR_VERSION = "4.9.0"  # the first that reads such a layer
PLATFORM_NAMES = {"android": "Android", "ios": "iOS"}
COLORS = ("#e8f0fa", "#1f5fa8")  # of the fewest rules and of the most
_TAG = "attack."


class Speaking(Struct, frozen=True, kw_only=True):
    """A rule, as far as it speaks of techniques."""

    id: str
    title: str
    kind: Kind
    platform: str | None  # None: any
    level: Level
    status: str
    path: str  # of its file, within the folder it was loaded from
    techniques: tuple[str, ...]  # T1453


class Technique(Struct, frozen=True, kw_only=True):
    """One technique and the rules that speak of it, by their titles."""

    id: str
    rules: tuple[Speaking, ...]


class Coverage(Struct, frozen=True, kw_only=True):
    """All techniques, in the order of their ids."""

    attack_version: str
    platforms: tuple[str, ...]
    covered: int  # techniques that some rule speaks of
    techniques: tuple[Technique, ...]


def speaking(pack: RulePack) -> Iterator[Speaking]:
    """Yield every rule of a pack, those of YARA after those of Sigma."""
    for rule in pack.rules:
        yield Speaking(
            id=rule.id,
            title=rule.title,
            kind="sigma",
            platform=rule.platform,
            level=rule.level,
            status=rule.status,
            path=rule.path,
            techniques=_named(rule.tags),
        )
    for file in pack.yara.files if pack.yara else ():
        for heading in file.rules:
            yield Speaking(
                id=heading.line.id,
                title=heading.line.title,
                kind="yara",
                platform=heading.platform,
                level=heading.line.level,
                status=heading.line.status,
                path=file.name,
                techniques=_named(heading.line.tags),
            )


def coverage(pack: RulePack, *, platform: str | None = None) -> Coverage:
    """Say of each technique which rules speak of it, on one platform or on all."""
    known = techniques()
    found: dict[str, list[Speaking]] = {technique: [] for technique in sorted(known)}
    for rule in speaking(pack):
        if platform in (None, rule.platform) or rule.platform is None:
            for technique in rule.techniques:
                if technique in found:
                    found[technique].append(rule)
    return Coverage(
        attack_version=ATTACK_VERSION,
        platforms=(platform,) if platform else tuple(PLATFORM_NAMES),
        covered=sum(bool(rules) for rules in found.values()),
        techniques=tuple(
            Technique(id=id, rules=tuple(sorted(rules, key=lambda rule: (rule.title, rule.id))))
            for id, rules in found.items()
        ),
    )


def _named(tags: Sequence[str]) -> tuple[str, ...]:
    found = (tag.removeprefix(_TAG).upper() for tag in tags if tag.startswith(_TAG))
    return tuple(dict.fromkeys(found))


# --- the layer ----------------------------------------------------------------------------------


class Versions(Struct, frozen=True, kw_only=True):
    """Of ATT&CK, of the Navigator and of the layer's format."""

    attack: str
    navigator: str
    layer: str


class Filters(Struct, frozen=True, kw_only=True):
    """What the Navigator shows of the domain."""

    platforms: tuple[str, ...]


class Gradient(Struct, frozen=True, kw_only=True, rename="camel"):
    """Colours by score."""

    colors: tuple[str, ...]
    min_value: int
    max_value: int


class Scored(Struct, frozen=True, kw_only=True, rename="camel"):
    """One technique: the number of rules, and their titles."""

    technique_id: str = field(name="techniqueID")
    score: int
    comment: str
    show_subtechniques: bool


class Layer(Struct, frozen=True, kw_only=True, rename="camel"):
    """A layer of the Navigator."""

    name: str
    versions: Versions
    domain: str
    description: str
    filters: Filters
    sorting: int
    hide_disabled: bool
    techniques: tuple[Scored, ...]
    gradient: Gradient


def navigator(covered: Coverage) -> Layer:
    """Return a layer with the techniques that some rule speaks of; the others have no score."""
    scored = [technique for technique in covered.techniques if technique.rules]
    parents = {technique.id.partition(".")[0] for technique in scored if "." in technique.id}
    names = tuple(PLATFORM_NAMES[platform] for platform in covered.platforms)
    return Layer(
        name=f"Rules of the scanner: {', '.join(names)}",
        versions=Versions(
            attack=covered.attack_version, navigator=NAVIGATOR_VERSION, layer=LAYER_VERSION
        ),
        domain="mobile-attack",
        description="The score is the number of rules whose tags name the technique.",
        filters=Filters(platforms=names),
        sorting=0,
        hide_disabled=False,
        techniques=tuple(_scored(technique, parents) for technique in scored),
        gradient=Gradient(
            colors=COLORS,
            min_value=0,
            max_value=max((len(technique.rules) for technique in scored), default=1),
        ),
    )


def _scored(technique: Technique, parents: set[str]) -> Scored:
    return Scored(
        technique_id=technique.id,
        score=len(technique.rules),
        comment="\n".join(dict.fromkeys(rule.title for rule in technique.rules)),
        show_subtechniques=technique.id in parents,
    )
