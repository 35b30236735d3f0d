"""Crashes of native code."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET, json

from scanner.artifacts.android.exposed_processes import is_exposed
from scanner.artifacts.android.tombstones import parse
from scanner.errors import ParseError
from scanner.model.entities import Crash
from scanner.model.evidence import BytesFile
from scanner.model.requests import File
from tests.formats.wire import number, text

RULE = "*** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***\n"
BUILD = "example/faro/faro:16/BP1A/1:user/release-keys"
SECRET = "something that somebody wrote"
SIXTEEN = f"""\
{RULE}Build fingerprint: '{BUILD}'
Revision: 'MP1.0'
ABI: 'arm64'
Timestamp: 2026-11-20 10:00:00.123456789+0100
Process uptime: 5s
Cmdline: /vendor/bin/hw/android.hardware.bluetooth-service.x {SECRET}
pid: 6429, tid: 6459, name: {SECRET}  >>> /vendor/bin/hw/android.hardware.bluetooth-service.x <<<
uid: 1002
signal 6 (SIGABRT), code -1 (SI_QUEUE), fault addr --------
Abort message: '{SECRET}'
    x0  0000000000000000  x1  0000000000001940

backtrace:
      #00 pc 000000000001  /system/lib64/libc.so

open files:
    fd 5: /data/media/0/{SECRET}
"""
EIGHT = f"""\
{RULE}Build fingerprint: 'example/faro/faro:8.1.0/OPM1/1:user/release-keys'
Revision: '0'
ABI: 'arm'
pid: 9344, tid: 9344, name: {SECRET[:15]}  >>> com.android.mms:push <<<
signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x5050504
"""
PROTOBUF = b"".join(
    (
        number(1, 1),
        text(2, BUILD),
        text(4, "2026-11-20 10:00:00.123456789+0100"),
        number(5, 6429),
        number(7, 1002),
        text(8, "u:r:hal_bluetooth_default:s0\0"),
        text(9, "/vendor/bin/hw/android.hardware.bluetooth-service.x"),
        text(9, SECRET),
        text(10, number(1, 6) + text(2, "SIGABRT") + number(3, -1) + text(4, "SI_QUEUE")),
        text(14, SECRET),
        text(16, number(1, 1) + text(2, SECRET)),
        text(18, text(1, SECRET)),
        number(20, 5),
    )
)
TRACE = "\n\n----- pid 9611 at 2026-11-20 12:23:09 -----\nCmd line: com.android.bluetooth\n"


def crashes(data, name="tombstone_02"):
    data = data.encode() if isinstance(data, str) else data
    return list(parse(BytesFile(File(path=f"/data/tombstones/{name}"), data)))


def test_all_fields_of_a_text():
    assert [
        Crash(
            file="tombstone_02",
            process="android.hardware.bluetooth-service.x",
            executable="/vendor/bin/hw/android.hardware.bluetooth-service.x",
            uid=1002,
            signal="SIGABRT",
            code="SI_QUEUE",
            at=datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC),
            uptime_seconds=5,
            build=BUILD,
            exposed=True,
        )
    ] == crashes(SIXTEEN)


def test_protobuf_states_the_same_crash_and_its_label():
    (of_text,), (of_protobuf,) = crashes(SIXTEEN), crashes(PROTOBUF, "tombstone_02.pb")
    differing = {
        field
        for field in Crash.__struct_fields__
        if getattr(of_text, field) != getattr(of_protobuf, field)
    }

    assert {"label"} == differing
    assert "u:r:hal_bluetooth_default:s0" == of_protobuf.label


def test_an_app_names_no_program():
    (found,) = crashes(EIGHT)

    assert ("com.android.mms:push", UNSET, UNSET, True) == (
        found.process,
        found.executable,
        found.at,
        found.exposed,
    )


@pytest.mark.parametrize("data", [SIXTEEN, EIGHT, PROTOBUF])
def test_what_somebody_wrote_is_not_read(data):
    written = json.encode(crashes(data))

    assert SECRET[:15].encode() not in written


@pytest.mark.parametrize(
    "data",
    [TRACE, "crash_dump failed to dump process: target died before we could attach\n"],
)
def test_a_trace_that_somebody_asked_for_is_no_crash(data):
    assert [] == crashes(data)


@pytest.mark.parametrize(
    "data", ["", "\n", "hello\n", RULE, SIXTEEN[:200], b"\x08", PROTOBUF[:-1], "\n" * 200 + EIGHT]
)
def test_other_files_are_an_error(data):
    with pytest.raises(ParseError):
        crashes(data)


@pytest.mark.parametrize("data", [b"", b"hello\n", PROTOBUF[:-1]])
def test_one_that_cannot_be_read_is_known_to_be_there(data):
    found = parse(BytesFile(File(path="/data/tombstones/tombstone_07.pb"), data))

    assert Crash(file="tombstone_07") == next(found)
    with pytest.raises(ParseError):
        next(found)


def test_a_protobuf_without_a_command_states_no_process():
    (found,) = crashes(text(2, BUILD) + text(4, "x") + number(22, 4096))

    assert (UNSET, UNSET, UNSET, 0, None) == (
        found.process,
        found.executable,
        found.exposed,
        found.uid,
        found.label,
    )


@pytest.mark.parametrize(
    ("process", "exposed"),
    [
        ("media.swcodec", True),
        ("com.android.chrome:sandboxed_process0", True),
        ("com.google.android.bluetooth", True),
        ("android.hardware.media.c2@1.2-mediatek", True),
        ("vendor.qti.hardware.radio.config@1.0-service", True),
        ("samsung.software.media.c2@1.0-service", True),
        ("com.example.app", False),
        ("com.android.chromex", False),
        ("com.android.settings", False),
        ("system_server", False),
    ],
)
def test_processes_that_parse_what_strangers_send(process, exposed):
    assert exposed is is_exposed(process)
