"""Installed apps: what an answer states of each, and what it leaves open."""

from __future__ import annotations

import pytest
from msgspec import UNSET, structs

from scanner.artifacts.ios.apps import APPS, ATTRIBUTES, parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, Otherwise

from .replies import read, reply

STORE = {
    "ApplicationType": "User",
    "CFBundleIdentifier": "com.example.chat",
    "CFBundleShortVersionString": "2.1",
    "CFBundleVersion": "210",
    "Entitlements": {
        "application-identifier": "ABCDE12345.com.example.chat",
        "com.apple.developer.team-identifier": "ABCDE12345",
        "aps-environment": "production",
        "get-task-allow": False,
        "com.apple.security.application-groups": [],
    },
    "IsDemotedApp": False,
    "Path": "/private/var/containers/Bundle/Application/0-0/Chat.app",
    "SignerIdentity": "Apple iPhone OS Application Signing",
    "UIBackgroundModes": ["voip", "audio", "voip"],
}
SYSTEM = {
    "ApplicationType": "System",
    "CFBundleIdentifier": "com.example.settings",
    "Entitlements": {"com.example.private": True},
    "IsDemotedApp": False,
    "Path": "/Applications/Settings.app",
    "SBAppTags": ["hidden", "other"],
}
MADE_BY_HAND = {
    "ApplicationType": "User",
    "CFBundleIdentifier": "com.example.tool",
    "Entitlements": {
        "application-identifier": "LEGACY0001.com.example.tool",
        "get-task-allow": True,
    },
    "Path": "/private/var/containers/Bundle/Application/1-1/Tool.app",
    "ProfileValidated": True,
    "SignerIdentity": "iPhone Distribution: Example GmbH (FGHIJ67890)",
}
NOTHING_ELSE = Otherwise(entity="app", user=0, field="installed", value=False)


def lookup(*apps, status="Complete", **named):
    listed = {app["CFBundleIdentifier"]: app for app in apps} | named
    return {"Status": status, "LookupResult": listed}


def one(app, *others, field=None):
    """Return what is stated of the first of some apps."""
    stated = read(parse, lookup(app, *others))
    found = next(each for each in stated if each.package == app["CFBundleIdentifier"])
    return getattr(found, field) if field else found


def test_an_app_of_the_store_among_others():
    stated = read(parse, lookup(STORE, SYSTEM, MADE_BY_HAND))

    assert NOTHING_ELSE == stated[-1]
    assert stated[0] == App(
        user=0,
        package="com.example.chat",
        installed=True,
        system=False,
        path=STORE["Path"],
        version_name="2.1",
        bundle_version="210",
        hidden=False,
        debuggable=False,
        entitlements=(
            "application-identifier",
            "aps-environment",
            "com.apple.developer.team-identifier",
        ),
        signed_as="Apple iPhone OS Application Signing",
        team="ABCDE12345",
        profile_validated=False,
        background_modes=("audio", "voip"),
        offloaded=False,
    )


def test_an_app_of_the_system():
    assert one(SYSTEM, STORE, MADE_BY_HAND) == App(
        user=0,
        package="com.example.settings",
        installed=True,
        system=True,
        path="/Applications/Settings.app",
        hidden=True,
        debuggable=False,
        entitlements=("com.example.private",),
        signed_as=None,
        profile_validated=False,
        background_modes=None,
        offloaded=False,
    )


def test_an_app_that_runs_by_a_profile():
    app = one(MADE_BY_HAND, STORE, SYSTEM)

    assert ("iPhone Distribution", "FGHIJ67890") == (app.signed_as, app.team)
    assert (True, True) == (app.debuggable, app.profile_validated)
    assert "Example GmbH" not in repr(app)


def test_what_no_app_of_an_answer_has_is_not_stated():
    bare = {"CFBundleIdentifier": "com.example.bare", "Path": "/a"}

    assert App(user=0, package="com.example.bare", installed=True, path="/a") == one(bare)


def test_what_an_app_lacks_while_others_have_it_is_none():
    bare = one({"CFBundleIdentifier": "com.example.bare"}, STORE, SYSTEM)

    assert (None, None, None) == (bare.entitlements, bare.signed_as, bare.background_modes)
    assert (False, False, False) == (bare.debuggable, bare.hidden, bare.profile_validated)
    assert (UNSET, UNSET, UNSET) == (bare.path, bare.system, bare.offloaded)


def test_what_a_placeholder_lacks_proves_nothing():
    gone = {
        "CFBundleIdentifier": "com.example.gone",
        "IsPlaceholder": True,
        "IsDemotedApp": True,
        "SignerIdentity": "TestFlight Beta Distribution",
    }

    assert one(gone, STORE, SYSTEM) == App(
        user=0,
        package="com.example.gone",
        installed=True,
        signed_as="TestFlight Beta Distribution",
        offloaded=True,
    )


@pytest.mark.parametrize(
    ("signer", "kind", "team"),
    [
        ("Apple iPhone OS Application Signing", "Apple iPhone OS Application Signing", UNSET),
        ("TestFlight Beta Distribution", "TestFlight Beta Distribution", UNSET),
        ("iPhone Developer: A Person (MEMBER1234)", "iPhone Developer", UNSET),
        ("Apple Development: a@example.com (MEMBER1234)", "Apple Development", UNSET),
        ("Apple Distribution: Example (TEAM123456)", "Apple Distribution", "TEAM123456"),
        ("iPhone Distribution: (x) (TEAM123456)", "iPhone Distribution", "TEAM123456"),
        ("iPhone Distribution: Example", "iPhone Distribution", UNSET),
        ("iPhone Distribution: Example (team123456)", "iPhone Distribution", UNSET),
        ("", UNSET, UNSET),
        (": A Person", UNSET, UNSET),
    ],
)
def test_signers_are_cut_before_a_name(signer, kind, team):
    app = one({"CFBundleIdentifier": "a.b", "SignerIdentity": signer})

    assert (kind, team) == (app.signed_as, app.team)


@pytest.mark.parametrize("team", ["", "ABC", "abcde12345", "ABCDE12345X", ["ABCDE12345"], 7])
def test_a_team_of_no_known_form_is_not_stated(team):
    granted = {"com.apple.developer.team-identifier": team}

    assert UNSET is one({"CFBundleIdentifier": "a.b", "Entitlements": granted}, field="team")


@pytest.mark.parametrize("kind", ["Internal", "Hidden", "", 1])
def test_other_kinds_of_apps_are_neither_the_users_nor_the_systems(kind):
    assert UNSET is one({"CFBundleIdentifier": "a.b", "ApplicationType": kind}, field="system")


@pytest.mark.parametrize(
    ("value", "granted"),
    [(True, True), (1, True), ("x", True), (["x"], True), (False, False), (0, False), ("", False)],
)
def test_what_is_granted_is_not_false_and_not_empty(value, granted):
    app = one({"CFBundleIdentifier": "a.b", "Entitlements": {"e": value, "f": True}})

    assert (("e", "f") if granted else ("f",)) == app.entitlements


def test_more_than_any_app_has_is_left_open():
    crowded = {
        "CFBundleIdentifier": "a.b",
        "Entitlements": {f"e{number}": True for number in range(5001)} | {"get-task-allow": True},
        "SBAppTags": ["x"] * 1001,
        "UIBackgroundModes": ["x"] * 1001,
    }
    app = one(crowded)

    assert (UNSET, UNSET, UNSET) == (app.entitlements, app.hidden, app.background_modes)
    assert app.debuggable is True


def test_names_are_bounded():
    app = read(parse, {"Status": "Complete", "LookupResult": {"x" * 999: {"Path": "y" * 9999}}})[0]

    assert (255, 1000) == (len(app.package), len(app.path))


def test_an_entry_of_another_type_is_an_app_all_the_same():
    stated = read(parse, lookup(STORE, **{"com.example.odd": 7}))

    assert App(user=0, package="com.example.odd", installed=True) == stated[1]


def test_a_list_that_is_not_whole_denies_no_app():
    statements = parse(reply(lookup(STORE, status="BrowsingApplications")))

    assert "com.example.chat" == next(statements).package
    with pytest.raises(ParseError):
        next(statements)


def test_a_phone_without_any_app_is_not_believed():
    with pytest.raises(NotAvailable):
        read(parse, lookup())


def test_too_many_apps_are_an_error():
    apps = {str(number): {} for number in range(20_001)}

    with pytest.raises(ParseError):
        read(parse, {"Status": "Complete", "LookupResult": apps})


def test_nothing_personal_is_asked_for():
    asked = dict(APPS.readings[0].request.arguments)

    assert ATTRIBUTES == asked["ClientOptions.ReturnAttributes"]
    assert not {"iTunesMetadata", "ApplicationDSID", "Container", "GroupContainers"} & {*ATTRIBUTES}
    assert not [name for name in ATTRIBUTES if name.endswith("Name")]
    assert "Any" == asked["ClientOptions.ApplicationType"]


def test_every_stated_field_is_one_that_an_answer_fills():
    stated = structs.asdict(one(STORE, SYSTEM, MADE_BY_HAND))
    filled = {name for name, value in stated.items() if value is not UNSET}

    assert filled == {*APPS.states[0].fields}
