"""A configuration profile as a file: who signed it, and what it would set up.

Source: https://github.com/apple/device-management, mdm/profiles/TopLevel.yaml. A profile is a
property list whose `PayloadContent` lists payloads, or, where only one phone may read them,
`EncryptedPayloadContent`. What asks a phone to enrol over the air (`Profile Service`) is read as a
profile with one payload. Words with an `@` are left out of names: they are addresses of persons.

Each payload is read alone: what cannot be read of one hides no other, and is said at the end. A
profile within a profile is stated by its type and not entered; Apple knows no such payload.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, Struct

from scanner.artifacts.ios.payload_certificates import Carried, carried_by, stated
from scanner.artifacts.ios.payload_fields import Fields
from scanner.artifacts.ios.payloads import fields_of
from scanner.errors import ParseError
from scanner.formats import plists
from scanner.formats.profile_envelope import (
    CONFIGURATION,
    ENROLMENT,
    Envelope,
    digest_of,
    form_of,
    opened,
)
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Certificate, Payload, Profile
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import MiB, ProfileFile

_PAYLOADS = 1000
_LENGTH = 255  # characters of an identifier
_LIMIT = 64 * MiB
_REMOVAL = "com.apple.profileRemovalPassword"

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


class _Contents(Struct, frozen=True, kw_only=True):
    """The payloads of a profile by their place, and in how many places there is none."""

    payloads: dict[int, plists.Map] = {}
    odd: int = 0

    def types(self) -> set[str] | None:
        """Return the types of all payloads; None where that of one cannot be read."""
        found = [plists.text(each, "PayloadType") for each in self.payloads.values()]
        return None if self.odd or not all(found) else {each for each in found if each}


def parse(file: EvidenceFile) -> Iterator[Profile | Payload | Certificate]:
    """Yield the profile, its payloads, and the certificates that they carry.

    ParseError, after all else, where a payload or a certificate cannot be read.
    """
    data = file.read(_LIMIT)
    envelope = opened(data)
    content = envelope.content
    identifier = plists.text(content, "PayloadIdentifier", limit=_LENGTH)
    if form_of(content) != "configuration" or not identifier:
        raise ParseError("a configuration profile with its identifier expected")
    digest = digest_of(data)
    contents = _contents(content)
    yield _profile(identifier, digest, envelope, contents)
    odd = contents.odd
    for index, payload in contents.payloads.items():
        carried = carried_by(payload)
        said = fields_of(plists.text(payload, "PayloadType"), payload) | carried.fields()
        odd += not _is_whole(payload, carried, said)
        yield _payload((identifier, digest, index), payload, said)
        for number, each in enumerate(carried.read):
            yield stated(each, _name(payload, digest, index, number))
    if odd:
        raise ParseError(f"payloads that can be read whole expected; {odd} cannot")


def _contents(content: plists.Map) -> _Contents:
    if content.get("PayloadType") == ENROLMENT:
        return _Contents(payloads={0: content})
    value = content.get("PayloadContent")
    if not isinstance(value, list):
        hidden = value is None and _is_encrypted(content)
        return _Contents(odd=0 if hidden else 1)
    first = value[:_PAYLOADS]
    payloads = {index: each for index, each in enumerate(first) if isinstance(each, dict)}
    return _Contents(payloads=payloads, odd=len(value) - len(payloads))


def _is_whole(payload: plists.Map, carried: Carried, said: Fields) -> bool:
    """Whether all was read of a payload that is read of its type."""
    inside = payload.get("PayloadContent")
    nested = [payload, *(inside if isinstance(inside, list) else [inside])]
    if payload.get("PayloadType") == ENROLMENT:
        nested = nested[1:]
    return (
        carried.whole
        and bool(plists.text(payload, "PayloadType"))
        and UNSET not in said.values()
        and not any(isinstance(each, dict) and _is_profile(each) for each in nested)
    )


def _is_profile(value: plists.Map) -> bool:
    return plists.text(value, "PayloadType") in {CONFIGURATION, ENROLMENT}


def _is_encrypted(content: plists.Map) -> bool:
    return "EncryptedPayloadContent" in content or plists.flag(content, "IsEncrypted") is True


def _profile(identifier: str, digest: str, envelope: Envelope, contents: _Contents) -> Profile:
    content = envelope.content
    uuid = plists.text(content, "PayloadUUID", limit=100)
    types, encrypted = contents.types(), _is_encrypted(content)
    sealed = encrypted or types is None
    passcode = plists.flag(content, "HasRemovalPasscode") or any(
        plists.text(each, "PayloadType") == _REMOVAL for each in contents.payloads.values()
    )
    return Profile(
        identifier=identifier,
        uuid=uuid.upper() if uuid else None,
        file=digest,
        name=_said(content, "PayloadDisplayName"),
        organization=_said(content, "PayloadOrganization"),
        description=_said(content, "PayloadDescription"),
        installed=False,
        removable=not plists.flag(content, "PayloadRemovalDisallowed"),
        removal_passcode=True if passcode else UNSET if sealed else False,
        payload_types=UNSET if sealed or types is None else tuple(sorted(types)) or None,
        encrypted=encrypted,
        expires_at=UNSET
        if "DurationUntilRemoval" in content
        else plists.moment(content, "RemovalDate"),
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


def _payload(key: tuple[str, str, int], payload: plists.Map, said: dict[str, Any]) -> Payload:
    profile, digest, index = key
    return Payload(
        profile=profile,
        file=digest,
        index=index,
        payload_type=plists.text(payload, "PayloadType") or UNSET,
        identifier=plists.text(payload, "PayloadIdentifier", limit=_LENGTH),
        name=_said(payload, "PayloadDisplayName"),
        organization=_said(payload, "PayloadOrganization"),
        **said,
    )


def _name(payload: plists.Map, digest: str, index: int, number: int) -> str:
    """Return a name that no other certificate has, whatever its payload is called."""
    place = f"{index}.{number}" if number else f"{index}"
    name = plists.text(payload, "PayloadIdentifier", limit=_LENGTH) or "payload"
    return f"{name} (payload {place} of file {digest})"


def _said(of: plists.Map, key: str) -> str | None:
    """Return a text without the words that hold an address of a person."""
    value = plists.text(of, key)
    if value is None or "@" not in value:
        return value or None
    return " ".join("…" if "@" in word else word for word in value.split())


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
