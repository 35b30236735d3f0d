"""Requirements on the system: its release, its patches, and how it says that it was started."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from msgspec import UNSET

from scanner.certify.outcome import (
    Facts,
    Outcome,
    gravest,
    met,
    not_examined,
    not_met,
)
from scanner.certify.requirements import BootState, MinimumSystem, span
from scanner.model.entities import Build

_DIGITS = 5  # of one number of a version


def minimum_system(requirement: MinimumSystem, facts: Facts) -> Outcome:
    """Decide whether the system is new enough."""
    return gravest(_minimum(requirement, facts))


def boot_state(requirement: BootState, facts: Facts) -> Outcome:
    """Decide whether the system says that it was started as its maker meant it."""
    return gravest(_boot(requirement, facts))


def _minimum(requirement: MinimumSystem, facts: Facts) -> Iterator[Outcome]:
    if (wanted := requirement.release) is not None:
        least = _numbers(wanted)
        yield _decided(
            facts, "release", lambda value: (found := _numbers(value)) and found >= (least or ())
        )
    if (day := requirement.security_patch) is not None:
        yield _decided(facts, "security_patch", lambda value: _text(value) >= day)
    if requirement.patch_within is not None and (most := span(requirement.patch_within)):
        yield _decided(
            facts,
            "patch_age_days",
            lambda value: isinstance(value, int) and value <= most.days,
            stated_by="security_patch",
        )
    if requirement.builds:
        name = "fingerprint" if facts.acquisition.platform == "android" else "build"
        yield _decided(
            facts,
            name,
            lambda value: any(fnmatchcase(_text(value), one) for one in requirement.builds),
        )


def _boot(requirement: BootState, facts: Facts) -> Iterator[Outcome]:
    for name in ("verified_boot", "verity_mode", "selinux"):
        if wanted := getattr(requirement, name):
            yield _decided(facts, name, wanted.__contains__)
    if (locked := requirement.bootloader_locked) is not None:
        yield _decided(facts, "bootloader_locked", lambda value: value is locked)


def _decided(
    facts: Facts, name: str, holds: Callable[[Any], object], *, stated_by: str = ""
) -> Outcome:
    joined = facts.one(Build)
    value = UNSET if joined is None else getattr(joined.entity, name)
    if value is UNSET or joined is None:
        short = facts.lists.unstated(Build, stated_by or name)
        return not_examined(short.reason, detail=f"{name} is not known: {short.artifact}")
    evidence = joined.evidence_of(stated_by or name)
    if holds(value):
        return met(evidence=evidence)
    shown = "none" if value is None else str(value)[:200]
    return not_met(
        name, detail=f"{name} is not as the policy asks", named=(shown,), evidence=evidence
    )


def _numbers(value: object) -> tuple[int, ...] | None:
    """Return the numbers of a version; None where it has none, or something else in it."""
    parts = str(value).split(".") if value else []
    if not parts or not all(
        part.isascii() and part.isdigit() and len(part) <= _DIGITS for part in parts
    ):
        return None
    return tuple(map(int, parts))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
