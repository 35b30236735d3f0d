"""Phones of the tests, compared with indicators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scanner.detect import ScanFacts
from scanner.detect.indicators import Index, inspect_indicators
from scanner.model.artifact import Artifact
from scanner.model.entities import (
    AdbKey,
    App,
    AppChange,
    InstalledFile,
    Network,
    PackageTrace,
    Payload,
    Process,
    Profile,
    Property,
    Setting,
    Socket,
    Statement,
    User,
)
from scanner.model.evidence import Gap
from scanner.model.findings import Check, Finding
from scanner.model.indicators import Feed
from scanner.snapshot import Snapshot
from tests.detect.devices import NOW, artifact

SPY = "com.example.spy"
DIGEST = "ab" * 32
PACKAGES = artifact("packages", (App, ("user", "package", "installed", "path")))
FILES = artifact("installed_files", (InstalledFile, ()))
TRACES = artifact("traces", (PackageTrace, ("kind", "package", "last_seen")))
CHANGES = artifact("changes", (AppChange, ("package", "day", "version_code", "action")))
PROCESSES = artifact("processes", (Process, ()))
NETWORKS = artifact("networks", (Network, ()))
SETTINGS = artifact("settings", (Setting, ()))
KEYS = artifact("keys", (AdbKey, ("fingerprint", "last_connected_at")))
PROPERTIES = artifact("properties", (Property, ()))
PROFILES = artifact("profiles", (Profile, ()), (Payload, ()))
SOCKETS = artifact("sockets", (Socket, ()))
USERS = artifact("users", (User, ()))
PRESENT = (PACKAGES, USERS)
PAST = (PACKAGES, TRACES, CHANGES, USERS)


def device(*statements: Statement, platform: str = "android") -> Snapshot:
    snapshot = Snapshot(platform, now=NOW)
    for rank, statement in enumerate(statements):
        snapshot.add(statement, evidence=f"e{rank}", provenance="os_claimed", rank=rank)
    return snapshot


def inspected(
    snapshot: Snapshot,
    feeds: Iterable[Feed],
    *,
    statements: Sequence[Artifact] = PRESENT,
    gaps: Sequence[Gap] = (),
    platform: str = "android",
    **facts: Any,
) -> list[tuple[Check, tuple[Finding, ...]]]:
    return list(
        inspect_indicators(
            snapshot,
            Index.of(tuple(feeds), NOW),
            platform=platform,
            gaps=gaps,
            statements=statements,
            facts=ScanFacts(**facts),
        )
    )


def one(*args: Any, **stated: Any) -> tuple[Check, tuple[Finding, ...]]:
    (result,) = inspected(*args, **stated)
    return result


def app(package: str = SPY, **stated: Any) -> App:
    return App(**{"user": 0, "package": package, "installed": True, "path": None} | stated)
