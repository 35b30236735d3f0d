"""How often rules match: counted by device, with what the count allows at most."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.detect import RulePack, ScanFacts, load
from scanner.detect.workbench import Ground, Tally, try_rules, upper_bound
from scanner.model.entities import App
from scanner.snapshot import Snapshot
from tests.detect.rule_files import rule_data, write


def device(*apps: App, platform: str = "android") -> Ground:
    snapshot = Snapshot(platform)
    for each in apps:
        snapshot.add(each, evidence="e", provenance="os_claimed", rank=0)
    return Ground(platform=platform, snapshot=snapshot, gaps=(), statements=(), facts=ScanFacts())


def app(package: str, **stated: Any) -> App:
    return App(user=0, package=package, **stated)


@pytest.fixture
def pack(tmp_path: Path) -> RulePack:
    write(tmp_path, rule_data(detection={"a": {"package|startswith": "x"}, "condition": "a"}))
    return load([tmp_path], shipped=False)


def test_devices_and_values_are_counted(pack: RulePack):
    tally = Tally(pack.rules)
    grounds = (
        device(app("x1"), app("x2")),
        device(app("x1")),
        device(app("y")),
        device(app("x1"), platform="ios"),
    )
    for ground in grounds:
        for tried in try_rules(pack, ground):
            tally.add(tried)

    (rate,) = tally.rates()

    # Nothing says that the third was read whole: without a match it is not examined.
    assert (2, 2, 1, 1) == (rate.matched, rate.decided, rate.not_examined, rate.not_applicable)
    assert [("x1", 2), ("x2", 1)] == [(each.value, each.devices) for each in rate.values]
    assert 1.0 == rate.upper_bound


def test_without_a_decision_there_is_no_bound(pack: RulePack):
    (rate,) = Tally(pack.rules).rates()

    assert (0, None, ()) == (rate.decided, rate.upper_bound, rate.values)


def test_of_many_values_the_most_frequent_are_listed(pack: RulePack):
    tally = Tally(pack.rules)
    for ground in (device(*(app(f"x{number}") for number in range(30))), device(app("x7"))):
        for tried in try_rules(pack, ground):
            tally.add(tried)

    (rate,) = tally.rates()

    assert ("x7", 2) == (rate.values[0].value, rate.values[0].devices)
    assert (20, 10) == (len(rate.values), rate.more_values)


@pytest.mark.parametrize(
    ("matches", "trials", "expected"),
    [(0, 4, 0.5271), (0, 59, 0.0495), (1, 10, 0.3942), (3, 3, 1.0)],
)
def test_the_bound_is_that_of_clopper_and_pearson(matches: int, trials: int, expected: float):
    assert pytest.approx(expected, abs=1e-4) == upper_bound(matches, trials)
