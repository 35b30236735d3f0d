"""The record of a pairing: the keys by which a phone and this computer know each other.

usbmuxd keeps a property list for each phone, with certificates as PEM: DeviceCertificate,
HostCertificate, RootCertificate; HostPrivateKey, HostID, SystemBUID, EscrowBag and others.
Certificates are read with asn1crypto: libimobiledevice writes serial number 0, which a strict
reader refuses.
"""

from __future__ import annotations

import hashlib
from typing import Any

from asn1crypto import pem, x509
from msgspec import Struct

from scanner.errors import DeviceError

_AGAIN = "Pair again: `scanner pair` asks the phone, and saves a new record."


class PairingRecord(Struct, frozen=True):
    """What is used of a record."""

    host_id: str
    system_buid: str
    host_certificate: bytes  # PEM
    host_key: bytes  # PEM
    device_key: bytes  # what tells the phone's public key from any other

    @property
    def fingerprint(self) -> str:
        """The name under which the phone keeps this computer's certificate, as we write it."""
        der = _der(self.host_certificate)
        return f"SHA256:{hashlib.sha256(der).hexdigest()}"


def record_of(stored: dict[str, Any]) -> PairingRecord:
    """Read a record that usbmuxd keeps. DeviceError where it is damaged."""
    try:
        record = PairingRecord(
            host_id=_text(stored["HostID"]),
            system_buid=_text(stored["SystemBUID"]),
            host_certificate=_pem(stored["HostCertificate"]),
            host_key=_pem(stored["HostPrivateKey"]),
            device_key=public_key(_der(_pem(stored["DeviceCertificate"]))),
        )
        _der(record.host_certificate)
    except (KeyError, ValueError, TypeError) as error:
        raise damaged() from error
    return record


def damaged() -> DeviceError:
    """Return the error for a record that nothing can be done with."""
    return DeviceError("The record of the pairing that usbmuxd keeps is damaged.", remedy=_AGAIN)


def public_key(certificate: bytes) -> bytes:
    """Return algorithm and public key of a DER certificate. ValueError for what is none."""
    read = x509.Certificate.load(certificate)
    of = read["tbs_certificate"]["subject_public_key_info"]
    algorithm: str = of["algorithm"]["algorithm"].dotted
    key: bytes = of["public_key"].contents
    return algorithm.encode() + b"\0" + key


def _der(certificate: bytes) -> bytes:
    _, _, der = pem.unarmor(certificate)
    return bytes(der)


def _pem(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("bytes expected")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text expected")
    return value
