"""iPhones that come and go at a simulated usbmuxd."""

import plistlib
import socket
import struct
import threading
import time

import pytest

from scanner.errors import UsageError
from scanner.simulate.ios import SimulatedIPhone, Usbmuxd
from scanner.sources.attached import follow
from tests.simulate.ios.recordings import UDID, small_iphone

MUX = ("usbmux",)
TARGET = f"ios:{UDID}"
OTHERS = tuple(f"00008120-00000000000000{number:02X}" for number in range(1, 4))


@pytest.fixture
def iphone(tmp_path):
    """Make a phone that has not been plugged in: `iphone(udid)`."""
    return lambda udid=UDID: SimulatedIPhone(small_iphone(tmp_path, udid=udid), trust="unpaired")


@pytest.fixture
def mux():
    with Usbmuxd([]) as mux:
        yield mux


def test_one_phone_by_cable_and_network_is_one(iphone, mux, following):
    phone = iphone()
    mux.plug(phone)
    followed = following(usbmux=mux.address, servers=MUX)
    followed.count("attached", 1)
    mux.unplug(phone, "USB")
    followed.count("changed", 1)
    mux.plug(phone, "USB")
    followed.count("changed", 2)
    mux.unplug(phone)
    followed.count("detached", 1)

    assert [
        ("attached", "usb", "device"),
        ("changed", "network", "device"),
        ("changed", "usb", "device"),
        ("detached", "usb", "detached"),
    ] == [(event.kind, event.transport, event.state) for event in followed.events]
    assert {TARGET} == {event.target for event in followed.events}
    assert ("Listen", "ListDevices") == mux.requests  # nothing was asked again


def test_two_hundred_times_in_and_out(iphone, mux, following):
    phone = iphone()
    followed = following(usbmux=mux.address, servers=MUX)
    followed.until(lambda _: "ListDevices" in mux.requests)
    for _ in range(200):
        mux.plug(phone)
        mux.unplug(phone)
    followed.count("detached", 200)

    assert [("attached", "usb"), ("changed", "network"), ("detached", "network")] * 200 == [
        (event.kind, event.transport) for event in followed.events
    ]


def test_all_who_listen_are_told(iphone, mux, following):
    phones = [iphone(udid) for udid in OTHERS]
    followed = [following(usbmux=mux.address, servers=MUX) for _ in range(3)]
    followed[0].until(lambda _: mux.requests.count("ListDevices") == 3)
    for phone in phones:
        mux.plug(phone)
        mux.unplug(phone)
    for one in followed:
        one.count("detached", 3)

    assert followed[0].told() == followed[1].told() == followed[2].told()


def test_a_restart_tells_what_differs(iphone, mux, following):
    stays, goes, comes = map(iphone, OTHERS)
    mux.plug(goes)
    mux.plug(stays)
    followed = following(usbmux=mux.address, servers=MUX)
    followed.count("attached", 2)
    mux.stop()
    mux.unplug(goes)
    mux.plug(comes)
    mux.start()
    followed.count("detached", 1)

    targets = [f"ios:{phone.udid}" for phone in (stays, goes, comes)]
    told = [(kind, target) for kind, target, _ in followed.told()]
    assert {("attached", targets[0]), ("attached", targets[1])} == set(told[:2])
    assert [
        ("trouble", None),
        ("recovered", None),
        ("attached", targets[2]),
        ("detached", targets[1]),
    ] == told[2:]


def test_no_usbmuxd_at_first(iphone, tmp_path, following):
    path = tmp_path / "usbmuxd"
    followed = following(usbmux=str(path), servers=MUX)
    followed.count("trouble", 1)
    time.sleep(0.3)
    with Usbmuxd([iphone()], path=path):
        followed.count("attached", 1)
    followed.count("trouble", 2)

    assert ["trouble", "recovered", "attached", "trouble"] == [
        event.kind for event in followed.events
    ]
    first, last = followed.events[0].trouble, followed.events[-1].trouble
    assert first.message.startswith("usbmuxd does not run")
    assert first.remedy
    assert last.message.startswith("usbmuxd does not")


def test_a_pairing_is_a_change(iphone, mux, following):
    mux.plug(iphone())
    followed = following(usbmux=mux.address, servers=MUX)
    followed.count("attached", 1)
    record = {"PairRecordID": UDID, "PairRecordData": b"", "DeviceID": 1}
    data = plistlib.dumps({"MessageType": "SavePairRecord", **record})
    host, port = mux.address.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(struct.pack("<IIII", 16 + len(data), 1, 8, 1) + data)
        followed.count("changed", 1)

    assert [("attached", TARGET, "device"), ("changed", TARGET, "device")] == followed.told()


@pytest.fixture
def android(record_phone, simulate):
    return simulate(record_phone())


def test_both_servers_at_once(iphone, mux, android, adb_server, following):
    adb = f"android:{android.address}"
    where = {"host": adb_server.host, "port": adb_server.port}
    followed = following(usbmux=mux.address, **where)
    phone = iphone()
    mux.plug(phone)
    followed.until(lambda events: {adb, TARGET} <= {one.target for one in events if one.ready})
    mux.stop()
    followed.count("trouble", 1)
    adb_server.disconnect(android.address)
    followed.until(lambda events: ("detached", adb) in [(e.kind, e.target) for e in events])

    assert ["usbmux"] == [event.server for event in followed.events if event.kind == "trouble"]
    assert {"adb", "usbmux"} == {event.server for event in followed.events}


@pytest.mark.parametrize("away", [False, True])
def test_it_ends_within_a_second(mux, following, away):
    followed = following(usbmux=mux.address, servers=MUX)
    followed.until(lambda _: "ListDevices" in mux.requests)
    if away:
        mux.stop()
        followed.count("trouble", 1)
    began = time.monotonic()
    followed.end()

    assert time.monotonic() - began < 1


def test_an_address_that_is_none():
    with pytest.raises(UsageError, match="HOST:PORT"):
        follow(usbmux="nowhere:port", servers=MUX, stop=threading.Event())


def test_nothing_begins_before_it_is_asked_for(mux):
    follow(usbmux=mux.address, servers=MUX, stop=threading.Event())

    assert [] == [thread.name for thread in threading.enumerate() if "follow" in thread.name]
    assert () == mux.requests
