"""The same look-alikes as bugreports: written as Android prints them, read like any other."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

import scanner
from scanner.model.entities import Entity
from scanner.model.findings import LEVELS
from scanner.model.report import Report
from tests.lookalikes.device import clean
from tests.lookalikes.families import FAMILIES, Family
from tests.lookalikes.ordinary import ORDINARY, Ordinary
from tests.lookalikes.texts import write

Scan = Callable[[list[Entity]], Report]


@pytest.fixture
def scanned(tmp_path: Path) -> Scan:
    """Write a bugreport and scan it."""

    def scan(entities: list[Entity]) -> Report:
        recording = write(tmp_path, [*entities, *clean()])
        options = scanner.Options(output=tmp_path / "case")
        return scanner.scan(str(recording), options=options, formats=()).report

    return scan


def above_low(report: Report) -> list[str]:
    titles = {rule.id: rule.title for rule in report.rules.rules}
    low = LEVELS.index("low")
    return [titles[each.rule] for each in report.findings if LEVELS.index(each.level) > low]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_a_look_alike_in_a_bugreport_is_suspicious(scanned: Scan, family: Family, seed: int):
    entities, wanted = family(random.Random(seed))

    report = scanned(entities)

    found = {
        str(value)
        for each in report.findings
        if each.rule_class == "compromise" and each.level == "medium" and len(each.matched) >= 2
        for value in each.subject.key.values()
    }
    assert "suspicious" == report.verdict
    assert wanted <= found


@pytest.mark.parametrize("ordinary", ORDINARY, ids=lambda ordinary: ordinary.__name__)
def test_an_ordinary_phone_in_a_bugreport_has_nothing_above_low(scanned: Scan, ordinary: Ordinary):
    report = scanned(ordinary(random.Random(5)))

    assert [] == above_low(report)
    assert "suspicious" != report.verdict


def test_a_bugreport_of_the_clean_device_is_read(scanned: Scan):
    report = scanned([])

    read = set(report.coverage.artifacts_read)
    services = {"accessibility", "app_operations", "device_policy", "package_details", "roles"}
    assert {f"android.{name}" for name in services} <= read
    assert [] == above_low(report)
