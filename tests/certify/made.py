"""Examinations and statements of invented phones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from scanner.artifacts import ARTIFACTS
from scanner.certify.lists import Lists
from scanner.certify.make import make_statement, subject_of
from scanner.certify.outcome import Facts
from scanner.certify.policy import Policy
from scanner.certify.requirements import KINDS, Requirement
from scanner.certify.signers import Signer, Signers
from scanner.certify.statement import Statement
from scanner.formats.signing_keys import PrivateKey
from scanner.model.artifact import Profile
from scanner.model.entities import Entity
from scanner.model.evidence import Gap
from scanner.model.report import (
    Acquisition,
    Coverage,
    Device,
    HostClock,
    Report,
    RuleLine,
    RuleSet,
    RunRecord,
)
from scanner.pipeline.compared import beyond
from scanner.pipeline.plan import selected
from scanner.snapshot import Snapshot

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CASE, POLICY = "c" * 64, "b" * 64
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def acquisition(**changed: Any) -> Acquisition:
    known = {
        "case": "20261122T080000Z-7f3a",
        "tool": "phone-integrity-scanner",
        "version": "2026.11",
        "started_at": NOW - 2 * HOUR,
        "ended_at": NOW - HOUR,
        "complete": True,
        "platform": "android",
        "transport": "usb",
        "device": "0011223344556677",
        "profile": "standard",
        "privacy": "share",
        "users": None,
        "host_clock": HostClock(synchronized=True, zone="+0000"),
        "clock": None,
        "locked_at_start": None,
        "locked_at_end": None,
        "debugging_before": None,
        "host_keys": (),
    }
    return Acquisition(**(known | changed))


def rule(id: str, *, level: str = "high", tags: tuple[str, ...] = ()) -> RuleLine:
    return RuleLine(
        id=id,
        title=id,
        description="",
        level=level,
        confidence="high",
        rule_class="compromise",
        status="test",
        tags=tags,
        falsepositives=(),
        references=(),
        sha256="a" * 64,
    )


def report(
    of: Acquisition,
    *,
    rules: Iterable[RuleLine] = (),
    coverage: tuple[int, int] = (9, 10),
    users_unreadable: tuple[int, ...] = (),
    digest: str | None = CASE,
    **changed: Any,
) -> Report:
    examined, applicable = coverage
    known: dict[str, Any] = {
        "schema_version": "1.5",
        "run": RunRecord(
            tool=of.tool,
            version=of.version,
            started_at=NOW,
            finished_at=NOW,
            python="3.11",
            system="Linux",
            sandbox="full",
            case_digest=digest,
            acquisition=of,
        ),
        "privacy": "share",
        "device": Device(platform=of.platform, pseudonym=of.device, model="Example Phone 9"),
        "verdict": "nothing_found_in_what_was_examined",
        "coverage": Coverage(
            applicable=applicable,
            examined=examined,
            percent=examined * 100 // applicable if applicable else 0,
            minimum=80,
            entities={},
            artifacts_read=(),
            artifacts_missing=(),
            users_unreadable=users_unreadable,
            cannot_see=(),
            reach=(),
            feeds=(),
        ),
        "checks": (),
        "findings": (),
        "gaps": (),
        "evidence": (),
        "footprint": (),
        "rules": RuleSet(digest="d" * 64, rules=tuple(rules), unusable=()),
    }
    return Report(**(known | changed))


def facts(
    *entities: Entity,
    gaps: tuple[Gap, ...] = (),
    profile: str = "standard",
    recorded: bool = False,
    of: dict[str, Any] | None = None,
    **changed: Any,
) -> Facts:
    """Return an examination that states some entities, each as an evidence of its own."""
    made = acquisition(profile=profile, **(of or {}))
    snapshot = Snapshot(made.platform, now=made.now)
    for number, entity in enumerate(entities):
        snapshot.add(entity, evidence=f"e-{number}", provenance="os_claimed", rank=number)
    read = selected(ARTIFACTS, made.platform, Profile[profile.upper()], recorded=recorded)
    others = beyond(ARTIFACTS, read, made.platform)
    return Facts(
        report=report(made, gaps=gaps, **changed),
        acquisition=made,
        snapshot=snapshot,
        lists=Lists(read, others, gaps),
        issued_at=NOW,
        recorded=recorded,
        hide=lambda privacy, value: f"{privacy}:{value}" if privacy in {"D", "N"} else value,
    )


def required(kind: str, **asked: Any) -> Requirement:
    return KINDS[kind](id=kind, require=kind, **asked)


def policy(*requirements: Requirement) -> Policy:
    return Policy(
        title="Phones of the tests",
        platforms=("android", "ios"),
        requirements=requirements,
        sha256=POLICY,
    )


def statement(
    *requirements: Requirement,
    of: Facts | None = None,
    case: str = CASE,
    lasts: timedelta = 30 * DAY,
    **predicate: Any,
) -> Statement:
    """Return a statement about an invented phone, with parts of its predicate as they are given."""
    known = of or facts()
    device = known.report.device
    assert device is not None
    made = make_statement(
        known,
        device,
        policy(*(requirements or (required("complete"),))),
        subject=subject_of(known.acquisition.case, case),
        digest_of="tagmanifest-sha256.txt",
        examiner="A. Example",
        valid_until=NOW + lasts,
        words=lambda message: message.id,
    )
    return structs.replace(made, predicate=structs.replace(made.predicate, **predicate))


def key(seed: int = 1) -> PrivateKey:
    return PrivateKey(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def signers(*keys: PrivateKey, **options: Any) -> Signers:
    return Signers(
        Signer(
            name=f"signer-{number}",
            fingerprint=each.public.fingerprint,
            key=each.public.text,
            **options,
        )
        for number, each in enumerate(keys)
    )
