"""The head of a tombstone, as text and as protobuf."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.errors import ParseError
from scanner.formats.tombstone import Tombstone, read_protobuf, read_text

from .wire import number, text

BUILD = "example/faro/faro:16/BP1A/1:user/release-keys"
AT = datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC)
SIXTEEN = f"""\
Build fingerprint: '{BUILD}'
Revision: 'MP1.0'
ABI: 'arm64'
Timestamp: 2026-11-20 10:00:00.123456789+0100
Process uptime: 5s
Cmdline: com.example.app --an argument
pid: 6429, tid: 6459, name: worker >>> x <<<  >>> com.example.app <<<
uid: 10123
tagged_addr_ctrl: 0000000000000001 (PR_TAGGED_ADDR_ENABLE)
signal 6 (SIGABRT), code -1 (SI_QUEUE from pid 6429, uid 10123), fault addr --------
Abort message: 'a secret'
    x0  0000000000000000  x1  0000000000001940
"""
EIGHT = """\
Build fingerprint: 'example/faro/faro:8.1.0/OPM1/1:user/release-keys'
pid: 9344, tid: 9344, name: tool  >>> /data/local/tmp/tool <<<
signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x5050504
"""


def message(*more, uid=10123, uptime=5):
    signal = number(1, 6) + text(2, "SIGABRT") + number(3, -1) + text(4, "SI_QUEUE")
    return b"".join(
        (
            number(1, 1),
            text(2, BUILD),
            text(4, "2026-11-20 10:00:00.123456789+0100"),
            number(5, 6429),
            number(7, uid) if uid else b"",
            text(8, "u:r:untrusted_app:s0\0"),
            text(9, "com.example.app"),
            text(9, "--an argument"),
            text(10, signal),
            text(14, "a secret"),
            number(20, uptime) if uptime else b"",
            number(22, 4096),
            *more,
        )
    )


def test_a_text_of_today():
    expected = Tombstone(
        build=BUILD,
        at=AT,
        uptime=5,
        command="com.example.app",
        uid=10123,
        signal="SIGABRT",
        code="SI_QUEUE",
    )

    assert expected == read_text(SIXTEEN.splitlines())


def test_an_older_text_states_less():
    found = read_text(EIGHT.splitlines())

    assert ("/data/local/tmp/tool", "SIGSEGV", "SEGV_MAPERR") == (
        found.command,
        found.signal,
        found.code,
    )
    assert (UNSET, UNSET, UNSET, UNSET) == (found.at, found.uptime, found.uid, found.label)


def test_protobuf_says_what_the_text_says_and_the_label():
    written = read_text(SIXTEEN.splitlines())
    written.label = "u:r:untrusted_app:s0"

    assert written == read_protobuf(message())


def test_a_number_that_is_not_written_is_zero():
    found = read_protobuf(message(uid=0, uptime=0))

    assert (0, 0) == (found.uid, found.uptime)


def test_what_follows_the_first_word_is_not_read():
    line = "pid: 1, tid: 1, name: a  >>> /system/bin/app_process -secret <<<"

    assert "/system/bin/app_process" == read_text([line]).command


@pytest.mark.parametrize("time", ["", "yesterday", "2026-13-20 10:00:00+0100", "2026-11-20"])
def test_a_time_that_cannot_be_read_is_none(time):
    assert (
        read_text(SIXTEEN.replace("2026-11-20 10:00:00.123456789+0100", time).split("\n")).at
        is None
    )


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0"],
        ["Build fingerprint: 'x'", "", "backtrace:", *EIGHT.splitlines()],
        [*EIGHT.splitlines()[:2], "signal eleven"],
        ["x"] * 300 + EIGHT.splitlines(),
    ],
)
def test_a_head_of_another_shape_is_an_error(lines):
    with pytest.raises(ParseError):
        read_text(lines)


def test_a_message_that_was_cut_states_nothing_of_what_may_have_followed():
    found = read_protobuf(text(2, BUILD) + text(4, "x"))

    assert Tombstone(build=BUILD, at=None) == found
    assert (0, None, UNSET) == (
        (cut := read_protobuf(text(2, BUILD) + text(4, "x") + text(9, "y"))).uid,
        cut.label,
        cut.signal,
    )


@pytest.mark.parametrize("data", [b"", b"\x08\x01", b"\x08", message()[:-1], text(2, BUILD)])
def test_a_message_of_another_shape_is_an_error(data):
    with pytest.raises(ParseError):
        read_protobuf(data)
