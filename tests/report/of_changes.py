"""Comparisons made in code: a phone on which something was planted, an ordinary and a still one."""

from __future__ import annotations

from datetime import timedelta

from msgspec import structs

from scanner.model.changes import ChangeLine, Comparison, Diff, DiffRule, StateLine, Unsettled
from scanner.model.evidence import Gap
from scanner.model.findings import Finding, Match, Message, Subject
from scanner.model.report import SCHEMA_VERSION, Report
from tests.report.examples import AT, EVIDENCE, RULES, finding, findings, quiet, rule, tampered

SIGNER = rule(11, "The signer of an app changed", level="high")
AUTHORITY = rule(12, "A certificate authority was added", level="medium")
OLD = StateLine(
    case="20261118T090000Z-d-7f3a19",
    digest="cd" * 32,
    device="d-7f3a19",
    platform="android",
    taken_at=AT - timedelta(days=3, hours=5),
    booted_at=AT - timedelta(days=9),
    build="BP3A.250905.014",
    transport="usb",
)
NEW = structs.replace(
    OLD,
    case="20261121T140322Z-d-7f3a19",
    digest="ab" * 32,
    taken_at=AT,
    booted_at=AT - timedelta(days=1),
)


def of_change(of, identity: str, field: str | None, id: str) -> Finding:
    key: dict[str, str | int | None] = {"entity": "app", "identity": identity, "field": field}
    made = finding(of, key, id=id, subject=Subject(entity="change", key=key), baseline_state="new")
    matched = Match(field="old", pattern="exists", values=("a1b2",), evidence=(EVIDENCE[1].id,))
    return structs.replace(made, matched=(matched,), advice=("review_app",))


SIGNED = of_change(SIGNER, "user=0 package=com.example.bank", "signer", "f-signer")
ADDED = structs.replace(
    of_change(AUTHORITY, "store=user user=0 name=5ed36f99.0", None, "f-authority"),
    advice=("review_certificates",),
    subject=Subject(
        entity="change",
        key={"entity": "certificate", "identity": "name=5ed36f99.0", "field": None},
    ),
)
LINES = (
    ChangeLine(
        entity="app",
        identity={"user": 0, "package": "com.example.bank"},
        change="modified",
        field="signer",
        old="a1b2c3d4" * 8,
        new="c3d4e5f6" * 8,
        level="high",
        findings=("f-signer",),
        old_evidence=("adb-0011223344556677",),
        new_evidence=(EVIDENCE[1].id,),
    ),
    ChangeLine(
        entity="certificate",
        identity={"store": "user", "user": 0, "name": "5ed36f99.0"},
        change="added",
        facts={"active": True, "subject": "CN=Example Root", "self_signed": True, "sha256": None},
        level="medium",
        findings=("f-authority",),
        new_evidence=(EVIDENCE[4].id,),
    ),
    ChangeLine(
        entity="accessibility_service",
        identity={"user": 0, "component": "com.example.sync/.Watch"},
        change="added",
        facts={"package": "com.example.sync", "enabled": True},
        level="medium",
        new_evidence=(EVIDENCE[2].id,),
    ),
    ChangeLine(
        entity="app",
        identity={"user": 0, "package": "com.example.chat"},
        change="modified",
        field="permissions_granted",
        gained=tuple(f"android.permission.EXAMPLE_{n}" for n in range(9)),
        lost=("android.permission.OLD",),
        level="low",
    ),
    ChangeLine(
        entity="device_admin",
        identity={"user": 0, "component": "com.example.find/.Admin"},
        change="removed",
        facts={"policies": ("force-lock", "wipe-data")},
        level="low",
        old_evidence=("adb-0011223344556677",),
    ),
    *(
        ChangeLine(
            entity="app",
            identity={"user": 0, "package": f"com.example.app{n}"},
            change="modified",
            field="version_name",
            old=f"{n}.1",
            new=f"{n}.2",
            explained=Message("changes.app_updated"),
        )
        for n in range(14)
    ),
    ChangeLine(
        entity="setting",
        identity={"user": 0, "namespace": "global", "name": "wifi_on"},
        change="modified",
        field="value",
        old="0",
        new="1",
    ),
)
GONE = finding(RULES[6], {"user": 10, "package": "com.example.mms"}, baseline_state="absent")
UNSURE = finding(RULES[5], {}, subject=Subject(entity="build", key={}))
COMPARISON = Comparison(
    old=OLD,
    new=NEW,
    changes=LINES,
    unsettled=(
        Unsettled(
            side="new",
            entity="app",
            count=12,
            reason="locked",
            artifact="android.packages",
            user=150,
        ),
        Unsettled(side="old", entity="socket", count=1, reason="not_selected"),
    ),
    ignored=212,
    ordinary=15,
    more=2,
    notes=(Message("changes.other_profile", {"old": "quick", "new": "standard"}),),
    absent=(GONE,),
    unsettled_findings=(UNSURE,),
)


def planted() -> Diff:
    """A phone on which a signer changed and an authority appeared."""
    kept = tuple(structs.replace(each, baseline_state="unchanged") for each in findings())
    lines = (SIGNER, AUTHORITY, *RULES)
    return Diff(
        schema_version="1.0",
        privacy="share",
        comparison=COMPARISON,
        findings=(SIGNED, ADDED, *kept),
        rules=tuple(
            DiffRule(id=each.id, title=each.title, description=each.description, level=each.level)
            for each in lines
        ),
        gaps=(Gap(artifact="android.packages", reason="locked", user=150),),
        old_verdict="nothing_found_in_what_was_examined",
        new_verdict="suspicious",
    )


def ordinary() -> Diff:
    """A phone whose apps were updated."""
    comparison = structs.replace(
        COMPARISON, changes=LINES[5:], unsettled=(), more=0, notes=(), absent=()
    )
    return structs.replace(planted(), comparison=comparison, findings=(), gaps=())


def still() -> Diff:
    """A phone of which both states say the same."""
    comparison = structs.replace(
        ordinary().comparison, changes=(), unsettled_findings=(), ignored=0, ordinary=0
    )
    return structs.replace(ordinary(), comparison=comparison)


def compared() -> Report:
    """A report of a phone that was compared with its baseline."""
    base = tampered()
    return structs.replace(
        base,
        schema_version=SCHEMA_VERSION,
        findings=planted().findings,
        rules=structs.replace(base.rules, rules=(SIGNER, AUTHORITY, *RULES)),
        baseline=COMPARISON,
    )


def unchanged() -> Report:
    """A report of a phone that does not differ from its baseline."""
    return structs.replace(quiet(), baseline=still().comparison)


DIFFS = {"planted": planted(), "ordinary": ordinary(), "still": still()}
