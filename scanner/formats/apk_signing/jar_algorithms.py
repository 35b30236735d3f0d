"""Which kinds of v1 signatures each version of Android knows.

Source: AOSP tools/apksig (`OidConstants`), which states what platforms were found to accept.
Ranges are inclusive.
"""

from __future__ import annotations

from scanner.formats.apk_signing.algorithms import NEWEST

Range = tuple[int, int]

DIGESTS: dict[str, str] = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
SIGNATURES: dict[str, tuple[str, str]] = {  # kind of key, digest; none: the one said beside
    "1.2.840.113549.1.1.1": ("RSA", ""),
    "1.2.840.113549.1.1.4": ("RSA", "md5"),
    "1.2.840.113549.1.1.5": ("RSA", "sha1"),
    "1.2.840.113549.1.1.14": ("RSA", "sha224"),
    "1.2.840.113549.1.1.11": ("RSA", "sha256"),
    "1.2.840.113549.1.1.12": ("RSA", "sha384"),
    "1.2.840.113549.1.1.13": ("RSA", "sha512"),
    "1.2.840.10040.4.1": ("DSA", ""),
    "1.2.840.10040.4.3": ("DSA", "sha1"),
    "2.16.840.1.101.3.4.3.1": ("DSA", "sha224"),
    "2.16.840.1.101.3.4.3.2": ("DSA", "sha256"),
    "1.2.840.10045.2.1": ("EC", ""),
    "1.2.840.10045.4.1": ("EC", "sha1"),
    "1.2.840.10045.4.3.1": ("EC", "sha224"),
    "1.2.840.10045.4.3.2": ("EC", "sha256"),
    "1.2.840.10045.4.3.3": ("EC", "sha384"),
    "1.2.840.10045.4.3.4": ("EC", "sha512"),
}

_LENIENT: tuple[Range, ...] = ((21, 23),)  # any digest beside any signature of its own digest
_EARLY: tuple[Range, ...] = ((0, 8), (21, NEWEST))
_EARLY_18: tuple[Range, ...] = ((0, 8), (18, NEWEST))
_ONLY_21: tuple[Range, ...] = ((21, 21),)


def _since(first: int) -> tuple[Range, ...]:
    return ((first, NEWEST),)


_SUPPORTED: dict[tuple[str, str, str], tuple[Range, ...]] = {
    ("md5", "RSA", ""): _since(0),
    ("md5", "RSA", "md5"): _EARLY,
    ("sha1", "RSA", ""): _since(0),
    ("sha1", "RSA", "sha1"): _since(0),
    ("sha224", "RSA", ""): _EARLY,
    ("sha224", "RSA", "sha224"): _EARLY,
    ("sha224", "RSA", "sha256"): _ONLY_21,
    ("sha256", "RSA", ""): _EARLY_18,
    ("sha256", "RSA", "sha256"): _EARLY_18,
    ("sha256", "RSA", "sha1"): _ONLY_21,
    ("sha384", "RSA", ""): _since(18),
    ("sha384", "RSA", "sha384"): _since(21),
    ("sha512", "RSA", ""): _since(18),
    ("sha512", "RSA", "sha512"): _since(21),
    ("sha512", "RSA", "sha384"): _ONLY_21,
    ("sha1", "DSA", ""): _since(0),
    ("sha1", "DSA", "sha1"): _since(9),
    ("sha224", "DSA", ""): _since(22),
    ("sha224", "DSA", "sha224"): _since(21),
    ("sha256", "DSA", ""): _since(22),
    ("sha256", "DSA", "sha256"): _since(21),
    ("sha1", "EC", ""): _since(18),
    ("sha224", "EC", ""): _since(21),
    ("sha256", "EC", ""): _since(18),
    ("sha384", "EC", ""): _since(18),
    ("sha512", "EC", ""): _since(18),
    ("sha1", "EC", "sha1"): _since(18),
    ("sha224", "EC", "sha224"): _since(21),
    ("sha256", "EC", "sha256"): _since(21),
    ("sha384", "EC", "sha384"): _since(21),
    ("sha512", "EC", "sha512"): _since(21),
}


def is_supported(digest: str, signature: str, sdk: Range) -> bool:
    """Whether every version of Android in a range knows a kind of signature."""
    method = DIGESTS.get(digest)
    kind, own = SIGNATURES.get(signature, ("", ""))
    if method is None or not kind:
        return False
    unlisted = _LENIENT if own else ()
    low = sdk[0]
    for first, last in _SUPPORTED.get((method, kind, own), unlisted):
        if first <= low <= last:
            low = last + 1
            if low > sdk[1]:
                return True
    return False
