"""Phones that are plugged in and unplugged while usbmuxd runs, and a usbmuxd that restarts."""

import asyncio

import pytest
from pymobiledevice3.usbmux import create_mux, list_devices

from scanner.simulate.ios import SimulatedIPhone, Usbmuxd
from tests.simulate.ios.recordings import UDID, small_iphone


@pytest.fixture
def phone(tmp_path):
    return SimulatedIPhone(small_iphone(tmp_path), trust="unpaired")


def listed(mux):
    devices = asyncio.run(list_devices(usbmux_address=mux.address))
    return [(device.devid, device.serial, device.connection_type) for device in devices]


def test_a_number_is_never_used_again(phone):
    with Usbmuxd([]) as mux:
        assert [] == listed(mux)
        mux.plug(phone)
        assert [(1, UDID, "USB"), (2, UDID, "Network")] == listed(mux)
        mux.unplug(phone)
        assert [] == listed(mux)
        mux.plug(phone, "USB")
        assert [(3, UDID, "USB")] == listed(mux)
        mux.plug(phone)
        assert [(3, UDID, "USB"), (4, UDID, "Network")] == listed(mux)


def test_a_phone_goes_with_its_last_connection(phone):
    with Usbmuxd([phone]) as mux:
        mux.unplug(phone, "USB")
        assert [(2, UDID, "Network")] == listed(mux)
        assert phone.here
        mux.unplug(phone, "Network")
        assert [] == listed(mux)
        assert not phone.here
        mux.unplug(phone, "Network")  # what is not there cannot go
        assert [] == listed(mux)


def test_a_restart_keeps_address_and_records_and_counts_from_one(phone):
    async def save(mux):
        async with await create_mux(usbmux_address=mux.address) as client:
            await client.save_pair_record(UDID, 2, b"<plist><dict/></plist>")

    with Usbmuxd([phone]) as mux:
        address = mux.address
        asyncio.run(save(mux))
        mux.unplug(phone, "USB")
        mux.restart()

        assert address == mux.address
        assert [(1, UDID, "Network")] == listed(mux)
        assert {UDID: b"<plist><dict/></plist>"} == mux.saved


def test_phones_are_moved_while_it_is_stopped(phone):
    with Usbmuxd([phone]) as mux:
        mux.stop()
        mux.unplug(phone)
        mux.plug(phone, "Network")
        mux.start()

        assert [(1, UDID, "Network")] == listed(mux)
