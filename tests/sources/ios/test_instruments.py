"""The developer services, asked of simulated iPhones that answer, have none, or go away."""

import asyncio
import json
import struct

import msgspec
import pytest

from scanner.formats.instruments import Connection, RunningProcess
from scanner.model.evidence import Unanswered
from scanner.model.requests import Instruments
from scanner.simulate.ios import IosFaults, Usbmuxd
from scanner.simulate.ios.phone import INSTRUMENTS
from scanner.sources.ios import open_ios
from scanner.sources.ios.allowed import SELECTORS
from scanner.sources.ios.instruments import instruments
from tests.simulate.ios.developer_phones import CONNECTIONS, PROCESSES, developer_phone, session
from tests.sources.ios.developer import LIST, READ_ONLY, WATCH, ask, called, fields


def test_the_processes_are_those_of_the_phone(tmp_path):
    (result,) = ask(developer_phone(tmp_path), tmp_path, LIST)

    assert [*PROCESSES] == fields(result.lines)
    assert all(msgspec.json.decode(one, type=RunningProcess) for one in result.lines)
    assert result.error is None


def test_the_connections_are_those_of_the_phone(tmp_path):
    (result,) = ask(developer_phone(tmp_path), tmp_path, WATCH)

    assert [*CONNECTIONS] == fields(result.lines)
    assert all(msgspec.json.decode(one, type=Connection) for one in result.lines)
    assert result.error is None
    assert WATCH.seconds <= result.seconds < 3


def test_only_what_reads_is_called(tmp_path):
    phone = developer_phone(tmp_path)
    ask(phone, tmp_path, LIST, WATCH)

    assert READ_ONLY == called(phone)
    assert {
        (channel, selector) for channel, selectors in SELECTORS.items() for selector in selectors
    } == READ_ONLY


def test_every_byte_received_is_told(tmp_path):
    (result,) = ask(developer_phone(tmp_path), tmp_path, LIST)
    stream = b"".join(result.received)
    messages = [data for data in stream.split(struct.pack("<I", 0x1F3D5B79)) if data]

    assert len(messages) == 3  # a greeting, a channel, a list
    assert b"runningProcesses" not in stream
    assert PROCESSES[1]["path"].encode() in stream


def test_many_processes_are_listed_in_time(tmp_path):
    phone = developer_phone(tmp_path)
    many = [{**PROCESSES[1], "pid": pid} for pid in range(2000)]
    (tmp_path / "processes.json").write_text(json.dumps(many), encoding="utf-8")
    (result,) = ask(phone, tmp_path, LIST)

    assert many == fields(result.lines)
    assert result.seconds < 5


@pytest.mark.parametrize(
    ("version", "mounted", "detail"),
    [
        ("16.7.2", False, "no developer image is mounted"),
        ("13.5", True, "the developer services are read from iOS 14 on"),
        ("17.0", True, "no tunnel to the developer services runs"),
        ("26.1", True, "no tunnel to the developer services runs"),
        ("1000.1", True, "the version of iOS is not known"),
    ],
)
def test_what_does_not_run_is_not_started(tmp_path, version, mounted, detail):
    phone = developer_phone(tmp_path, version, mounted=mounted)
    (result,) = ask(phone, tmp_path, LIST)

    assert ("unsupported_version", detail) == (result.error.reason, str(result.error))
    assert [] == result.lines
    asked_for = {message.get("Request") for _, message in phone.calls}
    assert asked_for <= {"QueryType", "GetValue", "StartSession", "StartService", "StopSession"}


def test_a_service_that_falls_silent_costs_its_time_and_no_more(tmp_path):
    phone = developer_phone(tmp_path, faults=IosFaults(silent=(INSTRUMENTS,)))
    request = Instruments(what="processes", timeout=0.3)
    (result,) = ask(phone, tmp_path, request)

    assert isinstance(result.error, TimeoutError)
    assert result.seconds < 2


@pytest.mark.parametrize("size", [0, 20, 40, 700, 1500])
def test_a_connection_that_breaks_is_told(tmp_path, size):
    phone = developer_phone(tmp_path, faults=IosFaults(drop_after={INSTRUMENTS: size}))
    (result,) = ask(phone, tmp_path, LIST)

    assert isinstance(result.error, ConnectionResetError)
    assert [] == result.lines


def test_a_watch_keeps_what_came_before_the_connection_broke(tmp_path):
    phone = developer_phone(tmp_path, faults=IosFaults(drop_after={INSTRUMENTS: 3000}))
    (result,) = ask(phone, tmp_path, WATCH)

    assert isinstance(result.error, ConnectionResetError)
    assert fields(result.lines) == [*CONNECTIONS][: len(result.lines)]
    assert result.lines


def test_a_closed_question_leaves_no_connection(tmp_path):
    async def run(address, phone):
        async with session(phone, address, tmp_path) as lockdown:
            lines = instruments(lockdown, LIST)
            first = await anext(lines)
            await lines.aclose()
            return first

    phone = developer_phone(tmp_path)
    with Usbmuxd([phone]) as mux:
        assert fields([asyncio.run(run(mux.address, phone))]) == [PROCESSES[0]]


def test_a_source_answers_with_the_lines_and_what_they_were_made_of(tmp_path):
    phone = developer_phone(tmp_path)
    with Usbmuxd([phone]) as mux:
        source = open_ios(phone.udid, address=mux.address)
        try:
            found = {
                answer.request: (b"".join(answer.chunks()), answer.outcome())
                for answer in source.fetch_all([LIST, WATCH])
            }
        finally:
            source.close()

    assert [*PROCESSES] == fields(found[LIST][0].splitlines())
    assert [*CONNECTIONS] == fields(found[WATCH][0].splitlines())
    for data, outcome in found.values():
        assert outcome.cut is None
        assert (outcome.received or 0) > len(data)
        assert 64 == len(outcome.received_sha256)


def test_a_source_says_why_there_is_no_answer(tmp_path):
    phone = developer_phone(tmp_path, mounted=False)
    with Usbmuxd([phone]) as mux:
        source = open_ios(phone.udid, address=mux.address)
        try:
            (answer,) = source.fetch_all([LIST])
        finally:
            source.close()

    assert isinstance(answer, Unanswered)
    assert ("unsupported_version", "no developer image is mounted") == (
        answer.reason,
        answer.detail,
    )
