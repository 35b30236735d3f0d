"""DSSE envelopes: some bytes, what kind they are of, and who signed both.

What is signed is not the JSON but its `PAE`: "DSSEv1", then type and payload, each behind its
length in decimal. A key id is a hint to a reader and not signed.
Source: https://github.com/secure-systems-lab/dsse (protocol.md and envelope.md, v1.0.2).
"""

from __future__ import annotations

import base64
import binascii

import msgspec
from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats import canonical_json

SIZE_LIMIT = 4 * 2**20
PAYLOAD_LIMIT = 2 * 2**20
SIGNATURE_LIMIT = 16  # of one envelope
_END = b"\n"


class Signed(Struct, frozen=True, kw_only=True):
    """One signature, and the fingerprint of the key that it is said to be of."""

    keyid: str
    sig: bytes


class Envelope(Struct, frozen=True, kw_only=True):
    """A payload with its signatures."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signed, ...]


class _Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    payload: str
    payload_type: str
    signatures: tuple[_Line, ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def encode(envelope: Envelope) -> bytes:
    """Return an envelope as one line of JSON, in its one spelling."""
    form = _Form(
        payload=base64.b64encode(envelope.payload).decode(),
        payload_type=envelope.payload_type,
        signatures=tuple(
            _Line(keyid=each.keyid, sig=base64.b64encode(each.sig).decode())
            for each in envelope.signatures
        ),
    )
    return canonical_json.encode(form) + _END


def decode(data: bytes) -> Envelope:
    """Read an envelope. ParseError where it is none, or not written as `encode` writes it.

    A reader that takes more than one spelling would call a changed file unchanged.
    """
    if not data.endswith(_END):
        raise ParseError("an envelope that ends with its line expected")
    value = canonical_json.decode_canonical(data[:-1], limit=SIZE_LIMIT)
    try:
        form = msgspec.convert(value, _Form)
    except msgspec.ValidationError:
        raise ParseError("an envelope of payload, payloadType and signatures expected") from None
    if len(form.signatures) > SIGNATURE_LIMIT:
        raise ParseError(f"at most {SIGNATURE_LIMIT} signatures expected")
    payload = _decoded(form.payload)
    if len(payload) > PAYLOAD_LIMIT:
        raise ParseError(f"a payload of at most {PAYLOAD_LIMIT} bytes expected")
    return Envelope(
        payload_type=form.payload_type,
        payload=payload,
        signatures=tuple(Signed(keyid=e.keyid, sig=_decoded(e.sig)) for e in form.signatures),
    )


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data).decode() != text:  # one spelling only
        raise ParseError("base64 expected")
    return data
