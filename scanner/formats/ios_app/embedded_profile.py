"""The provisioning profile in an app, and whether it lets that app run.

Apple signs profiles, and lists in each whose certificates may sign, for which apps, with which
entitlements, on which devices. Source: technote TN3125.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.certificates import Certificate
from scanner.formats.macho.code_cms import certificates_of
from scanner.formats.macho.code_signature import CodeSignature
from scanner.formats.macho.reasons import error
from scanner.formats.macho.trust import apple_roots, is_rooted
from scanner.formats.plists import Map, entries, flag, mapping, moment, text, texts
from scanner.formats.profile_envelope import Envelope, form_of, opened
from scanner.model.entities import SigningError

NAME = "embedded.mobileprovision"
SIZE_LIMIT = 16 << 20
SIGNER = "Apple iPhone OS Provisioning Profile Signing"
_LENGTH = 255
_IDENTIFIER = "application-identifier"


class EmbeddedProfile(Struct, frozen=True, kw_only=True):
    """A provisioning profile, as far as it decides about an app."""

    data: bytes
    uuid: str | None
    kind: str  # development, ad_hoc, enterprise, store
    verified: bool  # Apple signed it
    expires_at: datetime | None
    teams: tuple[str, ...]
    certificates: frozenset[str]  # SHA-256
    entitlements: Map


def embedded_profile(data: bytes, *, roots: Sequence[Certificate] | None = None) -> EmbeddedProfile:
    """Read a profile; ParseError where it is none."""
    envelope = opened(data)
    content = envelope.content
    if form_of(content) != "provisioning":
        raise ParseError("a provisioning profile expected")
    return EmbeddedProfile(
        data=data,
        uuid=text(content, "UUID", limit=_LENGTH),
        kind=_kind(content),
        verified=_verified(envelope, data, apple_roots() if roots is None else roots),
        expires_at=moment(content, "ExpirationDate"),
        teams=tuple(texts(content, "TeamIdentifier", limit=_LENGTH)),
        certificates=frozenset(
            hashlib.sha256(each).hexdigest()
            for each in entries(content, "DeveloperCertificates")
            if isinstance(each, bytes)
        ),
        entitlements=mapping(content, "Entitlements"),
    )


def objections(profile: EmbeddedProfile, code: CodeSignature) -> Iterator[SigningError]:
    """Yield why a profile does not let a program run that is signed so."""
    if not profile.verified:
        yield error("profile", "untrusted")
    if code.leaf is not None and code.leaf.sha256 not in profile.certificates:
        yield error("profile", "certificate_not_listed")
    if code.directory is not None and code.directory.team not in profile.teams:
        yield error("profile", "team_differs")
    asked = code.entitlements or {}
    if not _covers(profile.entitlements.get(_IDENTIFIER), asked.get(_IDENTIFIER)):
        yield error("profile", "identifier_differs")
    missing = [
        name
        for name, value in asked.items()
        if value is not False and profile.entitlements.get(name) in (None, False)
    ]
    if missing:
        yield error("profile", "entitlement_not_granted", f"{len(missing)} of {len(asked)}")


def _covers(granted: object, asked: object) -> bool:
    """Whether an identifier of an app, or one with a star at its end, stands for another."""
    if asked is None:
        return True
    if not isinstance(granted, str) or not isinstance(asked, str):
        return False
    if granted.endswith("*"):
        return asked.startswith(granted[:-1])
    return granted == asked


def _kind(content: Map) -> str:
    if flag(content, "ProvisionsAllDevices"):
        return "enterprise"
    if "ProvisionedDevices" not in content:
        return "store"
    can_debug = flag(mapping(content, "Entitlements"), "get-task-allow")
    return "development" if can_debug else "ad_hoc"


def _verified(envelope: Envelope, data: bytes, roots: Sequence[Certificate]) -> bool:
    signer = envelope.signer
    if envelope.signature != "valid" or signer is None or signer.subject != SIGNER:
        return False
    return is_rooted(signer, certificates_of(data), roots)
