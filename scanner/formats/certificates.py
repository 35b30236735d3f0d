"""X.509 certificates (RFC 5280), in DER or PEM, and whether one of them signed another.

What cryptography refuses is refused here: an extension that stands twice, a broken name, a key of
no known kind. Dates never matter to a signature: the reader of a fact says what is expired.
"""

from __future__ import annotations

import re
import warnings
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.signatures import verifies

SIZE_LIMIT = 64 * 1024  # bytes of one certificate
COUNT_LIMIT = 100  # of one text
_NAME_LIMIT = 1000  # characters
_REFUSED = (
    ValueError,
    TypeError,
    KeyError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_PEM = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END ")


class Certificate(Struct, frozen=True, kw_only=True):
    """What a certificate says of itself."""

    sha256: str  # of it, in DER
    sha1: str  # as well: by it, too, lists name certificates
    subject: str | None  # common name
    issuer: str | None  # common name
    self_signed: bool  # its own key verifies it
    authority: bool  # it may sign others
    path_length: int | None  # authorities that may stand between it and what it vouches for
    expires_at: datetime
    parsed: x509.Certificate


def certificate_of(data: bytes) -> Certificate:
    """Return the certificate that some bytes are, in DER; ParseError for anything else."""
    if len(data) > SIZE_LIMIT:
        raise ParseError(f"a certificate of at most {SIZE_LIMIT} bytes expected")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd serial numbers, which change nothing here
        try:
            return _stated(x509.load_der_x509_certificate(data))
        except _REFUSED as error:
            raise ParseError("a certificate expected") from error


def certificates_in(data: bytes, *, limit: int = COUNT_LIMIT) -> Iterator[Certificate]:
    """Yield the certificates of a text in PEM, or the one that the bytes are in DER.

    ParseError where there is none, more than `limit`, or where one of them is none.
    """
    if b"-----BEGIN " not in data[:SIZE_LIMIT]:
        yield certificate_of(data)
        return
    found = 0
    for found, match in enumerate(_PEM.finditer(data), start=1):
        if found > limit:
            raise ParseError(f"at most {limit} certificates expected")
        yield certificate_of(_unpacked(match.group()))
    if not found:
        raise ParseError("a certificate in PEM expected")


def has_signed(issuer: Certificate, subject: Certificate) -> bool:
    """Whether the key of one certificate verifies another that names it as its issuer.

    False also where that cannot be told: for a key, a method or a digest that is not known.
    """
    return _verifies(issuer.parsed, subject.parsed)


def _verifies(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    try:
        scheme = subject.signature_algorithm_parameters
        digest = subject.signature_hash_algorithm
        if subject.issuer != issuer.subject or scheme is None or digest is None:
            return False
        if not _ends_with_whole_bytes(subject):
            return False
        signed = subject.tbs_certificate_bytes
        return verifies(issuer.public_key(), subject.signature, signed, scheme, digest.name)
    except (ParseError, *_REFUSED):
        return False


def _ends_with_whole_bytes(parsed: x509.Certificate) -> bool:
    """Whether the signature, a bit string at the very end, leaves no bit unused.

    Otherwise the same signature could be written twice, and one certificate have two digests.
    """
    return parsed.public_bytes(Encoding.DER)[-len(parsed.signature) - 1] == 0


def _stated(parsed: x509.Certificate) -> Certificate:
    authority, length = _powers(parsed)
    return Certificate(
        sha256=parsed.fingerprint(hashes.SHA256()).hex(),
        sha1=parsed.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 - to compare, not to trust
        subject=_common_name(parsed.subject),
        issuer=_common_name(parsed.issuer),
        self_signed=parsed.subject == parsed.issuer and _verifies(parsed, parsed),
        authority=authority,
        path_length=length,
        expires_at=parsed.not_valid_after_utc,
        parsed=parsed,
    )


def _powers(parsed: x509.Certificate) -> tuple[bool, int | None]:
    """Return whether it may sign others, and how long the path below may be.

    A certificate of version 1 has no extensions: only as the root that it is can it be one.
    """
    extensions = parsed.extensions
    try:
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return parsed.version is x509.Version.v1 and parsed.subject == parsed.issuer, None
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return constraints.ca, constraints.path_length
    return constraints.ca and usage.key_cert_sign, constraints.path_length


def _common_name(name: x509.Name) -> str | None:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    value = found[-1].value if found else None
    return value[:_NAME_LIMIT] if isinstance(value, str) else None


def _unpacked(text: bytes) -> bytes:
    body = text.split(b"-----")[2]
    try:
        return b64decode(b"".join(body.split()), validate=True)
    except ValueError as error:
        raise ParseError("a certificate in PEM expected") from error
