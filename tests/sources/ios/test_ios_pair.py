"""Pairing: asked for by a person, decided by a person, kept by the given usbmuxd alone."""

import plistlib
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from scanner.errors import DeviceError
from scanner.simulate.ios import IosFaults, SimulatedIPhone, Usbmuxd
from scanner.sources.ios import open_ios, pair
from tests.simulate.ios.recordings import UDID, small_iphone


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home of the test's own, and an environment that leads to no usbmuxd."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", "127.0.0.1:1")
    return tmp_path / "home"


def test_pairing_saves_the_record_where_it_is_told(tmp_path, home):
    told, waiting = [], []
    phone = SimulatedIPhone(small_iphone(tmp_path), trust="unpaired", asks=1)
    with Usbmuxd([phone]) as mux:
        paired = pair(
            UDID,
            address=mux.address,
            on_action=told.append,
            on_waiting=lambda: waiting.append(True),
        )
        source = open_ios(UDID, address=mux.address)
        source.close()
        saved = plistlib.loads(mux.saved[UDID])

    assert (UDID, (paired.host_id,), mux.address) == (
        paired.udid,
        source.host_keys,
        paired.saved_to,
    )
    assert not paired.already
    assert [True] == waiting
    assert {"HostPrivateKey", "EscrowBag", "SystemBUID", "WiFiMACAddress"} <= saved.keys()
    assert [("pair", True), ("pair", False)] == [(one.op, one.changes_device) for one in told]
    assert [] == list(home.rglob("*"))


def test_private_keys_stay_on_this_computer(tmp_path):
    phone = SimulatedIPhone(small_iphone(tmp_path), trust="unpaired", asks=0)
    with Usbmuxd([phone]) as mux:
        pair(UDID, address=mux.address)
        saved = plistlib.loads(mux.saved[UDID])

    (told,) = [message for _, message in phone.calls if message["Request"] == "Pair"]
    assert {"RootCertificate", "HostCertificate", "DeviceCertificate"} <= told["PairRecord"].keys()
    assert b"PRIVATE KEY" not in plistlib.dumps(told)
    for owner in ("Host", "Root"):
        certificate = x509.load_pem_x509_certificate(saved[f"{owner}Certificate"])
        key = load_pem_private_key(saved[f"{owner}PrivateKey"], None)
        assert certificate.public_key() == key.public_key()


class Odd(SimulatedIPhone):
    """A phone whose public key is of a kind that no phone has."""

    key: bytes = b""

    def values(self):
        return {**super().values(), "DevicePublicKey": self.key}


@pytest.mark.parametrize("key", [b"none", b"-----BEGIN PUBLIC KEY-----\nAA==\n"])
def test_a_phone_without_a_key_is_not_paired(tmp_path, key):
    phone = Odd(small_iphone(tmp_path), trust="unpaired")
    phone.key = key
    with Usbmuxd([phone]) as mux, pytest.raises(DeviceError, match="does not answer"):
        pair(UDID, address=mux.address)

    assert "Pair" not in {message["Request"] for _, message in phone.calls}


def test_a_phone_that_is_paired_already_is_left_alone(tmp_path):
    phone = SimulatedIPhone(small_iphone(tmp_path))
    with Usbmuxd([phone]) as mux:
        paired = pair(None, address=mux.address)

    assert paired.already
    assert "Pair" not in {message["Request"] for _, message in phone.calls}
    assert {} == mux.saved


def test_a_phone_that_forgot_is_paired_anew(tmp_path):
    phone = SimulatedIPhone(small_iphone(tmp_path), trust="forgotten", asks=0)
    with Usbmuxd([phone]) as mux:
        assert not pair(UDID, address=mux.address).already
        assert [UDID] == list(mux.saved)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trust": "denied"}, "tapped Don't Trust"),
        ({"trust": "pending"}, "Nobody tapped Trust"),
        ({"trust": "locked"}, "is locked"),
        ({"trust": "unpaired", "faults": IosFaults(goes_away_after=5)}, "went away"),
    ],
)
def test_what_keeps_a_phone_from_being_paired(tmp_path, options, message):
    began = time.monotonic()
    with Usbmuxd([SimulatedIPhone(small_iphone(tmp_path), **options)]) as mux:
        with pytest.raises(DeviceError, match=message) as error:
            pair(UDID, address=mux.address, seconds=2)
        assert {} == mux.saved

    assert error.value.remedy
    assert time.monotonic() - began < 6
