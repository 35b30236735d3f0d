"""A report about files of apps: one that holds, one that was changed, one without a signature."""

from __future__ import annotations

from msgspec import structs

from scanner.model.evidence import Gap
from scanner.model.findings import Subject
from scanner.model.report import AppLine, Report
from tests.report.examples import ACQUISITION, EVIDENCE, RULES, finding, quiet

GOOD, CHANGED, LOOSE = "a1" * 32, "b2" * 32, "c3" * 32
SIGNER, DEBUG = "d4" * 32, "e5" * 32
APPS = (
    AppLine(
        sha256=GOOD,
        kind="apk",
        name="good.apk",
        label="Good",
        package="com.example.good",
        version="1.2",
        size=48_213,
        verified=True,
        schemes=("v2", "v3"),
        signers=(SIGNER,),
        evidence=(EVIDENCE[0].id,),
    ),
    AppLine(
        sha256=CHANGED,
        kind="apk",
        name="more/changed.apk",
        package="com.example.changed",
        version="3",
        size=9_001,
        verified=False,
        signers=(DEBUG,),
        debug=True,
        errors=("digest_mismatch", "malformed_block"),
        evidence=(EVIDENCE[1].id,),
    ),
    AppLine(sha256=LOOSE, kind="elf", name="libloose.so", size=77, evidence=(EVIDENCE[2].id,)),
)


def of_apps(*, lines: tuple[AppLine, ...] = APPS) -> Report:
    """Files of apps, one of which was changed after it was signed."""
    key: dict[str, str | int | None] = {"sha256": CHANGED}
    about = {"name": "changed.apk", "package": "com.example.changed"}
    found = finding(
        RULES[0],
        key,
        subject=Subject(entity="app_file", key=key, about=about),
        evidence=(EVIDENCE[1].id,),
    )
    inside: dict[str, str | int | None] = {"sha256": "f6" * 32, "architecture": "arm64"}
    code = finding(
        RULES[6],
        inside,
        subject=Subject(entity="code_file", key=inside, about={"name": "libx.so"}),
        evidence=(EVIDENCE[1].id,),
    )
    gaps = [
        Gap(
            artifact="android.app_files",
            reason="parse_error",
            request=f"bytes of {number}.apk",
            evidence=EVIDENCE[3].id,
            detail="the end of a zip's directory expected",
        )
        for number in range(40)
    ]
    gaps.append(Gap(artifact="android.app_calls", reason="not_selected", count=300))
    acquisition = structs.replace(ACQUISITION, transport="app_files")
    return structs.replace(
        quiet(),
        device=None,
        verdict="suspicious",
        run=structs.replace(quiet().run, acquisition=acquisition),
        findings=(found, code),
        gaps=tuple(gaps),
        apps=lines,
    )
