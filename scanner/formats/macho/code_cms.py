"""Who signed a code directory: a message (CMS) whose content lies outside it.

Beside the digest of the first code directory its signed attributes may name all of them: as a
property list with `cdhashes` (1.2.840.113635.100.9.1), and by method and whole digest (.9.2).
Sources: Apple's Security project, libsecurity_codesigning StaticCode.cpp; technote TN3126.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from asn1crypto import cms, core
from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.certificates import Certificate, certificate_of
from scanner.formats.cms import CERTIFICATE_LIMIT, SIZE_LIMIT, signed
from scanner.formats.macho.code_directory import CodeDirectory
from scanner.formats.macho.reasons import error
from scanner.formats.macho.trust import is_rooted
from scanner.formats.plists import entries, plist_of
from scanner.model.entities import SigningError

_LISTED, _AGILE = "1.2.840.113635.100.9.1", "1.2.840.113635.100.9.2"
_NAMING = frozenset((_LISTED, _AGILE))
_METHODS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
}
_ATTRIBUTES = 50
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


class Message(Struct, frozen=True, kw_only=True):
    """What a message says of the code directories."""

    leaf: Certificate | None  # None: no signature of it verifies
    rooted: bool  # the chain of the leaf ends at a root that is trusted
    errors: tuple[SigningError, ...]


def message(
    data: bytes, directories: Sequence[CodeDirectory], roots: Sequence[Certificate]
) -> Message:
    """Verify a message over the first of some code directories; the others it may name."""
    try:
        inside, whole = _with_content(data, directories[0].data)
        found = signed(whole)
        certificates = list(_certificates(inside))
        attributes = list(_attributes(inside))
    except (ParseError, *_BROKEN):
        return _unread("malformed")
    if found.signature != "valid" or found.signer is None:
        return _unread("signature_mismatch" if found.signature == "invalid" else "unreadable")
    errors: list[SigningError] = []
    rooted = is_rooted(found.signer, certificates, roots)
    if not rooted:
        errors.append(error("cms", "untrusted"))
    try:
        agree = all(_agrees(kind, values, directories) for kind, values in attributes)
        # The message is made over the first one: any other is signed by being named alone.
        agree &= len(directories) == 1 or any(kind in _NAMING for kind, _ in attributes)
    except (ParseError, *_BROKEN):
        agree = False
    if not agree:
        errors.append(error("cms", "hashes_differ"))
    return Message(leaf=found.signer, rooted=rooted, errors=tuple(errors))


def certificates_of(data: bytes) -> list[Certificate]:
    """Return the certificates that a message brings along; none where it is no such message."""
    try:
        return list(_certificates(cms.ContentInfo.load(data)["content"]))
    except (ParseError, *_BROKEN):
        return []


def _unread(reason: Any) -> Message:
    return Message(leaf=None, rooted=False, errors=(error("cms", reason),))


def _with_content(data: bytes, content: bytes) -> tuple[Any, bytes]:
    """Return a message, and its bytes as they are with the content that it was made over."""
    if len(data) > SIZE_LIMIT:
        raise ParseError(f"a message of at most {SIZE_LIMIT} bytes expected")
    outer = cms.ContentInfo.load(data)
    if outer["content_type"].native != "signed_data":
        raise ParseError("a signed message expected")
    inside = outer["content"]
    if not isinstance(inside["encap_content_info"]["content"], core.Void):
        raise ParseError("a message whose content lies outside it expected")
    whole = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": inside["digest_algorithms"],
            "encap_content_info": {"content_type": "data", "content": content},
            "certificates": inside["certificates"],
            "signer_infos": inside["signer_infos"],
        }
    )
    return inside, cms.ContentInfo({"content_type": "signed_data", "content": whole}).dump()


def _certificates(inside: Any) -> Iterator[Certificate]:
    for count, choice in enumerate(inside["certificates"]):
        if count == CERTIFICATE_LIMIT:
            return
        if choice.name == "certificate":
            yield certificate_of(choice.chosen.dump())


def _attributes(inside: Any) -> Iterator[tuple[str, Any]]:
    for signer in inside["signer_infos"]:
        signed_attributes = signer["signed_attrs"]
        for count, attribute in enumerate(signed_attributes):
            if count == _ATTRIBUTES:
                raise ParseError(f"at most {_ATTRIBUTES} attributes expected")
            yield attribute["type"].dotted, attribute["values"]


def _agrees(kind: str, values: Any, directories: Sequence[CodeDirectory]) -> bool:
    """Whether an attribute names these code directories, and all of them."""
    if kind == _LISTED:
        (value,) = values
        stated = entries(plist_of(core.OctetString.load(value.dump()).native), "cdhashes")
        return set(stated) == {each.cdhash for each in directories}
    if kind == _AGILE:
        pairs = {_pair(value) for value in values}
        known = {(name, digest) for name, digest in pairs if name}
        return known == {(each.digest_name, each.full_digest) for each in directories}
    return True


def _pair(value: Any) -> tuple[str | None, bytes]:
    pair = core.SequenceOf.load(value.dump(), spec=core.Any)
    method, digest = (each.dump() for each in pair)
    name = _METHODS.get(core.ObjectIdentifier.load(method).dotted)
    found: bytes = core.OctetString.load(digest).native
    if name and len(found) != hashlib.new(name).digest_size:
        raise ParseError("a whole digest of a code directory expected")
    return name, found
