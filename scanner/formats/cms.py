"""Signed content in the Cryptographic Message Syntax (RFC 5652), as it wraps profiles of Apple.

DER and BER are read, also with lengths that are not said at the front. A signature is valid where
each signer's digest of the content and each signature over it verify: RSA (PKCS #1 1.5, PSS),
ECDSA, SHA-1 and SHA-2. Who signed is said only where all of that holds: by the certificate of the
first signer, and where its chain ends.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Literal

from asn1crypto import cms, core, parser
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.certificates import Certificate, certificate_of
from scanner.formats.chains import Chain, chain_of
from scanner.formats.signatures import DIGESTS, Scheme, verifies
from scanner.model.requests import MiB

Signature = Literal["valid", "invalid", "unreadable"]

SIZE_LIMIT = 16 * MiB  # of profiles; lengths that are not said in front take long to look for
CERTIFICATE_LIMIT = 100
SIGNER_LIMIT = 8
_SET_LIMIT = MiB  # bytes of all certificates, of all signers
_CHUNK_LIMIT = 100_000  # pieces of a content
_OCTETS, _SET = 4, 17  # tags
_LONG = 0x80  # of a length: so many bytes follow that say it
_BROKEN = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    MemoryError,
)


class Signed(Struct, frozen=True, kw_only=True):
    """A content, and what its signature is worth."""

    content: bytes
    signature: Signature | None  # None: nobody signed it
    chain: Chain | None = None  # of the signer; None: no valid signature
    signer: Certificate | None = None  # as `chain`


def signed(data: bytes) -> Signed:
    """Return the content of signed bytes; ParseError where they are nothing of the kind."""
    if len(data) > SIZE_LIMIT:
        raise ParseError(f"signed content of at most {SIZE_LIMIT} bytes expected")
    try:
        outer = cms.ContentInfo.load(data)
        if outer["content_type"].native != "signed_data":
            raise ParseError("signed content expected")
        inside = outer["content"]
        content = _content(inside["encap_content_info"]["content"])
        signers = _members(inside["signer_infos"], SIGNER_LIMIT)
    except _BROKEN as error:
        raise ParseError("signed content (CMS) expected") from error
    if signers is None:
        return Signed(content=content, signature="unreadable")
    if not signers:
        return Signed(content=content, signature=None)
    try:
        return _examined(inside, signers, content)
    except (ParseError, UnsupportedAlgorithm, *_BROKEN):
        return Signed(content=content, signature="unreadable")


def _examined(inside: Any, signers: list[Any], content: bytes) -> Signed:
    bundle = _members(inside["certificates"], CERTIFICATE_LIMIT)
    if bundle is None:
        raise ParseError(f"at most {CERTIFICATE_LIMIT} certificates expected")
    choices = [choice.chosen for choice in bundle if choice.name == "certificate"]
    found = [_certificate(signer["sid"], choices) for signer in signers]
    kind = inside["encap_content_info"]["content_type"].native
    for signer, certificate in zip(signers, found, strict=True):
        if not _verifies(signer, certificate, kind, content):
            return Signed(content=content, signature="invalid")
    others = list(_readable(choices))
    return Signed(
        content=content,
        signature="valid",
        chain=chain_of(found[0], others),
        signer=found[0],
    )


def _members(values: Any, limit: int) -> list[Any] | None:
    """Return the members of a set, none where it is left out; None where they are too many."""
    if isinstance(values, core.Void):
        return []
    if len(values.contents) > _SET_LIMIT or len(values) > limit:
        return None
    return list(values)


def _content(value: Any) -> bytes:
    """Return what is signed; ParseError where it lies elsewhere, or in too many pieces."""
    # From version 3 on asn1crypto takes a content for one that may hold another value.
    if not isinstance(value, core.OctetString | core.ParsableOctetString):
        raise ParseError("signed content that holds what was signed expected")
    contents: bytes = value.contents
    return b"".join(_pieces(contents)) if value.method else contents


def _pieces(data: bytes) -> Iterator[bytes]:
    """Yield the octet strings of which one is made."""
    at = count = 0
    while at < len(data):
        count += 1
        tag, size = data[at], data[at + 1]
        at += 2
        if size > _LONG:
            more = size - _LONG
            size = int.from_bytes(data[at : at + more], "big")
            at += more
        elif size == _LONG:
            tag = -1  # no length: it would be made of pieces itself
        if tag != _OCTETS or at + size > len(data) or count > _CHUNK_LIMIT:
            raise ParseError("a content in few whole pieces expected")
        yield data[at : at + size]
        at += size


def _certificate(sid: Any, choices: list[Any]) -> Certificate:
    """Return the certificate that a signer names."""
    for choice in choices:
        if _names(sid, choice):
            return certificate_of(choice.dump())
    raise ParseError("the certificate of the signer expected")


def _names(sid: Any, choice: Any) -> bool:
    if sid.name == "subject_key_identifier":
        return bool(choice.key_identifier == sid.native)
    named, inside = sid.chosen, choice["tbs_certificate"]
    return bool(
        named["serial_number"].native == inside["serial_number"].native
        and named["issuer"].dump() == inside["issuer"].dump()
    )


def _readable(choices: list[Any]) -> Iterator[Certificate]:
    for choice in choices:
        with contextlib.suppress(ParseError):
            yield certificate_of(choice.dump())


def _verifies(signer: Any, certificate: Certificate, kind: str, content: bytes) -> bool:
    """Whether one signer signed a content, by way of signed attributes where there are any."""
    attributes = signer["signed_attrs"]
    if isinstance(attributes, core.Void):
        return kind == "data" and _is_of(signer, certificate, content)
    stated = dict(map(_attribute, attributes))
    digest = hashes.Hash(DIGESTS[signer["digest_algorithm"]["algorithm"].native])
    digest.update(content)
    if len(stated) != len(attributes) or stated["content_type"] != [kind]:
        return False
    if stated["message_digest"] != [digest.finalize()]:
        return False
    # What is signed is a set in DER: in the order of its members. Some sign the order they wrote.
    orders = (attributes.contents, b"".join(sorted(each.dump() for each in attributes)))
    return any(_is_of(signer, certificate, parser.emit(0, 1, _SET, each)) for each in orders)


def _attribute(attribute: Any) -> tuple[str, list[Any]]:
    name: str = attribute["type"].native
    read = name in {"content_type", "message_digest"}
    return name, [value.native for value in attribute["values"]] if read else []


def _is_of(signer: Any, certificate: Certificate, data: bytes) -> bool:
    """Whether the key of a certificate verifies a signer's signature of some bytes."""
    algorithm = signer["signature_algorithm"]
    try:
        digest = algorithm.hash_algo
    except ValueError:  # the method alone is said: rsaEncryption
        digest = signer["digest_algorithm"]["algorithm"].native
    key = certificate.parsed.public_key()
    return verifies(key, signer["signature"].native, data, _scheme(algorithm), digest)


def _scheme(algorithm: Any) -> Scheme:
    match algorithm.signature_algo:
        case "rsassa_pkcs1v15":
            return padding.PKCS1v15()
        case "ecdsa":
            return ec.ECDSA(hashes.SHA256())  # the digest is said beside
        case "rsassa_pss":
            parameters = algorithm["parameters"]
            mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
            length = parameters["salt_length"].native
            return padding.PSS(mgf=padding.MGF1(DIGESTS[mask]), salt_length=length)
    raise ParseError("a signature of a known method expected")
