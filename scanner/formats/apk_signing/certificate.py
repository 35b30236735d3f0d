"""Certificates of signers of apps (RFC 5280), read as leniently as the platform reads them.

Nothing vouches for them: they are self-made, and only the key and the bytes themselves matter.
Many break a rule of the standard (a negative serial number, a length written too long), so the few
fields that are needed are taken one by one.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk_signing import tlv
from scanner.formats.apk_signing.keys import PublicKey, key_of, kind_of
from scanner.model.entities.app_files import Signer

SIZE_LIMIT = 256 * 1024  # bytes of one certificate
COUNT_LIMIT = 100  # of one signer

_VERSION, _EXTENSIONS = 0xA0, 0xA3
_NEWEST = 2  # the version that has extensions: 3
_UTC_TIME = 0x17
_SIGNED = 0x80
_COMMON_NAME = "2.5.4.3"
_COMPARABLE = frozenset(  # attributes of names that are compared as texts
    ("2.5.4.3", "2.5.4.6", "2.5.4.7", "2.5.4.8", "2.5.4.9", "2.5.4.10", "2.5.4.11")
) | frozenset(("0.9.2342.19200300.100.1.1", "0.9.2342.19200300.100.1.25"))
_TEXTS = frozenset((0x0C, 0x13))  # kinds of strings that are: UTF-8, printable
_DEBUG, _DEBUG_WORD = "android debug", b"debug"
_KEY_USAGE = "2.5.29.15"
_KNOWN_EXTENSIONS = frozenset(
    f"2.5.29.{each}" for each in (9, 14, 15, 16, 17, 18, 19, 20, 21, 28, 29, 30, 31, 32, 33, 35)
) | frozenset(("2.5.29.36", "2.5.29.37", "2.5.29.46", "2.5.29.54", "1.3.6.1.5.5.7.1.1"))
_HASHES = {
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.14": "sha224",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10040.4.3": "sha1",
    "2.16.840.1.101.3.4.3.1": "sha224",
    "2.16.840.1.101.3.4.3.2": "sha256",
    "2.16.840.1.101.3.4.3.3": "sha384",
    "2.16.840.1.101.3.4.3.4": "sha512",
    "1.2.840.10045.4.1": "sha1",
    "1.2.840.10045.4.3.1": "sha224",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}


_PAIR = re.compile("..")
_TIME = re.compile(
    rb"(?:\x17|\x18[0-9]{2})[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    rb"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{4})"
)


class Certificate(Struct, frozen=True, kw_only=True):
    """The parts of a certificate that signatures of apps need."""

    data: bytes  # as it stands in the file: the platform compares certificates by them
    serial: int
    issuer: tlv.Value
    subject: tlv.Value
    public_key: bytes  # SubjectPublicKeyInfo, as written
    validity: tlv.Value
    signed_with: tlv.Value
    extensions: tlv.Value | None


@functools.lru_cache(maxsize=16)  # the schemes of one file have their signer in common
def certificate_of(data: bytes) -> Certificate:
    """Return the certificate that some bytes begin with; ParseError for anything else."""
    if len(data) > SIZE_LIMIT:
        raise ParseError("a smaller certificate expected")
    outer = iter(tlv.expect(tlv.read(data), tlv.SEQUENCE))
    fields = tlv.members(next(outer, None), 1)
    method, _ = tlv.algorithm(next(outer, None))
    if tlv.expect(next(outer, None), tlv.BITS).contents[:1] > b"\x07":
        raise ParseError("a string of bits expected")
    version = 0
    if fields and fields[0].tag == _VERSION:
        version = tlv.integer(next(iter(fields.pop(0)), None))
    if len(fields) < 6:  # noqa: PLR2004
        raise ParseError("the six fields of a certificate expected")
    serial, signed_with, issuer, validity, subject, key, *others = fields
    for each in (signed_with, issuer, validity, subject, key):
        tlv.expect(each, tlv.SEQUENCE)
    certificate = Certificate(
        data=data,
        serial=tlv.integer(serial),
        issuer=issuer,
        subject=subject,
        public_key=key.encoded,
        validity=validity,
        signed_with=signed_with,
        extensions=next((each for each in others if each.tag == _EXTENSIONS), None),
    )
    if tlv.algorithm(signed_with)[0] != method:
        raise ParseError("the kind of signature that the certificate names expected")
    if not 0 <= version <= _NEWEST or (certificate.extensions and version < _NEWEST):
        raise ParseError("a certificate of a version that has its fields expected")
    _check(certificate)
    return certificate


def _check(certificate: Certificate) -> None:
    """Look at what nothing here needs, as a platform that refuses it would."""
    key_of(certificate.public_key)
    name_parts(certificate.issuer)
    name_parts(certificate.subject)
    for each in tlv.members(certificate.validity, 2)[:2]:
        if not _TIME.fullmatch(bytes((each.tag,)) + each.contents):
            raise ParseError("a time expected")
    for _ in _extensions(certificate):
        pass


def key_within(certificate: Certificate) -> PublicKey:
    """Return the key that a certificate is about."""
    return key_of(certificate.public_key)


def record(certificate: Certificate) -> Signer:
    """Return what is stated of a signer."""
    return _record(certificate.data)


@functools.lru_cache(maxsize=64)  # many apps of one phone have their signer in common
def _record(data: bytes) -> Signer:
    certificate = certificate_of(data)
    key = key_within(certificate)
    first, last = map(_time, tlv.members(certificate.validity, 2)[:2])
    return Signer(
        sha256=hashlib.sha256(data).hexdigest(),
        sha1=hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
        key=kind_of(key),
        bits=key.key_size,
        hash=_HASHES.get(tlv.algorithm(certificate.signed_with)[0]),
        short=_short(data),
        not_before=first,
        not_after=last,
        debug=_is_debug(certificate.subject),
    )


def _short(data: bytes) -> str:
    """Return what `Arrays.hashCode` of Java makes of some bytes, each of which has a sign."""
    found = 1
    for byte in data:
        found = (31 * found + (byte if byte < _SIGNED else byte - 2 * _SIGNED)) & 0xFFFF_FFFF
    return f"{found:08x}"


def name_parts(name: tlv.Value) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return a distinguished name so that it can be compared, whatever strings it is made of."""
    return tuple(
        tuple(sorted(_attribute(attribute) for attribute in tlv.expect(part, tlv.SET)))
        for part in tlv.expect(name, tlv.SEQUENCE)
    )


def _attribute(value: tlv.Value) -> tuple[str, str]:
    kind, text = tlv.members(value, 2)[:2]
    name = tlv.identifier(kind)
    if name not in _COMPARABLE or text.tag not in _TEXTS:
        return name, text.encoded.hex()
    return name, " ".join(text.contents.decode("utf-8", "surrogateescape").lower().split())


def may_sign(certificate: Certificate) -> bool:
    """Whether its extensions let it sign: none is critical and unknown, its use is no other."""
    for kind, critical, value in _extensions(certificate):
        if critical and kind not in _KNOWN_EXTENSIONS:
            return False
        if kind == _KEY_USAGE:
            bits = tlv.expect(tlv.read(value), tlv.BITS).contents[1:2]
            if not bits or not bits[0] & 0xC0:  # to sign, or not to be able to deny
                return False
    return True


def _extensions(certificate: Certificate) -> Iterator[tuple[str, bool, bytes]]:
    if certificate.extensions is None:
        return
    for each in tlv.expect(next(iter(certificate.extensions), None), tlv.SEQUENCE):
        members = list(each)
        kind, others = next(iter(members), None), members[1:]
        value = next(reversed(others), None)
        critical = len(others) > 1 and others[0].contents not in {b"", b"\0"}
        yield tlv.identifier(kind), critical, tlv.expect(value, tlv.OCTETS).contents


def _is_debug(subject: tlv.Value) -> bool:
    if _DEBUG_WORD not in subject.contents.lower():
        return False
    return any((_COMMON_NAME, _DEBUG) in part for part in name_parts(subject))


def _time(value: tlv.Value) -> datetime | None:
    """Return a time; None where it is none that can be written down."""
    text = value.contents.decode("ascii", "replace")
    if value.tag == _UTC_TIME:
        text = ("20" if text[:2] < "50" else "19") + text
    digits, zone = (*re.split("(?=[Z+-])", text, maxsplit=1), "Z")[:2]
    digits = re.split("[.,]", digits)[0].ljust(14, "0")
    try:
        if zone == "Z" and digits.isascii() and digits.isdigit():
            month, day, hour, minute, second = map(int, _PAIR.findall(digits, 4))
            return datetime(int(digits[:4]), month, day, hour, minute, second, tzinfo=UTC)
        return datetime.strptime(digits + zone, "%Y%m%d%H%M%S%z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
