"""The Android source: one pass over requests, the audit of it, and phones that go away."""

import contextlib
import hashlib
import threading
import time

import pytest

from scanner.errors import DeviceError, DeviceLost
from scanner.model.evidence import Unanswered
from scanner.model.requests import Command, Dumpsys, File
from scanner.model.source import Answer
from scanner.simulate import Faults
from scanner.sources.android.plan import split

QUICK = [
    Command(argv=("getprop",)),
    *(Dumpsys(service=name) for name in ("user", "package", "adb", "accessibility", "window")),
    *(Command(argv=("settings", "list", name)) for name in ("global", "secure", "system")),
]


def named(serial):
    return {"getprop": f"[ro.serialno]: [{serial}]\n".encode()}


def echo(text, **options):
    return Command(argv=("echo", text), **options)


def test_each_request_is_answered_once(record_phone, simulate, open_source, read):
    phone = simulate(record_phone({"dumpsys package": b"p"}, files={"sdcard/a": b"content"}))
    requests = [*QUICK, echo("x"), File(path="/sdcard/a"), File(path="/sdcard/none")]

    found = read(open_source(phone), *requests)

    assert {str(request) for request in requests} == set(found)
    assert (b"p", 0, None, b"") == found["dumpsys package"]
    assert (b"content", None, None, b"") == found["/sdcard/a"]
    assert "source_absent" == found["/sdcard/none"]


def test_no_requests_open_nothing(record_phone, simulate, open_source):
    phone = simulate(record_phone())
    source = open_source(phone)

    assert [] == list(source.fetch_all([]))
    assert {"exec": 1} == phone.opened


def test_two_waves_and_two_probes_take_few_round_trips(record_phone, simulate, open_source, read):
    phone = simulate(record_phone())
    source = open_source(phone)

    source.probe()
    read(source, *QUICK)
    read(source, *QUICK)
    source.probe()

    opened = phone.opened
    assert opened["shell"] + opened["exec"] == source.round_trips <= 8


def test_at_most_four_streams_at_once():
    rows = split([*QUICK, *QUICK, File(path="/a"), File(path="/b")])

    assert len(rows) == 4
    assert sum(map(len, rows)) == 2 * len(QUICK) + 2
    assert [[echo("x")]] == split([echo("x")])


def test_what_is_done_is_told(record_phone, simulate, open_source, read):
    told = []
    phone = simulate(record_phone(files={"sdcard/a": b"content"}))
    source = open_source(phone, told.append)
    read(source, Command(argv=("sh", "-c", "echo hi; exit 3")), File(path="/sdcard/a"))
    source.close()
    source.close()

    connect, probe, *asked, leave = told
    assert ("connect", ("tcp",)) == (connect.op, connect.argv)
    assert "exec" == probe.op
    assert "dumpsys window policy" in probe.argv[2]
    assert ("disconnect", ("tcp",)) == (leave.op, leave.argv)
    assert {
        ("shell", ("sh", "-c", "echo hi; exit 3"), 3, 3, hashlib.sha256(b"hi\n").hexdigest()),
        ("sync", ("/sdcard/a",), None, 7, hashlib.sha256(b"content").hexdigest()),
    } == {(one.op, one.argv, one.exit_code, one.bytes, one.sha256) for one in asked}
    assert not any(one.changes_device for one in told)


def test_answers_come_in_the_callers_thread(record_phone, simulate, open_source, read):
    threads = set()
    source = open_source(simulate(record_phone()), lambda _: threads.add(threading.get_ident()))

    read(source, *QUICK)

    assert {threading.get_ident()} == threads


def test_what_the_reader_leaves_is_read_over(record_phone, simulate, open_source):
    source = open_source(simulate(record_phone({"dumpsys package": b"x" * 1_000_000})))

    answers = list(source.fetch_all([Dumpsys(service="package"), echo("a")]))

    assert [0, 0] == [answer.outcome().exit_code for answer in answers]


@pytest.mark.parametrize("after", [0, 1, 5000, 60_000])
def test_a_phone_that_vanishes_ends_the_answer_and_is_lost(
    record_phone, simulate, open_source, after
):
    faults = Faults(drop_after_bytes=after + 500, stays_away=True)
    phone = record_phone({"dumpsys package": b"x" * 200_000})
    cuts, lost = [], None

    try:
        source = open_source(simulate(phone, faults=faults))
        for answer in source.fetch_all([Dumpsys(service="package"), echo("a")]):
            if isinstance(answer, Answer):
                data = b"".join(answer.chunks())
                cuts.append((answer.outcome().cut, b"x" * 200_000 == data))
    except DeviceLost as error:
        lost = error

    assert lost is not None
    assert lost.remedy
    assert (None, True) not in cuts


def test_a_phone_pulled_in_the_middle(record_phone, simulate, open_source):
    phone = simulate(record_phone(), faults=Faults(stays_away=True))
    source = open_source(phone)
    answers = source.fetch_all([Command(argv=("sh", "-c", "echo before; exec sleep 20"))])
    pull = threading.Timer(0.5, phone.drop)
    pull.start()
    began = time.monotonic()

    answer = next(answers)

    assert b"before" == b"".join(answer.chunks()).rstrip()
    assert "truncated" == answer.outcome().cut
    with pytest.raises(DeviceLost):
        next(answers)
    assert time.monotonic() - began < 8
    pull.join()


def test_a_phone_that_refuses_is_lost_with_advice(record_phone, simulate, open_source):
    source = open_source(simulate(record_phone(), faults=Faults(refuse_after_streams=1)))

    with pytest.raises(DeviceLost, match="locked") as caught:
        list(source.fetch_all([echo("a")]))
    assert "nlock" in caught.value.remedy


def test_a_phone_that_locks_itself_midway(record_phone, simulate, open_source, read):
    source = open_source(simulate(record_phone(), faults=Faults(lock_after_streams=2)))

    assert (b"a\n", 0, None, b"") == read(source, echo("a"))["echo a"]
    with pytest.raises(DeviceLost):
        read(source, echo("b"))


@pytest.mark.parametrize("frames", ["unknown_id", "lying_exit", "no_exit"])
def test_frames_around_the_commands_do_not_matter(
    record_phone, simulate, open_source, read, frames
):
    source = open_source(simulate(record_phone(), faults=Faults(frames=frames)))

    assert (b"a\n", 0, None, b"") == read(source, echo("a"))["echo a"]


def test_a_frame_longer_than_the_stream_is_a_lost_phone(record_phone, simulate, open_source, read):
    source = open_source(simulate(record_phone(), faults=Faults(frames="wrong_length")))

    with pytest.raises(DeviceLost):
        read(source, echo("a"))


def test_a_passed_deadline_asks_nothing(record_phone, simulate, open_source, read):
    phone = simulate(record_phone(files={"a": b"x"}))
    source = open_source(phone)

    found = read(source, echo("a"), File(path="/a"), deadline=time.monotonic() - 1)

    assert {"echo a": "timeout", "/a": "timeout"} == found
    assert {"exec": 1} == phone.opened


def test_an_old_phone_without_frames_is_refused(record_phone, simulate, open_source):
    with pytest.raises(DeviceError, match="too old"):
        open_source(simulate(record_phone(features=("cmd",))))


def test_two_phones_in_two_threads(record_phone, simulate, open_source, read):
    sources = [
        open_source(
            simulate(record_phone({**named(name), "dumpsys user": name.encode()}, serial=name))
        )
        for name in ("FIRST", "SECOND")
    ]
    found = {}

    def use(source):
        found[source.device_id] = read(source, Dumpsys(service="user"))["dumpsys user"][0]

    threads = [threading.Thread(target=use, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {"FIRST": b"FIRST", "SECOND": b"SECOND"} == found


def test_an_interrupt_leaves_nothing_behind(record_phone, simulate, open_source):
    source = open_source(simulate(record_phone()))
    slow = Command(argv=("sh", "-c", "echo x; exec sleep 20"))

    def interrupted():
        with contextlib.closing(source.fetch_all([slow], deadline=time.monotonic() + 1)) as answers:
            for answer in answers:
                raise KeyboardInterrupt(answer)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not [one for one in threading.enumerate() if one.name.startswith("device-lane")]


def test_requests_no_command_can_have(record_phone, simulate, open_source):
    source = open_source(simulate(record_phone()))

    (answer,) = source.fetch_all([Command(argv=())])

    assert isinstance(answer, Unanswered)
