"""Reports at the edge: text of a hostile phone, and far more of everything than usual."""

from __future__ import annotations

from msgspec import structs

from scanner.model.evidence import Gap
from scanner.model.findings import Check, Match, Message, Subject
from scanner.model.report import Device, Report
from tests.report.examples import (
    ACQUISITION,
    EVIDENCE,
    RULES,
    evidence,
    finding,
    findings,
    rule,
    tampered,
)

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><style>*{display:none}",
    "{{7*7}}{% raw %}{count}{reason@reason}",
    "\x1b[2J\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\x1b]52;c;AAAA\x07\x9b31m",
    "\u202egpj.exe\u2066\u200b",
    "[link=https://evil.example]x[/link][red]",
    "javascript:alert(1)",
    "half \ud800 pair \udfff",
    "line\r\nbreak\u2028\x00end",
    "x" * 100_000,
)


def hostile(text: str) -> Report:
    """A phone that puts `text` into everything that it, or its rules, can name."""
    base = tampered()
    key: dict[str, str | int | None] = {"user": 0, "package": text, text: text}
    of = rule(9, text, description=text, falsepositives=(text,), references=(text,), tags=(text,))
    made = finding(
        of,
        key,
        id=text,
        subject=Subject(entity=text, key=key),
        matched=(Match(field=text, pattern=text, values=(text, None, True, 3), evidence=(text,)),),
        evidence=(text, EVIDENCE[0].id),
        advice=(text,),
        explained_by_scan=Message("footprint.adb_key", {"fingerprint": text}),
        suppressed=None,
    )
    line = structs.replace(EVIDENCE[0], id=text, artifact=text, request=text, origin=text)
    acquisition = structs.replace(
        ACQUISITION,
        case=text,
        operator=text,
        interrupted=Message(text, {"a": text}),
        complete=False,
    )
    return structs.replace(
        base,
        run=structs.replace(base.run, acquisition=acquisition, system=text),
        device=Device(platform=text, pseudonym=text, manufacturer=text, model=text, release=text),
        findings=(made, *base.findings),
        checks=(
            Check(
                rule=text,
                rule_class="compromise",
                status="not_examined",
                reason="parse_error",
                detail=Message("check.gap", {"artifact": text, "reason": text, "users": text}),
            ),
            *base.checks,
        ),
        gaps=(Gap(artifact=text, reason="parse_error", request=text, detail=text, evidence=text),),
        evidence=(line, *EVIDENCE),
        footprint=(Message(text, {text: text}),),
        rules=structs.replace(base.rules, rules=(of, *RULES), unusable=(Message(text),)),
    )


def large(findings_: int = 400, gaps: int = 5000, evidences: int = 3000) -> Report:
    base = tampered()
    some = findings()
    return structs.replace(
        base,
        findings=tuple(
            structs.replace(some[n % len(some)], id=f"f-{n:05}") for n in range(findings_)
        ),
        gaps=tuple(
            Gap(artifact=f"android.thing{n % 40}", reason="no_permission", user=n)
            for n in range(gaps)
        ),
        evidence=tuple(evidence(n, "android.packages", "cmd", str(n)) for n in range(evidences)),
    )
