"""Servers that say something else than a server does, or say it oddly."""

import plistlib
import struct
import time

import pytest

from tests.simulate.ios.recordings import UDID
from tests.sources.attached.conftest import adb_list, as_adb, as_usbmuxd, mux_packet, posing

ADB, MUX = ("adb",), ("usbmux",)
LINE = "TESTSERIAL01           device usb:1-2 product:p model:M device:d transport_id:7\n"
TARGET = "android:TESTSERIAL01"
NONE_LISTED = {"DeviceList": []}


def attached(number, name=UDID, connection="USB"):
    properties = {"SerialNumber": name, "ConnectionType": connection}
    return {"MessageType": "Attached", "DeviceID": number, "Properties": properties}


@pytest.fixture
def at_adb(following):
    return lambda port: following(host="127.0.0.1", port=port, servers=ADB)


@pytest.fixture
def at_usbmuxd(following):
    return lambda port: following(usbmux=f"127.0.0.1:{port}", servers=MUX)


def saying(data):
    return as_adb(lambda connection: connection.sendall(data))


@pytest.mark.parametrize("digits", [b"zzzz", b"+00a", b" 00a", b"0x0a", b"-001", b"\xff\xfe00"])
def test_a_length_that_is_none(at_adb, digits):
    with posing(saying(adb_list(LINE) + digits + b"0123456789")) as port:
        followed = at_adb(port)
        followed.count("trouble", 2)

    assert ("attached", TARGET, "device") == followed.told()[0]
    trouble = followed.events[1]
    assert "The adb server does not keep to its protocol." == trouble.trouble.message
    assert ["attached"] == [kind for kind, target, _ in followed.told() if target]


def test_a_list_of_the_longest_length(at_adb):
    lines = [f"SERIAL{number:06}\tdevice\n" for number in range(5000)]
    longest = "".join(lines)[:0xFFFF]
    with posing(saying(adb_list(longest))) as port:
        followed = at_adb(port)
        followed.count("attached", 0xFFFF // len(lines[0]))

    assert {"device"} == {event.state for event in followed.events[:-1]}


def test_a_list_that_comes_byte_by_byte(at_adb):
    def drip(connection):
        for byte in adb_list(LINE) + adb_list(""):
            connection.sendall(bytes((byte,)))

    with posing(as_adb(drip)) as port:
        followed = at_adb(port)
        followed.count("detached", 1)

    assert [("attached", TARGET, "device"), ("detached", TARGET, "detached")] == followed.told()


def test_half_a_message_and_silence(at_adb, at_usbmuxd):
    half = mux_packet(attached(1))[:40]
    with (
        posing(saying(adb_list(LINE) + b"0040half")) as adb,
        posing(as_usbmuxd(NONE_LISTED, half)) as usbmuxd,
    ):
        began = time.monotonic()
        followed = at_adb(adb), at_usbmuxd(usbmuxd)
        for one in followed:
            one.count("trouble", 1)
        seconds = time.monotonic() - began

    assert 4 < seconds < 9
    messages = [one.events[-1].trouble.message for one in followed]
    assert [True, True] == ["does not keep to its protocol" in message for message in messages]


def test_a_server_that_knows_only_the_short_list(at_adb):
    with posing(
        as_adb(
            lambda connection: connection.sendall(adb_list("TESTSERIAL01\tdevice\n")),
            refuses=b"host:track-devices-l",
        )
    ) as port:
        followed = at_adb(port)
        followed.count("attached", 1)

    assert [("attached", TARGET, "device")] == followed.told()[:1]


def test_lines_of_all_kinds(at_adb):
    lines = (
        LINE,
        "emulator-5554 device product:e model:E device:e transport_id:2\n",
        "192.0.2.7:5555 offline transport_id:3\n",
        "adb-X-y._adb-tls-connect._tcp device transport_id:4\n",
        "NOUDEV no permissions (user in plugdev group; are your udev rules wrong?) usb:1-3\n",
        "TWIN unauthorized usb:1-4 transport_id:5\n",
        "TWIN device usb:1-5 transport_id:6\n",
        "\n",
        "   \n",
        "x" * 201 + " device\n",
        "ODD\x1b[2J device transport_id:99999999999999999999999999\n",
        "\N{SUPERSCRIPT TWO} device transport_id:\N{SUPERSCRIPT TWO}\n",
        "ALONE\n",
    )
    with posing(saying(adb_list("".join(lines)))) as port:
        followed = at_adb(port)
        followed.count("attached", 9)
        events = {event.phone.serial: event for event in followed.events[:9]}

    assert {
        "TESTSERIAL01": ("device", "usb"),
        "emulator-5554": ("device", "tcp"),
        "192.0.2.7:5555": ("offline", "tcp"),
        "adb-X-y._adb-tls-connect._tcp": ("device", "tcp"),
        "NOUDEV": ("no permissions", "usb"),
        "TWIN": ("device", "usb"),
        "ODD\x1b[2J": ("device", "usb"),
        "\N{SUPERSCRIPT TWO}": ("device", "usb"),
        "ALONE": ("", "usb"),
    } == {serial: (event.state, event.transport) for serial, event in events.items()}
    assert events["NOUDEV"].phone.obstacle.remedy


def test_another_transport_of_a_serial_was_unplugged_in_between(at_adb):
    again = LINE.replace("transport_id:7", "transport_id:8")
    with posing(saying(adb_list(LINE) + adb_list(again) + adb_list(again))) as port:
        followed = at_adb(port)
        followed.count("attached", 2)

    assert ["attached", "detached", "attached"] == [kind for kind, _, _ in followed.told()][:3]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(40), id="another protocol"),
        pytest.param(b"\xff" * 64, id="an endless message"),
        pytest.param(struct.pack("<IIII", 4 * 1024**2 + 1, 1, 8, 0), id="too long"),
        pytest.param(struct.pack("<IIII", 16, 1, 8, 0), id="nothing"),
        pytest.param(struct.pack("<IIII", 20, 0, 3, 0) + bytes(4), id="the old protocol"),
        pytest.param(mux_packet(b"<plist>"), id="half a list"),
        pytest.param(mux_packet(b"bplist00" + bytes(40)), id="a broken list"),
        pytest.param(b"", id="an end"),
    ],
)
def test_what_is_no_message(at_usbmuxd, answer):
    def talk(connection, asked):
        if plistlib.loads(asked[16:])["MessageType"] == "ListDevices":
            connection.sendall(mux_packet({"DeviceList": [attached(1)]}))
        else:
            connection.sendall(mux_packet({"MessageType": "Result", "Number": 0}) + answer)
            if not answer:
                return
        connection.recv(1)

    with posing(talk) as port:
        followed = at_usbmuxd(port)
        followed.count("trouble", 1)

    assert [("attached", f"ios:{UDID}", "device"), ("trouble", None, None)] == followed.told()[:2]


@pytest.mark.parametrize(
    ("result", "listed"),
    [(1, NONE_LISTED), (None, NONE_LISTED), (0, {}), (0, []), (0, {"DeviceList": "text"})],
)
def test_an_answer_that_is_none(at_usbmuxd, result, listed):
    result = {} if result is None else result
    with posing(as_usbmuxd(listed, b"", result=result)) as port:
        followed = at_usbmuxd(port)
        followed.count("trouble", 1)
        time.sleep(0.3)

    (trouble,) = followed.events[:1]
    assert "usbmuxd does not keep to its protocol." == trouble.trouble.message
    assert 1 == [event.kind for event in followed.events].count("trouble")


def test_messages_of_another_form_say_nothing(at_usbmuxd):
    odd = (
        [],
        {},
        {"MessageType": 7},
        {"MessageType": "Attached"},
        {"MessageType": "Attached", "DeviceID": "1", "Properties": {"SerialNumber": UDID}},
        {"MessageType": "Attached", "DeviceID": 2, "Properties": []},
        {"MessageType": "Attached", "DeviceID": 3, "Properties": {"SerialNumber": b"x"}},
        {"MessageType": "Attached", "DeviceID": 4, "Properties": {"SerialNumber": ""}},
        {"MessageType": "Detached", "DeviceID": 5},
        {"MessageType": "Paired", "DeviceID": 6},
        {"MessageType": "SomethingNew", "DeviceID": 7},
        {"MessageType": "Result", "Number": 0},
    )
    pushed = b"".join(map(mux_packet, (*odd, attached(8))))
    with posing(as_usbmuxd({"DeviceList": [*odd]}, pushed)) as port:
        followed = at_usbmuxd(port)
        followed.count("attached", 1)

    assert [("attached", f"ios:{UDID}", "device")] == followed.told()[:1]


def test_a_name_that_no_iphone_has(at_usbmuxd):
    message = attached(1, "../../etc/passwd\x1b[2J" + "a" * 900)
    pushed = mux_packet(plistlib.dumps(message, fmt=plistlib.FMT_BINARY))
    with posing(as_usbmuxd(NONE_LISTED, pushed)) as port:
        followed = at_usbmuxd(port)
        followed.count("attached", 1)

    (event,) = followed.events[:1]
    assert ("refused", False, 64) == (event.state, event.ready, len(event.phone.serial))
    assert event.phone.obstacle.remedy


def test_a_name_with_and_without_its_dash_is_one_phone(at_usbmuxd):
    bare = UDID.replace("-", "").lower()
    pushed = mux_packet(attached(1, bare, "Network")) + mux_packet(attached(2))
    pushed += mux_packet({"MessageType": "Detached", "DeviceID": 2})
    with posing(as_usbmuxd(NONE_LISTED, pushed)) as port:
        followed = at_usbmuxd(port)
        followed.count("changed", 2)

    assert [("attached", "network"), ("changed", "usb"), ("changed", "network")] == [
        (event.kind, event.transport) for event in followed.events[:3]
    ]
    assert {f"ios:{bare}"} == {event.target for event in followed.events[:3]}


def test_more_phones_than_there_are(at_usbmuxd):
    names = [f"00008120-{number:016X}" for number in range(1100)]
    listed = {"DeviceList": [attached(number, name) for number, name in enumerate(names)]}
    with posing(as_usbmuxd(listed, b"")) as port:
        followed = at_usbmuxd(port)
        followed.count("attached", 1024)
        time.sleep(0.2)

    assert 1024 == sum(event.kind == "attached" for event in followed.events)
