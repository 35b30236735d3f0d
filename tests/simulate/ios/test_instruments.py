"""The developer services of a simulated iPhone, as the unmodified library sees them."""

import asyncio
import ipaddress
import json
from datetime import UTC, datetime

import pytest
from pymobiledevice3.dtx import DTXNsError
from pymobiledevice3.exceptions import InvalidServiceError
from pymobiledevice3.services.dvt.instruments.device_info import DeviceInfo
from pymobiledevice3.services.dvt.instruments.dvt_provider import DvtProvider
from pymobiledevice3.services.dvt.instruments.network_monitor import (
    ConnectionDetectionEvent,
    ConnectionUpdateEvent,
    InterfaceDetectionEvent,
    NetworkMonitor,
)
from pymobiledevice3.tunneld.api import get_tunneld_device_by_udid

from scanner.simulate.ios import Usbmuxd
from scanner.simulate.ios.phone import INSTRUMENTS
from scanner.simulate.ios.tunnel import DEVELOPER_SERVICES, Tunneld
from tests.simulate.ios.developer_phones import CONNECTIONS, PROCESSES, developer_phone, session


def used(phone, folder, use):
    """Return what is got by using the developer services by way of lockdownd."""

    async def run(address):
        async with session(phone, address, folder) as lockdown, DvtProvider(lockdown) as provider:
            return await use(provider)

    with Usbmuxd([phone]) as mux:
        return asyncio.run(run(mux.address))


async def processes(provider):
    async with DeviceInfo(provider) as info:
        return await info.proclist()


def test_the_library_lists_the_processes(tmp_path):
    phone = developer_phone(tmp_path)
    kernel, example, other = used(phone, tmp_path, processes)

    assert [one["name"] for one in PROCESSES] == [one["name"] for one in (kernel, example, other)]
    assert (99, True, PROCESSES[1]["path"]) == (
        example["pid"],
        example["isApplication"],
        example["realAppName"],
    )
    assert datetime(2026, 11, 1, 10, 11, 12, 500_000, tzinfo=UTC) == example["startDate"]
    assert "startDate" not in other


def test_the_library_watches_the_network(tmp_path):
    async def watch(provider):
        async with NetworkMonitor(provider) as monitor:
            events = []
            async for event in monitor:
                events.append(event)
                if len(events) == 2 + 2 * len(CONNECTIONS):
                    break
        return events

    events = used(developer_phone(tmp_path), tmp_path, watch)
    names = {e.interface_index: e.name for e in events if isinstance(e, InterfaceDetectionEvent)}
    found = [e for e in events if isinstance(e, ConnectionDetectionEvent)]

    assert {"en0", "utun2"} == set(names.values())
    assert [one["interface"] for one in CONNECTIONS] == [names[e.interface_index] for e in found]
    assert [ipaddress.ip_address(one["local_address"]) for one in CONNECTIONS] == [
        e.local_address.address for e in found
    ]
    assert [one["remote_port"] or 0 for one in CONNECTIONS] == [
        e.remote_address.port for e in found
    ]
    assert [1, 2, 1] == [e.kind for e in found]
    assert len(CONNECTIONS) == len([e for e in events if isinstance(e, ConnectionUpdateEvent)])


def test_a_list_of_many_processes_comes_in_fragments(tmp_path):
    phone = developer_phone(tmp_path)
    many = [{**PROCESSES[1], "pid": pid, "name": f"example{pid}"} for pid in range(3000)]
    (tmp_path / "processes.json").write_text(json.dumps(many), encoding="utf-8")

    assert list(range(3000)) == [one["pid"] for one in used(phone, tmp_path, processes)]


@pytest.mark.parametrize("selector", ["kill:", "directoryListingForPath:", "runningprocesses"])
def test_what_only_reads_is_all_that_is_known(tmp_path, selector):
    async def call(provider):
        async with DeviceInfo(provider) as info:
            await info.service.invoke(selector, 1)

    phone = developer_phone(tmp_path)
    with pytest.raises(DTXNsError):
        used(phone, tmp_path, call)

    assert selector in [message.get("selector") for _, message in phone.calls]


def test_an_unknown_channel_is_refused(tmp_path):
    async def call(provider):
        await provider.dtx.open_channel("com.apple.instruments.server.services.processcontrol")

    with pytest.raises(DTXNsError):
        used(developer_phone(tmp_path), tmp_path, call)


def test_channels_do_not_mix(tmp_path):
    async def both(provider):
        async with NetworkMonitor(provider) as monitor:
            listed = await processes(provider)
            return listed, await anext(aiter(monitor))

    listed, event = used(developer_phone(tmp_path), tmp_path, both)

    assert len(PROCESSES) == len(listed)
    assert isinstance(event, InterfaceDetectionEvent)


@pytest.mark.parametrize(("version", "mounted"), [("16.7.2", False), ("17.0", True)])
def test_lockdownd_offers_nothing_without_an_image_or_since_ios_17(tmp_path, version, mounted):
    phone = developer_phone(tmp_path, version, mounted=mounted)

    with pytest.raises(InvalidServiceError):
        used(phone, tmp_path, processes)


def test_what_is_no_dtx_ends_the_connection(tmp_path):
    async def talk(reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n\r\n" * 10)
        return await reader.read()

    async def run(address):
        async with session(phone, address, tmp_path) as lockdown:
            service = await lockdown.start_lockdown_service(INSTRUMENTS)
            async with asyncio.timeout(5):
                return await talk(service.reader, service.writer)

    phone = developer_phone(tmp_path)
    with Usbmuxd([phone]) as mux:
        assert asyncio.run(run(mux.address))  # its own greeting, and then the end


def tunnelled(phone, use):
    async def run(address):
        found = await get_tunneld_device_by_udid(phone.udid, address)
        try:
            return await use(found)
        finally:
            await found.close()

    with Tunneld([phone]) as tunneld:
        return asyncio.run(run(tunneld.address))


def test_the_library_lists_the_processes_through_a_tunnel(tmp_path):
    async def use(found):
        async with DvtProvider(found) as provider:
            return found.peer_info, await processes(provider)

    phone = developer_phone(tmp_path, "18.5")
    peer, listed = tunnelled(phone, use)

    assert (phone.udid, "18.5") == (
        peer["Properties"]["UniqueDeviceID"],
        peer["Properties"]["OSVersion"],
    )
    assert len(PROCESSES) == len(listed)
    assert {DEVELOPER_SERVICES} == {service for service, _ in phone.calls if "com" in service}


def test_without_an_image_the_tunnel_leads_to_no_developer_services(tmp_path):
    async def use(found):
        return found.peer_info["Services"]

    assert {} == tunnelled(developer_phone(tmp_path, "18.5", mounted=False), use)
