"""APK Signature Scheme v4: a tree of digests in a file beside the app (.idsig).

Source: https://source.android.com/docs/security/features/apksigning/v4, AOSP tools/apksig
(`V4Signature`, `V4SchemeVerifier`). It counts only beside a signature in the file itself.
"""

from __future__ import annotations

import struct

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk_signing.algorithms import ALGORITHMS, matches, usable_key
from scanner.formats.apk_signing.certificate import Certificate, certificate_of
from scanner.formats.apk_signing.contents import pages, root_of, tree, viewed
from scanner.formats.apk_signing.findings import Fields, Findings
from scanner.formats.apk_signing.signers import is_key_of
from scanner.formats.buffer import Buffer
from scanner.model.requests import MiB

FILE_LIMIT = 256 * MiB  # bytes of the file: some 8 for each 1,000 of the app
SIGNER_LIMIT = 10
_VERSION = 2


class V4Signer(Struct, frozen=True, kw_only=True):
    """Who signed a tree of digests."""

    digest: bytes  # of the content, as another scheme signs it
    certificate: bytes
    extra: bytes
    public_key: bytes
    algorithm: int
    signature: bytes


class V4Result(Struct, kw_only=True):
    """What scheme v4 came to."""

    findings: Findings
    holds: bool = False
    signers: list[V4Signer] = []
    certificates: list[Certificate] = []


def verify_v4(data: Buffer, idsig: Buffer) -> V4Result:
    """Verify the file of a v4 signature; ParseError where it is none."""
    if len(idsig) > FILE_LIMIT:
        raise ParseError("a smaller file of a v4 signature expected")
    fields = Fields(idsig[0 : len(idsig)])
    if fields.number() != _VERSION:
        raise ParseError("a v4 signature of version 2 expected")
    hashing, signing = fields.counted(), fields.part()
    stated_tree = _tree(fields)
    method = Fields(hashing)
    algorithm, block_size = method.number(), method.byte()
    salt, root = method.counted(), method.counted()
    head = struct.pack("<iB", algorithm, block_size) + _counted(salt) + _counted(root)
    result = V4Result(findings=Findings("v4"))
    while signing:
        block = signing if not result.signers else _further(signing)
        signer = _signer(block)
        result.signers.append(signer)
        _verify_signer(result, signer, len(data), head)
        if result.findings.errors or len(result.signers) > SIGNER_LIMIT:
            return result
    with viewed(data) as view:
        levels = tree(pages(view))
    if root_of(levels) != root:
        result.findings.error("root_mismatch")
    elif stated_tree is not None and stated_tree != levels:
        result.findings.error("tree_mismatch")
    result.holds = not result.findings.errors and bool(result.signers)
    return result


def _tree(fields: Fields) -> bytes | None:
    """Return the tree that stands in the file; it may be left out."""
    try:
        return fields.counted()
    except ParseError:
        return None


def _further(fields: Fields) -> Fields:
    fields.number()  # for which other block of the file it stands
    return fields.part()


def _signer(fields: Fields) -> V4Signer:
    digest, certificate, extra = fields.counted(), fields.counted(), fields.counted()
    return V4Signer(
        digest=digest,
        certificate=certificate,
        extra=extra,
        public_key=fields.counted(),
        algorithm=fields.number(),
        signature=fields.counted(),
    )


def _verify_signer(result: V4Result, signer: V4Signer, size: int, head: bytes) -> None:
    findings = result.findings
    body = size.to_bytes(8, "little") + head + _counted(signer.digest)
    body += _counted(signer.certificate) + _counted(signer.extra)
    signed = (len(body) + 4).to_bytes(4, "little") + body
    algorithm = ALGORITHMS.get(signer.algorithm)
    if algorithm is None:
        findings.error("unknown_algorithm", hex(signer.algorithm & 0xFFFFFFFF))
        return
    try:
        key = usable_key(algorithm, signer.public_key)
    except ParseError:
        findings.error("malformed_public_key")
        return
    try:
        if not matches(algorithm, key, signer.signature, signed):
            findings.error("signature_mismatch")
            return
    except ParseError:
        findings.error("verify_error")
        return
    try:
        certificate = certificate_of(signer.certificate)
    except ParseError:
        findings.error("malformed_certificate")
        return
    result.certificates.append(certificate)
    if not is_key_of(certificate, signer.public_key):
        findings.error("public_key_mismatch")


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data
