"""The real answer of installation_proxy, against counts of its text.

It is a list of what `Lookup` answers as a dictionary: the same entries, each with all attributes.
"""

from __future__ import annotations

import plistlib
import re

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.apps import ATTRIBUTES, parse
from scanner.model.entities import App, Otherwise
from scanner.model.evidence import BytesFile
from scanner.model.requests import ServiceCall

pytestmark = pytest.mark.corpus
REQUEST = ServiceCall(service="com.apple.mobile.installation_proxy")
TOP = "\n\t\t"  # depth of an app's own attributes, in the text


@pytest.fixture(scope="session")
def text(corpus):
    return (corpus / "ios-device-protocol" / "ios_apps.plist").read_text(encoding="utf-8")


def answer(text, *, only=None):
    """Return what a phone answers that is asked for some attributes, or for all."""
    listed = {
        app["CFBundleIdentifier"]: {k: v for k, v in app.items() if only is None or k in only}
        for app in plistlib.loads(text.encode())
    }
    return BytesFile(REQUEST, plistlib.dumps({"Status": "Complete", "LookupResult": listed}))


@pytest.fixture(scope="session")
def stated(text):
    return list(parse(answer(text)))


@pytest.fixture(scope="session")
def apps(stated):
    return [one for one in stated if isinstance(one, App)]


def count(text, pattern):
    """Count attributes of apps in the text, whatever stands deeper."""
    return len(re.findall(rf"{TOP}<key>{pattern}", text))


def test_every_app_is_there_once(text, apps, stated):
    assert (
        count(text, "CFBundleIdentifier</key>") == len(apps) == len({one.package for one in apps})
    )
    assert isinstance(stated[-1], Otherwise)
    assert all(one.installed is True for one in apps)


@pytest.mark.parametrize(("kind", "system"), [("System", True), ("User", False)])
def test_kinds(text, apps, kind, system):
    expected = count(text, rf"ApplicationType</key>{TOP}<string>{kind}</string>")

    assert 0 < expected == sum(one.system is system for one in apps)


def test_versions_and_paths(text, apps):
    for key, field in (
        ("Path", "path"),
        ("CFBundleShortVersionString", "version_name"),
        ("CFBundleVersion", "bundle_version"),
    ):
        expected = count(text, f"{key}</key>{TOP}<string>")

        assert 0 < expected == sum(isinstance(getattr(one, field), str) for one in apps), field


def test_hidden_apps(text, apps):
    tagged = rf"SBAppTags</key>{TOP}<array>(?:\s*<string>[^<]*</string>)*?\s*<string>hidden<"
    expected = count(text, tagged)

    assert 0 < expected == sum(one.hidden is True for one in apps)
    assert len(apps) - expected == sum(one.hidden is False for one in apps)


def test_signers_and_profiles(text, apps):
    signed = re.findall(rf"{TOP}<key>SignerIdentity</key>{TOP}<string>([^<]*)</string>", text)
    named = [one.partition(":")[2].strip() for one in signed if ":" in one]
    kinds = sorted(one.partition(":")[0] for one in signed)

    assert kinds == sorted(one.signed_as for one in apps if one.signed_as)
    assert len(apps) - len(signed) == sum(one.signed_as is None for one in apps)
    assert not any(name in repr(one) for name in named for one in apps if name)
    validated = count(text, rf"ProfileValidated</key>{TOP}<true/>")
    assert 0 < validated == sum(one.profile_validated is True for one in apps)
    assert len(apps) - validated == sum(one.profile_validated is False for one in apps)


def test_entitlements(text, apps):
    blocks = re.findall(
        rf"{TOP}<key>Entitlements</key>{TOP}<dict>(.*?){TOP}</dict>", text, re.DOTALL
    )
    inner = TOP + "\t"
    granted = sum(
        len(
            re.findall(rf"{inner}<key>[^<]*</key>{inner}<(?!false/>|array/>|dict/>|string></)", one)
        )
        for one in blocks
    )
    debuggable = sum(f"{inner}<key>get-task-allow</key>{inner}<true/>" in one for one in blocks)

    assert granted == sum(len(one.entitlements or ()) for one in apps)
    assert 0 < debuggable == sum(one.debuggable is True for one in apps)
    assert sum(not block.strip() for block in blocks) + len(apps) - len(blocks) == sum(
        one.entitlements is None for one in apps
    )


def test_teams_are_those_of_the_entitlements(text, apps):
    key = "<key>com.apple.developer.team-identifier</key>"
    expected = sorted(re.findall(rf"{key}\s*<string>([A-Z0-9]{{10}})</string>", text))

    assert 0 < len(expected)
    assert expected == sorted(one.team for one in apps if one.team is not UNSET)


def test_background_modes(text, apps):
    expected = count(text, rf"UIBackgroundModes</key>{TOP}<array>\s*<string>")

    assert 0 < expected == sum(bool(one.background_modes) for one in apps)


def test_the_attributes_that_are_asked_for_are_enough(text, stated):
    assert stated == list(parse(answer(text, only=ATTRIBUTES)))
