import json

import pytest

from scanner.errors import ParseError
from scanner.formats.instruments import (
    Connection,
    RunningProcess,
    endpoint,
    line,
    read_connections,
    read_processes,
)
from scanner.model.evidence import BytesFile
from scanner.model.requests import Instruments

PROCESS = RunningProcess(
    pid=77,
    name="example",
    path="/usr/libexec/example",
    started="2026-11-01T10:11:12+00:00",
    application=False,
)
CONNECTION = Connection(
    protocol="tcp",
    local_address="192.0.2.1",
    local_port=50000,
    remote_address="198.51.100.7",
    remote_port=443,
    pid=77,
    interface="en0",
)


def processes(data):
    return list(read_processes(BytesFile(Instruments(what="processes"), data)))


def connections(data):
    return list(read_connections(BytesFile(Instruments(what="network"), data)))


def test_processes_are_read_as_they_were_written():
    bare = RunningProcess(pid=0, name="kernel", path=None, started=None, application=None)

    assert [PROCESS, bare] == processes(line(PROCESS) + line(bare))


def test_connections_are_read_as_they_were_written():
    assert [CONNECTION] == connections(line(CONNECTION))


def test_a_line_that_was_cut_is_left_out():
    assert [PROCESS] == processes(line(PROCESS) + line(PROCESS)[:-1])


def test_a_list_without_any_process_is_no_list():
    with pytest.raises(ParseError):
        processes(b"")


def test_a_phone_may_have_no_connection():
    assert [] == connections(b"")


@pytest.mark.parametrize(
    "change",
    [{"pid": "77"}, {"pid": None}, {"name": 5}, {"arguments": ["-x"]}, {"application": "no"}],
)
def test_another_shape_is_refused(change):
    fields = {**json.loads(line(PROCESS)), **change}

    with pytest.raises(ParseError):
        processes(json.dumps(fields).encode() + b"\n")


@pytest.mark.parametrize("data", [b"\n", b"{}\n", b"[" * 100_000 + b"\n", b"\xff\n"])
def test_what_is_no_line_of_ours_is_refused(data):
    with pytest.raises(ParseError):
        processes(data)


def test_a_port_is_one():
    with pytest.raises(ParseError):
        connections(line(CONNECTION).replace(b"443", b"70000"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("1002c350c0000201" + "00" * 8, ("192.0.2.1", 50000)),
        ("1c1e01bb00000000" + "20010db8" + "00" * 11 + "01" + "00" * 4, ("2001:db8::1", 443)),
        ("1c1e000000000000" + "00" * 20, ("::", 0)),
    ],
)
def test_socket_addresses_of_darwin(data, expected):
    assert expected == endpoint(bytes.fromhex(data))


@pytest.mark.parametrize("data", ["", "10", "1002c350", "1001" + "00" * 14, "6a01" + "00" * 104])
def test_another_address_is_refused(data):
    with pytest.raises(ParseError):
        endpoint(bytes.fromhex(data))
