"""Artifacts and snapshots of the tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from scanner.detect import RulePack, ScanFacts, inspect
from scanner.detect.rules import Rule
from scanner.model.artifact import Artifact, Stated
from scanner.model.entities import (
    AdbKey,
    App,
    Build,
    Entity,
    Process,
    Property,
    Setting,
    Statement,
    User,
)
from scanner.model.evidence import Gap, Provenance
from scanner.model.findings import Check, Finding
from scanner.snapshot import Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def artifact(name: str, *states: tuple[type[Entity], tuple[str, ...]]) -> Artifact:
    stated = tuple(Stated(entity, fields) for entity, fields in states)
    return Artifact(name=name, title=name, platform="android", states=stated, readings=())


PACKAGES = artifact("packages", (App, ("user", "package", "installed", "installer", "system")))
DUMP = artifact("dump", (App, ("user", "package", "installer", "debuggable", "flags")))
SERVICES = artifact("services", (App, ("user", "package", "accessibility_services")))
PROPERTIES = artifact("properties", (Property, ()), (Build, ("build_type", "debuggable")))
SETTINGS = artifact("settings", (Setting, ()))
PROCESSES = artifact("processes", (Process, ()))
KEYS = artifact("keys", (AdbKey, ("fingerprint", "last_connected_at")))
USERS = artifact("users", (User, ()))
ALL = (PACKAGES, DUMP, SERVICES, PROPERTIES, SETTINGS, PROCESSES, KEYS, USERS)


def device(
    statements: Iterable[tuple[Statement, str]],
    *,
    provenance: Provenance = "os_claimed",
    host_keys: tuple[str, ...] = (),
) -> Snapshot:
    """Join statements, each with the id of its evidence."""
    snapshot = Snapshot("android", now=NOW, host_keys=host_keys)
    for rank, (statement, evidence) in enumerate(statements):
        snapshot.add(statement, evidence=evidence, provenance=provenance, rank=rank)
    return snapshot


def one_check(
    snapshot: Snapshot,
    rule: Rule,
    *,
    gaps: Sequence[Gap] = (),
    statements: Sequence[Artifact] = ALL,
    **facts: Any,
) -> tuple[Check, tuple[Finding, ...]]:
    """Inspect a device with one rule."""
    (result,) = inspect(
        snapshot,
        RulePack(rules=(rule,), unusable=(), digest=""),
        platform="android",
        gaps=gaps,
        statements=statements,
        facts=ScanFacts(**facts),
    )
    return result
