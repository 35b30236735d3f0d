"""APK Signature Schemes v3 and v3.1: signers for ranges of Android versions, and new keys.

Source: https://source.android.com/docs/security/features/apksigning/v3 and v3-1, AOSP tools/apksig
(`V3SchemeVerifier`). Scheme v3.1 stands beside v3 so that a new key counts from a newer Android
on; v3 then says from which one, so that nobody can take the v3.1 block away.
"""

from __future__ import annotations

from scanner.errors import ParseError
from scanner.formats.apk_signing.algorithms import P
from scanner.formats.apk_signing.contents import Contents
from scanner.formats.apk_signing.findings import Fields, Findings
from scanner.formats.apk_signing.lineage import BrokenLineage, merged, read_lineage
from scanner.formats.apk_signing.signers import (
    BlockSigner,
    SchemeResult,
    read_signer,
    verify_contents,
)

T = 33  # the version of Android that brought scheme v3.1
SIGNER_LIMIT = 100
_LINEAGE, _ROTATION_MIN_SDK, _DEV_RELEASE = 0x3BA06F8C, 0x559F8B02, 0xC2A6B3BA


def verify_v3(
    data: bytes,
    scheme: str,
    contents: Contents | None,
    sdk: tuple[int, int],
    rotation: int | None = None,
) -> SchemeResult:
    """Verify a v3 or v3.1 block; `rotation`: the Android from which a v3.1 block counts."""
    result = SchemeResult(findings=Findings(scheme))
    _read(result, data, sdk[1], rotation)
    if not result.findings.errors:
        verify_contents(result, contents)
        low = max(sdk[0], P) if scheme == "v3" else sdk[1]
        _compare_ranges(result, low, sdk[1] if rotation is None else rotation - 1)
    result.holds = not result.findings.errors
    return result


def _read(result: SchemeResult, data: bytes, max_sdk: int, rotation: int | None) -> None:
    findings = result.findings
    try:
        signers = Fields(data).part()
    except ParseError:
        findings.error("malformed_signers")
        return
    if not signers:
        findings.error("no_signers")
    try:
        for one in signers.parts(SIGNER_LIMIT):
            signer = BlockSigner()
            result.signers.append(signer)
            if read_signer(signer, one, findings, None):
                _read_attributes(signer, findings, max_sdk, rotation)
    except ParseError:
        findings.error("malformed_signer")


def _read_attributes(
    signer: BlockSigner, findings: Findings, max_sdk: int, rotation: int | None
) -> None:
    stated = False
    for kind, value in signer.attributes:
        if kind == _LINEAGE:
            _read_lineage(signer, value, findings)
        elif kind == _ROTATION_MIN_SDK:
            stated = True
            if max_sdk >= T:
                _compare_rotation(value, rotation, findings)
        elif kind == _DEV_RELEASE:
            if findings.scheme != "v3.1":
                findings.warn("dev_release_misplaced")
        else:
            findings.warn("unknown_attribute", f"{kind:#010x}")
    if rotation is not None and not stated:
        findings.warn("rotation_unstated")


def _read_lineage(signer: BlockSigner, value: bytes, findings: Findings) -> None:
    try:
        signer.lineage = read_lineage(value)
    except BrokenLineage as error:
        findings.error(error.word)
        return
    if not signer.lineage or signer.lineage[-1].data != signer.certificates[0].data:
        findings.error("lineage_mismatch")


def _compare_rotation(value: bytes, rotation: int | None, findings: Findings) -> None:
    if len(value) < 4:  # noqa: PLR2004
        findings.error("malformed_attribute")
        return
    stated = int.from_bytes(value[:4], "little", signed=True)
    if rotation is None:
        findings.error("v31_missing", f"for Android {stated} and newer")
    elif stated != rotation:
        findings.error("rotation_mismatch", f"{stated} and {rotation}")


def _compare_ranges(result: SchemeResult, low: int, high: int) -> None:
    """Find out whether the signers together cover the versions of Android that count."""
    findings = result.findings
    first = last = length = 0
    lineages = []
    for signer in sorted({each.max_sdk: each for each in result.signers}.values(), key=_newest):
        if not first:
            first = signer.min_sdk
        elif signer.min_sdk != last + 1 and not _is_dev_release(signer, last):
            findings.error("inconsistent_sdk_ranges")
            break
        last = signer.max_sdk
        if signer.lineage is not None:
            if len(signer.lineage) < length:
                findings.error("inconsistent_lineages")
                break
            length = len(signer.lineage)
            lineages.append(signer.lineage)
    if first > low or last < high:
        findings.error("missing_sdk_range", f"{first} to {last}")
    try:
        result.lineage = merged(lineages)
    except BrokenLineage as error:
        findings.error(error.word)


def _newest(signer: BlockSigner) -> int:
    return signer.max_sdk


def _is_dev_release(signer: BlockSigner, last: int) -> bool:
    """Whether a signer counts for a version of Android that is not out yet, beside another."""
    return signer.min_sdk == last and any(kind == _DEV_RELEASE for kind, _ in signer.attributes)
