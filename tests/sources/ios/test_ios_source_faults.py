"""What is wrong with one service costs that service alone, in time."""

import plistlib
import struct
import time

import pytest
from msgspec import structs

from scanner.errors import DeviceError
from scanner.formats import packet_headers
from scanner.model.evidence import BytesFile
from scanner.model.requests import MiB, Packets
from scanner.simulate.ios import SERVICES, IosFaults, Usbmuxd
from tests.sources.ios import requests as asks

APPS = "com.apple.mobile.installation_proxy"
BOMB = b'<?xml version="1.0"?><plist><array>' + b"<array>" * 200_000
PATIENT = (*asks.CALLS, *asks.VALUES, asks.LOG, asks.CRASHES)


def impatient(seconds):
    return structs.replace(asks.APPS, timeout=seconds)


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (IosFaults(refuse=(APPS,)), "unsupported_version"),
        (IosFaults(locked_services=(APPS,)), "locked"),
        (IosFaults(silent=(APPS,)), "timeout"),
        (IosFaults(drop_after={APPS: 0}), "source_absent"),
        (IosFaults(drop_after={APPS: 2}), "source_absent"),
        (IosFaults(drop_after={APPS: 100}), "truncated"),
        (IosFaults(oversized=(APPS,)), "timeout"),
        (IosFaults(slow={APPS: 30.0}), "timeout"),
    ],
    ids=["refused", "locked", "silent", "dropped", "no length", "cut", "a lie", "slow"],
)
def test_a_fault_costs_its_service_alone(plug, open_source, read, faults, expected):
    source = open_source(plug(faults=faults))
    began = time.monotonic()
    found = read(source, impatient(1.5), *PATIENT[1:])

    assert time.monotonic() - began < 6
    apps = found.pop(str(asks.APPS))
    assert expected == (apps if isinstance(apps, str) else apps[1].cut)
    assert len(PATIENT) - 1 == len(found)
    assert [] == [name for name, answer in found.items() if isinstance(answer, str)]
    assert {None} == {outcome.cut for _, outcome in found.values()}


@pytest.mark.parametrize("reply", [b"no property list", b"", BOMB, plistlib.dumps("text")])
def test_whatever_a_service_replies_is_evidence(plug, open_source, read, reply):
    found = read(open_source(plug(faults=IosFaults(replace={APPS: reply}))), asks.APPS)

    data, outcome = found[str(asks.APPS)]
    assert reply == data
    assert None is outcome.cut


def test_more_than_the_limit_is_cut(plug, open_source, read):
    source = open_source(plug(faults=IosFaults(replace={APPS: bytes(3 * MiB)})))
    data, outcome = read(source, structs.replace(asks.APPS, limit=MiB))[str(asks.APPS)]

    assert (MiB, "truncated") == (len(data), outcome.cut)


def test_one_domain_of_a_false_length_costs_that_domain(plug, open_source, read):
    every, amfi = asks.VALUES
    fault = IosFaults(oversized=("lockdownd/com.apple.security.mac.amfi",))
    found = read(open_source(plug(faults=fault)), amfi, every)

    assert "parse_error" == found[str(amfi)]
    assert None is found[str(every)][1].cut


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"Error": "MissingValue"}, "source_absent"),
        ({"Error": "GetProhibited"}, "no_permission"),
        ({"Error": "PasswordProtected"}, "locked"),
        ({"Error": "SomethingNew"}, "no_permission"),
    ],
)
def test_a_refused_value_says_why(plug, open_source, read, reply, expected):
    spoilt = {"lockdownd/com.apple.security.mac.amfi": plistlib.dumps(reply)}
    found = read(open_source(plug(faults=IosFaults(replace=spoilt))), *asks.VALUES)

    assert expected == found[str(asks.VALUES[1])]
    assert None is found[str(asks.VALUES[0])][1].cut


@pytest.mark.parametrize("reply", [BOMB, b"", b"bplist00", plistlib.dumps({"Error": {"a": 1}})])
def test_a_hostile_value_is_evidence_too(plug, open_source, read, reply):
    spoilt = {"lockdownd/com.apple.security.mac.amfi": reply}
    found = read(open_source(plug(faults=IosFaults(replace=spoilt))), *asks.VALUES)

    assert reply == found[str(asks.VALUES[1])][0]


async def broken_off(_phone, reader, writer):
    """Send one whole packet, and what is none."""
    header = struct.pack(">I6xHB4xI4x16s4s17s4x4s17s", 95, 0, 1, 0, b"en0", b"", b"a", b"", b"")
    packet = plistlib.dumps(header.ljust(95, b"\0") + b"\x45" + bytes(40))
    writer.write(struct.pack(">I", len(packet)) + packet + b"\xff\xff\xff\xff")
    await writer.drain()
    await reader.read()


async def records_of_no_kind(_phone, reader, writer):
    """Agree to stream the log, and send something else."""
    size = int.from_bytes(await reader.readexactly(4), "big")
    await reader.readexactly(size)
    agreed = plistlib.dumps({"Status": "RequestSuccessful"})
    writer.write(struct.pack("<I", 4) + struct.pack("<I", len(agreed)) + agreed + b"\x07" * 500)
    await writer.drain()
    await reader.read()


async def not_afc(_phone, reader, writer):
    await reader.readexactly(40)
    writer.write(b"CFA6LPAA" + b"\xff" * 32)
    await writer.drain()
    await reader.read()


async def afc_of_many_names(_phone, reader, writer):
    await reader.readexactly(40 + 2)
    names = b"a\0" * 30_000
    length = 40 + len(names)
    writer.write(struct.pack("<8sQQQQ", b"CFA6LPAA", length, 40, 1, 2) + names)
    await writer.drain()
    await reader.read()


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (asks.LOG, {"com.apple.os_trace_relay": records_of_no_kind}),
        (asks.CRASHES, {"com.apple.crashreportcopymobile": not_afc}),
        (asks.CRASHES, {"com.apple.crashreportcopymobile": afc_of_many_names}),
    ],
)
def test_a_stream_of_another_form_is_no_answer(plug, open_source, read, asked, wrong):
    phone = plug()
    with Usbmuxd([phone], services={**SERVICES, **wrong}) as phone.mux:
        source = open_source(phone)
        found = read(source, asked, asks.PROFILES)
        source.close()

    assert "parse_error" == found[str(asked)]
    assert None is found[str(asks.PROFILES)][1].cut


def test_packets_before_a_breach_are_kept(plug, open_source, read):
    phone, request = plug(), Packets(seconds=20)
    with Usbmuxd([phone], services={**SERVICES, "com.apple.pcapd": broken_off}) as phone.mux:
        source = open_source(phone)
        data, outcome = read(source, request)[str(request)]
        source.close()

    assert "truncated" == outcome.cut
    assert list(packet_headers.read(BytesFile(request, data)))


def test_another_phone_behind_a_service_ends_everything(plug, open_source):
    phone = plug()
    source = open_source(phone)
    stranger = type(phone)(phone.recorded, faults=IosFaults(foreign_key=True))
    phone._hosts = stranger._hosts

    with pytest.raises(DeviceError, match="not the phone that was paired"):
        list(source.fetch_all([asks.PROFILES, asks.ICONS]))
