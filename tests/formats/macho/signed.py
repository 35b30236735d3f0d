"""Programs that an authority of the tests signed."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding

from fixtures.building.code_signing import TEAM, Signing, identity, root
from fixtures.building.macho import Program, macho
from scanner.formats.certificates import certificate_of
from scanner.formats.macho.code_signature import code_signature
from scanner.formats.macho.program import program
from scanner.formats.macho.slices import slices

ROOTS = (certificate_of(root().public_bytes(Encoding.DER)),)
ASKED = {
    "application-identifier": f"{TEAM}.com.example.app",
    "com.apple.developer.team-identifier": TEAM,
    "get-task-allow": True,
    "keychain-access-groups": [f"{TEAM}.com.example.app"],
}


def signing(**stated):
    return Signing(**{"identity": identity(), "entitlements": ASKED, **stated})


def signed(**stated):
    return macho(Program(), signing(**stated))


def walked(data):
    """Return the facts of the one program of a file."""
    (found,), _ = slices(data)
    return program(found)


def verified(data):
    """Return what the signature of the one program of a file is worth."""
    found = walked(data)
    return code_signature(found.slice, found.signature, roots=ROOTS)


def reasons(code):
    return {(each.scheme, each.reason) for each in code.signature.errors}
