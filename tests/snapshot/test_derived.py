"""What follows from what was stated of an iPhone: its clock, and what time and phone decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import UNSET

from scanner.model.entities import Clock, DeviceIdentity, Profile, ProvisioningProfile, Statement
from scanner.snapshot import Joined, Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINE, OTHER = "00008110-000A1B2C3D4E5F60", "00008110-00000000000000FF"


def snapshot_of(*stated: Statement, **more: Any) -> Snapshot:
    snapshot = Snapshot("ios", **({"now": NOW} | more))
    for number, statement in enumerate(stated):
        evidence = f"e-{number}"
        snapshot.add(statement, evidence=evidence, provenance="os_claimed", rank=number)
    return snapshot


def joined(snapshot: Snapshot, entity: type[Any]) -> Joined:
    (one,) = snapshot.joined(entity)
    return one


def provisioning(**fields: Any) -> ProvisioningProfile:
    return ProvisioningProfile(uuid="U", file=None, **fields)


def derived(*stated: Statement, **more: Any) -> ProvisioningProfile:
    (profile,) = snapshot_of(*stated, **more).every(ProvisioningProfile)
    return profile


# --- the clock ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(0.0, 0), (29.9, 0), (-29.9, 0), (2399.99, 40), (2400.01, 40), (-600.2, -10), (86400.0, 1440)],
)
def test_a_clock_is_off_by_whole_minutes(seconds: float, minutes: int):
    clock = joined(snapshot_of(skew_seconds=seconds), Clock)

    assert isinstance(clock.entity, Clock)
    assert minutes == clock.entity.skew_minutes
    assert {"skew_minutes": "os_claimed"} == clock.provenance
    assert {} == clock.evidence  # it stands in the record of the acquisition


def test_a_clock_that_nobody_read_is_unknown():
    clock = joined(snapshot_of(skew_seconds=None), Clock)

    assert isinstance(clock.entity, Clock)
    assert UNSET is clock.entity.skew_minutes


def test_a_recording_has_no_clock():
    snapshot = snapshot_of()

    assert [] == list(snapshot.every(Clock))
    assert "clock" not in snapshot.counts()


# --- configuration profiles ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "now", "expired"),
    [
        (NOW - timedelta(seconds=1), NOW, True),
        (NOW, NOW, False),
        (NOW + timedelta(days=1), NOW, False),
        (NOW + timedelta(days=1), NOW + timedelta(days=2), True),
        (None, NOW, UNSET),
        (UNSET, NOW, UNSET),
        (NOW - timedelta(days=1), None, UNSET),
    ],
)
def test_a_signer_has_expired_at_the_end_of_the_acquisition(ends: Any, now: Any, expired: Any):
    profile = Profile(identifier="com.example.p", uuid="U", file="a1", signer_expires_at=ends)

    found = joined(snapshot_of(profile, now=now), Profile)

    assert isinstance(found.entity, Profile)
    assert expired is found.entity.signer_expired
    if expired is not UNSET:
        assert found.evidence["signer_expires_at"] == found.evidence["signer_expired"]


# --- provisioning profiles ----------------------------------------------------------------------


def test_ages_are_counted_to_the_end_of_the_acquisition():
    profile = provisioning(
        created_at=NOW - timedelta(days=30, hours=1), expires_at=NOW - timedelta(minutes=1)
    )

    assert (30, True) == (derived(profile).age_days, derived(profile).expired)
    before = derived(profile, now=NOW - timedelta(days=10))
    assert (20, False) == (before.age_days, before.expired)
    unknown = derived(profile, now=None)
    assert (UNSET, UNSET) == (unknown.age_days, unknown.expired)


def test_a_date_that_is_not_stated_gives_no_age():
    profile = derived(provisioning(created_at=None, expires_at=None))

    assert (UNSET, UNSET) == (profile.age_days, profile.expired)


@pytest.mark.parametrize(
    ("devices", "here"),
    [
        ((MINE,), True),
        ((OTHER, MINE.replace("-", "").lower()), True),
        ((OTHER,), False),
        ((), False),
        (None, UNSET),
        (UNSET, UNSET),
    ],
)
def test_a_profile_is_for_the_phones_that_it_names(devices: Any, here: Any):
    profile = derived(DeviceIdentity(udid=MINE), provisioning(devices=devices))

    assert here is profile.for_this_device


def test_an_enterprise_is_for_every_phone():
    assert True is derived(provisioning(enterprise=True, devices=None)).for_this_device


@pytest.mark.parametrize("identity", [(), (DeviceIdentity(udid=None),), (DeviceIdentity(),)])
def test_without_a_phone_it_is_not_said_whose_it_is(identity: tuple[DeviceIdentity, ...]):
    assert UNSET is derived(*identity, provisioning(devices=(MINE,))).for_this_device


def test_what_is_derived_has_the_evidence_of_what_it_follows_from():
    found = joined(
        snapshot_of(
            DeviceIdentity(udid=MINE),
            provisioning(devices=(OTHER,), created_at=NOW, expires_at=NOW),
        ),
        ProvisioningProfile,
    )

    for field, source in (
        ("for_this_device", "devices"),
        ("age_days", "created_at"),
        ("expired", "expires_at"),
    ):
        assert (("e-1",), ("e-1",)) == (found.evidence[field], found.evidence[source])
