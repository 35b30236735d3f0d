"""APK Signature Scheme v2: the whole file is signed (Android 7).

Source: https://source.android.com/docs/security/features/apksigning/v2, AOSP tools/apksig
(`V2SchemeVerifier`).
"""

from __future__ import annotations

from scanner.errors import ParseError
from scanner.formats.apk_signing.algorithms import N
from scanner.formats.apk_signing.contents import Contents
from scanner.formats.apk_signing.findings import Fields, Findings
from scanner.formats.apk_signing.signers import (
    BlockSigner,
    SchemeResult,
    read_signer,
    verify_contents,
)

SIGNER_LIMIT = 10  # that the platform accepts
_STRIPPING_PROTECTION = 0xBEEFF00D


def verify_v2(
    data: bytes,
    contents: Contents | None,
    found: set[int],
    known: frozenset[int],
    sdk: tuple[int, int],
) -> SchemeResult:
    """Verify a v2 block.

    `found`, `known`: the schemes that the file has, and that count in the range `sdk`.
    """
    result = SchemeResult(findings=Findings("v2"))
    try:
        signers = Fields(data).part()
    except ParseError:
        result.findings.error("malformed_signers")
        return result
    if not signers:
        result.findings.error("no_signers")
        return result
    count = 0
    while signers:
        count += 1
        if count > SIGNER_LIMIT:
            result.findings.error("too_many_signers")
            break
        signer = BlockSigner()
        result.signers.append(signer)
        try:
            usable = read_signer(signer, signers.part(), result.findings, (max(sdk[0], N), sdk[1]))
        except ParseError:
            result.findings.error("malformed_signer")
            break
        if usable:
            _protect(signer, result.findings, found, known)
    if not result.findings.errors:
        verify_contents(result, contents)
    result.holds = not result.findings.errors
    return result


def _protect(
    signer: BlockSigner, findings: Findings, found: set[int], known: frozenset[int]
) -> None:
    """Find out whether a newer signature was taken away."""
    expected: set[int] = set()
    for kind, value in signer.attributes:
        if kind != _STRIPPING_PROTECTION:
            findings.warn("unknown_attribute", f"{kind:#010x}")
        elif len(value) < 4:  # noqa: PLR2004
            findings.error("malformed_attribute")
        elif (scheme := int.from_bytes(value[:4], "little")) in known:
            expected.add(scheme)
        else:
            findings.warn("unknown_scheme", str(scheme))
    for scheme in sorted(expected - found):
        findings.error("signature_stripped", f"v{scheme}")
