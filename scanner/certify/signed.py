"""A signed statement: as a DSSE envelope, or as a file with a signature of ssh beside it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.certify.signers import Signers
from scanner.certify.statement import NAMESPACE, PAYLOAD_TYPE
from scanner.errors import ParseError
from scanner.formats import dsse, ssh_signature
from scanner.formats.signing_keys import PrivateKey, read_public

State = Literal["valid", "invalid", "unknown_signer", "key_not_valid"]


class SignatureLine(Struct, frozen=True, kw_only=True):
    """One signature: whose, and whether it counts."""

    state: State
    fingerprint: str
    signer: str = ""  # of one that is known


class SignedFile(Struct, frozen=True, kw_only=True):
    """The bytes that were signed, and their signatures: those of DSSE, or those of ssh."""

    payload: bytes
    envelope: dsse.Envelope | None = None
    beside: tuple[bytes, ...] = ()  # files of ssh-keygen

    @property
    def payload_type(self) -> str:
        return self.envelope.payload_type if self.envelope else PAYLOAD_TYPE


def wrap(payload: bytes, key: PrivateKey) -> dsse.Envelope:
    """Sign some bytes, in an envelope."""
    bare = dsse.Envelope(payload_type=PAYLOAD_TYPE, payload=payload, signatures=())
    return add(bare, key)


def add(envelope: dsse.Envelope, key: PrivateKey) -> dsse.Envelope:
    """Add a signature to an envelope. ParseError where the key signed it before."""
    name = key.public.fingerprint
    if any(each.keyid == name for each in envelope.signatures):
        raise ParseError(f"another key expected: {name} signed it before")
    made = key.sign(dsse.pae(envelope.payload_type, envelope.payload))
    return dsse.Envelope(
        payload_type=envelope.payload_type,
        payload=envelope.payload,
        signatures=(*envelope.signatures, dsse.Signed(keyid=name, sig=made)),
    )


def beside(payload: bytes, key: PrivateKey) -> bytes:
    """Sign some bytes as `ssh-keygen -Y sign` does, for a file of its own."""
    return ssh_signature.sign(io.BytesIO(payload), key, NAMESPACE.encode())


def is_envelope(data: bytes) -> bool:
    """Whether a file is meant as an envelope, by its first name."""
    return data.startswith(b'{"payload"')


def signatures(file: SignedFile, signers: Signers, at: datetime) -> Iterator[SignatureLine]:
    """Check every signature of a file at a time. ParseError for one that is none."""
    envelope = file.envelope
    if envelope is not None:
        signed = dsse.pae(envelope.payload_type, envelope.payload)
        for each in envelope.signatures:
            yield _of_envelope(each, signed, signers, at)
    for data in file.beside:
        yield _beside(data, file.payload, signers, at)


def counting(lines: Sequence[SignatureLine]) -> int:
    """Count the keys whose signatures count: one key counts once, however often it signed."""
    return len({each.fingerprint for each in lines if each.state == "valid"})


def _of_envelope(signed: dsse.Signed, data: bytes, signers: Signers, at: datetime) -> SignatureLine:
    signer = signers.known(signed.keyid)
    if signer is None:
        return SignatureLine(state="unknown_signer", fingerprint=signed.keyid)
    valid = read_public(signer.key.encode()).verifies(signed.sig, data)
    return _line(valid, signed.keyid, signers, at)


def _beside(data: bytes, payload: bytes, signers: Signers, at: datetime) -> SignatureLine:
    if not ssh_signature.is_armoured(data):
        raise ParseError("a signature as ssh-keygen writes it expected")
    name = ssh_signature.signer(data).fingerprint
    signer = signers.known(name)
    if signer is None:
        return SignatureLine(state="unknown_signer", fingerprint=name)
    checked = ssh_signature.verify(io.BytesIO(payload), data, signer.key, NAMESPACE.encode())
    return _line(checked.state == "valid", name, signers, at)


def _line(valid: bool, fingerprint: str, signers: Signers, at: datetime) -> SignatureLine:
    counts = signers.counting(fingerprint, at)
    known = counts or signers.known(fingerprint)
    state: State = "invalid"
    if valid:
        state = "valid" if counts else "key_not_valid"
    return SignatureLine(state=state, fingerprint=fingerprint, signer=known.name if known else "")
