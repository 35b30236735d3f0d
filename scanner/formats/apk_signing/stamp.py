"""The source stamp: who delivered an app, beside who signed it (Google Play and other stores).

Source: AOSP tools/apksig (`V2SourceStampVerifier`, `SourceStampVerifier`). The archive names the
certificate in an entry that the app's own signature covers. A stamp that does not hold is no
reason to refuse an app.
"""

from __future__ import annotations

import hashlib

from scanner.errors import ParseError
from scanner.formats.apk_signing.algorithms import ALGORITHMS, Signed, matches, to_verify
from scanner.formats.apk_signing.certificate import Certificate, certificate_of, key_within
from scanner.formats.apk_signing.findings import Fields, Findings
from scanner.formats.apk_signing.lineage import BrokenLineage, read_lineage

ENTRY = b"stamp-cert-sha256"
ENTRY_LIMIT = 1024  # bytes: it holds a digest of 32
R = 30  # the first version of Android that looks at stamps
_LINEAGE, _TIME = 0x9D6303F7, 0xE43C5946
_SIGNATURE_LIMIT = 100

DIGEST_IDS = {"sha256": 1, "sha512": 2, "verity": 3, "manifest": 4}


def verify_stamp(
    data: bytes,
    named: bytes,
    digests: dict[int, dict[int, bytes]],
    sdk: tuple[int, int],
    findings: Findings,
) -> Certificate | None:
    """Return the certificate of a stamp that holds.

    `named`: what the archive says of the certificate; `digests`: of the content, for each scheme
    that was verified, by kind.
    """
    try:
        return _verified(Fields(data).part(), named, digests, (max(sdk[0], R), sdk[1]), findings)
    except ParseError:
        findings.warn("malformed_signature")
        return None


def _verified(
    fields: Fields,
    named: bytes,
    digests: dict[int, dict[int, bytes]],
    sdk: tuple[int, int],
    findings: Findings,
) -> Certificate | None:
    certificate = _certificate(fields.counted(), named, findings)
    if certificate is None:
        return None
    stated = _by_scheme(fields.part())
    for scheme, content in digests.items():
        if scheme not in stated:
            findings.warn("no_signatures", f"of scheme v{scheme}")
            return None
        if not _is_signed(certificate, _pairs(content), Fields(stated[scheme]), sdk, findings):
            return None
    if fields:
        attributes, signatures = fields.counted(), fields.part()
        if not _is_signed(certificate, attributes, signatures, sdk, findings):
            return None
        if not _reads(Fields(attributes), certificate, findings):
            return None
    return certificate


def _certificate(data: bytes, named: bytes, findings: Findings) -> Certificate | None:
    try:
        certificate = certificate_of(data)
    except ParseError:
        findings.warn("malformed_certificate")
        return None
    if hashlib.sha256(data).digest() != named:
        findings.warn("stamp_certificate_mismatch")
        return None
    return certificate


def _by_scheme(fields: Fields) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while fields:
        one = fields.part()
        scheme = one.number()
        found[scheme] = one.counted()
    return found


def _pairs(content: dict[int, bytes]) -> bytes:
    """Return the digests of one scheme as they are signed."""
    return b"".join(
        b"".join(
            each.to_bytes(4, "little") if isinstance(each, int) else each
            for each in (8 + len(digest), kind, len(digest), digest)
        )
        for kind, digest in sorted(content.items())
    )


def _is_signed(
    certificate: Certificate,
    data: bytes,
    signatures: Fields,
    sdk: tuple[int, int],
    findings: Findings,
) -> bool:
    known = _signatures(signatures, findings)
    if known is None:
        return False
    if not known:
        findings.warn("no_signatures")
        return False
    chosen = to_verify(known, *sdk, by_crypto=True)
    if not chosen:
        findings.warn("no_supported_signatures")
    for algorithm, signature in chosen:
        try:
            holds = matches(algorithm, key_within(certificate), signature, data)
        except ParseError:
            findings.warn("verify_error")
            return False
        if not holds:
            findings.warn("signature_mismatch")
            return False
    return bool(chosen)


def _signatures(fields: Fields, findings: Findings) -> list[Signed] | None:
    """Return the signatures of known kinds; None where they cannot be read."""
    try:
        read = [(one.number(), one.counted()) for one in fields.parts(_SIGNATURE_LIMIT)]
    except ParseError:
        findings.warn("malformed_signature")
        return None
    return [(ALGORITHMS[kind], signature) for kind, signature in read if kind in ALGORITHMS]


def _reads(data: Fields, certificate: Certificate, findings: Findings) -> bool:
    """Whether the attributes of a stamp are as they should be."""
    fields, before = data.part(), len(findings.warnings)
    while fields:
        try:
            one = fields.part()
            kind, value = one.number() & 0xFFFFFFFF, one.rest()
        except ParseError:
            findings.warn("malformed_attribute")
            return False
        if kind == _LINEAGE:
            _read_lineage(value, certificate, findings)
        elif kind == _TIME:
            if len(value) < 8:  # noqa: PLR2004
                findings.warn("malformed_attribute")
                return False
            if int.from_bytes(value[:8], "little", signed=True) <= 0:
                findings.warn("invalid_timestamp")
    return len(findings.warnings) == before


def _read_lineage(value: bytes, certificate: Certificate, findings: Findings) -> None:
    try:
        lineage = read_lineage(value)
    except BrokenLineage as error:
        findings.warn(error.word)
        return
    if not lineage or lineage[-1].data != certificate.data:
        findings.warn("lineage_mismatch")
