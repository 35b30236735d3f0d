"""One signer of schemes v2, v3 and v3.1: what is signed, by whom, and whether that holds.

Source: AOSP tools/apksig (`V2SchemeVerifier.parseSigner`, `V3SchemeVerifier.parseSigner`). Of
scheme v3 on a signer says for which versions of Android it counts.
"""

from __future__ import annotations

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk_signing.algorithms import (
    ALGORITHMS,
    NEWEST,
    Algorithm,
    DigestKind,
    Signed,
    matches,
    to_verify,
    usable_key,
)
from scanner.formats.apk_signing.certificate import COUNT_LIMIT, Certificate, certificate_of
from scanner.formats.apk_signing.contents import Contents
from scanner.formats.apk_signing.findings import Fields, Findings
from scanner.formats.apk_signing.keys import normal

_ATTRIBUTE_LIMIT = 100  # of one signer
_SIGNATURE_LIMIT = 100


class BlockSigner(Struct, kw_only=True):
    """A signer, as far as it could be read."""

    certificates: list[Certificate] = []
    digests: list[tuple[int, bytes]] = []  # kind of signature, digest of the content
    verified: set[DigestKind] = set()  # kinds of digests that a signature vouches for
    attributes: list[tuple[int, bytes]] = []
    min_sdk: int = 0
    max_sdk: int = NEWEST
    lineage: list[Certificate] | None = None


class SchemeResult(Struct, kw_only=True):
    """What one scheme came to."""

    findings: Findings
    signers: list[BlockSigner] = []
    holds: bool = False
    lineage: list[Certificate] | None = None

    @property
    def scheme(self) -> str:
        return self.findings.scheme

    def content_digests(self) -> dict[DigestKind, bytes]:
        """Return the digests of the content that its signers state."""
        return {
            ALGORITHMS[kind].digest: digest
            for signer in self.signers
            for kind, digest in signer.digests
            if kind in ALGORITHMS
        }


def read_signer(
    signer: BlockSigner, fields: Fields, findings: Findings, sdk: tuple[int, int] | None
) -> bool:
    """Read and verify a signer; whether its attributes are worth a look.

    `sdk`: the versions of Android that count (v2); None: the signer says them itself (v3).
    """
    signed = fields.counted()
    if sdk is None:
        signer.min_sdk, signer.max_sdk = fields.number(), fields.number()
        if signer.min_sdk < 0 or signer.min_sdk > signer.max_sdk:
            findings.error("invalid_sdk_range")
    signatures, key = fields.part(), fields.counted()
    kinds, known = _signatures(signatures, findings)
    if not kinds:
        return False
    low, high = sdk or (signer.min_sdk, signer.max_sdk)
    chosen = to_verify(known, low, high)
    if not chosen:
        findings.error("no_supported_signatures")
    if not chosen or not _verified(chosen, key, signed, signer, findings):
        return False
    return _read_signed(signer, Fields(signed), key, kinds, findings, ranged=sdk is None)


def _signatures(fields: Fields, findings: Findings) -> tuple[list[int], list[Signed]]:
    """Return the kinds of all signatures, and those of known kinds."""
    try:
        read = [(one.number(), one.counted()) for one in fields.parts(_SIGNATURE_LIMIT)]
    except ParseError:
        findings.error("malformed_signature")
        return [], []
    if not read:
        findings.error("no_signatures")
    for kind, _ in read:
        if kind not in ALGORITHMS:
            findings.warn("unknown_algorithm", hex(kind & 0xFFFFFFFF))
    known = [(ALGORITHMS[kind], signature) for kind, signature in read if kind in ALGORITHMS]
    return [kind for kind, _ in read], known


def _verified(
    chosen: list[Signed], key: bytes, signed: bytes, signer: BlockSigner, findings: Findings
) -> bool:
    signer.verified = set()
    for algorithm, signature in chosen:
        if reason := _objection(algorithm, key, signature, signed):
            findings.error(reason, f"{algorithm.id:#06x}")
            return False
        signer.verified.add(algorithm.digest)
    return True


def _objection(algorithm: Algorithm, data: bytes, signature: bytes, signed: bytes) -> str:
    """Return the word for what is wrong with a signature, none where nothing is."""
    try:
        key = usable_key(algorithm, data)
    except ParseError:
        return "malformed_public_key"
    try:
        return "" if matches(algorithm, key, signature, signed) else "signature_mismatch"
    except ParseError:
        return "verify_error"


def _read_signed(
    signer: BlockSigner,
    signed: Fields,
    key: bytes,
    kinds: list[int],
    findings: Findings,
    *,
    ranged: bool,
) -> bool:
    """Read what a signature vouches for."""
    digests, certificates = signed.part(), signed.part()
    if ranged and (signed.number(), signed.number()) != (signer.min_sdk, signer.max_sdk):
        findings.error("sdk_range_mismatch")
    attributes = signed.part()
    return (
        _read_certificates(signer, certificates, key, findings)
        and _read_digests(signer, digests, kinds, findings)
        and _read_attributes(signer, attributes, findings)
    )


def _read_certificates(signer: BlockSigner, fields: Fields, key: bytes, findings: Findings) -> bool:
    found: list[Certificate] = []
    signer.certificates = found
    while fields and len(found) <= COUNT_LIMIT:
        data = fields.counted()
        try:
            found.append(certificate_of(data))
        except ParseError:
            findings.error("malformed_certificate")
            return False
    if fields:
        findings.error("malformed_certificate")
        return False
    if not found:
        findings.error("no_certificates")
        return False
    if not is_key_of(found[0], key):
        findings.error("public_key_mismatch")
        return False
    return True


def is_key_of(certificate: Certificate, key: bytes) -> bool:
    """Whether a certificate holds a key, however it is written in there."""
    return certificate.public_key == key or normal(certificate.public_key) == key


def _read_digests(
    signer: BlockSigner, fields: Fields, kinds: list[int], findings: Findings
) -> bool:
    try:
        signer.digests = [(one.number(), one.counted()) for one in fields.parts(_SIGNATURE_LIMIT)]
    except ParseError:
        findings.error("malformed_digest")
        return False
    if [kind for kind, _ in signer.digests] != kinds:
        findings.error("algorithm_mismatch")
        return False
    return True


def _read_attributes(signer: BlockSigner, fields: Fields, findings: Findings) -> bool:
    try:
        signer.attributes = [
            (one.number() & 0xFFFFFFFF, one.rest()) for one in fields.parts(_ATTRIBUTE_LIMIT)
        ]
    except ParseError:
        findings.error("malformed_attribute")
        return False
    return True


def verify_contents(result: SchemeResult, contents: Contents | None) -> None:
    """Compare the digests that signers vouch for with those of the content."""
    kinds = {kind for signer in result.signers for kind in signer.verified}
    if contents is None:  # the content is not to be read
        return
    if "verity" in kinds and not contents.is_aligned:
        result.findings.error("block_not_aligned")
        return
    actual = contents.digests(kinds)
    for signer in result.signers:
        for kind, expected in signer.digests:
            digest = ALGORITHMS[kind].digest if kind in ALGORITHMS else None
            if digest in kinds and actual[digest] != expected:
                result.findings.error("digest_mismatch", f"{digest} of the content")
