"""Recorded iPhones: what is read, and what is wrong with a folder."""

import json
from datetime import UTC, datetime

import pytest

from scanner.errors import UsageError
from scanner.simulate.ios import IPhone
from scanner.simulate.ios.phone import holds
from tests.simulate.ios.recordings import CALLS, PUBLIC, UDID, VALUES, about, record


@pytest.fixture
def written(tmp_path):
    """Write the small iPhone with something of phone.json changed: `written(title="x")`."""

    def write(**changes):
        folder = record(tmp_path)
        (folder / "phone.json").write_text(json.dumps({**about(), **changes}))
        return folder

    return write


def test_a_folder_is_read(written):
    phone = IPhone.load(written())

    assert (UDID, ("USB", "Network"), PUBLIC) == (phone.udid, phone.connections, phone.public)
    assert VALUES == phone.domain("")
    assert phone.domain("com.example.absent") is None
    assert len(CALLS) == len(phone.calls)
    assert [1, 2, 3] == [entry.pid for entry in phone.log_records()]
    assert ["en0", "utun3"] == [packet.interface for packet in phone.frames()]
    moment = datetime(2026, 11, 1, 10, 11, 12, tzinfo=UTC)
    assert [moment] == [*phone.crash_times.values()]


@pytest.mark.parametrize(
    ("service", "offered"),
    [
        ("com.apple.mobile.MCInstall", True),
        ("com.apple.os_trace_relay", True),
        ("com.apple.pcapd", True),
        ("com.apple.crashreportcopymobile", True),
        ("com.apple.crashreportmover", False),
        ("com.apple.instruments.remoteserver.DVTSecureSocketProxy", False),
    ],
)
def test_what_is_offered(written, service, offered):
    assert offered == IPhone.load(written()).offers(service)


@pytest.mark.parametrize(
    ("version", "offered"), [("16.7.1", True), ("17.0", False), ("26.1", False), ("", False)]
)
def test_developer_services_are_offered_by_lockdownd_before_17(tmp_path, written, version, offered):
    folder = written(instruments={})
    record(tmp_path, values={"ProductVersion": version})
    (folder / "phone.json").write_text(json.dumps({**about(), "instruments": {}}))

    assert offered == IPhone.load(folder).offers(
        "com.apple.instruments.remoteserver.DVTSecureSocketProxy"
    )


def test_without_streams(written):
    phone = IPhone.load(written(log=None, packets=None, crash_reports=None, calls=[]))

    assert ((), ()) == (phone.log_records(), phone.frames())
    assert phone.crash_folder is None
    assert not phone.offers("com.apple.os_trace_relay")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"platform": "android"}, "platform"),
        ({"unknown": 1}, "unknown"),
        ({"udid": "../x"}, "udid"),
        ({"udid": ""}, "udid"),
        ({"connections": []}, "connections"),
        ({"connections": ["Bluetooth"]}, "connections"),
        ({"values": {"": "values/absent.plist"}}, "does not exist"),
        ({"values": {"": "../../x"}}, "outside"),
        ({"values": {"": "/etc/passwd"}}, "outside"),
        ({"values": {"": "calls/6-0.plist"}}, "a dictionary expected"),
        ({"values": {"": "values/amfi.plist"}}, "no ProductType, ProductVersion"),
        ({"values": {"": "log.jsonl"}}, "property list"),
        ({"log": "absent"}, "does not exist"),
        ({"log": "packets.jsonl"}, "log: line 1"),
        ({"packets": "log.jsonl"}, "packets: line 1"),
        ({"crash_reports": "log.jsonl"}, "not a folder"),
        ({"instruments": {"network": "absent.json"}}, "does not exist"),
        ({"calls": [{"service": "a", "message": {}, "replies": []}]}, "no reply"),
        ({"calls": [{"service": "a", "message": {}, "replies": ["log.jsonl"]}]}, "property list"),
        ({"calls": [about()["calls"][0], about()["calls"][0]]}, "recorded twice"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(written, changes, wrong):
    with pytest.raises(UsageError, match=wrong):
        IPhone.load(written(**changes))


def test_no_folder(tmp_path):
    with pytest.raises(UsageError, match="no readable"):
        IPhone.load(tmp_path)


@pytest.mark.parametrize(
    ("message", "wanted", "answer"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": {"b": [1], "c": 2}}, {"a": {"b": [1]}}, True),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1]}}, False),
        ({"a": 1}, {"a": {"b": 1}}, False),
        ({}, {"a": None}, False),
        ({"a": 1}, {}, True),
    ],
)
def test_what_a_message_must_hold(message, wanted, answer):
    assert answer == holds(message, wanted)
