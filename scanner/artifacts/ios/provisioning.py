"""Provisioning profiles: which developer's apps a phone runs beside those of the store.

Each is signed content (CMS) around a property list. A phone gives all that are installed:
com.apple.misagent answers `CopyAll` with Status 0 and Payload, a list of them. A file is one.
A phone takes those alone that `Apple iPhone OS Provisioning Profile Signing` signed, below a root
of Apple's; those of macOS are signed by `Mac OS X Provisioning Profile Signing`. The same roots
vouch for developers and for many other things, so a profile is Apple's where all three hold: the
signature is valid, the chain ends at Apple, and the signer has that name. What cannot be followed
to a root has the chain `incomplete`.

- ProvisionsAllDevices: an enterprise's, for any phone; ProvisionedDevices: for these phones;
  neither: for the store.
- TeamName is a company's in an enterprise's, else mostly a person's, and not read then.

Sources: Apple technote TN3125 and real profiles of 2015 and 2016; Apple's Security project,
SecPolicyCreateiPhoneProvisioningProfileSigning, for the signer; pymobiledevice3 misagent.py for the
reply.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from scanner.artifacts.ios.reply import reply
from scanner.errors import NotAvailable, ParseError
from scanner.formats.plists import Map, flag, mapping, moment, number, text, texts
from scanner.formats.profile_envelope import Envelope, digest_of, form_of, opened
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import ProvisioningProfile
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import MiB, ProfileFile, ServiceCall

_PROFILES = 2000
_DEVICES = 10_000
_CERTIFICATES = 1000
_LENGTH = 255  # characters of an identifier
_LIMIT = 64 * MiB
_APP_ID = ("application-identifier", "com.apple.application-identifier")


def parse(file: EvidenceFile) -> Iterator[ProvisioningProfile]:
    """Yield the profile that a file is."""
    data = file.read(_LIMIT)
    yield _profile(opened(data), file=digest_of(data))


def parse_installed(file: EvidenceFile) -> Iterator[ProvisioningProfile]:
    """Yield each profile of a phone; ParseError, after all others, where one cannot be read."""
    said = reply(file)
    status, profiles = number(said, "Status"), said.get("Payload")
    if status is None:
        raise ParseError("a reply with a status expected")
    if status:
        raise NotAvailable("source_absent", "the phone refused to list its provisioning profiles")
    if not isinstance(profiles, list):
        raise ParseError("a list of provisioning profiles expected")
    if len(profiles) > _PROFILES:
        raise ParseError(f"at most {_PROFILES} provisioning profiles expected")
    unread = 0
    for data in profiles:
        try:
            yield _profile(opened(data if isinstance(data, bytes) else b""), file=None)
        except ParseError:
            unread += 1
    if unread:
        raise ParseError(f"provisioning profiles expected; {unread} of {len(profiles)} are none")


def _profile(envelope: Envelope, *, file: str | None) -> ProvisioningProfile:
    content = envelope.content
    uuid = text(content, "UUID", limit=_LENGTH)
    if form_of(content) != "provisioning" or not uuid:
        raise ParseError("a provisioning profile with its identifier expected")
    enterprise = flag(content, "ProvisionsAllDevices") or False
    devices = _listed(texts(content, "ProvisionedDevices", limit=_LENGTH), _DEVICES)
    entitlements = mapping(content, "Entitlements")
    return ProvisioningProfile(
        uuid=uuid,
        file=file,
        name=text(content, "Name"),
        app_id=_app_id(entitlements),
        teams=_listed(texts(content, "TeamIdentifier", limit=_LENGTH)),
        team_name=text(content, "TeamName") if enterprise else UNSET,
        installed=file is None,
        enterprise=enterprise,
        store=not enterprise and "ProvisionedDevices" not in content,
        platforms=_listed(texts(content, "Platform", limit=_LENGTH)),
        devices=devices,
        device_count=len(devices or ()),
        created_at=moment(content, "CreationDate"),
        expires_at=moment(content, "ExpirationDate"),
        debuggable=flag(entitlements, "get-task-allow") or False,
        entitlements=_listed(_granted(entitlements)),
        certificates=_listed(_digests(content), _CERTIFICATES),
        **_signed(envelope),
    )


def _signed(envelope: Envelope) -> dict[str, Any]:
    """Return who signed; of a signature that does not verify, only that."""
    if envelope.signature in {"invalid", "unreadable"}:
        return {"signature": envelope.signature}
    signer = envelope.signer.subject if envelope.signer else None
    return {"signature": envelope.signature, "chain": envelope.chain, "signer": signer}


def _app_id(entitlements: Map) -> str | None:
    """Return the identifier of the app, or of a group of apps, without the team before it."""
    for key in _APP_ID:
        if said := text(entitlements, key, limit=_LENGTH):
            return said.partition(".")[2] or None
    return None


def _granted(entitlements: Map) -> Iterator[str]:
    return (name[:_LENGTH] for name in sorted(entitlements) if entitlements[name] is not False)


def _digests(content: Map) -> Iterator[str]:
    value = content.get("DeveloperCertificates")
    for each in value if isinstance(value, list) else ():
        if isinstance(each, bytes):
            yield hashlib.sha256(each).hexdigest()


def _listed(values: Iterator[str], limit: int = _PROFILES) -> tuple[str, ...] | None:
    """Return all values; None for none, ParseError for more than the limit."""
    found: list[str] = []
    for value in values:
        if len(found) == limit:
            raise ParseError(f"at most {limit} entries of one kind expected")
        found.append(value)
    return tuple(found) or None


PROVISIONING = Artifact(
    name="ios.provisioning",
    title="Provisioning profiles",
    platform="ios",
    states=(
        Stated(
            ProvisioningProfile,
            (
                "uuid",
                "file",
                "name",
                "app_id",
                "teams",
                "team_name",
                "installed",
                "enterprise",
                "store",
                "platforms",
                "devices",
                "device_count",
                "created_at",
                "expires_at",
                "debuggable",
                "entitlements",
                "certificates",
                "signature",
                "chain",
                "signer",
            ),
        ),
    ),
    readings=(
        Reading(
            ServiceCall(
                service="com.apple.misagent",
                arguments=(("MessageType", "CopyAll"), ("ProfileType", "Provisioning")),
            ),
            parse_installed,
        ),
        Reading(ProfileFile(form="provisioning"), parse),
    ),
    provenance="derived_from_bytes",
)
