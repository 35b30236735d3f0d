"""Whom a simulated iPhone trusts, and how it comes to trust."""

import plistlib

import pytest
from pymobiledevice3.exceptions import (
    NotPairedError,
    PairingDialogResponsePendingError,
    PasswordRequiredError,
    UserDeniedPairingError,
)

from scanner.simulate.ios.identity import pair_record
from tests.simulate.ios.recordings import PUBLIC

SERVICE = "com.apple.mobile.MCInstall"


async def paired(lockdown):
    return lockdown.paired


def pair_requests(phone):
    return [message for _, message in phone.calls if message.get("Request") == "Pair"]


def test_paired(plug, drive):
    phone = plug()

    assert drive(phone, paired)
    assert [] == pair_requests(phone)
    assert {} == phone.mux.saved


@pytest.mark.parametrize("trust", ["unpaired", "denied", "pending", "forgotten"])
def test_without_trust_few_values_are_told_and_no_service_starts(plug, drive, trust):
    async def use(lockdown):
        with pytest.raises(NotPairedError):
            await lockdown.start_lockdown_service(SERVICE)
        return lockdown.paired, set(lockdown.all_values)

    phone = plug(trust=trust)

    assert (False, {*PUBLIC, "DevicePublicKey"}) == drive(phone, use)
    assert [] == pair_requests(phone)


def test_a_person_taps_trust(plug, drive, tmp_path):
    async def use(lockdown):
        async with await lockdown.start_lockdown_service(SERVICE) as service:
            return await service.send_recv_plist({"RequestType": "GetProfileList"})

    phone = plug(trust="unpaired", takes_private_keys=True)
    answer = drive(phone, use, autopair=True, pair_timeout=10)

    assert "Acknowledged" == answer["Status"]
    assert 2 == len(pair_requests(phone))
    saved = plistlib.loads(phone.mux.saved[phone.udid])
    assert b"CERTIFICATE" in saved["DeviceCertificate"]
    assert len(saved["EscrowBag"]) == 32
    # The next connection finds the record at usbmuxd alone.
    (tmp_path / "pairing" / f"{phone.udid}.plist").unlink()
    assert drive(phone, paired)


@pytest.mark.parametrize(
    ("trust", "error"),
    [
        ("denied", UserDeniedPairingError),
        ("pending", PairingDialogResponsePendingError),
        ("locked", PasswordRequiredError),
    ],
)
def test_there_is_no_pairing(plug, drive, trust, error):
    phone = plug(trust=trust, takes_private_keys=True)
    with pytest.raises(error):
        drive(phone, paired, autopair=True, pair_timeout=0.1)
    assert {} == phone.mux.saved


def test_a_computer_is_told_to_wait_as_often_as_wanted(plug, drive):
    phone = plug(trust="unpaired", asks=0, takes_private_keys=True)

    assert drive(phone, paired, autopair=True)
    assert 1 == len(pair_requests(phone))


def test_a_pair_record_for_another_phone_is_refused(plug, drive):
    async def use(lockdown):
        return await lockdown.service.send_recv_plist(
            {"Request": "Pair", "PairRecord": {"HostID": "X", "DeviceCertificate": b"none"}}
        )

    phone = plug(trust="unpaired", asks=0)

    assert "InvalidPairRecord" == drive(phone, use)["Error"]


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({}, False),
        ({"RootPrivateKey": b""}, True),
        ({"Root": b"-----BEGIN RSA PRIVATE KEY-----\n"}, True),
    ],
)
def test_a_pair_record_with_a_private_key_is_refused(plug, drive, told, refused):
    async def use(lockdown):
        known = pair_record(lockdown.identifier).items()
        record = {name: value for name, value in known if not name.endswith("PrivateKey")}
        return await lockdown.service.send_recv_plist(
            {"Request": "Pair", "PairRecord": {**record, **told}}
        )

    answer = drive(plug(trust="unpaired", asks=0), use)

    assert refused == ("InvalidPairRecord" == answer.get("Error"))
    assert refused != ("EscrowBag" in answer)
