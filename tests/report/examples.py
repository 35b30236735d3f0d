"""Reports made in code: what a tampered, a quiet, a hostile and an unfinished phone would give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

from msgspec import structs

from scanner.model.evidence import Gap, Reason, evidence_id
from scanner.model.findings import Check, Finding, Match, Message, Subject
from scanner.model.report import (
    SCHEMA_VERSION,
    Acquisition,
    ClockReading,
    Coverage,
    Device,
    EvidenceLine,
    HostClock,
    Report,
    RuleLine,
    RuleSet,
    RunRecord,
)
from scanner.model.requests import Command

AT = datetime(2026, 11, 21, 14, 3, 22, tzinfo=UTC)


def evidence(number: int, artifact: str, *argv: str, exit_code: int | None = 0) -> EvidenceLine:
    request = Command(argv=argv)
    return EvidenceLine(
        id=evidence_id("adb", request),
        artifact=artifact,
        request=str(request),
        origin="adb",
        sha256=f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**256:064x}",
        size=4096 + 977 * number,
        exit_code=exit_code,
        cut=None,
        provenance="os_claimed",
    )


EVIDENCE = (
    evidence(1, "android.getprop", "getprop"),
    evidence(2, "android.packages", "dumpsys", "package"),
    evidence(3, "android.accessibility", "dumpsys", "accessibility"),
    evidence(4, "android.adb_keys", "dumpsys", "adb"),
    evidence(5, "android.settings", "settings", "--user", "0", "list", "secure"),
    evidence(6, "android.processes", "ps", "-A", "-o", "PID,PPID,USER,LABEL,STIME,NAME,CMDLINE"),
)


def rule(number: int, title: str, **changes: object) -> RuleLine:
    line = RuleLine(
        id=f"00000000-0000-4000-8000-{number:012}",
        title=title,
        description=f"{title}: this lets another app read the screen or act for the owner.",
        level="medium",
        confidence="medium",
        rule_class="compromise",
        status="test",
        tags=("attack.t1453", "attack.persistence"),
        falsepositives=("A password manager or a screen reader.", "An app the owner installed."),
        references=("https://attack.mitre.org/techniques/T1453/",),
        sha256=f"{number:064x}",
    )
    return structs.replace(line, **changes)


RULES = (
    rule(1, "App from outside a store reads and operates the screen", level="high"),
    rule(2, "A program for becoming root is present", level="critical", confidence="high"),
    rule(3, "Boot loader did not verify the system", level="high", rule_class="posture"),
    rule(4, "Computer allowed to debug since before the scan", rule_class="posture"),
    rule(5, "Debugging is on", level="low", rule_class="posture"),
    rule(6, "Security patches are older than half a year", level="medium", rule_class="posture"),
    rule(7, "Hidden app receives text messages", level="medium"),
)


def finding(of: RuleLine, key: dict[str, str | int | None], **changes: object) -> Finding:
    made = Finding(
        id=f"f-{of.id[-4:]}-{len(key)}",
        rule=of.id,
        level=of.level,
        confidence=of.confidence,
        rule_class=of.rule_class,
        review=False,
        provenance="os_claimed",
        subject=Subject(entity="app", key=key),
        matched=(
            Match(
                field="accessibility_services",
                pattern="exists",
                values=("com.example.sync/com.example.sync.Watch",),
                privacy="A",
                evidence=(EVIDENCE[2].id,),
            ),
            Match(
                field="installer",
                pattern="not one of the stores",
                values=(None,),
                evidence=(EVIDENCE[1].id,),
            ),
        ),
        evidence=(EVIDENCE[1].id, EVIDENCE[2].id),
    )
    return structs.replace(made, **changes)


def findings() -> tuple[Finding, ...]:
    app: dict[str, str | int | None] = {"user": 0, "package": "com.example.sync"}
    setting: dict[str, str | int | None] = {"user": 0, "namespace": "global", "name": "adb_enabled"}
    key: dict[str, str | int | None] = {"fingerprint": "d-5f2c9a"}
    return (
        finding(RULES[0], app, advice=("review_app", "review_accessibility")),
        finding(RULES[1], {"source": "ps", "pid": 4711, "started": "09:12"}, advice=()),
        finding(RULES[6], {"user": 10, "package": "com.example.mms"}, review=True),
        finding(
            RULES[2],
            {},
            subject=Subject(entity="build", key={}),
            advice=("relock_bootloader", "factory_reset_after_help"),
        ),
        finding(
            RULES[3],
            key,
            subject=Subject(entity="adb_key", key=key),
            advice=("revoke_adb_keys",),
        ),
        finding(
            RULES[4],
            setting,
            subject=Subject(entity="setting", key=setting),
            explained_by_scan=Message("explained.debugging_needed"),
            advice=("turn_off_debugging",),
        ),
    )


def checks() -> tuple[Check, ...]:
    return (
        Check(rule=RULES[0].id, rule_class="compromise", status="finding", examined=402, matched=1),
        Check(rule=RULES[1].id, rule_class="compromise", status="finding", examined=311, matched=1),
        Check(rule=RULES[2].id, rule_class="posture", status="finding", examined=1, matched=1),
        Check(rule=RULES[3].id, rule_class="posture", status="finding", examined=2, matched=1),
        Check(rule=RULES[4].id, rule_class="posture", status="finding", examined=1, matched=1),
        Check(rule=RULES[5].id, rule_class="posture", status="pass", examined=1),
        Check(rule=RULES[6].id, rule_class="compromise", status="review", examined=402, matched=1),
        Check(
            rule="00000000-0000-4000-8000-000000000008",
            rule_class="compromise",
            status="not_examined",
            reason="field_not_stated",
            detail=Message(
                "check.field_not_stated",
                {"field": "package_source", "artifact": "android.packages", "count": 12},
            ),
            unknown=12,
        ),
    )


ACQUISITION = Acquisition(
    case="20261121T140322Z-d-7f3a19",
    tool="scanner",
    version="2026.11.0",
    started_at=AT,
    ended_at=AT + timedelta(seconds=9, milliseconds=420),
    complete=True,
    platform="android",
    transport="usb",
    device="d-7f3a19",
    profile="quick",
    privacy="share",
    users=None,
    host_clock=HostClock(synchronized=True, zone="+0100"),
    clock=ClockReading(
        device_at=AT + timedelta(seconds=2),
        host_at=AT,
        skew_seconds=2.013,
        uncertainty_seconds=0.021,
        uptime_seconds=86400.0,
        booted_at=AT - timedelta(days=1),
        zone="+0100",
    ),
    locked_at_start=False,
    locked_at_end=False,
    debugging_before=False,
    host_keys=("D3:6E:9A:14:51:77:20:C8:0B:55:AF:1E:94:3C:60:2D",),
    operator="M. Okafor",
    case_number="2026-0007",
    purpose="Request of the owner",
    consent="Given in writing by the owner",
    sandbox="full",
)


def quiet() -> Report:
    """A phone of which enough was seen, and nothing found."""
    passed = tuple(Check(rule=each.id, rule_class=each.rule_class, status="pass") for each in RULES)
    return Report(
        schema_version=SCHEMA_VERSION,
        run=RunRecord(
            tool="scanner",
            version="2026.11.0",
            started_at=AT + timedelta(seconds=10),
            finished_at=AT + timedelta(seconds=11),
            python="3.11.7",
            system="Linux 6.1",
            sandbox="full",
            case_digest="ab" * 32,
            acquisition=ACQUISITION,
            round_trips=6,
        ),
        privacy="share",
        device=Device(
            platform="android",
            pseudonym="d-7f3a19",
            manufacturer="Google",
            model="Pixel 8",
            release="16",
            build="BP3A.250905.014",
            security_patch="2026-10-05",
            users=(0, 10, 150),
        ),
        verdict="nothing_found_in_what_was_examined",
        coverage=Coverage(
            applicable=12,
            examined=12,
            percent=100,
            minimum=70,
            entities={"app": 402, "process": 311, "setting": 48, "user": 3, "adb_key": 2},
            artifacts_read=("android.getprop", "android.packages"),
            artifacts_missing=(),
            users_unreadable=(),
            cannot_see=tuple(
                Message(f"cannot_see.{each}")
                for each in ("baseband", "memory_only", "accounts", "network", "app_code")
            ),
            reach=(Message("reach.present_state"),),
            feeds=(
                Message("feeds.rules", {"count": 7, "digest": "5d41402abc4b"}),
                Message("feeds.no_indicators"),
            ),
        ),
        checks=passed,
        findings=(),
        gaps=(),
        evidence=EVIDENCE,
        footprint=(
            Message("footprint.adb_key", {"fingerprint": ACQUISITION.host_keys[0]}),
            Message("footprint.connection_time"),
            Message("footprint.log_lines", {"commands": 21}),
        ),
        rules=RuleSet(
            digest="5d41402abc4b2a76b9719d911017c592",
            rules=RULES,
            unusable=(Message("rule.unusable", {"path": "mine/x.yml", "reason": "no tests"}),),
        ),
    )


def tampered() -> Report:
    """A phone with a watching app, a root program and an unlocked boot loader."""
    return structs.replace(
        quiet(),
        verdict="suspicious",
        findings=findings(),
        checks=checks(),
        coverage=structs.replace(quiet().coverage, examined=10, percent=83),
    )


def confirmed() -> Report:
    sure = structs.replace(findings()[0], confidence="confirmed", level="critical")
    return structs.replace(
        tampered(), verdict="compromise_confirmed", findings=(sure, *findings()[1:])
    )


def gapped() -> Report:
    """A phone of which a user and several things could not be read."""
    artifacts = ("android.accessibility", "android.settings", "android.device_policy")
    gaps = [Gap(artifact=each, reason="no_permission", user=150) for each in artifacts]
    gaps += [Gap(artifact="android.processes", reason=each) for each in get_args(Reason)]
    gaps.append(Gap(artifact="android.packages", reason="truncated", evidence=EVIDENCE[1].id))
    coverage = structs.replace(
        quiet().coverage,
        examined=6,
        percent=50,
        users_unreadable=(150,),
        artifacts_missing=artifacts,
    )
    return structs.replace(
        quiet(),
        verdict="inconclusive",
        coverage=coverage,
        gaps=tuple(gaps),
        findings=findings()[5:],
        checks=checks(),
    )


def unfinished() -> Report:
    """A phone that went away in the middle."""
    acquisition = structs.replace(
        ACQUISITION,
        complete=False,
        ended_at=None,
        clock=None,
        locked_at_end=None,
        interrupted=Message("interrupted.device_lost"),
        resumed=1,
    )
    run = structs.replace(quiet().run, acquisition=acquisition, case_digest=None)
    return structs.replace(gapped(), run=run)


def bare() -> Report:
    """What an examination without a device or an acquisition gives: nothing is there."""
    empty = quiet()
    return structs.replace(
        empty,
        run=structs.replace(empty.run, acquisition=None, round_trips=None),
        device=None,
        verdict="inconclusive",
        coverage=structs.replace(
            empty.coverage,
            applicable=0,
            examined=0,
            percent=0,
            entities={},
            cannot_see=(),
            reach=(),
            feeds=(),
        ),
        checks=(),
        evidence=(),
        footprint=(),
        rules=RuleSet(digest="", rules=(), unusable=()),
    )
