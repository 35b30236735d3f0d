"""What the shipped rules say of apps of iOS that we made and signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.building.code_signing import STORE, identity
from fixtures.building.ipa import App, bundle, ipa
from fixtures.building.macho import Program, macho
from scanner.artifacts.ios.app_files import Origin, inspect_ipa
from scanner.model.entities import ProvisioningProfile
from tests.formats.macho.signed import ASKED, ROOTS, signing
from tests.rules.app_findings import above, found_of

APP = App(signing=signing(), identity=identity())
BOUGHT = replace(
    APP,
    identity=None,
    signing=signing(identity=identity(STORE, name="Example Store"), entitlements=None),
    program=Program(encrypted=True),
)
ORIGIN = Origin(name="example.ipa", origin="apps/example.ipa")
INJECTED = Program(
    weak_libraries=("@executable_path/FridaGadget.dylib",), rpaths=("/var/jb/usr/lib",)
)


def found(files, **beside):
    statements = inspect_ipa(ipa(files, **beside), ORIGIN, roots=ROOTS)
    # What signs profiles here is a root of ours, which their own rules rightly do not know.
    return found_of(
        (each for each in statements if not isinstance(each, ProvisioningProfile)), platform="ios"
    )


@pytest.mark.parametrize("app", [APP, BOUGHT], ids=["a developer's", "the store's"])
def test_a_sound_app_has_nothing_above_low(app):
    assert [] == above(found(bundle(app)), "low")


def test_a_changed_file():
    files = {**bundle(replace(APP, files={"a.txt": b"text"})), "a.txt": b"changed"}

    assert ["An app of iOS was changed after it was signed"] == above(found(files), "low")


def test_an_added_file():
    files = {**bundle(APP), "b.txt": b"new"}

    assert "An app of iOS holds files that were not signed with it" in above(
        found(files), "informational"
    )


def test_an_injected_library():
    assert [
        "A program of iOS loads or is a library that changes other code",
        "A program of iOS looks for libraries where a jailbreak keeps them",
        "An app of iOS loads libraries that neither Apple nor its maker shipped",
    ] == above(found(bundle(replace(APP, program=INJECTED))), "low")


def test_programs_of_another_team():
    library = macho(Program(kind="library"), signing(team="OTHERTEAM1"))
    files = bundle(replace(APP, files={"Frameworks/libx.dylib": library}))

    assert "The programs in an app of iOS are signed by different teams" in above(
        found(files), "low"
    )


def test_an_app_of_the_store_that_was_opened_up():
    opened = replace(BOUGHT, program=Program(encrypted=False))

    assert ["An app from the App Store was opened up and signed by somebody else"] == above(
        found(bundle(opened)), "low"
    )


def test_nobody_signed():
    app = App(signing=signing(identity=None, team=None))

    assert ["An app of iOS is signed by nobody"] == above(found(bundle(app)), "informational")


def test_a_library_that_the_loader_shall_bring_along():
    program = Program(environment=("DYLD_INSERT_LIBRARIES=@executable_path/a.dylib",))

    assert "A program of iOS tells the loader to bring a library along" in above(
        found(bundle(replace(APP, program=program))), "low"
    )


def test_rights_that_apple_gives_to_its_own():
    asked = {**ASKED, "com.apple.private.security.no-sandbox": True}
    app = replace(APP, signing=signing(entitlements=asked))

    assert "A program in an app of iOS claims rights that Apple gives to its own only" in above(
        found(bundle(app)), "low"
    )


def test_what_a_developer_may_look_into():
    assert ("informational", "An app file of iOS lets developers' tools look into it") in found(
        bundle(APP)
    )
