"""Keys and certificates of a pairing, as a computer and an iPhone exchange them.

Three certificates with empty names and the serial number 1: a root that the computer makes for the
pairing, its own, and one over the phone's key. A pair record is a dictionary with them in PEM.
Keys are made once in a process: 0.1 s each.
"""

from __future__ import annotations

import ssl
import threading
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from scanner.formats.plists import Map

BUID = "30142955-444094379208051516"
"""What tells one usbmuxd from all others."""

_NAMELESS = x509.Name([])
_USES = ("digital_signature", "key_encipherment")
_OTHER_USES = (
    "content_commitment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


_making = threading.Lock()


def private_key(owner: str) -> RSAPrivateKey:
    """Return the key of an owner: a UDID, `root`, `host` or `stranger`."""
    with _making:  # two threads that ask first would get two keys
        return _private_key(owner)


@cache
def _private_key(owner: str) -> RSAPrivateKey:  # noqa: ARG001 - each owner has one of its own
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(owner: str) -> bytes:
    """Return the public key of an owner as lockdownd tells it: PKCS#1 in PEM."""
    public = private_key(owner).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.PKCS1)


@cache
def escrow_bag(udid: str) -> bytes:
    """Return the bag that a paired computer is given."""
    return sha256(f"escrow bag of {udid}".encode()).digest()


def pair_record(udid: str) -> Map:
    """Return the pair record of this computer and a phone that trusts it."""
    return {
        "DeviceCertificate": certificate_pem(udid),
        "EscrowBag": escrow_bag(udid),
        "HostCertificate": certificate_pem("host"),
        "HostID": str(uuid.uuid5(uuid.NAMESPACE_DNS, udid)).upper(),
        "HostPrivateKey": _key_pem("host"),
        "RootCertificate": certificate_pem("root"),
        "RootPrivateKey": _key_pem("root"),
        "SystemBUID": BUID,
        "WiFiMACAddress": "02:00:00:00:00:01",
    }


@cache
def certificate_pem(owner: str) -> bytes:
    """Return an owner's certificate, made by the root of the pairing."""
    subject, is_root = private_key(owner).public_key(), owner == "root"
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(_NAMELESS, _NAMELESS, subject, 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
    )
    if not is_root:
        builder = _of_a_leaf(builder, subject)
    return builder.sign(private_key("root"), hashes.SHA256()).public_bytes(Encoding.PEM)


def server_context(owner: str, certificate: bytes) -> ssl.SSLContext:
    """Return what a phone serves TLS with. ssl.SSLError where key and certificate do not fit.

    The computer's own certificate is not asked for: with its empty names OpenSSL takes it for
    self-signed. Who may start a session is decided by the host's id.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.num_tickets = 1  # with none, the client's first message waits for a late TCP ACK
    with TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.touch(mode=0o600)
        chain.write_bytes(certificate + b"\n" + _key_pem(owner))
        context.load_cert_chain(chain)
    return context


def _of_a_leaf(builder: x509.CertificateBuilder, subject: RSAPublicKey) -> x509.CertificateBuilder:
    uses = {**dict.fromkeys(_USES, True), **dict.fromkeys(_OTHER_USES, False)}
    identifier = x509.SubjectKeyIdentifier.from_public_key(subject)
    return builder.add_extension(x509.KeyUsage(**uses), critical=True).add_extension(
        identifier, critical=False
    )


def _key_pem(owner: str) -> bytes:
    return private_key(owner).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
