"""Signed data of scheme v1 (PKCS #7, RFC 2315), as the platform reads it from META-INF.

Source: AOSP tools/apksig (`V1SchemeVerifier.Signer`, `internal/pkcs7`). The content is not in it:
it is the file of digests of the same name. Certificates are only carried along; the signer names
his own by issuer and serial number.
"""

from __future__ import annotations

import hashlib

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk_signing import tlv
from scanner.formats.apk_signing.algorithms import N
from scanner.formats.apk_signing.certificate import (
    COUNT_LIMIT,
    Certificate,
    certificate_of,
    key_within,
    may_sign,
    name_parts,
)
from scanner.formats.apk_signing.findings import Findings
from scanner.formats.apk_signing.jar_algorithms import DIGESTS, SIGNATURES, is_supported
from scanner.formats.apk_signing.keys import kind_of, signed_by
from scanner.model.requests import MiB

SIZE_LIMIT = 4 * MiB  # bytes of one file of a signature
SIGNER_LIMIT = 100

KITKAT = 19  # the first Android that can read signed attributes
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_OPTIONAL = 0xA0  # certificates of signed data, signed attributes of a signer


class Unverifiable(ParseError):
    """A signature cannot be verified at all, as against one that does not fit."""


class SignerInfo(Struct, frozen=True, kw_only=True):
    """One signer of signed data."""

    issuer: tlv.Value | None  # None: named by the key
    serial: int
    digest: str
    attributes: tlv.Value | None
    method: str
    signature: bytes


class SignedData(Struct, frozen=True, kw_only=True):
    """Who signed, with which certificates."""

    content_type: str
    certificates: list[Certificate]
    signers: list[SignerInfo]


def signed_data(data: bytes) -> SignedData:
    """Return what a file of a signature holds; ParseError where it is none."""
    if len(data) > SIZE_LIMIT:
        raise ParseError("a smaller file of a signature expected")
    kind, wrapped = tlv.members(tlv.read(data), 2)[:2]
    if tlv.identifier(kind) != _SIGNED_DATA:
        raise ParseError("signed data expected")
    wrapped = tlv.expect(wrapped, _OPTIONAL)
    version, digests, content, *others = tlv.members(next(iter(wrapped), None), 4)
    tlv.integer(version)
    for each in tlv.expect(digests, tlv.SET):
        tlv.algorithm(each)
    certificates = others[0] if others[0].tag == _OPTIONAL else None
    signers = next((each for each in others if each.tag == tlv.SET), None)
    if signers is None:
        raise ParseError("the signers of signed data expected")
    infos = [_signer(each) for each, _ in zip(signers, range(SIGNER_LIMIT), strict=False)]
    bundle = [] if certificates is None else _certificates(certificates)
    return SignedData(
        content_type=tlv.identifier(tlv.members(content, 1)[0]),
        certificates=bundle if infos else [],
        signers=infos,
    )


def _certificates(value: tlv.Value) -> list[Certificate]:
    found: list[Certificate] = []
    for each in value:
        if len(found) == COUNT_LIMIT:
            raise ParseError("fewer certificates expected")
        found.append(certificate_of(each.encoded))
    return found


def _signer(value: tlv.Value) -> SignerInfo:
    version, named, digest, *others = tlv.members(value, 5)
    tlv.integer(version)
    attributes = others.pop(0) if others[0].tag == _OPTIONAL else None
    if len(others) < 2:  # noqa: PLR2004
        raise ParseError("a signature expected")
    issuer = serial = None
    if named.tag == tlv.SEQUENCE:
        issuer, serial = tlv.members(named, 2)[:2]
    return SignerInfo(
        issuer=issuer,
        serial=0 if serial is None else tlv.integer(serial),
        digest=tlv.algorithm(digest)[0],
        attributes=attributes,
        method=tlv.algorithm(others[0])[0],
        signature=tlv.expect(others[1], tlv.OCTETS).contents,
    )


def signer_of(
    data: SignedData, content: bytes, sdk: tuple[int, int], findings: Findings, detail: str
) -> Certificate | None:
    """Return the certificate of who signed a content; None: an error says why."""
    if not data.signers:
        findings.error("no_signers", detail)
        return None
    first: Certificate | None = None
    for info in data.signers if sdk[0] >= N else data.signers[:1]:
        if not is_supported(info.digest, info.method, sdk):
            findings.error("unsupported_algorithm", detail)
            return None
        try:
            certificate = _verified(data, info, content, sdk)
        except Unverifiable:
            findings.error("verify_error", detail)
            return None
        except ParseError:
            findings.error("malformed_signature", detail)
            return None
        first = first or certificate
    if first is None:
        findings.error("signature_mismatch", detail)
    return first


def _verified(
    data: SignedData, info: SignerInfo, content: bytes, sdk: tuple[int, int]
) -> Certificate | None:
    """Return the certificate of a signer, None where the signature is not of this content."""
    certificate = _find(info, data.certificates)
    if certificate is None:
        raise Unverifiable("the certificate of the signer expected")
    try:
        usable = may_sign(certificate)
    except ParseError:
        usable = False
    if not usable:
        raise Unverifiable("a certificate that may sign expected")
    signed = content
    if info.attributes is not None:
        if sdk[0] < KITKAT:
            raise Unverifiable("no signed attributes expected")
        if not _attributes_fit(data, info, content, sdk):
            return None
        signed = b"\x31" + info.attributes.encoded[1:]
    kind, own = SIGNATURES[info.method]
    key = key_within(certificate)
    if kind_of(key) != kind:
        raise Unverifiable("a key of the kind of the signature expected")
    try:
        holds = signed_by(key, info.signature, signed, own or DIGESTS[info.digest])
    except ParseError as error:
        raise Unverifiable("a signature that the key can verify expected") from error
    return certificate if holds else None


def _find(info: SignerInfo, certificates: list[Certificate]) -> Certificate | None:
    if info.issuer is None:
        return None
    wanted = info.issuer.encoded
    for each in certificates:
        if each.serial == info.serial and (
            each.issuer.encoded == wanted or name_parts(each.issuer) == name_parts(info.issuer)
        ):
            return each
    return None


def certificates_named(data: bytes) -> list[Certificate]:
    """Return the certificate of each signer that a file of a signature names, unverified."""
    inside = signed_data(data)
    found = (_find(info, inside.certificates) for info in inside.signers[:1])
    return [each for each in found if each is not None]


def _attributes_fit(
    data: SignedData, info: SignerInfo, content: bytes, sdk: tuple[int, int]
) -> bool:
    """Whether the signed attributes speak of a content."""
    stated: dict[str, list[tlv.Value]] = {}
    for each in info.attributes or ():
        kind, values = tlv.members(each, 2)[:2]
        name = tlv.identifier(kind)
        if name in stated:
            raise ParseError("each signed attribute once expected")
        stated[name] = list(values)
    if sdk[1] >= N:
        kind = _single(stated, _CONTENT_TYPE)
        if tlv.identifier(kind) != data.content_type:
            return False
    digest = tlv.expect(_single(stated, _MESSAGE_DIGEST), tlv.OCTETS).contents
    method = hashlib.new(DIGESTS[info.digest], content, usedforsecurity=False)
    return method.digest() == digest


def _single(stated: dict[str, list[tlv.Value]], kind: str) -> tlv.Value:
    values = stated.get(kind)
    if not values:
        raise Unverifiable("a content type and a digest in signed attributes expected")
    if len(values) > 1:
        raise ParseError("one value of a signed attribute expected")
    return values[0]
