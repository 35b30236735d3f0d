"""Every way in which a phone cannot be examined is an error that says what to do."""

import os
import socket
import threading
import time

import pytest

from scanner.errors import DeviceError
from scanner.sources.android import devices, open_android
from scanner.sources.android.discovery import obstacle
from scanner.sources.android.server import find_server

NAMED = {"getprop": b"[ro.serialno]: [TESTSERIAL01]\n"}


class FakeServer:
    """Listens as an adb server does and answers each request from a table; None: silence."""

    def __init__(self, answers, version=b"0029"):
        self._answers = {b"host:version": b"OKAY0004" + version, **answers}
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.asked = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._kept = []
        self._thread.start()

    def _run(self):
        while True:
            try:
                one, _ = self._listening.accept()
            except OSError:
                return
            size = one.recv(4)
            if not size:
                one.close()
                continue
            asked = one.recv(int(size, 16))
            self.asked.append(asked)
            answer = self._answers.get(asked, b"FAIL0014unknown host service")
            if answer is None:
                self._kept.append(one)
                continue
            one.sendall(answer)
            one.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        for one in self._kept:
            one.close()


def listing(*lines):
    text = "".join(f"{line}\n" for line in lines).encode()
    return {b"host:devices-l": b"OKAY%04x" % len(text) + text}


def refused(server, target=None):
    with pytest.raises(DeviceError) as caught:
        open_android(target, host="127.0.0.1", port=server.port)
    assert caught.value.remedy
    return str(caught.value)


def test_no_phone():
    with FakeServer(listing()) as server:
        assert "No phone" in refused(server)


def test_several_phones_are_named():
    with FakeServer(listing("AAA device usb:1-1", "BBB unauthorized usb:1-2")) as server:
        said = refused(server)

    assert "AAA (device)" in said
    assert "BBB (unauthorized)" in said


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("AAA unauthorized usb:1-1", "not authorised"),
        ("AAA authorizing usb:1-1", "authorised"),
        ("AAA offline usb:1-1", "offline"),
        ("AAA recovery usb:1-1", "recovery"),
        ("AAA rescue usb:1-1", "rescue"),
        ("AAA sideload usb:1-1", "sideload"),
        ("AAA bootloader usb:1-1", "boot loader"),
        ("AAA connecting usb:1-1", "connecting"),
        ("AAA no permissions (user in plugdev group); see [http://x] usb:1-1", "no permissions"),
        ("AAA strange\x1b[2J usb:1-1", "strange"),
    ],
)
def test_a_phone_in_another_state(line, says):
    with FakeServer(listing(line)) as server:
        found = devices(host="127.0.0.1", port=server.port)
        said = refused(server, "AAA")

    assert says in said
    assert "\x1b" not in said
    assert ("AAA", "usb") == (found[0].serial, found[0].transport)
    assert found[0].obstacle is not None
    assert says in found[0].obstacle.message


def test_a_usable_phone_has_no_obstacle():
    line = "AAA device usb:1-1 product:husky model:Pixel_8 device:husky transport_id:4"
    with FakeServer(listing(line, "10.0.0.1:5555 device product:p")) as server:
        first, second = devices(host="127.0.0.1", port=server.port)

    assert ("husky", "Pixel_8", "usb", None) == (
        first.product,
        first.model,
        first.transport,
        first.obstacle,
    )
    assert "tcp" == second.transport
    assert obstacle("AAA", "device") is None


def test_a_serial_that_is_not_there():
    with FakeServer(listing("AAA device usb:1-1")) as server:
        assert "BBB" in refused(server, "BBB")


def test_a_serial_cannot_steer_the_terminal():
    with FakeServer(listing("A\x1b]52;c;eA==\x07 unauthorized usb:1-1")) as server:
        said = refused(server)
        assert "\x1b" not in said + refused(server, "B\x1b[2J\n" + "x" * 10_000)
        assert len(said) < 400


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("failed to connect to '10.0.0.1:5555': Connection refused", "Connection refused"),
        ("cannot resolve host 'x' and port 1", "cannot resolve"),
        ("\x1b[2J", r"\x1b"),
    ],
)
def test_an_address_that_cannot_be_reached(said, says):
    answer = b"OKAY%04x" % len(said) + said.encode()
    with FakeServer({**listing(), b"host:connect:10.0.0.1:5555": answer}) as server:
        message = refused(server, "10.0.0.1:5555")

    assert says in message
    assert "\x1b" not in message


def test_an_address_that_does_not_answer():
    with FakeServer({**listing(), b"host:connect:10.0.0.1:5555": None}) as server:
        began = time.monotonic()
        assert "no answer" in refused(server, "10.0.0.1:5555")
    assert time.monotonic() - began < 7


@pytest.mark.parametrize("target", ["host:99999", "host:0", "a b:5555", "x;reboot:5555", ":5555"])
def test_what_is_no_address_is_not_connected(target):
    with FakeServer(listing()) as server:
        refused(server, target)
        assert not [asked for asked in server.asked if b"connect" in asked]


@pytest.mark.parametrize(
    "answer", [b"OKAY", b"OKAYzzzz", b"OKAYffffshort", b"WHAT", b"FAIL0002no", b""]
)
def test_a_server_that_lies(answer):
    with FakeServer({b"host:devices-l": answer}) as server:
        refused(server)


def test_a_server_that_is_too_old():
    with FakeServer(listing(), version=b"0020") as server:
        assert "1.0.32" in refused(server)


def test_what_is_no_server():
    with FakeServer({b"host:version": b"HTTP/1.1 400 Bad Request"}) as server:
        assert "adb server" in refused(server)


def test_another_computer_without_server():
    with pytest.raises(DeviceError, match="No adb server"):
        find_server("127.0.0.2", 1)


@pytest.mark.parametrize("port", ["", "x", "0", "70000", "-1"])
def test_an_environment_without_port(monkeypatch, port):
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", port)
    monkeypatch.delenv("ADB_SERVER_SOCKET", raising=False)

    with pytest.raises(DeviceError, match="port"):
        find_server()


def test_the_environment_says_where_the_server_is(monkeypatch):
    with FakeServer(listing()) as server:
        monkeypatch.setenv("ADB_SERVER_SOCKET", f"tcp:127.0.0.1:{server.port}")
        assert server.port == find_server().port
        monkeypatch.delenv("ADB_SERVER_SOCKET")
        monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(server.port))
        assert (server.port, False) == find_server()[1:]


# Against the real server.


def test_an_address_is_connected_and_left_again(record_phone, simulate, open_source, adb_server):
    phone = simulate(record_phone(NAMED), connect=False)

    source = open_source(phone)

    assert ("tcp", "TESTSERIAL01") == (source.transport, source.device_id)
    source.close()
    assert adb_server.state(phone.address) is None


def test_a_connected_phone_stays_connected(record_phone, simulate, open_source, adb_server):
    phone = simulate(record_phone(NAMED))

    open_source(phone).close()

    assert "device" == adb_server.state(phone.address)


def test_a_phone_whose_owner_does_not_allow_it(record_phone, simulate, open_source):
    with pytest.raises(DeviceError, match="authori") as caught:
        open_source(simulate(record_phone(NAMED), connect=False, auth="unauthorized"))
    assert "dialog" in caught.value.remedy


def test_a_phone_whose_owner_allows_it_in_time(record_phone, simulate, open_source):
    phone = simulate(record_phone(NAMED), connect=False, auth="authorized", allow_after=1.0)

    assert "TESTSERIAL01" == open_source(phone).device_id


@pytest.mark.parametrize("state", ["recovery", "sideload"])
def test_a_phone_that_does_not_run_android(record_phone, simulate, open_source, state):
    with pytest.raises(DeviceError, match=state):
        open_source(simulate(record_phone(NAMED), connect=False, state=state))


def test_nothing_listens(adb_server):
    with pytest.raises(DeviceError, match="cannot be reached"):
        open_android("127.0.0.1:1", host=adb_server.host, port=adb_server.port)


def test_the_only_phone_needs_no_name(record_phone, simulate, adb_server):
    simulate(record_phone(NAMED))

    source = open_android(host=adb_server.host, port=adb_server.port)

    assert "TESTSERIAL01" == source.device_id
    source.close()


def test_a_server_is_started_where_none_runs(tmp_path, monkeypatch, capfd):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name, value in {"HOME": tmp_path, "ADB_USB": 0, "ADB_EMU": 0, "ADB_MDNS": 0}.items():
        monkeypatch.setenv(name, str(value))

    server = find_server(port=port)
    try:
        assert server.started
        assert not find_server(port=port).started
        assert ("", "") == capfd.readouterr()
    finally:
        server.client.server_kill()


def test_an_adb_of_the_current_folder_is_not_run(tmp_path, monkeypatch):
    (tmp_path / "adb").write_text("#!/bin/sh\ntouch ran\n")
    (tmp_path / "adb").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    monkeypatch.delenv("ADBUTILS_ADB_PATH", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    find_server(port=port).client.server_kill()

    assert not (tmp_path / "ran").exists()
