"""Requirements on restrictions: stated, absent, supervised, not read."""

from __future__ import annotations

import pytest

from scanner.model.entities import Build, Management, Payload, Profile, Restriction
from scanner.model.evidence import Gap
from tests.benchmarks.phones import (
    ACCESS,
    MANAGEMENT,
    PROFILES,
    RESTRICTIONS,
    catalogue,
    held,
)

BACKUP = {"kind": "restriction", "name": "allowCloudBackup", "equals": False, "default": True}
UNKNOWN = {"kind": "restriction", "name": "allowOther", "equals": False}
SUPERVISED = BACKUP | {"supervised": True}
HARMLESS = {"kind": "restriction", "name": "allowErase", "equals": False, "default": False}
OTHER = Restriction(name="allowCamera", value=True)


def profile_with(*settings: str, file: str | None = None, kind: str = ACCESS) -> Payload:
    return Payload(
        profile="com.example.profile", file=file, index=0, payload_type=kind, settings=settings
    )


@pytest.mark.parametrize(("value", "status"), [(False, "met"), (True, "not_met")])
def test_a_stated_value_decides(value, status):
    line = held(catalogue(BACKUP), Restriction(name="allowCloudBackup", value=value))

    assert (status, "stated") == (line.status, line.source)
    assert (f"allowCloudBackup = {str(value).lower()}",) == line.actual
    assert ("allowCloudBackup = false",) == line.expected
    assert ("e-1",) == line.evidence


@pytest.mark.parametrize(
    ("test", "value", "status"),
    [
        ({"at_most": 10}, 10, "met"),
        ({"at_most": 10}, 11, "not_met"),
        ({"at_least": 6}, 6, "met"),
        ({"at_least": 6}, 5, "not_met"),
        ({"one_of": [1, 1.5]}, "1.5", "met"),
        ({"one_of": [1, 1.5]}, 2, "not_met"),
        ({"equals": True}, 1, "met"),
        ({"equals": True}, 7, "not_examined"),  # no truth value
        ({"equals": 1}, True, "not_examined"),
        ({"equals": "word"}, "word", "met"),
        ({"equals": "word"}, 3, "not_examined"),
        ({"at_most": 10}, True, "not_examined"),
        ({"at_most": 10}, "many", "not_examined"),
        ({"one_of": [1, 2]}, "many", "not_examined"),
    ],
)
def test_values_are_compared_by_their_type(test, value, status):
    condition = {"kind": "restriction", "name": "some"} | test

    line = held(catalogue(condition), Restriction(name="some", value=value))

    assert status == line.status
    assert ("field_not_stated" if status == "not_examined" else None) == line.reason


@pytest.mark.parametrize(
    ("seconds", "status"), [(60, "met"), (120, "met"), (180, "not_met"), (2**31 - 1, "not_met")]
)
def test_effective_restrictions_state_seconds(seconds, status):
    condition = {"kind": "restriction", "name": "maxInactivity", "at_most": 2, "seconds": True}

    line = held(catalogue(condition), Restriction(name="maxInactivity", value=seconds))

    assert status == line.status


def test_an_absent_key_takes_the_default():
    assert "not_met" == held(catalogue(BACKUP), OTHER).status
    assert "met" == held(catalogue(HARMLESS), OTHER).status
    line = held(catalogue(BACKUP), OTHER)
    assert ("default", ("allowCloudBackup = true",)) == (line.source, line.actual)
    assert ("e-1",) == line.evidence  # where it is absent


def test_an_absent_key_without_a_default_is_not_examined():
    line = held(catalogue(UNKNOWN), OTHER)

    assert ("not_examined", "field_not_stated", None) == (line.status, line.reason, line.source)


def test_a_key_that_is_stated_to_have_no_value_is_absent():
    line = held(catalogue(BACKUP), OTHER, Restriction(name="allowCloudBackup", value=None))

    assert "default" == line.source


def test_a_value_that_was_not_read_is_no_default():
    line = held(catalogue(HARMLESS), OTHER, Restriction(name="allowErase"))

    assert ("not_examined", "field_not_stated") == (line.status, line.reason)


def test_what_profiles_demand_is_not_what_is_in_force():
    demanded = Restriction(name="allowErase", profiles=("com.example.profile",))

    assert "source_absent" == held(catalogue(HARMLESS), demanded).reason
    assert "source_absent" == held(catalogue(BACKUP), demanded).reason


def test_who_demands_them_is_not_needed():
    gap = Gap(artifact="ios.restrictions", reason="source_absent")

    assert "not_met" == held(catalogue(BACKUP), OTHER, gaps=[gap]).status


def test_restrictions_that_were_not_read_decide_nothing():
    assert "source_absent" == held(catalogue(BACKUP)).reason
    assert "source_absent" == held(catalogue(HARMLESS), statements=()).reason
    gap = Gap(artifact="ios.restrictions", reason="parse_error")
    assert "parse_error" == held(catalogue(BACKUP), gaps=[gap]).reason
    line = held(catalogue(BACKUP), statements=[PROFILES], not_selected=[RESTRICTIONS])
    assert ("not_examined", "not_selected") == (line.status, line.reason)


def test_a_list_with_a_gap_is_not_proof_of_absence():
    gap = Gap(artifact="ios.restrictions", reason="truncated")

    assert "truncated" == held(catalogue(BACKUP), OTHER, gaps=[gap]).reason
    stated = Restriction(name="allowCloudBackup", value=False)
    assert "met" == held(catalogue(BACKUP), stated, gaps=[gap]).status


@pytest.mark.parametrize("ownership", ["institution", "personal"])
def test_supervised_phones_take_the_default_of_supervised_keys(ownership):
    line = held(catalogue(SUPERVISED, ownership=ownership), OTHER, Management(supervised=True))

    assert "not_met" == line.status


def test_unsupervised_phones_do_not_meet_what_an_institution_asks_for():
    phone = (OTHER, Management(supervised=False))

    assert "not_met" == held(catalogue(SUPERVISED), *phone).status
    line = held(catalogue(SUPERVISED, ownership="personal"), *phone)
    assert ("not_applicable", "needs_supervision") == (line.status, line.why)


@pytest.mark.parametrize("ownership", ["institution", "personal"])
def test_no_supervised_requirement_is_met_by_silence(ownership):
    of = catalogue(HARMLESS | {"supervised": True}, ownership=ownership)

    assert "not_applicable" == held(of, OTHER, Management(supervised=False)).status
    assert "not_examined" == held(of, OTHER).status
    gap = Gap(artifact="ios.management", reason="no_permission")
    assert "no_permission" == held(of, OTHER, gaps=[gap]).reason
    assert "met" == held(of, OTHER, Management(supervised=True)).status
    stated = Restriction(name="allowErase", value=False)
    assert "met" == held(of, stated, Management(supervised=False)).status


def test_a_release_that_does_not_know_a_key_is_not_held_against_it():
    of = catalogue(BACKUP | {"since": "18.4"})

    for release, status in (("18.1", "not_applicable"), ("18.4.1", "not_met"), ("x", "not_met")):
        line = held(of, OTHER, Build(release=release))
        assert status == line.status
        assert ("later_release" if status == "not_applicable" else None) == line.why


def test_an_installed_profile_that_demands_it_is_enough():
    line = held(catalogue(BACKUP), profile_with("allowCloudBackup=false"))

    assert ("met", "stated", ("e-1",)) == (line.status, line.source, line.evidence)


@pytest.mark.parametrize(
    "payload",
    [
        profile_with("allowCloudBackup=true"),
        profile_with("allowCloudBackup=false", file="ab"),
        profile_with("allowCloudBackup=false", kind="com.example.other"),
        profile_with("notCloudBackup=false"),
    ],
    ids=["permits", "not installed", "other type", "other key"],
)
def test_other_profiles_are_not(payload):
    assert "not_examined" == held(catalogue(BACKUP), payload).status


def test_a_profile_that_is_not_active_demands_nothing():
    profile = Profile(identifier="com.example.profile", uuid=None, file=None, active=False)

    line = held(catalogue(BACKUP), profile_with("allowCloudBackup=false"), profile)

    assert "not_examined" == line.status


def test_a_profile_that_permits_cannot_say_what_another_forbids():
    assert "not_examined" == held(catalogue(HARMLESS), profile_with("allowErase=false")).status


def test_supervision_itself():
    of = catalogue({"kind": "management", "name": "supervised", "equals": True})

    assert "met" == held(of, Management(supervised=True)).status
    assert "not_met" == held(of, Management(supervised=False)).status
    assert "source_absent" == held(of, statements=[MANAGEMENT]).reason
