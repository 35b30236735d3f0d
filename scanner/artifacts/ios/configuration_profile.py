"""A configuration profile as a file: who signed it, and what it would set up.

What a profile consists of stands in `profile_parts`. Where only one phone may read its payloads, a
profile has `EncryptedPayloadContent` instead.
"""

from __future__ import annotations

from collections.abc import Iterator

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
from scanner.errors import ParseError
from scanner.formats import plists
from scanner.formats.profile_envelope import Envelope, digest_of, form_of, opened
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Certificate, Payload, Profile
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import MiB, ProfileFile

_LIMIT = 64 * MiB

_PROFILE_FIELDS = (
    "identifier",
    "uuid",
    "file",
    "name",
    "organization",
    "description",
    "installed",
    "removable",
    "removal_passcode",
    "payload_types",
    "encrypted",
    "expires_at",
    "signature",
    "signer",
    "signer_sha256",
    "signer_sha1",
    "chain",
    "signer_expires_at",
)


def parse(file: EvidenceFile) -> Iterator[Profile | Payload | Certificate]:
    """Yield the profile, its payloads, and the certificates that they carry.

    ParseError, after all else, where a payload or a certificate cannot be read.
    """
    data = file.read(_LIMIT)
    envelope = opened(data)
    content = envelope.content
    identifier = plists.text(content, "PayloadIdentifier", limit=LENGTH)
    if form_of(content) != "configuration" or not identifier:
        raise ParseError("a configuration profile with its identifier expected")
    digest = digest_of(data)
    contents = contents_of(content)
    yield _profile(identifier, digest, envelope, contents)
    yield from payloads_of(identifier, digest, contents)


def _profile(identifier: str, digest: str, envelope: Envelope, contents: Contents) -> Profile:
    content = envelope.content
    return Profile(
        identifier=identifier,
        uuid=uuid_of(content),
        file=digest,
        installed=False,
        removable=not plists.flag(content, "PayloadRemovalDisallowed"),
        **named(content),
        **contained(content, contents),
        **_signed(envelope),
    )


def _signed(envelope: Envelope) -> Fields:
    """Return who signed; of a signature that does not verify, only that."""
    signer = envelope.signer
    if signer:
        return {
            "signature": envelope.signature,
            "chain": envelope.chain,
            "signer": signer.subject,
            "signer_sha256": signer.sha256,
            "signer_sha1": signer.sha1,
            "signer_expires_at": signer.expires_at,
        }
    if envelope.signature:
        return {"signature": envelope.signature}
    return dict.fromkeys(
        ("signature", "chain", "signer", "signer_sha256", "signer_sha1", "signer_expires_at"), None
    )


CONFIGURATION_PROFILE = Artifact(
    name="ios.configuration_profile",
    title="Configuration profile file",
    platform="ios",
    states=(
        Stated(Profile, _PROFILE_FIELDS),
        Stated(Payload),
        Stated(Certificate, where=("store", ("profile",))),
    ),
    readings=(Reading(ProfileFile(form="configuration"), parse),),
    provenance="derived_from_bytes",
)
