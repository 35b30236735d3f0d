"""Faults of a simulated iPhone, as a client meets them."""

import asyncio
import base64
import json
import plistlib
import struct
import time

import msgspec
import pytest
from pymobiledevice3.exceptions import (
    ConnectionTerminatedError,
    InvalidServiceError,
    PasswordRequiredError,
    ProtocolError,
)
from pymobiledevice3.services.afc import AfcService
from pymobiledevice3.services.os_trace import OsTraceService
from pymobiledevice3.usbmux import list_devices

from scanner.errors import UsageError
from scanner.simulate import Event, Line
from scanner.simulate.ios import IosFaults
from tests.simulate.ios.recordings import PROFILES

MCINSTALL = "com.apple.mobile.MCInstall"
LOG = "com.apple.os_trace_relay"
CRASHES = "com.apple.crashreportcopymobile"
ASKED = {"RequestType": "GetProfileList"}


async def profiles(lockdown):
    async with await lockdown.start_lockdown_service(MCINSTALL) as service:
        return await service.send_recv_plist(ASKED)


async def first_entry(lockdown):
    async with OsTraceService(lockdown) as trace:
        return await anext(trace.syslog())


async def top(lockdown):
    async with AfcService(lockdown, CRASHES) as area:
        return await area.listdir("/")


async def within(seconds, work):
    async with asyncio.timeout(seconds):
        return await work


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (IosFaults(refuse=(MCINSTALL,)), InvalidServiceError),
        (IosFaults(locked_services=(MCINSTALL,)), PasswordRequiredError),
        (IosFaults(drop_after={MCINSTALL: 0}), ConnectionTerminatedError),
        (IosFaults(drop_after={MCINSTALL: 100}), ConnectionTerminatedError),
        (IosFaults(oversized=(MCINSTALL,)), ProtocolError),
        (IosFaults(replace={MCINSTALL: b"not a property list"}), ProtocolError),
    ],
)
def test_a_service_fails_and_the_others_do_not(plug, drive, faults, error):
    async def use(lockdown):
        with pytest.raises(error):
            await profiles(lockdown)
        async with OsTraceService(lockdown) as trace:
            return await trace.get_pid_list(), await lockdown.get_value(key="ProductVersion")

    pids, version = drive(plug(faults=faults), use)

    assert ("RequestSuccessful", "18.5") == (pids["Status"], version)


@pytest.mark.parametrize(
    ("service", "work"), [(MCINSTALL, profiles), (LOG, first_entry), (CRASHES, top)]
)
def test_silence(plug, drive, service, work):
    with pytest.raises(TimeoutError):
        drive(
            plug(faults=IosFaults(silent=(service,))),
            lambda lockdown: within(0.3, work(lockdown)),
        )


def test_lockdownd_is_silent(plug, drive):
    phone = plug(faults=IosFaults(silent=("lockdownd",)))
    with pytest.raises(TimeoutError):
        drive(phone, profiles, patience=0.3)
    assert [] == phone.calls


@pytest.mark.parametrize(
    ("faults", "line"),
    [(IosFaults(slow={MCINSTALL: 0.3}), Line()), (IosFaults(), Line(bytes_per_second=3000))],
)
def test_slowness(plug, drive, faults, line):
    async def use(lockdown):
        start = time.monotonic()
        return await profiles(lockdown), time.monotonic() - start

    answer, seconds = drive(plug(faults=faults, line=line), use)

    assert PROFILES == answer
    assert seconds > 0.2


def test_part_of_a_reply_comes_before_the_drop(plug, drive):
    async def use(lockdown):
        async with await lockdown.start_lockdown_service(MCINSTALL) as service:
            await service.send_plist(ASKED)
            return await service.reader.read()

    part = drive(plug(faults=IosFaults(drop_after={MCINSTALL: 100})), use)

    whole = plistlib.dumps(PROFILES)
    assert (struct.pack(">I", len(whole)) + whole)[:100] == part


@pytest.mark.parametrize("name", ["lockdownd", "lockdownd/com.apple.security.mac.amfi"])
def test_values_are_replaced(plug, drive, name):
    """Only those of the domain that is named; all others are as recorded."""
    lie = plistlib.dumps({"Request": "GetValue", "Value": {"ProductVersion": "99"}})

    async def use(lockdown):
        amfi = await lockdown.get_value("com.apple.security.mac.amfi")
        return lockdown.all_values["ProductVersion"], amfi.get("ProductVersion")

    of_all, of_domain = drive(plug(faults=IosFaults(replace={name: lie})), use)

    assert ("99", None) == (of_all, of_domain) if name == "lockdownd" else ("18.5", "99")


@pytest.mark.parametrize(
    "faults",
    [
        IosFaults(oversized=(LOG,)),
        IosFaults(drop_after={LOG: 300}),
        IosFaults(replace={LOG: b"\x02" + struct.pack("<I", 0xFFFFFFFF)}),
    ],
)
def test_a_log_that_is_broken(plug, drive, faults):
    with pytest.raises((TimeoutError, ConnectionTerminatedError)):
        drive(plug(faults=faults), lambda lockdown: within(0.5, first_entry(lockdown)))


def test_a_lying_folder(plug, drive):
    phone = plug(faults=IosFaults(oversized=(CRASHES,)))
    with pytest.raises((TimeoutError, ConnectionTerminatedError, OverflowError, MemoryError)):
        drive(phone, lambda lockdown: within(0.5, top(lockdown)))


def test_the_phone_goes_away(plug, drive):
    """With the sixth call: QueryType, two times GetValue, StartSession, StartService, the call."""
    events = []
    phone = plug(faults=IosFaults(goes_away_after=6), on_event=events.append)

    async def use(lockdown):
        with pytest.raises(ConnectionTerminatedError):
            await profiles(lockdown)
        return await list_devices(usbmux_address=phone.mux.address)

    assert [] == drive(phone, use)
    assert (6, False) == (len(phone.calls), phone.here)
    assert Event("dropped", phone.udid) in events


def test_what_is_refused_is_told(plug, drive):
    events = []
    phone = plug(faults=IosFaults(refuse=(MCINSTALL,)), on_event=events.append)
    with pytest.raises(InvalidServiceError):
        drive(phone, profiles)
    assert Event("refused", "StartService: InvalidService") in events


def test_faults_as_json(tmp_path):
    text = json.dumps(
        {
            "refuse": ["a"],
            "replace": {"b": base64.b64encode(b"\0x").decode()},
            "goes_away_after": 3,
        }
    )
    (tmp_path / "faults.json").write_text(text)
    faults = IosFaults(refuse=("a",), replace={"b": b"\0x"}, goes_away_after=3)

    assert faults == IosFaults.load(text)
    assert faults == IosFaults.load(tmp_path / "faults.json")
    assert faults == IosFaults.load(msgspec.json.encode(faults))


@pytest.mark.parametrize("text", ["", "[]", '{"unknown": 1}', '{"slow": {"a": "b"}}'])
def test_faults_that_are_none(text):
    with pytest.raises(UsageError, match="faults"):
        IosFaults.load(text)


def test_faults_without_a_file(tmp_path):
    with pytest.raises(UsageError, match="absent"):
        IosFaults.load(tmp_path / "absent.json")
