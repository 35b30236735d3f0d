"""Requirements on what profiles set up: mail and Exchange accounts."""

from __future__ import annotations

from msgspec import UNSET

from scanner.model.entities import Payload, Profile
from scanner.model.evidence import Gap
from tests.benchmarks.phones import PROFILES, catalogue, held

EXCHANGE = "com.apple.eas.account"
NOTES = {
    "kind": "payload",
    "within": EXCHANGE,
    "name": "EnableNotes",
    "equals": False,
    "default": True,
}


def account(index: int, settings: object = None, file: str | None = None) -> Payload:
    return Payload(
        profile="com.example.mail",
        file=file,
        index=index,
        payload_type=EXCHANGE,
        settings=settings,
    )


def test_every_account_must_hold_it():
    good, bad = account(0, ("EnableNotes=false",)), account(1, ("EnableNotes=true",))

    assert "met" == held(catalogue(NOTES), good).status
    line = held(catalogue(NOTES), good, bad)
    assert ("not_met", ("e-2",)) == (line.status, line.evidence)


def test_an_absent_setting_takes_the_default():
    line = held(catalogue(NOTES), account(0))

    assert ("not_met", "default") == (line.status, line.source)


def test_settings_that_were_not_read_decide_nothing():
    line = held(catalogue(NOTES), account(0, ("EnableNotes=false",)), account(1, UNSET))

    assert ("not_examined", "field_not_stated") == (line.status, line.reason)


def test_without_an_account_it_does_not_apply():
    profile = Profile(identifier="com.example.other", uuid=None, file=None)

    line = held(catalogue(NOTES), profile)

    assert ("not_applicable", "nothing_of_the_kind") == (line.status, line.why)
    assert "not_applicable" == held(catalogue(NOTES), account(0, (), file="ab")).status


def test_profiles_that_were_not_read_decide_nothing():
    gap = Gap(artifact="ios.profiles", reason="locked")

    assert "source_absent" == held(catalogue(NOTES), statements=()).reason
    assert "locked" == held(catalogue(NOTES), gaps=[gap]).reason
    assert "not_selected" == held(catalogue(NOTES), statements=(), not_selected=[PROFILES]).reason
