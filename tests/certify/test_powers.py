"""Allow-lists: what was seen and is not named, what was not read, and who signed it."""

from __future__ import annotations

import pytest

from scanner.certify.decide import DECIDED_BY
from scanner.certify.requirements import (
    AllowedApp,
    AllowedAuthority,
    AllowedProfile,
    AllowedServer,
)
from scanner.model.entities import (
    AccessibilityService,
    App,
    Certificate,
    Payload,
    PolicyOwner,
    Profile,
    Vpn,
)
from scanner.model.evidence import Gap
from tests.certify.made import facts, required

MDM, SIGNER, OTHER = "com.example.mdm", "1" * 64, "2" * 64
IOS = {"platform": "ios"}
ALLOWED = {
    "only_profiles": AllowedProfile,
    "only_authorities": AllowedAuthority,
    "only_management_servers": AllowedServer,
}
OWNER = PolicyOwner(scope="device", user=0, package=MDM)


def app(package=MDM, user=0, **stated):
    return App(user=user, package=package, installed=True, **stated)


def signed(signer=SIGNER, verified=True):
    return app(signers=(signer,), signature_verified=verified)


def allow(kind, *allowed):
    made = ALLOWED.get(kind, AllowedApp)
    return required(kind, allow=tuple(made(**each) for each in allowed))


def decided(requirement, known):
    outcome = DECIDED_BY[type(requirement)](requirement, known)
    return outcome.result, outcome.reason


@pytest.mark.parametrize(
    ("entities", "allowed", "expected"),
    [
        ((), (), ("met", None)),
        ((OWNER,), ({"package": MDM},), ("met", None)),
        ((OWNER,), (), ("not_met", "not_allowed")),
        ((OWNER,), ({"package": "com.example.other"},), ("not_met", "not_allowed")),
        (
            (OWNER,),
            ({"package": MDM, "signer_sha256": SIGNER},),
            ("not_examined", "field_not_stated"),
        ),
        ((OWNER, signed()), ({"package": MDM, "signer_sha256": SIGNER},), ("met", None)),
        (
            (OWNER, signed(OTHER)),
            ({"package": MDM, "signer_sha256": SIGNER},),
            ("not_met", "not_allowed"),
        ),
        (
            (OWNER, signed(verified=False)),
            ({"package": MDM, "signer_sha256": SIGNER},),
            ("not_met", "not_allowed"),
        ),
        (
            (OWNER, signed(OTHER)),
            ({"package": MDM, "signer_sha256": SIGNER}, {"package": MDM, "signer_sha256": OTHER}),
            ("met", None),
        ),
        (
            (PolicyOwner(scope="device", user=0),),
            ({"package": MDM},),
            ("not_examined", "field_not_stated"),
        ),
    ],
)
def test_owners(entities, allowed, expected):
    assert expected == decided(allow("only_owners", *allowed), facts(*entities))


def test_a_list_that_was_not_read_is_not_met():
    gap = Gap(artifact="android.device_policy", reason="no_permission")

    assert ("not_examined", "no_permission") == decided(allow("only_owners"), facts(gaps=(gap,)))


def test_what_was_seen_counts_though_the_list_was_not_read_whole():
    gap = Gap(artifact="android.device_policy", reason="truncated")

    assert ("not_met", "not_allowed") == decided(allow("only_owners"), facts(OWNER, gaps=(gap,)))


def test_a_gap_for_one_user_is_a_gap():
    gaps = tuple(
        Gap(artifact=name, reason="no_permission", user=10)
        for name in ("android.settings", "android.accessibility")
    )
    known = facts(gaps=gaps)
    requirement = allow("only_accessibility_services")

    assert ("not_examined", "no_permission") == decided(requirement, known)
    assert "of the users 10" in DECIDED_BY[type(requirement)](requirement, known).detail


def test_one_whole_list_of_two_is_enough():
    gap = Gap(artifact="android.accessibility", reason="timeout")

    assert ("met", None) == decided(allow("only_accessibility_services"), facts(gaps=(gap,)))


def test_a_list_that_nobody_asked_for_is_not_met():
    assert ("not_examined", "not_selected") == decided(
        allow("only_authorities"), facts(profile="quick")
    )
    assert ("met", None) == decided(allow("only_authorities"), facts(profile="standard"))


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ({"sha256": SIGNER}, ("not_examined", "field_not_stated")),
        ({"name": "5ed36f99.0"}, ("met", None)),
        ({"name": "5ed36f99.0", "store": "device_policy"}, ("not_met", "not_allowed")),
        ({"name": "5ed36f99.1", "sha256": SIGNER}, ("not_met", "not_allowed")),
    ],
)
def test_authorities_of_android_have_a_name_and_no_digest(allowed, expected):
    known = facts(Certificate(store="user", user=0, name="5ed36f99.0", active=True))

    assert expected == decided(allow("only_authorities", allowed), known)


def test_an_observation_is_named_as_the_privacy_level_shows_it():
    known = facts(Certificate(store="user", user=0, name="5ed36f99.0", active=True))
    requirement = allow("only_authorities")

    outcome = DECIDED_BY[type(requirement)](requirement, known)
    assert ("store=user name=N:5ed36f99.0",) == outcome.named
    assert ("e-0",) == outcome.evidence


def profile(identifier="com.example.wifi", **stated):
    return Profile(identifier=identifier, uuid="ABC", file=None, **stated)


@pytest.mark.parametrize(
    ("entity", "allowed", "expected"),
    [
        (profile(), {"identifier": "com.example.wifi"}, ("met", None)),
        (profile(), {"identifier": "com.example.wifi", "uuid": "abc"}, ("met", None)),
        (profile(), {"identifier": "com.example.wifi", "uuid": "d"}, ("not_met", "not_allowed")),
        (profile(), {"signer_sha256": SIGNER}, ("not_examined", "field_not_stated")),
        (profile(signer_sha256=SIGNER), {"signer_sha256": SIGNER}, ("met", None)),
        (profile(signer_sha256=None), {"signer_sha256": SIGNER}, ("not_met", "not_allowed")),
        (profile(installed=False), {"identifier": "x"}, ("met", None)),
    ],
)
def test_profiles(entity, allowed, expected):
    assert expected == decided(allow("only_profiles", allowed), facts(entity, of=IOS))


def test_management_servers():
    server = Payload(profile="a", file=None, index=0, payload_type="com.apple.mdm", host="m.test")
    other = Payload(profile="a", file=None, index=1, payload_type="com.apple.wifi.managed")
    known = facts(server, other, of=IOS)

    assert ("met", None) == decided(allow("only_management_servers", {"host": "m.test"}), known)
    assert ("not_met", "not_allowed") == decided(allow("only_management_servers"), known)


def test_what_is_off_does_not_count():
    off = AccessibilityService(user=0, component="a/b", package="a", enabled=False)
    unused = Vpn(user=0, package="a", active=False, always_on=False)

    assert ("met", None) == decided(allow("only_accessibility_services"), facts(off))
    assert ("met", None) == decided(allow("only_vpn_apps"), facts(unused))
    assert ("not_met", "not_allowed") == decided(
        allow("only_vpn_apps"), facts(Vpn(user=0, package="a", active=False))
    )


AGENT = required("apps_present", apps=(allow("only_owners", {"package": MDM}).allow))
SIGNED_AGENT = required(
    "apps_present", apps=(allow("only_owners", {"package": MDM, "signer_sha256": SIGNER}).allow)
)
UNREAD = (
    Gap(artifact="android.packages", reason="timeout"),
    Gap(artifact="android.package_details", reason="timeout"),
)


@pytest.mark.parametrize(
    ("requirement", "known", "expected"),
    [
        (AGENT, facts(app()), ("met", None)),
        (AGENT, facts(), ("not_met", "missing")),
        (AGENT, facts(gaps=UNREAD), ("not_examined", "timeout")),
        (AGENT, facts(app(), gaps=UNREAD), ("met", None)),
        (
            AGENT,
            facts(App(user=0, package=MDM, installed=False)),
            ("not_met", "missing"),
        ),
        (AGENT, facts(App(user=0, package=MDM)), ("not_examined", "field_not_stated")),
        (SIGNED_AGENT, facts(app()), ("not_examined", "field_not_stated")),
        (SIGNED_AGENT, facts(signed()), ("met", None)),
        (SIGNED_AGENT, facts(signed(OTHER)), ("not_met", "another_signer")),
        (required("apps_absent", packages=(MDM,)), facts(app()), ("not_met", "not_allowed")),
        (required("apps_absent", packages=(MDM,)), facts(), ("met", None)),
        (
            required("apps_absent", packages=(MDM,)),
            facts(gaps=UNREAD),
            ("not_examined", "timeout"),
        ),
    ],
)
def test_apps(requirement, known, expected):
    assert expected == decided(requirement, known)


@pytest.mark.parametrize(
    ("team", "expected"),
    [
        ("ABCDE12345", ("met", None)),
        ("ZZZZZ12345", ("not_met", "another_signer")),
        (None, ("not_met", "another_signer")),
    ],
)
def test_an_app_of_ios_is_known_by_its_team(team, expected):
    wanted = required("apps_present", apps=(AllowedApp(package=MDM, team="ABCDE12345"),))

    assert expected == decided(wanted, facts(app(team=team), of=IOS))
    assert ("not_examined", "field_not_stated") == decided(wanted, facts(app(), of=IOS))


def test_authorities_of_ios_lie_in_profiles():
    gaps = (Gap(artifact="ios.profile_contents", reason="no_permission"),)

    assert ("not_examined", "no_permission") == decided(
        allow("only_authorities"), facts(of=IOS, gaps=gaps)
    )
    assert ("met", None) == decided(allow("only_authorities"), facts(of=IOS))


def test_what_nothing_lists_is_not_met():
    """Such as the owners of an iPhone, were they asked for."""
    assert ("not_examined", "source_absent") == decided(allow("only_owners"), facts(of=IOS))
