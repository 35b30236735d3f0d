"""What the scan itself explains: kept, marked, and never what is older than the scan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scanner.detect import ScanFacts
from scanner.model.entities import AdbKey, AnyEntity, App, Setting
from scanner.model.findings import Message
from scanner.model.report import Acquisition, ClockReading, HostClock
from tests.detect.devices import NOW, device, one_check
from tests.detect.rule_files import compiled, rule_data

START = NOW - timedelta(minutes=2)
OWN, FOREIGN = "AA:AA", "BB:BB"
OWN_KEY = Message("explained.own_adb_key")
NEEDED = Message("explained.debugging_needed")


def key(fingerprint: str, at: datetime | None) -> AdbKey:
    return AdbKey(fingerprint=fingerprint, last_connected_at=at)


def setting(name: str = "adb_enabled", value: str = "1", namespace: str = "global") -> Setting:
    return Setting(user=0, namespace=namespace, name=name, value=value)


def explained(entity: AnyEntity, *others: AnyEntity, **facts: Any) -> Message | None:
    known: dict[str, Any] = {"started_at": START, "host_keys": (OWN,)} | facts
    snapshot = device([(each, "e-1") for each in (entity, *others)])
    return ScanFacts(**known).explain(entity, snapshot)


def test_our_own_key_is_explained_if_its_trace_is_no_older_than_the_scan():
    assert OWN_KEY == explained(key(OWN, START))
    assert OWN_KEY == explained(key(OWN, NOW))


@pytest.mark.parametrize(
    ("entity", "facts"),
    [
        (key(OWN, START - timedelta(seconds=1)), {}),
        (key(OWN, START - timedelta(days=30)), {}),
        (key(OWN, None), {}),
        (AdbKey(fingerprint=OWN), {}),
        (key(FOREIGN, NOW), {}),
        (key(OWN, NOW), {"started_at": None}),
        (key(OWN, NOW), {"host_keys": ()}),
        (App(user=0, package="x"), {}),
    ],
)
def test_no_other_trace_hides_behind_ours(entity: AnyEntity, facts: dict[str, Any]):
    assert explained(entity, **facts) is None


def test_times_are_of_the_devices_clock():
    early = START - timedelta(minutes=10)

    assert explained(key(OWN, early)) is None
    assert OWN_KEY == explained(key(OWN, early), skew_seconds=-600.0)
    assert explained(key(OWN, NOW), skew_seconds=600.0) is None


@pytest.mark.parametrize("name", ["adb_enabled", "development_settings_enabled"])
def test_debugging_is_explained_if_nothing_says_that_it_was_on_before(name: str):
    assert NEEDED == explained(setting(name))
    assert NEEDED == explained(setting(name), debugging_before=False)
    assert NEEDED == explained(setting(name), key(OWN, START))


@pytest.mark.parametrize(
    ("entities", "facts"),
    [
        ((setting(),), {"debugging_before": True}),
        ((setting(), key(FOREIGN, START - timedelta(days=30)), key(OWN, NOW)), {}),
        ((setting(), key(FOREIGN, NOW)), {}),
        ((setting(), key(FOREIGN, None)), {}),
        ((setting(), key(OWN, START - timedelta(days=1))), {}),
        ((setting(),), {"started_at": None}),
        ((setting(value="0"),), {}),
        ((setting("package_verifier_enable"),), {}),
        ((setting(namespace="secure"),), {}),
    ],
)
def test_debugging_from_before_is_not_explained(
    entities: tuple[AnyEntity, ...], facts: dict[str, Any]
):
    assert explained(*entities, **facts) is None


def test_what_is_explained_is_kept(tmp_path: Any):
    rule = compiled(
        tmp_path,
        rule_data(
            logsource={"product": "android", "category": "adb_key"},
            detection={"s": {"fingerprint|exists": True}, "condition": "s"},
            tests={"match": [{}], "no_match": [{}]},
        ),
    )
    snapshot = device([(key(OWN, NOW), "e-1"), (key(FOREIGN, NOW), "e-1")])

    check, findings = one_check(snapshot, rule, started_at=START, host_keys=(OWN,))

    assert ("finding", 2) == (check.status, check.matched)
    assert [OWN_KEY, None] == [finding.explained_by_scan for finding in findings]
    assert ["D", "D"] == [finding.matched[0].privacy for finding in findings]


def test_facts_come_from_the_record_of_the_acquisition():
    clock = ClockReading(device_at=NOW, host_at=NOW, skew_seconds=-3.5, uncertainty_seconds=0.1)
    record = Acquisition(
        case="c",
        tool="scanner",
        version="1",
        started_at=datetime(2026, 11, 21, tzinfo=UTC),
        ended_at=NOW,
        complete=True,
        platform="android",
        transport="usb",
        device="d",
        profile="quick",
        privacy="share",
        users=None,
        host_clock=HostClock(synchronized=True, zone="UTC"),
        clock=clock,
        locked_at_start=False,
        locked_at_end=False,
        debugging_before=True,
        host_keys=(OWN,),
    )

    assert ScanFacts(
        started_at=record.started_at, skew_seconds=-3.5, host_keys=(OWN,), debugging_before=True
    ) == ScanFacts.of(record)
    assert ScanFacts() == ScanFacts.of(None)
