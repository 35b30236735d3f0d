"""Sockets of an iPhone, from packets and from its developer services."""

from __future__ import annotations

import pytest
from msgspec import structs

from scanner.artifacts.ios import connections, traffic
from scanner.errors import ParseError
from scanner.formats.instruments import Connection
from scanner.formats.instruments import line as instruments_line
from scanner.formats.json_lines import json_line
from scanner.formats.packet_headers import Flow, Rest
from scanner.model.entities import Socket
from scanner.model.evidence import BytesFile
from scanner.model.requests import Instruments, Packets

FLOW = Flow(
    interface="en0",
    pid=50,
    process="exampled",
    protocol="tcp",
    local_address="192.0.2.10",
    local_port=50000,
    remote_address="198.51.100.7",
    remote_port=443,
    packets=3,
    bytes_in=64,
    bytes_out=120,
)
LISTENING = Connection(
    protocol="tcp6",
    local_address="::",
    local_port=22,
    remote_address=None,
    remote_port=None,
    pid=80,
    interface=None,
)


def flows(*lines):
    data = b"".join(map(json_line, lines))
    return list(traffic.parse(BytesFile(Packets(), data)))


def seen(*entries):
    data = b"".join(map(instruments_line, entries))
    return list(connections.parse(BytesFile(Instruments(what="network"), data)))


def test_a_flow():
    expected = Socket(
        source="packets",
        protocol="tcp",
        local_address="192.0.2.10",
        local_port=50000,
        remote_address="198.51.100.7",
        remote_port=443,
        uid=None,
        pid=50,
        process="exampled",
        interface="en0",
        packets=3,
        bytes_in=64,
        bytes_out=120,
    )

    assert flows(FLOW, Rest(unread=9, left_out=0)) == [expected]


def test_flows_between_the_same_ends_are_one_socket():
    nobody = structs.replace(FLOW, pid=None, process=None, packets=100)
    other = structs.replace(FLOW, pid=51, process="Example", packets=4, bytes_in=6)
    (socket,) = flows(FLOW, nobody, other)

    assert (socket.pid, socket.process) == (51, "Example")
    assert (socket.packets, socket.bytes_in, socket.bytes_out) == (107, 134, 360)


def test_flows_left_out_are_told_after_the_others():
    data = json_line(FLOW) + json_line(Rest(unread=0, left_out=1))
    found = []
    with pytest.raises(ParseError, match="at most 20000 flows"):
        found.extend(traffic.parse(BytesFile(Packets(), data)))
    assert len(found) == 1


def test_silence_is_no_error():
    assert flows(Rest(unread=0, left_out=0)) == []


def test_an_end_that_is_no_address():
    with pytest.raises(ParseError):
        flows(structs.replace(FLOW, remote_address="example.com"))


def test_a_connection():
    entry = structs.replace(
        LISTENING,
        local_address="fe80::1%en0",
        local_port=49152,
        remote_address="2001:db8::7",
        remote_port=443,
        interface="en0",
    )
    expected = Socket(
        source="instruments",
        protocol="tcp6",
        local_address="fe80::1",
        local_port=49152,
        remote_address="2001:db8::7",
        remote_port=443,
        uid=None,
        listening=False,
        exposed=False,
        pid=80,
        interface="en0",
    )

    assert seen(entry) == [expected]


@pytest.mark.parametrize(
    ("address", "exposed"), [("::", True), ("0.0.0.0", True), ("::1", False), ("127.0.0.1", False)]
)
def test_a_socket_that_waits(address, exposed):
    (socket,) = seen(structs.replace(LISTENING, local_address=address))

    assert (socket.listening, socket.exposed) == (True, exposed)
    assert (socket.remote_address, socket.remote_port) == (None, None)


def test_the_address_of_anybody_is_no_other_end():
    (socket,) = seen(structs.replace(LISTENING, remote_address="::", remote_port=0))

    assert (socket.listening, socket.remote_address) == (True, None)


def test_a_connection_to_no_address():
    with pytest.raises(ParseError):
        seen(structs.replace(LISTENING, remote_address="example.com", remote_port=1))
