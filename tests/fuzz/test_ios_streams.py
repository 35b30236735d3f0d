"""No bytes of a stream may crash a reduction, and what it writes can always be read again."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.artifacts.ios import (
    binary_images,
    connections,
    crash_reports,
    processes,
    running_processes,
    sysdiagnose,
    traffic,
)
from scanner.errors import NotAvailable, ParseError
from scanner.formats import crash_listing, log_stream, packet_headers
from scanner.formats.ios_paths import area, bundle_of, is_own, normal
from scanner.model.entities import Entity
from scanner.model.evidence import BytesFile
from scanner.model.requests import CrashFile, CrashReports, LogStream, Packets
from tests.formats.test_crash_listing import REPORT
from tests.formats.test_log_stream import SECRET
from tests.formats.test_log_stream import record as log_record
from tests.formats.test_packet_headers import PHONE, PHONE6, SERVER, SERVER6, ipv4, ipv6, ports
from tests.formats.test_packet_headers import record as packet_record

QUIET = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LOG = log_record()
PACKETS = (
    packet_record(ipv4(PHONE, SERVER, ports(1, 2))),
    packet_record(ipv6(PHONE6, SERVER6, ports(1, 2)), out=False),
    packet_record(bytes(12) + b"\x81\x00\0\x05\x08\x00" + ipv4(PHONE, SERVER, b""), before=14),
)
LINES = (
    b'{"pid":1,"process":"/a","process_uuid":null,"sender":"/b","sender_uuid":null}\n',
    b'{"path":"a-2026-11-01-091512.ips","size":1,"modified_at":"2026","header":{"name":"a"}}\n',
    b'{"kind":"rest","unread":0,"left_out":1}\n',
    (
        b'{"protocol":"tcp","local_address":"::","local_port":1,"remote_address":null,'
        b'"remote_port":null,"pid":1,"interface":null}\n'
    ),
    b'{"pid":1,"name":"a","path":"/a","started":null,"application":null}\n',
)
PARSERS = (binary_images, connections, crash_reports, processes, running_processes, traffic)


@st.composite
def damaged(draw: st.DrawFn, *wholes: bytes) -> bytes:
    """Change, cut or lengthen one of some byte strings."""
    data = bytearray(draw(st.sampled_from(wholes)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data) - 1))
        data[at] = draw(st.integers(0, 255))
    if draw(st.booleans()):
        data = data[: draw(st.integers(0, len(data)))]
    return bytes(data) + draw(st.binary(max_size=40))


@QUIET
@given(records=st.lists(damaged(LOG) | st.binary(max_size=400), max_size=5))
def test_log_records(records):
    reduction, data, refused = log_stream.LogReduction(), b"", []
    for record in records:
        try:
            data += reduction.feed(record)
        except ParseError as error:
            refused.append(str(error))

    assert len(list(log_stream.read(BytesFile(LogStream(), data)))) == data.count(b"\n")
    assert SECRET.encode() not in data
    assert all(map(str.isascii, refused))


@QUIET
@given(records=st.lists(damaged(*PACKETS) | st.binary(max_size=400), max_size=5))
def test_packets(records):
    reduction, refused = packet_headers.FlowReduction(), 0
    for record in records:
        try:
            reduction.feed(record)
        except ParseError:
            refused += 1
    *flows, rest = packet_headers.read(BytesFile(Packets(), b"".join(reduction.lines())))

    assert rest.left_out == 0
    packets: list[int] = [flow.packets for flow in flows]
    assert sum(packets) + rest.unread + refused == len(records)


@QUIET
@given(data=damaged(REPORT) | st.binary(max_size=400), name=st.text(max_size=60))
def test_crash_headers(data, name):
    header = crash_listing.header_of(data)
    entry = crash_listing.CrashEntry(path=f"x{name}.ips", size=0, modified_at=None, header=header)
    line = crash_listing.line(entry) if name.isprintable() else b""
    file = BytesFile(CrashReports(), line)

    assert list(crash_listing.read(file)) == ([entry] if line else [])
    assert all(isinstance(one, Entity) for one in crash_reports.parse(file))


@pytest.mark.parametrize("module", PARSERS, ids=lambda module: module.__name__.rpartition(".")[2])
@QUIET
@given(data=damaged(*LINES) | st.binary(max_size=400))
def test_readings(module, data):
    found, refused = [], ""
    try:
        found.extend(module.parse(BytesFile(LogStream(), data)))
    except (ParseError, NotAvailable) as error:
        refused = str(error)

    assert all(isinstance(one, Entity) for one in found)
    assert refused.isascii()
    assert len(refused) < 200


@QUIET
@given(path=st.text(max_size=200), data=st.binary(max_size=10))
def test_archives(path, data):
    with pytest.raises((ParseError, NotAvailable)):
        list(sysdiagnose.parse(BytesFile(CrashFile(path=path), data)))


@QUIET
@given(path=st.lists(st.sampled_from(["", ".", "..", "var", "a.app", "b\n", "tmp"])).map("/".join))
def test_paths(path):
    whole = normal(path)

    assert normal(whole) == whole
    assert area(path) == area(whole)
    assert bundle_of(path) == bundle_of(whole)
    assert is_own(path, path)
