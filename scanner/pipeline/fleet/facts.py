"""What one examination contributes to a comparison of a fleet: `data/fleet.json` of a case."""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from scanner.fleet import facets
from scanner.fleet.values import text
from scanner.model.entities import Build
from scanner.model.findings import Level
from scanner.model.fleet import FACTS_VERSION, DeviceFacts
from scanner.model.report import Report
from scanner.pipeline.compose import Examination, Examined

# brand/product/device:16/BP1A.250505.005/1234:user/release-keys (Build.java)
_FINGERPRINT = re.compile(r"[^:]+:[^/:]+/([^/:]+/[^/:]+):[^/:]+/[^/:]+\Z")


def facts_of(examination: Examination, report: Report | None = None) -> DeviceFacts:
    """Return what a comparison reads of one device; with the verdict, where there is a report."""
    acquisition, reader = examination.acquisition, examination.reader
    build = next(iter(reader.snapshot.every(Build)), Build())
    return DeviceFacts(
        version=FACTS_VERSION,
        device=acquisition.device,
        platform=acquisition.platform,
        taken_at=acquisition.now,
        case=acquisition.case,
        transport=acquisition.transport,
        profile=acquisition.profile,
        complete=acquisition.complete,
        manufacturer=text(build.manufacturer),
        model=text(build.model),
        release=text(build.release),
        build=_build_of(build),
        security_patch=text(build.security_patch),
        verdict=report.verdict if report else None,
        findings=_counted(report) if report else {},
        facets=facets(
            reader.snapshot,
            acquisition.platform,
            asked=(artifact.name for artifact in reader.artifacts),
            gaps=examination.gaps(),
        ),
    )


def encoded_facts(examined: Examined) -> bytes:
    """Return what a scan keeps in its case for the comparison of a fleet."""
    return msgspec.json.encode(facts_of(examined.examination, examined.report), order="sorted")


def _build_of(build: Build) -> str | None:
    fingerprint = text(build.fingerprint)
    if fingerprint is None:
        return text(build.build)
    found = _FINGERPRINT.match(fingerprint)
    return found[1] if found else fingerprint


def _counted(report: Report) -> dict[Level, int]:
    grave = (each.level for each in report.findings if each.rule_class == "compromise")
    return dict(sorted(Counter(grave).items()))
