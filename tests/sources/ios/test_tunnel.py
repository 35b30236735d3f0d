"""The developer services of iOS 17 and later, through a simulated tunnel."""

import json
import socket
import struct
import threading
from contextlib import contextmanager
from urllib.request import urlopen

import pytest

from scanner.formats import remote_xpc
from scanner.model.requests import Instruments
from scanner.simulate.ios import IosFaults
from scanner.simulate.ios.tunnel import DEVELOPER_SERVICES, DISCOVERY, Tunneld
from scanner.sources.ios.tunnel import ADDRESS_VARIABLE
from tests.simulate.ios.developer_phones import CONNECTIONS, PROCESSES, UDID, developer_phone
from tests.sources.ios.developer import LIST, READ_ONLY, WATCH, ask, called, fields, nowhere


def test_through_a_tunnel_the_answer_is_the_same(tmp_path):
    phone = developer_phone(tmp_path, "18.5")
    with Tunneld([phone]) as tunneld:
        listed, watched = ask(phone, tmp_path, LIST, WATCH, tunnels=tunneld.address)

    assert [*PROCESSES] == fields(listed.lines)
    assert [*CONNECTIONS] == fields(watched.lines)
    assert READ_ONLY == called(phone)


def test_where_tunnels_are_told_can_be_said_by_a_variable(tmp_path, monkeypatch):
    phone = developer_phone(tmp_path, "18.5")
    with Tunneld([phone]) as tunneld:
        monkeypatch.setenv(ADDRESS_VARIABLE, "{}:{}".format(*tunneld.address))
        (result,) = ask(phone, tmp_path, LIST, tunnels=None)

    assert [*PROCESSES] == fields(result.lines)


def test_a_tunnel_of_another_phone_is_none_of_this_one(tmp_path):
    other = developer_phone(tmp_path / "other", "18.5", udid="00008110-000000000000000B")
    phone = developer_phone(tmp_path / "one", "18.5")
    with Tunneld([other]) as tunneld:
        (result,) = ask(phone, tmp_path, LIST, tunnels=tunneld.address)

    assert "no tunnel to the developer services runs" == str(result.error)
    assert [] == other.calls


def said(**changes):
    about = {"Properties": {"UniqueDeviceID": UDID}, "Services": {}, **changes}
    return remote_xpc.message(remote_xpc.ALWAYS | remote_xpc.HAS_DATA, 2, about)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(said(), "no developer image is mounted", id="no services"),
        pytest.param(said(Services=[]), "no developer image is mounted", id="a list of services"),
        pytest.param(
            said(Properties={"UniqueDeviceID": "other"}),
            "the tunnel leads to another phone",
            id="another phone",
        ),
        pytest.param(
            said(Services={DEVELOPER_SERVICES: {"Port": "0x16"}}),
            "the port of a service expected",
            id="no port",
        ),
        pytest.param(bytes(100), "a message of XPC expected", id="no message"),
        pytest.param(
            struct.pack("<IIQQ", 0x29B00B92, 0x101, 2**40, 1),
            "a message of XPC expected",
            id="a lying size",
        ),
    ],
)
def test_a_phone_that_lies_through_a_tunnel(tmp_path, words, expected):
    phone = developer_phone(tmp_path, "18.5", faults=IosFaults(replace={DISCOVERY: words}))
    with Tunneld([phone]) as tunneld:
        (result,) = ask(phone, tmp_path, LIST, tunnels=tunneld.address)

    assert expected == str(result.error)


def test_a_phone_that_names_a_port_where_nobody_listens(tmp_path):
    with nowhere() as (_, port):
        words = said(Services={DEVELOPER_SERVICES: {"Port": str(port)}})
        phone = developer_phone(tmp_path, "18.5", faults=IosFaults(replace={DISCOVERY: words}))
        with Tunneld([phone]) as tunneld:
            (result,) = ask(phone, tmp_path, LIST, tunnels=tunneld.address)

    assert "the tunnel to the developer services does not answer" == str(result.error)


@contextmanager
def telling(answer):
    """Tell of tunnels whatever a test wants; yields the address where it is told."""

    def tell():
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                client.recv(4096)
                client.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=tell)
        thread.start()
        yield server.getsockname()
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def told_by(address):
    """Return what a tunneld tells."""
    with urlopen("http://{}:{}/".format(*address), timeout=5) as answer:
        return json.load(answer)


def tunnel(address, port):
    return json.dumps({UDID: [{"tunnel-address": address, "tunnel-port": port}]}).encode()


NONE, ELSEWHERE = (
    "no tunnel to the developer services runs",
    "the tunnel that is told of leads to no phone at this computer",
)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (tunnel("127.0.0.1", 99999), NONE),
        (tunnel("127.0.0.1", 0), NONE),
        (tunnel("127.0.0.1", -1), NONE),
        (tunnel("127.0.0.1", 10**30), NONE),
        (tunnel("127.0.0.1", "80"), NONE),
        (tunnel("a" * 65, 80), NONE),
        (tunnel("a" * 64 + ".example", 80), NONE),
        (tunnel("", 80), ELSEWHERE),
        (tunnel("a" * 64, 80), ELSEWHERE),
        (tunnel("localhost", 80), ELSEWHERE),
        (tunnel("192.0.2.1", 80), ELSEWHERE),
        (tunnel("8.8.8.8", 80), ELSEWHERE),
        (tunnel("0.0.0.0", 80), ELSEWHERE),
        (tunnel("::", 80), ELSEWHERE),
        (tunnel("::ffff:8.8.8.8", 80), ELSEWHERE),
        (tunnel("2001:db8::1", 80), ELSEWHERE),
        (tunnel("ff02::1", 80), ELSEWHERE),
        (tunnel("fe80::1%nothing", 80), "the tunnel to the developer services does not answer"),
        (b"", NONE),
        (b"\xff" * 100, NONE),
        (b"[" * 100_000, NONE),
        (b'{"a":' * 100_000, NONE),
        (json.dumps({UDID: []}).encode(), NONE),
        (json.dumps({UDID: [[]]}).encode(), NONE),
    ],
)
def test_what_is_told_of_tunnels_leads_nowhere_else(tmp_path, answer, expected):
    phone = developer_phone(tmp_path, "18.5")
    with telling(answer) as address:
        (result,) = ask(phone, tmp_path, LIST, tunnels=address)

    assert ("unsupported_version", expected) == (result.error.reason, str(result.error))
    assert result.seconds < 5


def test_what_is_told_of_another_phone_spoils_nothing(tmp_path):
    phone = developer_phone(tmp_path, "18.5")
    with Tunneld([phone]) as tunneld:
        told = {"other": [{"tunnel-port": 10**9}], **told_by(tunneld.address)}
        with telling(json.dumps(told).encode()) as address:
            (result,) = ask(phone, tmp_path, LIST, tunnels=address)

    assert [*PROCESSES] == fields(result.lines)


@pytest.mark.parametrize("said", ["nonsense", "127.0.0.1:", ":80", "127.0.0.1:99999", "[]:80"])
def test_a_variable_that_says_nothing_of_the_kind_is_named(tmp_path, monkeypatch, said):
    monkeypatch.setenv(ADDRESS_VARIABLE, said)
    (result,) = ask(developer_phone(tmp_path, "18.5"), tmp_path, LIST, tunnels=None)

    assert f"{ADDRESS_VARIABLE} is not HOST:PORT" == str(result.error)


@pytest.mark.parametrize("service", [DISCOVERY, DEVELOPER_SERVICES])
def test_silence_in_a_tunnel_costs_its_time_and_no_more(tmp_path, service):
    phone = developer_phone(tmp_path, "18.5", faults=IosFaults(silent=(service,)))
    request = Instruments(what="processes", timeout=0.4)
    with Tunneld([phone]) as tunneld:
        (result,) = ask(phone, tmp_path, request, tunnels=tunneld.address)

    assert isinstance(result.error, TimeoutError)
    assert result.seconds < 2
