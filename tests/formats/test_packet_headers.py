"""Packets as pcapd sends them, and the flows that they are reduced to."""

from __future__ import annotations

import ipaddress
import struct

import pytest
from pymobiledevice3.services.pcapd import parse_device_packet

from scanner.errors import ParseError
from scanner.formats import packet_headers
from scanner.formats.packet_headers import Flow, FlowReduction, Rest, read
from scanner.model.evidence import BytesFile
from scanner.model.requests import Packets

PHONE, SERVER = "192.0.2.10", "198.51.100.7"
PHONE6, SERVER6 = "2001:db8::10", "2001:db8:1::7"
PAYLOAD = b"GET /secret HTTP/1.1"
ETHERNET = b"\x02" * 12
ANY = 0xFFFFFFFF


def ports(source, target):
    return struct.pack(">HH", source, target) + bytes(16) + PAYLOAD


def ipv4(source, target, rest, *, protocol=6, fragment=0, words=5):
    head = struct.pack(">BBHHHBBH", 0x40 | words, 0, 0, 0, fragment, 64, protocol, 0)
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(target).packed
    return head + addresses + bytes((words - 5) * 4) + rest


def ipv6(source, target, rest, *, following=6):
    head = struct.pack(">IHBB", 0x60000000, len(rest), following, 64)
    return head + ipaddress.ip_address(source).packed + ipaddress.ip_address(target).packed + rest


def record(
    frame,
    *,
    out=True,
    before=0,
    interface="en",
    unit=0,
    pid=(50, "exampled"),
    behalf=(50, "exampled"),
    more=b"",
    io=None,
):
    header = struct.pack(
        ">IBIBHBIII16s",
        95 + len(more),
        2,
        len(frame),
        6,
        unit,
        io if io is not None else (0x01 if out else 0x10),
        2,
        before,
        0,
        interface.encode(),
    )
    work = struct.pack("<I17s", pid[0], pid[1].encode()) + bytes(4)
    return (
        header
        + work
        + struct.pack("<I17s", behalf[0], behalf[1].encode())
        + bytes(8)
        + (more + frame)
    )


def reduced(*records):
    reduction = FlowReduction()
    for each in records:
        reduction.feed(each)
    data = b"".join(reduction.lines())
    assert b"secret" not in data
    return list(read(BytesFile(Packets(), data)))


def test_both_directions_are_one_flow():
    sent, answered = (
        ipv4(PHONE, SERVER, ports(50000, 443)),
        ipv4(SERVER, PHONE, ports(443, 50000), words=6),
    )
    expected = Flow(
        interface="en0",
        pid=50,
        process="exampled",
        protocol="tcp",
        local_address=PHONE,
        local_port=50000,
        remote_address=SERVER,
        remote_port=443,
        packets=3,
        bytes_in=64,
        bytes_out=120,
    )

    assert reduced(record(sent), record(answered, out=False), record(sent)) == [
        expected,
        Rest(0, 0),
    ]


@pytest.mark.parametrize(
    ("before", "link"),
    [
        (0, b""),
        (4, b"\0\0\0\x02"),
        (14, ETHERNET + b"\x08\x00"),
        (14, ETHERNET + b"\x81\x00\0\x05\x08\x00"),
        (14, ETHERNET + b"\x88\xa8\0\x05\x81\x00\0\x06\x08\x00"),
    ],
)
def test_what_stands_before_the_packet(before, link):
    frame = link + ipv4(PHONE, SERVER, ports(1, 2), protocol=17)
    flow, rest = reduced(record(frame, before=before))

    assert (flow.protocol, flow.remote_address, flow.remote_port) == ("udp", SERVER, 2)
    assert flow.bytes_out == 60
    assert rest == Rest(0, 0)


def test_a_longer_header():
    flow, _ = reduced(record(ipv4(PHONE, SERVER, ports(1, 2)), more=bytes(8)))

    assert flow.remote_port == 2


@pytest.mark.parametrize(
    ("following", "extension"),
    [
        (6, b""),
        (0, b"\x06\0" + bytes(6)),
        (43, b"\x3c\x01" + bytes(14) + b"\x06\0" + bytes(6)),
        (44, b"\x06\0\0\x01" + bytes(4)),  # the first fragment
    ],
)
def test_ports_behind_extension_headers(following, extension):
    frame = ipv6(PHONE6, SERVER6, extension + ports(5, 6), following=following)
    flow, _ = reduced(record(frame, interface="pdp_ip"))

    assert (flow.protocol, flow.local_port, flow.remote_port) == ("tcp6", 5, 6)
    assert (flow.local_address, flow.remote_address) == (PHONE6, SERVER6)
    assert flow.interface == "pdp_ip0"


@pytest.mark.parametrize(
    ("frame", "protocol"),
    [
        (ipv4(PHONE, SERVER, b"\x08\0\0\0", protocol=1), "raw"),
        (ipv4(PHONE, SERVER, ports(1, 2), fragment=0x2001), "raw"),  # a later fragment
        (ipv4(PHONE, SERVER, b"\x01\x02"), "raw"),  # cut within its ports
        (ipv4(PHONE, SERVER, ports(1, 2), words=5).replace(b"\x45", b"\x41", 1), "raw"),
        (ipv6(PHONE6, SERVER6, bytes(8), following=58), "raw6"),
        (ipv6(PHONE6, SERVER6, b"\x06\0\0\x08" + bytes(4) + ports(1, 2), following=44), "raw6"),
        (ipv6(PHONE6, SERVER6, (b"\0\0" + bytes(6)) * 200, following=0), "raw6"),
    ],
)
def test_packets_without_ports(frame, protocol):
    flow, rest = reduced(record(frame))

    assert (flow.protocol, flow.local_port, flow.remote_port) == (protocol, 0, 0)
    assert rest == Rest(0, 0)


@pytest.mark.parametrize(
    "each",
    [
        record(b""),
        record(ETHERNET + b"\x08\x06" + bytes(28), before=14),  # ARP
        record(ETHERNET + b"\x81\x00" * 4, before=14),
        record(ipv4(PHONE, SERVER, b"")[:19]),
        record(ipv6(PHONE6, SERVER6, b"")[:39]),
        record(ipv4(PHONE, SERVER, ports(1, 2)), before=2**32 - 1),
        record(ipv4(PHONE, SERVER, ports(1, 2)), io=0x11),
    ],
)
def test_what_cannot_be_told_is_counted(each):
    assert reduced(each) == [Rest(unread=1, left_out=0)]


def test_the_process_that_another_works_for():
    frame = ipv4(PHONE, SERVER, ports(1, 2))
    flow, _ = reduced(record(frame, behalf=(77, "Example")))

    assert (flow.pid, flow.process) == (77, "Example")


@pytest.mark.parametrize("behalf", [(0, ""), (ANY, "")])
def test_a_process_that_works_for_itself(behalf):
    flow, _ = reduced(record(ipv4(PHONE, SERVER, ports(1, 2)), behalf=behalf))

    assert (flow.pid, flow.process) == (50, "exampled")


def test_nobody_is_named():
    frame = ipv4(PHONE, SERVER, ports(1, 2))
    flow, _ = reduced(record(frame, pid=(ANY, ""), behalf=(ANY, "")))

    assert (flow.pid, flow.process) == (None, None)


def test_an_interface_with_its_unit():
    flow, _ = reduced(record(ipv4(PHONE, SERVER, ports(1, 2)), interface="utun3", unit=3))

    assert flow.interface == "utun3"


@pytest.mark.parametrize(
    "data",
    [b"", bytes(94), bytes(95), b"\0\0\0\x5e" + bytes(95), b"\xff\xff\xff\xff" + bytes(100)],
)
def test_a_record_without_the_header_of_one(data):
    with pytest.raises(ParseError):
        FlowReduction().feed(data)


def test_more_flows_than_are_kept_are_counted():
    count = packet_headers.FLOWS_LIMIT + 5
    frames = (
        ipv4(PHONE, str(ipaddress.ip_address(0x0A000000 + number)), ports(1, 2))
        for number in range(count)
    )
    *flows, rest = reduced(*map(record, frames))

    assert len(flows) == packet_headers.FLOWS_LIMIT
    assert rest == Rest(unread=0, left_out=5)


@pytest.mark.parametrize("line", [b"x\n", b"{}\n", b'{"kind":"flow"}\n', b'{"kind":"other"}\n'])
def test_a_line_of_another_shape(line):
    with pytest.raises(ParseError, match="line 1: "):
        list(read(BytesFile(Packets(), line)))


def test_another_reader_of_records_agrees():
    each = record(ipv4(PHONE, SERVER, ports(1, 2)), unit=0, behalf=(77, "Example"))
    other = parse_device_packet(each)
    flow, _ = reduced(each)

    assert (flow.pid, flow.process) == (other.epid, other.ecomm)
    assert flow.interface == f"{other.interface_name}{other.unit}"
    assert (other.io, other.frame_pre_length, len(other.data)) == (1, 0, flow.bytes_out)
