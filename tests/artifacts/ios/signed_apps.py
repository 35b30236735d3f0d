"""Apps of iOS that an authority of the tests signed, and what is stated of them."""

from __future__ import annotations

from fixtures.building.code_signing import identity
from fixtures.building.ipa import App, ipa
from scanner.artifacts.ios.app_files import Origin, inspect_ipa
from scanner.model.entities import AppFile, CodeFile, ProvisioningProfile
from tests.formats.macho.signed import ROOTS, signing

ORIGIN = Origin(name="example.ipa", origin="apps/example.ipa")
APP = App(signing=signing(), identity=identity())


def made(files, **stated):
    """Return what is stated of an IPA: the app, its programs, its profiles."""
    return sorted_out(inspect_ipa(ipa(files, **stated), ORIGIN, roots=ROOTS))


def sorted_out(statements):
    found = list(statements)
    (app,) = (each for each in found if isinstance(each, AppFile))
    programs = [each for each in found if isinstance(each, CodeFile)]
    return app, programs, [each for each in found if isinstance(each, ProvisioningProfile)]


def reasons(signature):
    return {(each.scheme, each.reason) for each in signature.errors}
