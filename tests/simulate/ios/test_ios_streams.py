"""The log and the packets of a simulated iPhone, as pymobiledevice3 reads them."""

import uuid
from contextlib import aclosing

from pymobiledevice3.services.os_trace import OsTraceService
from pymobiledevice3.services.pcapd import PcapdService

from tests.simulate.ios.recordings import ETHERNET, LOG, PACKETS, RAW


def records_of(pid, count):
    async def use(lockdown):
        entries = []
        async with OsTraceService(lockdown) as trace, aclosing(trace.syslog(pid=pid)) as log:
            async for entry in log:
                entries.append(entry)
                if len(entries) == count:
                    return entries
        raise AssertionError

    return use


def test_the_log_is_streamed_in_a_loop(plug, drive):
    phone = plug()
    entries = drive(phone, records_of(-1, 7))

    assert [1, 2, 3, 1, 2, 3, 1] == [entry.pid for entry in entries]
    entry, record = entries[1], LOG[1]
    assert record["process"] == entry.filename
    assert uuid.UUID(record["process_uuid"]) == entry.process_image_uuid
    assert record["sender"] == entry.image_name
    assert uuid.UUID(record["sender_uuid"]) == entry.image_uuid
    assert record["message"] == entry.message
    assert ("com.example.sub", "example") == (entry.label.subsystem, entry.label.category)
    assert 1 == entry.level
    asked = {"Request": "StartActivity", "Pid": -1}
    assert asked == {key: phone.calls[-1][1][key] for key in asked}


def test_the_log_of_one_process(plug, drive):
    assert [2, 2] == [entry.pid for entry in drive(plug(), records_of(2, 2))]


def test_packets_come_with_their_process(plug, drive):
    async def use(lockdown):
        async with PcapdService(lockdown) as pcapd:
            return [packet async for packet in pcapd.watch(packets_count=2)]

    phone = plug()
    wired, tunnelled = drive(phone, use)

    assert ("com.apple.pcapd", {}) == phone.calls[-1]
    assert ("en0", 77, "mDNSResponder") == (wired.interface_name, wired.pid, wired.comm)
    assert (78, PACKETS[0]["effective_process"][:16]) == (wired.epid, wired.ecomm)
    assert (1, 0x10) == (wired.io, tunnelled.io)
    assert (14, 0) == (wired.frame_pre_length, tunnelled.frame_pre_length)
    assert (0, 3) == (wired.unit, tunnelled.unit)
    assert ("AF_INET", "AF_INET6") == (
        wired.protocol_family.name,
        tunnelled.protocol_family.name,
    )
    assert ETHERNET == wired.data
    assert tunnelled.data.endswith(RAW)
    assert wired.seconds > 1_700_000_000
