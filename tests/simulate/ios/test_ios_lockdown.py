"""lockdownd of a simulated iPhone, as pymobiledevice3 knows it."""

import plistlib
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pymobiledevice3.exceptions import (
    GetProhibitedError,
    LockdownError,
    MissingValueError,
    SetProhibitedError,
)

from scanner.simulate.ios import IosFaults
from tests.simulate.ios.recordings import AMFI, PUBLIC, VALUES


def test_values(plug, drive):
    async def use(lockdown):
        return (
            lockdown.all_values,
            await lockdown.get_value(key="ProductVersion"),
            await lockdown.get_value("com.apple.security.mac.amfi"),
            await lockdown.get_value("com.apple.security.mac.amfi", "DeveloperModeStatus"),
        )

    phone = plug()
    everything, version, domain, status = drive(phone, use)

    assert {"DevicePublicKey", "TimeIntervalSince1970", "UniqueDeviceID"} == (
        everything.keys() - VALUES.keys()
    )
    assert VALUES == {key: everything[key] for key in VALUES}
    assert ("18.5", AMFI, False) == (version, domain, status)
    assert everything["DevicePublicKey"].startswith(b"-----BEGIN RSA PUBLIC KEY-----")


def test_the_clock_is_the_hosts_and_an_offset(plug, drive):
    async def use(lockdown):
        return await lockdown.get_value(key="TimeIntervalSince1970")

    assert pytest.approx(time.time() + 60, abs=10) == drive(plug(), use)


def test_a_reply_repeats_what_was_asked(plug, drive):
    async def use(lockdown):
        asked = {"Request": "GetValue", "Domain": "com.apple.security.mac.amfi"}
        return plistlib.loads(
            await lockdown.service.send_recv_prefixed(
                len(plistlib.dumps(asked)).to_bytes(4, "big") + plistlib.dumps(asked)
            )
        )

    assert {
        "Request": "GetValue",
        "Domain": "com.apple.security.mac.amfi",
        "Value": AMFI,
    } == drive(plug(), use)


@pytest.mark.parametrize("asked", [{"key": "Absent"}, {"domain": "com.example.absent"}])
def test_what_is_not_recorded_is_missing(plug, drive, asked):
    with pytest.raises(MissingValueError):
        drive(plug(), lambda lockdown: lockdown.get_value(**asked))


def test_an_unpaired_computer_may_not_ask_for_more(plug, drive):
    async def use(lockdown):
        for asked in ({"key": "PasswordProtected"}, {"domain": "com.apple.security.mac.amfi"}):
            with pytest.raises(GetProhibitedError):
                await lockdown.get_value(**asked)
        return set(await lockdown.get_value())

    assert {*PUBLIC, "DevicePublicKey"} == drive(plug(trust="unpaired"), use)


def test_the_tls_peer_holds_the_key_of_the_pair_record(plug, drive):
    async def use(lockdown):
        service = await lockdown.start_lockdown_service("com.apple.mobile.MCInstall")
        async with service:
            return [
                connection.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
                for connection in (lockdown.service, service)
            ], lockdown.pair_record

    peers, record = drive(plug(), use)
    paired = x509.load_pem_x509_certificate(record["DeviceCertificate"])
    root = x509.load_pem_x509_certificate(record["RootCertificate"])

    assert [paired.public_bytes(Encoding.DER)] * 2 == peers
    assert (1, []) == (paired.serial_number, list(paired.subject))
    paired.verify_directly_issued_by(root)


def test_another_key_answers(plug, drive):
    async def use(lockdown):
        peer = lockdown.service.writer.get_extra_info("ssl_object")
        record = x509.load_pem_x509_certificate(lockdown.pair_record["DeviceCertificate"])
        return x509.load_der_x509_certificate(peer.getpeercert(binary_form=True)), record

    peer, paired = drive(plug(faults=IosFaults(foreign_key=True)), use)

    assert peer.public_key() != paired.public_key()


def test_a_session_ends(plug, drive):
    async def use(lockdown):
        return await lockdown.stop_session()

    assert "Success" == drive(plug(), use)["Result"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda lockdown: lockdown.set_value("x", key="DeviceName"), SetProhibitedError),
        (lambda lockdown: lockdown.remove_value(key="DeviceName"), SetProhibitedError),
        (lambda lockdown: lockdown.enter_recovery(), LockdownError),
        (lambda lockdown: lockdown.unpair(), LockdownError),
    ],
)
def test_what_would_change_the_phone_is_refused_and_noted(plug, drive, change, error):
    phone = plug()
    before = len(phone.calls)
    with pytest.raises(error):
        drive(phone, change)

    noted = [message["Request"] for _, message in phone.calls[before:]]
    assert {"SetValue", "RemoveValue", "EnterRecovery", "Unpair"} & set(noted)
