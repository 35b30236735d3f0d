"""Configuration profiles that are installed, from the stubs that the phone keeps of them.

A stub is what profiled needs to remove a profile again: a property list `profile-HASH.stub` with
the profile's PayloadIdentifier, PayloadUUID, names, all payloads in `PayloadContent`, InstallDate,
InstallOptions (isInstalledByMDM), ProfileWasLocked, RemovalDate, and SignerCerts: the certificates
of who signed it, the signer's first. profiled refuses a profile whose signature does not verify, so
one that has signers was valid then, as the phone says. What lies in the keychain, most
certificates among it, is no longer in a payload.

PayloadManifest.plist lists the profiles (OrderedProfiles, HiddenProfiles). Where it names none,
none is installed, and there is no stub.

Sources: ManagedConfiguration's code (decompiled), MCProfile and MCConfigurationProfile; paths and
keys as seen in backups of iOS 14 to 27.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import UNSET

from scanner.artifacts.ios.payload_fields import Fields
from scanner.artifacts.ios.profile_parts import (
    LENGTH,
    Contents,
    contained,
    contents_of,
    named,
    payloads_of,
    uuid_of,
)
from scanner.artifacts.ios.recorded.profile_places import of_system, of_user
from scanner.errors import NotAvailable, ParseError
from scanner.formats import plists
from scanner.formats.profile_envelope import form_of
from scanner.model.artifact import Parser, Reading
from scanner.model.entities import Certificate, Payload, Profile
from scanner.model.evidence import EvidenceFile

if TYPE_CHECKING:
    from scanner.formats import certificates

_STUB = "profile-*.stub"
_LIST = "PayloadManifest.plist"
_CHAIN = 20  # certificates of signers


def parse_listed(file: EvidenceFile) -> Iterator[Profile]:
    """Yield the profile, as the phone's own list of profiles would name it."""
    content, identifier = _stub(file)
    yield Profile(
        identifier=identifier,
        uuid=uuid_of(content),
        file=None,
        installed=True,
        removable=not _is_locked(content),
        **named(content),
    )


def parse_contents(file: EvidenceFile) -> Iterator[Profile | Payload | Certificate]:
    """Yield what the list leaves out: who signed the profile, its payloads, their certificates.

    ParseError, after all else, where a payload or a certificate cannot be read.
    """
    content, identifier = _stub(file)
    contents = contents_of(content)
    signed, whole = _signed(content)
    yield _contained(identifier, content, contents, signed)
    yield from payloads_of(identifier, None, contents)
    if not whole:
        raise ParseError("the certificates of who signed a profile expected")


def parse_manifest(file: EvidenceFile) -> Iterator[Profile]:
    """Yield nothing where the phone has no profile; NotAvailable where it has one.

    What it has, its stub says.
    """
    content = plists.read_map(file)
    lists = [content.get(key) for key in ("OrderedProfiles", "HiddenProfiles")]
    if not any(isinstance(each, list) for each in lists):
        raise ParseError("a list of profiles expected")
    if count := sum(len(each) for each in lists if isinstance(each, list)):
        detail = f"a list names profiles ({count}); what they are stands in files of their own"
        raise NotAvailable("source_absent", detail)
    yield from ()


def _stub(file: EvidenceFile) -> tuple[plists.Map, str]:
    content = plists.read_map(file)
    identifier = plists.text(content, "PayloadIdentifier", limit=LENGTH)
    if form_of(content) != "configuration" or not identifier:
        raise ParseError("the stub of a configuration profile with its identifier expected")
    return content, identifier


def _contained(identifier: str, content: plists.Map, contents: Contents, signed: Fields) -> Profile:
    options = content.get("InstallOptions")
    by_management = (
        bool(plists.flag(options, "isInstalledByMDM")) if isinstance(options, dict) else UNSET
    )
    return Profile(
        identifier=identifier,
        uuid=uuid_of(content),
        file=None,
        installed_at=plists.moment(content, "InstallDate"),
        by_management=by_management,
        **contained(content, contents),
        **signed,
    )


def _is_locked(content: plists.Map) -> bool:
    keys = ("ProfileWasLocked", "PayloadRemovalDisallowed")
    return any(plists.flag(content, key) for key in keys)


def _signed(content: plists.Map) -> tuple[Fields, bool]:
    """Return who signed, and whether all certificates of it could be read."""
    keys = ("signature", "chain", "signer", "signer_sha256", "signer_sha1", "signer_expires_at")
    if "SignerCerts" not in content:
        return dict.fromkeys(keys), True
    found = list(_certificates(plists.entries(content, "SignerCerts")))
    read = [each for each in found if each]
    if not read or found[0] is None or len(read) != len(found):
        return {}, False
    from scanner.formats.chains import chain_of  # noqa: PLC0415 - few profiles are signed

    return {
        "signature": "valid",
        "chain": chain_of(read[0], read[1:]),
        "signer": read[0].subject,
        "signer_sha256": read[0].sha256,
        "signer_sha1": read[0].sha1,
        "signer_expires_at": read[0].expires_at,
    }, True


def _certificates(values: list[plists.Value]) -> Iterator[certificates.Certificate | None]:
    """Yield each certificate; None for what is none."""
    from scanner.formats.certificates import certificate_of  # noqa: PLC0415 - as above

    for value in values[:_CHAIN]:
        try:
            yield certificate_of(value) if isinstance(value, bytes) else None
        except ParseError:
            yield None


def _readings(parse: Parser) -> tuple[Reading, ...]:
    stubs = chain(of_system(_STUB), of_user(_STUB))
    return (
        *(Reading(request, parse) for request in stubs),
        *(Reading(request, parse_manifest) for request in of_system(_LIST)),
    )


LISTED = _readings(parse_listed)
CONTENTS = _readings(parse_contents)
