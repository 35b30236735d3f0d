"""What stands between this computer and an iPhone, in its own words; and the list of phones."""

import socket
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

import pytest
from msgspec import structs

from scanner.errors import DeviceError, UsageError
from scanner.simulate.ios import IosFaults, SimulatedIPhone, Usbmuxd
from scanner.sources.ios import devices, open_ios
from scanner.sources.ios.mux import is_udid
from tests.simulate.ios.recordings import UDID, small_iphone

OTHER = "00008120-0001A2B3C4D5E6F7"


@pytest.fixture
def plug_all(tmp_path):
    """Plug phones in, all at one usbmuxd: `plug_all({udid: {options}})` returns its address."""
    with ExitStack() as running:

        def start(phones):
            made = [
                SimulatedIPhone(small_iphone(tmp_path, udid=udid), **options)
                for udid, options in phones.items()
            ]
            return running.enter_context(Usbmuxd(made)).address

        yield start


@pytest.mark.parametrize(
    ("options", "message", "remedy"),
    [
        ({"trust": "unpaired"}, "has not trusted", f"scanner pair ios:{UDID}"),
        ({"trust": "denied"}, "has not trusted", "tap Trust"),
        ({"trust": "pending"}, "has not trusted", "tap Trust"),
        ({"trust": "forgotten"}, "has not trusted", "tap Trust"),
        ({"trust": "locked"}, "is locked", "passcode"),
        ({"faults": IosFaults(foreign_key=True)}, "not the phone that was", "cable"),
        ({"faults": IosFaults(goes_away_after=2)}, "went away", "Plug it in"),
        ({"faults": IosFaults(goes_away_after=3)}, "went away", "Plug it in"),
        (
            {"faults": IosFaults(drop_after={"lockdownd": 10})},
            "does not answer",
            "Unlock",
        ),
    ],
)
def test_what_stands_in_the_way_is_said(plug_all, options, message, remedy):
    with pytest.raises(DeviceError, match=message) as error:
        open_ios(UDID, address=plug_all({UDID: options}))
    assert remedy in error.value.remedy


@pytest.mark.parametrize(
    ("options", "state"),
    [
        ({}, "device"),
        ({"trust": "unpaired"}, "unpaired"),
        ({"trust": "forgotten"}, "unpaired"),
        ({"trust": "locked"}, "locked"),
        ({"faults": IosFaults(foreign_key=True)}, "foreign"),
        ({"faults": IosFaults(drop_after={"lockdownd": 10})}, "silent"),
    ],
)
def test_a_phone_is_listed_once_in_its_state(plug_all, options, state):
    (phone,) = devices(plug_all({UDID: options}))

    assert ("ios", UDID, state, "usb") == (
        phone.platform,
        phone.serial,
        phone.state,
        phone.transport,
    )
    assert (state == "device") == (phone.obstacle is None)


def test_listing_says_what_every_computer_is_told(plug_all):
    (phone,) = devices(plug_all({UDID: {"trust": "unpaired"}}))

    assert ("iPhone14,5", "18.5") == (phone.product, phone.release)


def test_listing_pairs_with_nothing(tmp_path):
    phone = SimulatedIPhone(small_iphone(tmp_path), trust="unpaired")
    with Usbmuxd([phone]) as mux:
        devices(mux.address)
        asked = {message["Request"] for _, message in phone.calls}

        assert {"QueryType", "GetValue"} == asked
        assert {} == mux.saved


def test_one_silent_phone_keeps_no_other_from_the_list(plug_all):
    address = plug_all({UDID: {"faults": IosFaults(silent=("lockdownd",))}, OTHER: {}})

    assert {UDID: "silent", OTHER: "device"} == {one.serial: one.state for one in devices(address)}


def test_of_two_phones_one_must_be_named(plug_all):
    address = plug_all({UDID: {}, OTHER: {}})

    with pytest.raises(DeviceError, match="2 iPhones") as error:
        open_ios(address=address)
    assert f"ios:{OTHER}" in str(error.value)
    source = open_ios(OTHER.replace("-", "").lower(), address=address)
    assert OTHER == source.device_id
    source.close()


def test_a_single_phone_needs_no_name(plug_all):
    source = open_ios(address=plug_all({UDID: {}}))

    assert UDID == source.device_id
    source.close()


def test_a_phone_that_only_the_network_reaches(tmp_path):
    recorded = structs.replace(small_iphone(tmp_path), connections=("Network",))
    with Usbmuxd([SimulatedIPhone(recorded)]) as mux:
        (phone,) = devices(mux.address)
        source = open_ios(address=mux.address)
        source.close()

    assert ("network", "network") == (phone.transport, source.transport)


class Damaged(SimulatedIPhone):
    """A phone whose record of the pairing is not what it was."""

    instead: Any = None

    @property
    def pair_record(self):
        return {**(super().pair_record or {}), **self.instead}


@pytest.mark.parametrize(
    "instead",
    [
        {"DeviceCertificate": b"none"},
        {"DeviceCertificate": "text"},
        {"HostCertificate": b""},
        {"HostPrivateKey": b"-----BEGIN PRIVATE KEY-----\n"},
        {"HostID": 7},
    ],
)
def test_a_damaged_record_is_one(tmp_path, instead):
    phone = Damaged(small_iphone(tmp_path))
    phone.instead = instead
    with Usbmuxd([phone]) as mux, pytest.raises(DeviceError, match="damaged") as error:
        open_ios(address=mux.address)
    assert "scanner pair" in error.value.remedy


def test_a_phone_that_is_not_there(plug_all):
    with pytest.raises(DeviceError, match="No iPhone with the UDID"):
        open_ios(OTHER, address=plug_all({UDID: {}}))


def test_no_phone_at_all(plug_all):
    address = plug_all({})

    assert () == devices(address)
    with pytest.raises(DeviceError, match="No iPhone is attached"):
        open_ios(address=address)


def test_without_usbmuxd_there_are_none(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"

    for nowhere in (address, str(tmp_path / "usbmuxd")):
        assert () == devices(nowhere)
        with pytest.raises(DeviceError, match="usbmuxd does not run") as error:
            open_ios(address=nowhere)
        assert error.value.remedy


@pytest.mark.parametrize("address", ["nowhere:", "127.0.0.1:0", "127.0.0.1:999999", "a:b"])
def test_an_address_that_is_none(address):
    with pytest.raises(UsageError, match="neither HOST:PORT nor a path"):
        open_ios(address=address)


def test_the_environment_says_where_usbmuxd_is(plug_all, monkeypatch):
    monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", plug_all({UDID: {}}))

    assert [UDID] == [one.serial for one in devices()]


@pytest.mark.parametrize("udid", ["../x", "a/b", "\x1b[2J", "x" * 10_000, "", UDID + "\n"])
def test_a_hostile_name_is_refused_before_usbmuxd_hears_it(tmp_path, udid):
    with Usbmuxd([SimulatedIPhone(small_iphone(tmp_path))]) as mux:
        with pytest.raises(DeviceError, match="not the UDID"):
            open_ios(udid, address=mux.address)
        assert "ReadPairRecord" not in mux.requests
    assert not is_udid(udid)


class Liar(SimulatedIPhone):
    """A device that calls itself by a name of its choice."""

    name = "../../../etc/x"
    lies = False

    @property
    def udid(self):
        return self.name if self.lies else self.recorded.udid


def test_a_device_with_a_hostile_name_is_listed_as_one_and_not_asked(tmp_path):
    liar = Liar(small_iphone(tmp_path))
    liar.lies = True
    with Usbmuxd([liar]) as mux:
        (one,) = devices(mux.address)
        asked = mux.requests
        with pytest.raises(DeviceError, match="No iPhone is attached"):
            open_ios(address=mux.address)

    assert "refused" == one.state
    assert liar.name not in one.obstacle.message
    assert "ReadPairRecord" not in asked
    assert [] == liar.calls


def test_importing_the_source_does_not_import_the_library():
    code = "import sys, scanner.sources.ios; print('pymobiledevice3' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False" == said.stdout.strip()
