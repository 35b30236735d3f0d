"""The certificates that payloads of configuration profiles carry for a phone to trust.

Source: https://github.com/apple/device-management, com.apple.security.root, .pem and .pkcs1: one
certificate in `PayloadContent`, in DER or PEM. An identity with its key (.pkcs12) is sealed by a
password and never opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, UnsetType

from scanner.artifacts.ios.payload_fields import Fields
from scanner.errors import ParseError
from scanner.formats import plists
from scanner.model.entities import Certificate

if TYPE_CHECKING:
    from scanner.formats import certificates

_TYPES = frozenset(f"com.apple.security.{kind}" for kind in ("root", "pem", "pkcs1"))


class Carried(Struct, frozen=True, kw_only=True):
    """The certificates of one payload, as they stand."""

    read: tuple[certificates.Certificate, ...] = ()
    whole: bool = True  # all could be read

    def fields(self) -> Fields:
        """Return what a payload says by what it carries."""
        authority = any(each.authority for each in self.read)
        said: Fields = {}
        for first in self.read[:1]:
            said = {"certificate_sha256": first.sha256, "certificate_sha1": first.sha1}
        return said | ({"authority": authority} if authority or (said and self.whole) else {})


def carried_by(payload: plists.Map) -> Carried:
    """Return the certificates that a payload carries; none where its type carries none."""
    if plists.text(payload, "PayloadType") not in _TYPES:
        return Carried()
    content = payload.get("PayloadContent")
    if not isinstance(content, bytes):
        return Carried(whole=False)
    from scanner.formats.certificates import certificates_in  # noqa: PLC0415 - few payloads need it

    read: list[certificates.Certificate] = []
    try:
        for each in certificates_in(content):
            read.append(each)  # noqa: PERF402 - those before one that is none are kept
    except ParseError:
        return Carried(read=tuple(read), whole=False)
    return Carried(read=tuple(read))


def unread(name: str) -> Certificate:
    """Return what is stated of a certificate of which only the place is known."""
    return Certificate(store="profile", user=0, name=name)


def stated(
    carried: certificates.Certificate, name: str, *, active: bool | UnsetType = False
) -> Certificate:
    """Return what is stated of a certificate that a phone would trust."""
    return Certificate(
        store="profile",
        user=0,
        name=name,
        active=active,
        sha256=carried.sha256,
        sha1=carried.sha1,
        subject=carried.subject,
        issuer=carried.issuer,
        self_signed=carried.self_signed,
        authority=carried.authority,
        expires_at=carried.expires_at,
    )
