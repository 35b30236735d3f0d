"""usbmuxd's protocol, spoken by pymobiledevice3 and by hand."""

import asyncio
import contextlib
import gc
import socket
import struct
import threading
import time

import pytest
from pymobiledevice3.exceptions import BadCommandError, BadDevError, ConnectionFailedError
from pymobiledevice3.lockdown import create_using_usbmux
from pymobiledevice3.usbmux import create_mux, list_devices

from scanner.errors import UsageError
from scanner.simulate.ios import SimulatedIPhone, Usbmuxd
from tests.simulate.ios.recordings import UDID, small_iphone

OTHERS = tuple(f"00008120-00000000000000{number:02X}" for number in range(1, 4))


def test_one_phone_stands_at_both_its_connections(plug):
    devices = asyncio.run(list_devices(usbmux_address=plug().mux.address))

    assert [(1, UDID, "USB"), (2, UDID, "Network")] == [
        (device.devid, device.serial, device.connection_type) for device in devices
    ]


def test_four_phones_at_once(tmp_path):
    async def values(address, udid):
        async with await create_using_usbmux(
            udid, usbmux_address=address, pairing_records_cache_folder=tmp_path / "pairing"
        ) as lockdown:
            return lockdown.paired, lockdown.all_values["UniqueDeviceID"]

    async def all_values(address, udids):
        return await asyncio.gather(*(values(address, udid) for udid in udids))

    udids = (UDID, *OTHERS)
    phones = [SimulatedIPhone(small_iphone(tmp_path, udid=udid)) for udid in udids]
    with Usbmuxd(phones) as mux:
        answers = asyncio.run(all_values(mux.address, udids))

    assert [(True, udid) for udid in udids] == answers
    assert all(phone.calls for phone in phones)
    # Each has a key of its own.
    assert 4 == len({phone.pair_record["DeviceCertificate"] for phone in phones})


def test_listeners_are_told_what_comes_and_goes(plug):
    phone = plug()

    async def listen():
        async with await create_mux(usbmux_address=phone.mux.address) as mux:
            await mux.listen()
            for _ in range(2):
                await mux.receive_device_state_update()
            attached = list(mux.devices)
            await asyncio.to_thread(phone.mux.unplug, phone)
            for _ in range(2):
                await mux.receive_device_state_update()
            return attached, mux.devices

    attached, left = asyncio.run(listen())

    assert [UDID, UDID] == [device.serial for device in attached]
    assert [] == left
    assert [] == asyncio.run(list_devices(usbmux_address=phone.mux.address))


def test_pair_records_are_kept(plug):
    phone = plug(trust="unpaired")

    async def save():
        async with await create_mux(usbmux_address=phone.mux.address) as mux:
            await mux.save_pair_record("other", 1, b"<plist><dict/></plist>")
        async with await create_mux(usbmux_address=phone.mux.address) as mux:
            return await mux.get_pair_record("other")

    assert {} == asyncio.run(save())
    assert {"other": b"<plist><dict/></plist>"} == phone.mux.saved
    assert "SavePairRecord" in phone.mux.requests


@pytest.mark.parametrize(
    ("device", "port", "error"), [(9, 62078, BadDevError), (1, 50000, ConnectionFailedError)]
)
def test_a_connection_that_leads_nowhere(plug, device, port, error):
    phone = plug()

    async def connect():
        async with await create_mux(usbmux_address=phone.mux.address) as mux:
            await mux._connect(device, socket.htons(port))

    with pytest.raises(error):
        asyncio.run(connect())


def test_a_port_takes_one_connection(plug, drive):
    async def use(lockdown):
        started = await lockdown.get_service_connection_attributes("com.apple.misagent")
        first = await lockdown.create_service_connection(started["Port"])
        with pytest.raises(ConnectionFailedError):
            await lockdown.create_service_connection(started["Port"])
        await first.close()
        return started

    started = drive(plug(), use)

    assert ("com.apple.misagent", True) == (started["Service"], started["EnableServiceSSL"])


def test_an_unknown_message_is_refused(plug):
    phone = plug()

    async def ask():
        async with await create_mux(usbmux_address=phone.mux.address) as mux:
            await mux._send_receive({"MessageType": "DeletePairRecord", "PairRecordID": UDID})

    with pytest.raises(BadCommandError):
        asyncio.run(ask())


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack("<IIII", 16, 0, 3, 1),
        struct.pack("<IIII", 0xFFFFFFFF, 1, 8, 1),
        struct.pack("<IIII", 20, 1, 8, 1) + b"none",
        struct.pack("<IIII", 3, 1, 8, 1),
    ],
)
def test_what_is_no_message_ends_the_connection(plug, sent):
    phone = plug()
    host, port = phone.mux.address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(sent)
        with contextlib.suppress(ConnectionResetError):
            assert b"" == connection.recv(100)


def test_a_unix_socket(tmp_path):
    path = tmp_path / "usbmuxd"
    with Usbmuxd([SimulatedIPhone(small_iphone(tmp_path))], path=path):
        assert 2 == len(asyncio.run(list_devices(usbmux_address=str(path))))
    assert not path.exists()


def test_a_port_that_is_taken(plug):
    port = int(plug().mux.address.split(":")[1])
    with pytest.raises(UsageError, match=str(port)):
        Usbmuxd([], port=port).start()


def test_a_path_that_is_taken(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="file"):
        Usbmuxd([], path=tmp_path / "file").start()


@pytest.mark.parametrize("unplugged", [False, True])
def test_a_connection_that_ends_in_the_handshake(plug, drive, unplugged):
    """Nothing that a finaliser could complain of stays behind."""
    phone = plug()

    async def use(lockdown):
        started = await lockdown.get_service_connection_attributes("com.apple.misagent")
        connection = await lockdown.create_service_connection(started["Port"])
        connection.writer.write(b"\x16\x03")
        await connection.writer.drain()
        if unplugged:
            await asyncio.to_thread(phone.mux.unplug, phone)
        await connection.close()

    drive(phone, use)
    phone.mux.stop()
    gc.collect()

    assert [] == [name for name, _ in phone.calls if name == "com.apple.misagent"]


def test_nothing_is_left_when_it_stops(plug, drive):
    """A session, a service in the middle of its work and a listener are open."""
    phone = plug()
    host, port = phone.mux.address.split(":")

    async def use(lockdown):
        log = await lockdown.start_lockdown_service("com.apple.os_trace_relay")
        async with log, await create_mux(usbmux_address=phone.mux.address) as mux:
            await mux.listen()
            await log.send_plist({"Request": "StartActivity", "Pid": -1})
            await log.recvall(100)
            start = time.monotonic()
            await asyncio.to_thread(phone.mux.stop)
            return time.monotonic() - start

    assert 1 > drive(phone, use)
    assert "usbmuxd" not in [thread.name for thread in threading.enumerate()]
    with socket.socket() as probe:
        assert 0 != probe.connect_ex((host, int(port)))
