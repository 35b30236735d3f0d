"""Requirements on Android: settings, properties, users."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.benchmarks import evaluate, load
from scanner.model.data import data_folder
from scanner.model.entities import Build, Property, Restriction, Setting, User
from scanner.model.evidence import Gap
from tests.benchmarks.phones import SETTINGS, USERS, by_id, catalogue, held, snapshot

OPTIONS = {"kind": "setting", "within": "global", "name": "options", "equals": 0, "default": 0}
GUEST = "android.os.usertype.full.GUEST"
NO_GUEST = {"kind": "no_user_of_type", "name": GUEST}
SHIPPED = load(data_folder("rules") / "benchmarks")


def setting(name: str, value: object, namespace: str = "global", user: int = 0) -> Setting:
    return Setting(user=user, namespace=namespace, name=name, value=value)


@pytest.mark.parametrize(
    ("value", "status", "source"),
    [("0", "met", "stated"), ("1", "not_met", "stated"), (None, "met", "default")],
)
def test_a_setting_decides(value, status, source):
    line = held(catalogue(OPTIONS), setting("options", value))

    assert (status, source, ("e-1",)) == (line.status, line.source, line.evidence)


def test_a_setting_that_was_not_read_decides_nothing():
    gap = Gap(artifact="android.settings", reason="no_permission", request="secure")

    assert "source_absent" == held(catalogue(OPTIONS)).reason
    assert "not_selected" == held(catalogue(OPTIONS), statements=(), not_selected=[SETTINGS]).reason
    for other in (
        setting("other", "1"),
        setting("options", "0", "secure"),
        setting("options", "0", user=10),
        setting("options", UNSET),
    ):
        line = held(catalogue(OPTIONS), setting("more", "1"), other)
        assert ("not_examined", "field_not_stated") == (line.status, line.reason)
        assert "no_permission" == held(catalogue(OPTIONS), other, gaps=[gap]).reason


def test_gaps_of_other_users_are_no_gaps_of_the_owner():
    gap = Gap(artifact="android.settings", reason="no_permission", user=10)

    assert "field_not_stated" == held(catalogue(OPTIONS), setting("a", "1"), gaps=[gap]).reason


def test_properties_decide():
    condition = {"kind": "property", "name": "ro.crypto.state", "equals": "encrypted"}

    for value, status in (("encrypted", "met"), ("unencrypted", "not_met")):
        line = held(catalogue(condition), Property(name="ro.crypto.state", value=value))
        assert status == line.status
    assert "field_not_stated" == held(catalogue(condition)).reason


def test_users_decide():
    owner = User(id=0, user_type="android.os.usertype.full.SYSTEM")
    gap = Gap(artifact="android.users", reason="timeout")

    assert "met" == held(catalogue(NO_GUEST), owner).status
    assert "not_met" == held(catalogue(NO_GUEST), owner, User(id=11, user_type=GUEST)).status
    assert "not_met" == held(catalogue(NO_GUEST), User(id=0, flags=19), User(id=11, flags=4)).status
    assert "met" == held(catalogue(NO_GUEST), User(id=0, flags=19)).status
    assert "field_not_stated" == held(catalogue(NO_GUEST), owner, User(id=11)).reason
    assert "timeout" == held(catalogue(NO_GUEST), owner, gaps=[gap]).reason
    assert "source_absent" == held(catalogue(NO_GUEST), statements=[USERS]).reason


def test_what_only_shows_failure_is_never_met():
    of = catalogue(OPTIONS, shows="failure")

    line = held(of, setting("options", "0"))
    assert ("not_examined", "policy_not_stated") == (line.status, line.why)
    assert "not_met" == held(of, setting("options", "1")).status


def test_the_scan_explains_what_it_needs_and_does_not_hide_it():
    of = catalogue(OPTIONS, needed_by_scan=True)
    on = setting("options", "1")

    line = held(of, on, over_cable=True)
    assert ("not_met", "explained_by_scan") == (line.status, line.why)
    assert None is held(of, on).why
    assert None is held(catalogue(OPTIONS), on, over_cable=True).why


def test_a_phone_against_the_shipped_benchmarks():
    phone = snapshot(
        Build(release="14"),
        setting("development_settings_enabled", None),
        setting("package_verifier_user_consent", "-1"),
        setting("package_verifier_enable", None),
        setting("screen_off_timeout", "1800000", "system"),
        setting("show_password", None, "system"),
        setting("location_mode", "3", "secure"),
        Restriction(name="no_debugging_features", value=False),
        Restriction(name="no_usb_file_transfer", value=True),
        platform="android",
    )

    found = by_id(evaluate(SHIPPED, phone, statements=[SETTINGS]))

    assert ["cis_android", "stig_android14"] == list(found)
    assert {
        "developer_options_off": "met",
        "play_protect_on": "not_met",
        "screen_off_soon": "not_met",
        "typed_passwords_hidden": "not_met",
    } == {
        line.requirement: line.status
        for line in found["cis_android"].lines
        if line.source is not None
    }
    assert {
        "stig_lock_after_15_minutes": "not_met",
        "stig_developer_modes": "not_met",
        "stig_no_ad_hoc_wireless": "not_met",
        "stig_usb_files": "met",
    } == {
        line.requirement: line.status
        for line in found["stig_android14"].lines
        if line.source is not None
    }
    assert (None, True) == (found["cis_android"].fits, found["stig_android14"].fits)
