"""Certificates that an app carries as files, beside those that it is signed with.

Told by the ending of the name, since a certificate has no mark of its own: PEM, DER, and the key
stores of Bouncy Castle and Java, in which certificates lie as they are in DER.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.errors import ParseError

SIZE_LIMIT = 1024 * 1024  # bytes of one file

_ENDINGS = (".bks", ".cer", ".crt", ".der", ".jks", ".p7b", ".pem")
_STORES = (".bks", ".jks", ".p7b")
_SEQUENCE = b"\x30\x82"  # how a certificate of 256 bytes or more begins in DER
_TRIED = 200  # places in one key store
_SIGNATURES = "META-INF/"


def may_hold_certificates(path: str) -> bool:
    """Whether a file's name is one of certificates that are not the app's own signature."""
    return path.lower().endswith(_ENDINGS) and not path.startswith(_SIGNATURES)


def digests_of_certificates(path: str, data: bytes) -> Iterator[str]:
    """Yield the SHA-256 of each certificate in a file, in lower case."""
    from scanner.formats.certificates import (  # noqa: PLC0415 - loads cryptography
        certificate_of,
        certificates_in,
    )

    if not path.lower().endswith(_STORES):
        try:
            for one in certificates_in(data):
                yield one.sha256
        except ParseError:
            return
        return
    for piece in _pieces(data):
        try:
            yield certificate_of(piece).sha256
        except ParseError:
            continue


def _pieces(data: bytes) -> Iterator[bytes]:
    """Yield what may be a certificate in a key store: sequences, as long as they say."""
    at = 0
    for _ in range(_TRIED):
        at = data.find(_SEQUENCE, at)
        if at < 0:
            return
        length = 4 + int.from_bytes(data[at + 2 : at + 4], "big")
        # The sequence within a certificate begins where its own head ends.
        if data[at + 4 : at + 6] == _SEQUENCE and at + length <= len(data):
            yield data[at : at + length]
        at += 2
