from __future__ import annotations

import hashlib
import plistlib
from dataclasses import replace

import pytest

from fixtures.building.code_signing import STORE, TEAM, identity
from fixtures.building.ipa import PROFILE, SEAL, App, bundle, ipa, sealed, within
from fixtures.building.macho import Program, macho
from scanner.artifacts.ios.app_files import inspect_ipa
from tests.artifacts.ios.signed_apps import APP, ORIGIN, made, reasons, sorted_out
from tests.formats.macho.signed import ROOTS, signing


def test_an_app_that_holds():
    data = ipa(bundle(APP))
    app, (program,), (profile,) = sorted_out(inspect_ipa(data, ORIGIN, roots=ROOTS))

    assert ("ipa", "example.ipa", "apps/example.ipa") == (app.kind, app.name, app.origin)
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (app.sha256, app.size)
    assert ("com.example.app", "1.2", "12", "Example") == (
        app.package,
        app.version_name,
        app.bundle_version,
        app.label,
    )
    assert (True, ("code", "cms", "resources", "profile")) == (
        app.signature.verified,
        app.signature.schemes,
    )
    assert ("development", TEAM, (TEAM,), True) == (
        app.signed_as,
        app.team,
        app.teams,
        app.debuggable,
    )
    assert ("development", True, profile.uuid) == (
        app.profile_kind,
        app.profile_verified,
        app.profile,
    )
    assert (None, None, None, "ios", "15.0") == (
        app.injected,
        app.anomalies,
        app.encrypted,
        app.platform,
        app.min_os,
    )
    assert (app.sha256, "com.example.app") == (program.app, program.package)
    assert "apps/example.ipa!/Payload/Example.app/Example" == program.origin
    assert "keychain-access-groups" in program.entitlements


def test_what_info_plist_says_is_stated():
    said = {
        "NSAppTransportSecurity": {"NSAllowsArbitraryLoads": True},
        "CFBundleURLTypes": [{"CFBundleURLSchemes": ["example"]}],
        "LSApplicationQueriesSchemes": ["cydia"],
        "UIBackgroundModes": ["audio"],
    }
    app, _, _ = made(bundle(replace(APP, information=said)))

    assert (True, ("example",), ("cydia",), ("audio",)) == (
        app.cleartext,
        app.url_schemes,
        app.queried_schemes,
        app.background_modes,
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda files: files.update({"a.txt": b"changed"}), ("resources", "file_changed")),
        (lambda files: files.pop("a.txt"), ("resources", "file_missing")),
        (lambda files: files.update({"b.txt": b"new"}), ("resources", "file_added")),
        (lambda files: files.pop(PROFILE), ("profile", "missing")),
        (lambda files: files.update({PROFILE: b"none"}), ("profile", "malformed")),
        (lambda files: files.pop(SEAL), ("resources", "missing")),
        (lambda files: files.update({SEAL: b"none"}), ("resources", "malformed")),
        (lambda files: files.update({SEAL: sealed({})}), ("resources", "digest_mismatch")),
    ],
)
def test_a_changed_app_is_found(change, expected):
    files = bundle(replace(APP, files={"a.txt": b"text"}))
    change(files)
    app, _, _ = made(files)

    assert app.signature.verified is False
    assert expected in reasons(app.signature)


def test_a_changed_info_plist_is_found():
    files = bundle(APP)
    said = plistlib.loads(files["Info.plist"])
    files["Info.plist"] = plistlib.dumps({**said, "CFBundleIdentifier": "com.example.bad"})
    app, (program,), _ = made(files)

    assert (
        {("resources", "digest_mismatch")} == reasons(app.signature) == reasons(program.signature)
    )
    assert ("identifier_differs",) == app.anomalies


def test_lists_that_the_signature_does_not_cover():
    files = {**bundle(APP), "Example": macho(Program(), signing())}
    app, _, _ = made(files)

    assert {("resources", "slot_missing")} == reasons(app.signature)


def test_nothing_signed():
    app, (program,), _ = made(bundle(App()))

    assert (None, "none", None, None) == (
        app.signature,
        app.signed_as,
        program.signature,
        app.team,
    )


def test_nobody_signed():
    app, _, _ = made(bundle(App(signing=signing(identity=None, team=None))))

    assert ("ad_hoc", False, {("cms", "ad_hoc")}) == (
        app.signed_as,
        app.signature.verified,
        reasons(app.signature),
    )


STORE_BOUGHT = replace(
    APP,
    identity=None,
    signing=signing(identity=identity(STORE, name="Example Store"), entitlements=None),
    program=Program(encrypted=True),
)
TRACES = {"iTunesMetadata.plist": b"names the buyer"}


def test_an_app_of_the_store():
    app, (program,), _ = made(bundle(STORE_BOUGHT), beside=TRACES)

    assert ("store", True, True, None) == (
        app.signed_as,
        app.signature.verified,
        app.encrypted,
        app.anomalies,
    )
    assert program.encrypted
    assert "buyer" not in str(app)


def test_an_app_of_the_store_without_its_encryption():
    app, _, _ = made(bundle(replace(STORE_BOUGHT, program=Program(encrypted=False))))

    assert (("store_code_decrypted",), False) == (app.anomalies, app.encrypted)


@pytest.mark.parametrize(("inside", "beside"), [({"SC_Info/Example.sinf": b""}, {}), ({}, TRACES)])
def test_an_app_of_the_store_that_another_signed(inside, beside):
    app, _, _ = made(bundle(replace(APP, files=inside)), beside=beside)

    assert ("store_copy_resigned",) == app.anomalies


def test_an_injected_library():
    program = Program(
        weak_libraries=("@executable_path/FridaGadget.dylib",), rpaths=("/var/jb/usr/lib",)
    )
    app, _, _ = made(bundle(replace(APP, program=program)))

    assert ("@executable_path/FridaGadget.dylib",) == app.injected
    assert ("hooking_library", "jailbreak_rpath", "library_not_shipped") == app.anomalies


def test_an_injected_library_that_is_shipped():
    library = macho(Program(kind="library", name="@rpath/FridaGadget.dylib"), signing())
    program = Program(libraries=("@executable_path/Frameworks/FridaGadget.dylib",))
    files = {"Frameworks/FridaGadget.dylib": library}
    app, programs, _ = made(bundle(replace(APP, program=program, files=files)))

    assert (None, ("hooking_library",)) == (app.injected, app.anomalies)
    assert ("FridaGadget.dylib",) == app.libraries
    assert {"FridaGadget.dylib", "Example"} == {each.name for each in programs}


def test_frameworks_and_extensions():
    framework = bundle(
        App(
            name="Own",
            identifier="com.example.own",
            program=Program(kind="library", name="@rpath/Own.framework/Own"),
            signing=signing(identifier="com.example.own", entitlements=None),
        )
    )
    extension = bundle(
        App(
            name="Share",
            identifier="com.example.app.share",
            signing=signing(identifier="com.example.app.share"),
            identity=identity(),
        )
    )
    files = {
        **within("Frameworks/Own.framework", framework),
        **within("PlugIns/Share.appex", extension),
    }
    program = Program(
        libraries=("@rpath/Own.framework/Own",), rpaths=("@executable_path/Frameworks",)
    )
    app, programs, _ = made(bundle(replace(APP, program=program, files=files)))

    assert (("Own.framework",), ("com.example.app.share",)) == (app.frameworks, app.extensions)
    assert (True, None, None) == (app.signature.verified, app.injected, app.anomalies)
    assert [True] * 3 == [each.signature.verified for each in programs]


def test_programs_of_another_team():
    library = macho(Program(kind="library"), signing(team="OTHERTEAM1"))
    app, programs, _ = made(bundle(replace(APP, files={"Frameworks/libx.dylib": library})))

    assert (("teams_differ",), ("EXAMPLE123", "OTHERTEAM1")) == (app.anomalies, app.teams)
    assert {("cms", "team_differs")} == reasons(
        next(each.signature for each in programs if each.name == "libx.dylib")
    )


def test_an_executable_that_is_not_there():
    files = bundle(APP)
    del files["Example"]
    app, programs, _ = made(files)

    assert ([], ("executable_missing",), None, False) == (
        programs,
        app.anomalies,
        app.signature,
        app.has_code,
    )


def test_an_app_without_a_list():
    files = bundle(APP)
    del files["Info.plist"]
    app, _, _ = made(files)

    assert ("information_unreadable",) == app.anomalies
    assert ("com.example.app", {("resources", "missing")}) == (app.package, reasons(app.signature))
