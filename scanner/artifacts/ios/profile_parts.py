"""What a configuration profile consists of, be it a file or what a phone keeps of one.

Source: https://github.com/apple/device-management, mdm/profiles/TopLevel.yaml. A profile is a
property list whose `PayloadContent` lists payloads. What asks a phone to enrol over the air
(`Profile Service`) is read as a profile with one payload. Words with an `@` are left out of names:
they are addresses of persons.

Each payload is read alone: what cannot be read of one hides no other, and is said at the end. A
profile within a profile is stated by its type and not entered; Apple knows no such payload.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from scanner.artifacts.ios.payload_certificates import Carried, carried_by, stated, unread
from scanner.artifacts.ios.payload_fields import Fields
from scanner.artifacts.ios.payloads import fields_of
from scanner.errors import ParseError
from scanner.formats import plists
from scanner.formats.profile_envelope import CONFIGURATION, ENROLMENT
from scanner.model.entities import Certificate, Payload

LENGTH = 255  # characters of an identifier
_PAYLOADS = 1000
_REMOVAL = "com.apple.profileRemovalPassword"


class Contents(Struct, frozen=True, kw_only=True):
    """The payloads of a profile by their place, and in how many places there is none."""

    payloads: dict[int, plists.Map] = {}
    odd: int = 0

    def types(self) -> set[str] | None:
        """Return the types of all payloads; None where that of one cannot be read."""
        found = [plists.text(each, "PayloadType") for each in self.payloads.values()]
        return None if self.odd or not all(found) else {each for each in found if each}


def contents_of(content: plists.Map) -> Contents:
    """Return the payloads of a profile."""
    if content.get("PayloadType") == ENROLMENT:
        return Contents(payloads={0: content})
    value = content.get("PayloadContent")
    if not isinstance(value, list):
        hidden = value is None and is_encrypted(content)
        return Contents(odd=0 if hidden else 1)
    first = value[:_PAYLOADS]
    payloads = {index: each for index, each in enumerate(first) if isinstance(each, dict)}
    return Contents(payloads=payloads, odd=len(value) - len(payloads))


def is_encrypted(content: plists.Map) -> bool:
    """Whether only one phone can read the payloads of a profile."""
    return "EncryptedPayloadContent" in content or plists.flag(content, "IsEncrypted") is True


def contained(content: plists.Map, contents: Contents) -> Fields:
    """Return the fields of a `Profile` that its payloads decide."""
    types, encrypted = contents.types(), is_encrypted(content)
    sealed = encrypted or types is None
    passcode = plists.flag(content, "HasRemovalPasscode") or any(
        plists.text(each, "PayloadType") == _REMOVAL for each in contents.payloads.values()
    )
    return {
        "removal_passcode": True if passcode else UNSET if sealed else False,
        "payload_types": UNSET if sealed or types is None else tuple(sorted(types)) or None,
        "encrypted": encrypted,
        "expires_at": UNSET
        if "DurationUntilRemoval" in content
        else plists.moment(content, "RemovalDate"),
    }


def named(content: plists.Map) -> Fields:
    """Return the fields of a `Profile` by which people know it."""
    return {
        "name": _said(content, "PayloadDisplayName"),
        "organization": _said(content, "PayloadOrganization"),
        "description": _said(content, "PayloadDescription"),
    }


def uuid_of(content: plists.Map) -> str | None:
    """Return the UUID of a profile, in upper case."""
    uuid = plists.text(content, "PayloadUUID", limit=100)
    return uuid.upper() if uuid else None


def payloads_of(
    identifier: str, digest: str | None, contents: Contents
) -> Iterator[Payload | Certificate]:
    """Yield the payloads of a profile, and the certificates that they carry.

    `digest`: of its file; None: it is installed, and what a payload carried may lie elsewhere.
    ParseError, after all else, where a payload or a certificate cannot be read.
    """
    odd = contents.odd
    for index, payload in contents.payloads.items():
        carried = carried_by(payload)
        said = fields_of(plists.text(payload, "PayloadType"), payload) | carried.fields()
        elsewhere = digest is None and _lies_elsewhere(payload, carried)
        odd += not _is_whole(payload, said, whole=carried.whole or elsewhere)
        yield _payload((identifier, digest, index), payload, said)
        place = f"file {digest}" if digest else identifier
        if elsewhere:
            yield unread(_name(payload, place, index, 0))
        for number, each in enumerate(carried.read):
            active: bool | UnsetType = False if digest else UNSET
            yield stated(each, _name(payload, place, index, number), active=active)
    if odd:
        raise ParseError(f"payloads that can be read whole expected; {odd} cannot")


def _lies_elsewhere(payload: plists.Map, carried: Carried) -> bool:
    """Whether a certificate is in the keychain of the phone, and no longer in its payload."""
    return not carried.whole and not carried.read and "PayloadContent" not in payload


def _is_whole(payload: plists.Map, said: Fields, *, whole: bool) -> bool:
    """Whether all was read of a payload that is read of its type."""
    inside = payload.get("PayloadContent")
    nested = [payload, *(inside if isinstance(inside, list) else [inside])]
    if payload.get("PayloadType") == ENROLMENT:
        nested = nested[1:]
    return (
        whole
        and bool(plists.text(payload, "PayloadType"))
        and UNSET not in said.values()
        and not any(isinstance(each, dict) and _is_profile(each) for each in nested)
    )


def _is_profile(value: plists.Map) -> bool:
    return plists.text(value, "PayloadType") in {CONFIGURATION, ENROLMENT}


def _payload(
    key: tuple[str, str | None, int], payload: plists.Map, said: dict[str, Any]
) -> Payload:
    profile, digest, index = key
    return Payload(
        profile=profile,
        file=digest,
        index=index,
        payload_type=plists.text(payload, "PayloadType") or UNSET,
        identifier=plists.text(payload, "PayloadIdentifier", limit=LENGTH),
        name=_said(payload, "PayloadDisplayName"),
        organization=_said(payload, "PayloadOrganization"),
        **said,
    )


def _name(payload: plists.Map, of: str, index: int, number: int) -> str:
    """Return a name that no other certificate has, whatever its payload is called."""
    place = f"{index}.{number}" if number else f"{index}"
    name = plists.text(payload, "PayloadIdentifier", limit=LENGTH) or "payload"
    return f"{name} (payload {place} of {of})"


def _said(of: plists.Map, key: str) -> str | None:
    """Return a text without the words that hold an address of a person."""
    value = plists.text(of, key)
    if value is None or "@" not in value:
        return value or None
    return " ".join("…" if "@" in word else word for word in value.split())
