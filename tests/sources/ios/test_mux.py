"""What poses as usbmuxd, and is silent or says something else, costs a few seconds and no more."""

import plistlib
import socket
import socketserver
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest

from scanner.errors import DeviceError
from scanner.simulate.ios import SimulatedIPhone, Usbmuxd
from scanner.sources.ios import devices, open_ios, pair
from tests.simulate.ios.recordings import UDID, small_iphone

OF_PLISTS = 8  # the kind of a packet
LISTED = {
    "DeviceList": [
        {
            "MessageType": "Attached",
            "DeviceID": 1,
            "Properties": {"SerialNumber": UDID, "ConnectionType": "USB"},
        }
    ]
}


def packet(data, tag):
    return struct.pack("<IIII", 16 + len(data), 1, OF_PLISTS, tag) + data


@contextmanager
def posing(answers):
    """Listen as usbmuxd does. `answers`: what is asked -> bytes; what is not in it is not answered.

    Each answer is put into a packet; what stands under "" is sent as it is, and first.
    """
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            if "" in answers:
                self.request.sendall(answers[""])
            while head := self.request.recv(16):
                size, _, _, tag = struct.unpack("<IIII", head)
                asked = plistlib.loads(self.request.recv(size - 16))["MessageType"]
                if asked not in answers:
                    break
                self.request.sendall(packet(answers[asked], tag))
            over.wait(30)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads, block_on_close = True, False

    with Server(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield "{}:{}".format(*server.server_address)
        over.set()
        server.shutdown()
        serving.join()


def failed(ask):
    """Return the error, and the seconds that it took."""
    began = time.monotonic()
    with pytest.raises(DeviceError) as error:
        ask()
    return error.value, time.monotonic() - began


def opened(where):
    return open_ios(UDID, address=where)


def paired(where):
    return pair(UDID, address=where)


def test_silence_is_not_waited_for():
    listed = {"ListDevices": plistlib.dumps(LISTED)}
    with posing({}) as silent, posing(listed) as listing, ThreadPoolExecutor() as pool:
        asked = [(devices, silent), (opened, silent), (paired, silent), (opened, listing)]
        running = [pool.submit(failed, partial(ask, where)) for ask, where in asked]
        in_the_list = pool.submit(devices, listing)
        found = [one.result() for one in running]

    for error, seconds in found:
        assert "usbmuxd does not answer." == str(error)
        assert error.remedy
        assert 4 < seconds < 9
    (phone,) = in_the_list.result()
    assert (UDID, "silent") == (phone.serial, phone.state)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"": b"\xff" * 64}, id="an endless packet"),
        pytest.param({"": bytes(64)}, id="an empty packet"),
        pytest.param({"": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, id="another protocol"),
        pytest.param({"": struct.pack("<I", 4 * 1024**2 + 1)}, id="a packet beyond the limit"),
        pytest.param({"ListDevices": b""}, id="nothing"),
        pytest.param({"ListDevices": b"<?xml version='1.0'?><plist>"}, id="half a list"),
        pytest.param({"ListDevices": b"bplist00" + bytes(40)}, id="a broken list"),
        *(
            pytest.param({"ListDevices": plistlib.dumps(value)}, id=f"a list {number}")
            for number, value in enumerate(
                (
                    [],
                    "text",
                    {},
                    {"DeviceList": 7},
                    {"DeviceList": ["text"]},
                    {"DeviceList": [{}]},
                    {"DeviceList": [{"MessageType": "Attached", "Properties": []}]},
                )
            )
        ),
    ],
)
def test_what_is_no_answer_is_an_error_at_once(said):
    with posing(said) as where:
        for ask in (devices, opened):
            error, seconds = failed(partial(ask, where))

            assert "usbmuxd does not list its devices." == str(error)
            assert error.remedy
            assert seconds < 4


@pytest.mark.parametrize(
    "record", [b"", b"text", plistlib.dumps([]), plistlib.dumps({"PairRecordData": b"\xff"})]
)
def test_a_record_that_is_none(record):
    answers = {"ListDevices": plistlib.dumps(LISTED), "ReadPairRecord": record}
    with posing(answers) as where:
        error, seconds = failed(partial(opened, where))

    assert "usbmuxd does not say whether this computer is paired." == str(error)
    assert seconds < 4


@pytest.mark.parametrize("answer", [b"", b"text", plistlib.dumps([]), plistlib.dumps({"a": 1})])
def test_a_way_to_a_phone_that_is_none(tmp_path, answer):
    record = SimulatedIPhone(small_iphone(tmp_path)).pair_record
    known = plistlib.dumps({"PairRecordData": plistlib.dumps(record)})
    answers = {
        "ListDevices": plistlib.dumps(LISTED),
        "ReadPairRecord": known,
        "Connect": answer,
    }
    with posing(answers) as where:
        (phone,) = devices(where)
        error, _ = failed(partial(opened, where))

    assert "silent" == phone.state
    assert "attached, but does not answer" in str(error)


@contextmanager
def by_another_address(port):
    """Lead ::1 to a port of 127.0.0.1; yields None where this computer has no IPv6."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.create_connection(("127.0.0.1", port)) as onward:
                back = threading.Thread(target=carry, args=(onward, self.request))
                back.start()
                carry(self.request, onward)
                back.join()

    def carry(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    class Server(socketserver.ThreadingTCPServer):
        address_family = socket.AF_INET6
        daemon_threads, block_on_close = True, False

    try:
        server = Server(("::1", 0), Handler)
    except OSError:
        yield None
        return
    with server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server.server_address[1]
        server.shutdown()
        serving.join()


def test_an_address_of_ipv6_and_a_name_are_addresses(tmp_path):
    phone = SimulatedIPhone(small_iphone(tmp_path))
    with Usbmuxd([phone]) as mux:
        port = int(mux.address.rpartition(":")[2])
        assert [UDID] == [one.serial for one in devices(f"localhost:{port}")]
        with by_another_address(port) as other:
            found = [one.serial for one in devices(f"[::1]:{other or port}")]

    assert ([UDID] if other else []) == found


@pytest.mark.parametrize("nowhere", ["a" * 70 + ".example:80", "/" + "a" * 5000])
def test_an_address_that_there_cannot_be_has_no_phones(nowhere):
    assert () == devices(nowhere)
