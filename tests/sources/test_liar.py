"""Phones that do not keep to the protocol: a peer at the other end of a socket says anything."""

import re
import socket
import struct
import threading
import time

import pytest

from scanner.errors import DeviceError, DeviceLost
from scanner.sources.android import batch
from scanner.sources.android.events import Began, Skipped
from scanner.sources.android.transport import Channel, refusal
from scanner.sources.live import Ended

ASKED = [batch.Asked((f"command{number}",), 5.0, 1000) for number in range(3)]


def frame(kind, data):
    return struct.pack("<BI", kind, len(data)) + data


class Shell:
    """Answers each stream as `say(nonce)` tells: bytes, or seconds to wait between them."""

    def __init__(self, *says):
        self._says = list(says)
        self._sockets = []

    def open(self, deadline):
        if not self._says:
            raise DeviceLost("gone")
        ours, theirs = socket.socketpair()
        self._sockets += [ours, theirs]
        threading.Thread(target=self._serve, args=(theirs, self._says.pop(0)), daemon=True).start()
        return Channel(ours, deadline)

    def _serve(self, theirs, say):
        with theirs:
            script = b""
            while (found := re.search(rb"\n([0-9a-f]{32})'", script)) is None:
                script += theirs.recv(65536)
            for piece in say(b"\n" + found[1] + b" "):
                if isinstance(piece, bytes):
                    try:
                        theirs.sendall(piece)
                    except OSError:
                        return
                else:
                    time.sleep(piece)

    def close(self):
        for one in self._sockets:
            one.close()


@pytest.fixture
def shell():
    made = []

    def make(*says):
        made.append(Shell(*says))
        return made[-1].open

    yield make
    for one in made:
        one.close()


def both(data):
    return frame(1, data) + frame(2, data)


def honest(mark):
    for number in range(3):
        yield both(mark + b"B %d\n" % number) + frame(1, b"out") + both(mark + b"E %d 0\n" % number)


def test_an_honest_shell_is_read(shell):
    events = list(batch.run(shell(honest), ASKED, None))

    assert [0, 1, 2] == [event.index for event in events if isinstance(event, Began)]
    assert [b"out"] * 3 == [event for event in events if isinstance(event, bytes)]
    assert [0, 0, 0] == [event.outcome.exit_code for event in events if isinstance(event, Ended)]


def test_errors_that_come_late_belong_to_their_command(shell):
    def late(mark):
        yield frame(1, mark + b"B 0\n" + b"a" + mark + b"E 0 0\n" + mark + b"B 1\nb")
        yield frame(1, mark + b"E 1 0\n" + mark + b"B 2\n" + mark + b"E 2 0\n")
        for number in range(3):
            yield frame(2, mark + b"B %d\nerr%d" % (number, number) + mark + b"E %d 0\n" % number)

    ended = [event for event in batch.run(shell(late), ASKED, None) if isinstance(event, Ended)]

    assert [b"err0", b"err1", b"err2"] == [event.errors for event in ended]


def lies(*pieces):
    def say(mark):
        yield both(mark + b"B 0\n") + frame(1, b"out")
        for piece in pieces:
            yield frame(1, piece.replace(b"MARK", mark))
        yield 0.2

    return say


@pytest.mark.parametrize(
    "lie", [b"MARKB 2\n", b"MARKE 2 0\n", b"MARKwhat\n", b"MARK" + b"B" * 40, b"MARKE 0 99999\n"]
)
def test_a_wrong_marker_cuts_the_rest(shell, lie):
    events = list(batch.run(shell(lies(lie)), ASKED, None))

    assert isinstance(events[0], Began)
    assert [b"out"] == [event for event in events if isinstance(event, bytes)]
    assert "truncated" == next(e.outcome.cut for e in events if isinstance(e, Ended))
    assert [1, 2] == [event.index for event in events if isinstance(event, Skipped)]


def test_output_of_the_next_command_is_not_held_without_end(shell):
    def flood(mark):
        yield frame(1, mark + b"B 0\n" + mark + b"E 0 0\n" + mark + b"B 1\n")
        for _ in range(8):
            yield frame(1, b"x" * (1 << 20))

    events = list(batch.run(shell(flood), ASKED, None))

    assert [1, 2] == [event.index for event in events if isinstance(event, Skipped)]


def test_a_stream_that_ends_costs_one_command(shell):
    def dies(mark):
        yield both(mark + b"B 0\n") + frame(1, b"par")

    def rest(mark):
        for number in range(2):
            yield both(mark + b"B %d\n" % number + mark + b"E %d 3\n" % number)

    ended = [
        event for event in batch.run(shell(dies, rest), ASKED, None) if isinstance(event, Ended)
    ]

    assert [("truncated", None), (None, 3), (None, 3)] == [
        (event.outcome.cut, event.outcome.exit_code) for event in ended
    ]


def test_a_phone_that_stops_nothing_is_stopped_by_the_host(shell):
    def hangs(mark):
        yield both(mark + b"B 0\n")
        for _ in range(200):
            yield frame(1, b"drip")
            yield 0.05

    def rest(mark):
        for number in range(2):
            yield both(mark + b"B %d\n" % number + mark + b"E %d 0\n" % number)

    asked = [one._replace(timeout=0.1) for one in ASKED]
    began = time.monotonic()

    ended = [
        event for event in batch.run(shell(hangs, rest), asked, None) if isinstance(event, Ended)
    ]

    assert ["timeout", None, None] == [event.outcome.cut for event in ended]
    assert time.monotonic() - began < batch.GRACE + 2


@pytest.mark.parametrize(
    "say",
    [
        [],
        [b"garbage that is no frame" * 10],
        [struct.pack("<BI", 1, 0x7FFFFFFF) + b"short"],
        [frame(3, b"\1")],
    ],
)
def test_a_shell_that_runs_nothing_is_a_lost_phone(shell, say):
    with pytest.raises(DeviceLost, match="runs nothing"):
        list(batch.run(shell(lambda _: say), ASKED, None))


def test_a_phone_that_dies_ends_the_answer_first(shell):
    def dies(mark):
        yield both(mark + b"B 0\n") + frame(1, b"par")

    events = batch.run(shell(dies), ASKED, None)

    assert isinstance(next(events), Began)
    assert b"par" == next(events)
    assert "truncated" == next(events).outcome.cut
    with pytest.raises(DeviceLost):
        next(events)


def test_a_silent_shell_ends_at_the_deadline(shell):
    began = time.monotonic()

    events = list(batch.run(shell(lambda _: [2.0]), ASKED, began + 0.3))

    assert ["timeout"] * 3 == [event.reason for event in events]
    assert time.monotonic() - began < 1


def test_a_request_that_is_too_long_is_refused_early():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(DeviceError, match="too long"):
        Channel(ours).request("exec:" + "x" * 65_536, "serial")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"FAIL0006closed", DeviceLost),
        (b"FAIL0003abc", DeviceError),
        (b"WHAT", DeviceError),
        (b"FAILzzzz", ConnectionError),
        (b"FAILffffshort", ConnectionError),
        (b"FA", ConnectionError),
        (b"", ConnectionError),
    ],
)
def test_what_a_server_may_answer(answer, error):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(answer)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(error):
            Channel(ours, time.monotonic() + 2).request("host:version", "serial")


def test_sending_ends_at_the_deadline():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TimeoutError):
        Channel(ours, time.monotonic() + 0.2).send(b"x" * (64 << 20))


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("device unauthorized.\nThis adb server's ...", DeviceError, "not authorised"),
        ("device offline", DeviceLost, "offline"),
        ("device 'X' not found", DeviceLost, "not attached"),
        ("closed", DeviceLost, "refuses"),
        ("\x1b[2Jboo", DeviceError, r"\\x1b"),
    ],
)
def test_a_refusal_says_what_to_do(text, kind, says):
    error = refusal(text, "SERIAL\x1b")

    assert type(error) in {kind, *kind.__subclasses__()}
    assert error.remedy
    assert re.search(says, str(error))
    assert "\x1b" not in str(error)
