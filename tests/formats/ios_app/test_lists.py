"""The lists of an app: Info.plist, sealed files, the profile."""

from __future__ import annotations

import hashlib
import plistlib

import pytest

from fixtures.building.code_signing import (
    DISTRIBUTION,
    PROFILE_SIGNER,
    TEAM,
    identity,
    message,
    profile,
)
from fixtures.building.ipa import App, profile_of
from scanner.errors import ParseError
from scanner.formats.ios_app.embedded_profile import embedded_profile, objections
from scanner.formats.ios_app.information import information
from scanner.formats.ios_app.seal import seal
from tests.formats.macho.signed import ROOTS, signed, verified

CONTENT = profile_of(App(identity=identity()))


def test_information():
    found = information(
        plistlib.dumps(
            {
                "CFBundleIdentifier": "com.example.app",
                "CFBundleExecutable": "Example",
                "CFBundleName": "Example",
                "CFBundleDisplayName": "Example App",
                "CFBundleURLTypes": [{"CFBundleURLSchemes": ["example", "ex", 7]}, "odd"],
                "LSApplicationQueriesSchemes": ["cydia", "cydia"],
                "UIBackgroundModes": ["location"],
                "NSAppTransportSecurity": {"NSAllowsArbitraryLoads": True},
                "CFBundleSupportedPlatforms": ["iPhoneSimulator"],
                "MinimumOSVersion": 7,
            }
        )
    )

    assert ("com.example.app", "Example", "Example App") == (
        found.identifier,
        found.executable,
        found.label,
    )
    assert (("example", "ex"), ("cydia",), ("location",)) == (
        found.url_schemes,
        found.queried_schemes,
        found.background_modes,
    )
    assert (True, "simulator", None, None) == (
        found.cleartext,
        found.platform,
        found.min_os,
        found.version,
    )


@pytest.mark.parametrize("data", [b"", b"no", plistlib.dumps([]), b" " * (17 << 20)])
def test_what_is_no_list_is_an_error(data):
    for reader in (information, seal, embedded_profile):
        with pytest.raises(ParseError):
            reader(data)


def test_another_list_is_no_profile():
    with pytest.raises(ParseError, match="provisioning"):
        embedded_profile(plistlib.dumps({"UUID": "of another"}))


def test_lists_are_bounded():
    with pytest.raises(ParseError, match="bytes"):
        seal(plistlib.dumps({}).ljust(33 << 20))


def sealing(**stated):
    return seal(plistlib.dumps(stated))


def test_digests_of_files():
    one, two = hashlib.sha1(b"x").digest(), hashlib.sha256(b"x").digest()
    found = sealing(
        files2={
            "a": {"hash": one, "hash2": two},
            "b": {"hash": one, "optional": True},
            "c": one,
            "d": {"symlink": "e"},
            "f": {"cdhash": one, "requirement": ""},
            "g": {"hash2": b"short"},
            "h": 7,
        }
    )

    assert ["a", "b", "c", "g"] == list(found.files)
    assert [True, True, True, False] == [each.is_of(b"x") for each in found.files.values()]
    assert [False] * 4 == [each.is_of(b"y") for each in found.files.values()]
    assert [False, True, False, False] == [each.optional for each in found.files.values()]
    assert found.files["a"].is_of(b"", two.hex())


def test_lists_of_older_systems():
    found = sealing(files={"a": hashlib.sha1(b"x").digest()}, rules={"^": True})

    assert found.files["a"].is_of(b"x")
    assert not found.leaves_out("b")


def test_the_heaviest_rule_counts():
    rules = {
        "^.*": True,
        "^Info\\.plist$": {"omit": True, "weight": 20.0},
        "^.*\\.lproj/": {"optional": True, "weight": 1000.0},
        "^left": False,
        "(": {"omit": True, "weight": 9e9},
        "^odd": {"omit": True, "weight": "much"},
        "x" * 600: {"omit": True},
    }
    found = sealing(files2={}, rules2=rules)

    names = ("Info.plist", "_CodeSignature/CodeResources", "a.txt", "odd", "a.lproj/b")
    assert [True, True, False, False, False] == [found.leaves_out(name) for name in names]
    assert sealing(files2={}).leaves_out("a.txt")


def test_a_profile():
    found = embedded_profile(profile(CONTENT), roots=ROOTS)

    assert (True, "development", (TEAM,)) == (found.verified, found.kind, found.teams)
    assert [] == list(objections(found, verified(signed())))
    assert not embedded_profile(profile(CONTENT)).verified


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"ProvisionsAllDevices": True}, "enterprise"),
        ({"Entitlements": {}}, "ad_hoc"),
        ({}, "development"),
    ],
)
def test_kinds_of_profiles(content, kind):
    assert kind == embedded_profile(profile({**CONTENT, **content})).kind


def test_a_profile_of_the_store_names_no_device():
    content = {key: value for key, value in CONTENT.items() if key != "ProvisionedDevices"}

    assert "store" == embedded_profile(profile(content)).kind


@pytest.mark.parametrize(
    "data",
    [
        plistlib.dumps(CONTENT),
        message(plistlib.dumps(CONTENT), identity()),
        profile(CONTENT, "Other Root"),
        profile(CONTENT).replace(b"Example profile", b"Exchange profil"),
    ],
)
def test_only_one_that_apple_signed_is_verified(data):
    found = embedded_profile(data, roots=ROOTS)

    assert not found.verified
    assert "untrusted" in {each.reason for each in objections(found, verified(signed()))}


def test_the_signer_has_one_name():
    assert "Apple iPhone OS Provisioning Profile Signing" == PROFILE_SIGNER


GRANTED = CONTENT["Entitlements"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"DeveloperCertificates": []}, "certificate_not_listed"),
        ({"DeveloperCertificates": [identity(DISTRIBUTION).der]}, "certificate_not_listed"),
        ({"TeamIdentifier": ["OTHERTEAM1"]}, "team_differs"),
        (
            {"Entitlements": {**GRANTED, "application-identifier": f"{TEAM}.com.other.*"}},
            "identifier_differs",
        ),
        (
            {"Entitlements": {**GRANTED, "application-identifier": f"{TEAM}.com.example.ap"}},
            "identifier_differs",
        ),
        ({"Entitlements": {**GRANTED, "application-identifier": 7}}, "identifier_differs"),
        ({"Entitlements": {**GRANTED, "get-task-allow": False}}, "entitlement_not_granted"),
    ],
)
def test_why_a_profile_does_not_let_an_app_run(content, reason):
    found = embedded_profile(profile({**CONTENT, **content}), roots=ROOTS)
    said = list(objections(found, verified(signed())))

    assert [reason] == [each.reason for each in said]


def test_an_app_may_ask_for_nothing():
    found = embedded_profile(profile(CONTENT), roots=ROOTS)

    assert [] == list(objections(found, verified(signed(entitlements=None))))
