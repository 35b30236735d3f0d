"""Whether the schemes of one file agree on who signed, and are new enough for the app.

Source: AOSP tools/apksig (`ApkVerifier.verify`, its last steps).
"""

from __future__ import annotations

from scanner.formats.apk_signing.algorithms import ALGORITHMS, DigestKind
from scanner.formats.apk_signing.certificate import Certificate
from scanner.formats.apk_signing.findings import Findings
from scanner.formats.apk_signing.signers import SchemeResult
from scanner.formats.apk_signing.v1 import JarResult
from scanner.formats.apk_signing.v4 import V4Result

R = 30  # apps for this Android and newer need scheme v2
_BEST: tuple[DigestKind, ...] = ("sha512", "verity", "sha256")


def compare_schemes(
    results: dict[str, SchemeResult],
    jar: JarResult | None,
    v4: V4Result | None,
    general: Findings,
    *,
    target_sdk: int,
    max_sdk: int,
) -> None:
    """Add what the schemes, which hold each by itself, do not agree on."""
    if jar is None and not results:
        general.error("no_signatures")
        return
    v2, v3, v31 = (results.get(name) for name in ("v2", "v3", "v3.1"))
    if jar is not None and v2 is not None:
        _compare_older(jar, v2)
    if v3 is not None and (jar is not None or v2 is not None):
        lineage = v3.lineage if v31 is None or v31.lineage is None else v31.lineage
        _compare_with_v3(jar, v2, v3, lineage)
    if v4 is not None and v4.holds:
        compare_v4(v4, results, general)
    if R <= target_sdk <= max_sdk and not results:
        general.error("target_needs_scheme", f"Android {target_sdk}")


def _compare_older(jar: JarResult, v2: SchemeResult) -> None:
    """Find signers of v1 or v2 that are not those of the other."""
    older = {each.data for each in jar.certificates}
    newer = {each.certificates[0].data for each in v2.signers}
    if older - newer:
        jar.findings.error("v2_signer_missing")
    if newer - older:
        v2.findings.error("v1_signer_missing")


def _compare_with_v3(
    jar: JarResult | None,
    v2: SchemeResult | None,
    v3: SchemeResult,
    lineage: list[Certificate] | None,
) -> None:
    """Find out whether the older signer is the one that the lineage starts at."""
    older = [each.certificates[0] for each in v2.signers] if v2 is not None else []
    if jar is not None:
        older = jar.certificates
    if len(older) != 1:
        v3.findings.error("multiple_past_signers")
    if lineage is None:
        if len(v3.signers) != 1:
            v3.findings.error("multiple_signers")
        first = v3.signers[0].certificates[0]
    else:
        first = lineage[0]
    if older[0].data != first.data:
        v3.findings.error("past_signers_mismatch")


def compare_v4(v4: V4Result, results: dict[str, SchemeResult], general: Findings) -> None:
    """Compare a v4 signature that holds with those in the file itself."""
    findings = Findings("v4")
    v3, v31, v2 = (results.get(name) for name in ("v3", "v3.1", "v2"))
    others = [each for each in ((v3, v31) if v3 else (v2,)) if each]
    if not others:
        findings.error("needs_newer_scheme")
    elif len(v4.signers) != len(others):
        findings.error("multiple_signers")
    for other, certificate in zip(others, v4.certificates, strict=False):
        if len(other.signers) != 1:
            findings.error("multiple_signers")
        if certificate.data != other.signers[0].certificates[0].data:
            findings.error("signers_mismatch")
        stated = {
            ALGORITHMS[kind].digest: digest
            for kind, digest in other.signers[0].digests
            if kind in ALGORITHMS
        }
        best = next((stated[kind] for kind in _BEST if kind in stated), None)
        if v4.signers[0].digest != best:
            findings.error("digests_mismatch")
    general.take(findings, as_warnings=False)
