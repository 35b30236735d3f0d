from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model.changes import ChangeLine
from scanner.model.findings import Finding, Subject
from scanner.sinks import Undelivered, syslog_of
from scanner.sinks.rfc5424 import message, severity
from scanner.sinks.syslog import _ended
from tests.sinks.made import START, behaving, certificate, event, unused_port

# RFC 5424 section 6: header, structured data, message. Values hold `"`, `\`, `]` escaped only.
WHOLE = re.compile(
    rb"<(?P<priority>\d{1,3})>1 (?P<at>[0-9T:.-]+Z) - scanner - (?P<kind>[!-~]{1,32}) "
    rb'\[event@32473(?P<data>( [a-z]{1,32}="([^"\\\]]|\\["\\\]])*")*)\] \xef\xbb\xbf(?P<line>.*)',
    re.DOTALL,
)


def read(data: bytes) -> tuple[int, str, list[tuple[str, str]], str]:
    """Read a message as a receiver does: priority, kind, parameters, line."""
    found = WHOLE.fullmatch(data)
    assert found, data
    parameters = re.findall(r' ([a-z]+)="((?:[^"\\\]]|\\.)*)"', found["data"].decode())
    plain = [(name, re.sub(r"\\(.)", r"\1", value)) for name, value in parameters]
    return int(found["priority"]), found["kind"].decode(), plain, found["line"].decode()


def framed(data: bytes) -> list[bytes]:
    """Take messages out of their frames, RFC 6587 section 3.4.1."""
    messages = []
    while data:
        length, _, rest = data.partition(b" ")
        messages.append(rest[: int(length)])
        assert int(length) == len(messages[-1])
        data = rest[int(length) :]
    return messages


def numbers(messages: list[bytes]) -> list[int]:
    return [int(dict(read(each)[2])["id"]) for each in messages]


def test_a_message_whole():
    expected = (
        b"<131>1 2026-03-01T12:00:00.000Z - scanner - finding "
        b'[event@32473 id="7" device="d-7f3a" level="high" fingerprint="9b1c"'
        b' title="A certificate was added"] '
        b"\xef\xbb\xbffinding (high): A certificate was added [d-7f3a]"
    )

    assert expected == message(event(7, fingerprint="9b1c"))


def test_times_are_utc():
    at = datetime(2026, 3, 1, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))

    assert b"1 2026-03-01T12:00:00.123Z " in message(event(at=at))


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("finding", {"level": "critical"}, 2),
        ("finding", {"level": "high"}, 3),
        ("finding", {"level": "medium"}, 4),
        ("finding", {"level": "low"}, 5),
        ("finding", {"level": "informational"}, 6),
        ("finding", {"level": "critical", "suppressed": True}, 6),
        ("silent", {}, 3),
        ("undelivered", {}, 4),
        ("heartbeat", {}, 6),
    ],
)
def test_severities(kind, fields, expected):
    made = event(1, kind, **fields)

    assert expected == severity(made)
    assert 16 * 8 + expected == read(message(made))[0]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ('say "hello"', 'say "hello"'),
        ("C:\\x]", "C:\\x]"),
        ("]\n<0>1 - - - - - -", "]\\x0a<0>1 - - - - - -"),
        ("\x1b[31mred\x00\x9b", "\\x1b[31mred\\x00\\x9b"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("Überwachung 🛰", "Überwachung 🛰"),
        ("\\", "\\"),
        ("", ""),
    ],
)
def test_no_text_leaves_its_place(title, shown):
    _, _, parameters, line = read(message(event(1, title=title, device=None)))

    assert shown == dict(parameters)["title"]
    assert title == "" or f"finding (high): {shown}" == line


def test_what_a_finding_and_changes_say():
    finding = Finding(
        id="f-1",
        rule="0d4c8c0e-8a0b-4e5c-9d55-3a0a6d9f2b11",
        level="high",
        confidence="high",
        rule_class="compromise",
        review=False,
        provenance="os_claimed",
        subject=Subject(entity="certificate", key={}),
        matched=(),
        evidence=(),
    )
    change = ChangeLine(
        entity="app",
        identity={"user": 0, "package": "com.example.app"},
        change="modified",
        field="version",
    )
    made = event(
        3,
        "changes",
        changes=(change,) * 7,
        counts={"ordinary": 2},
        finding=finding,
        suppressed=True,
    )

    _, kind, parameters, line = read(message(made))

    assert "changes" == kind
    assert [
        ("id", "3"),
        ("rule", finding.rule),
        ("suppressed", "true"),
        ("counts", "ordinary=2"),
        ("changes", "7"),
        *[("change", "modified app 0 com.example.app version")] * 5,
    ] == parameters
    assert "changes: 7 changes" == line


@pytest.mark.parametrize("character", ["x", "\\", "]", "🛰", "\x00", "ü"])
def test_a_message_has_at_most_2_kib(character):
    long = character * 5000
    change = ChangeLine(entity=long, identity={"package": long}, change="added")
    made = event(
        1,
        device=long,
        title=long,
        fingerprint=long,
        verdict=long,
        detail=long,
        case=long,
        target=long,
        changes=(change,) * 9,
        counts={"x": 1},
    )

    data = message(made)

    assert len(data) <= 2048
    _, _, parameters, line = read(data)
    assert ("id", "1") == parameters[0]
    assert line


@given(text=st.text(max_size=400), other=st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_a_message(text, other):
    _, _, parameters, _ = read(message(event(1, device=text, title=other, detail=text)))

    assert ["id", "device", "level", "title", "detail"] == [name for name, _ in parameters]


# --- transports ---------------------------------------------------------------------------------


def test_over_udp_each_message_is_a_datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        sink = syslog_of(f"udp://127.0.0.1:{receiver.getsockname()[1]}")
        for id in (1, 2):
            sink.send(event(id), START)
        sink.close()
        got = [receiver.recv(65536) for _ in range(2)]

    assert [message(event(1)), message(event(2))] == got


def test_over_udp_a_port_without_receiver_is_told_by_the_next_try():
    sink = syslog_of(f"127.0.0.1:{unused_port()}")

    def send() -> None:
        for id in range(20):
            sink.send(event(id), START)
            time.sleep(0.01)

    with pytest.raises(Undelivered, match="the receiver: Connection refused"):
        send()


class Collector:
    """A receiver over TCP or TLS that keeps what it is sent."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.last = threading.Event()
        self.expected = 1

    def __call__(self, connection: socket.socket) -> None:
        self.data.append(b"")
        while got := connection.recv(65536):
            self.data[-1] += got
            if b"".join(self.data).count(b"event@32473") >= self.expected:
                self.last.set()


@pytest.mark.parametrize("secure", [True, False])
def test_over_tcp_and_tls_messages_share_a_connection(tmp_path, secure):
    ca, context = certificate(tmp_path, "127.0.0.1")
    collector = Collector()
    collector.expected = 3
    with behaving(collector, context if secure else None) as port:
        sink = syslog_of(f"{'tls' if secure else 'tcp'}://127.0.0.1:{port}", ca=ca)
        for id in (1, 2, 3):
            sink.send(event(id, title="x\ny"), START)
        assert collector.last.wait(5)
        sink.close()

    assert 1 == len(collector.data)
    assert [1, 2, 3] == numbers(framed(collector.data[0]))


def test_a_receiver_must_prove_who_it_is(tmp_path):
    _, context = certificate(tmp_path, "127.0.0.1")
    collector = Collector()
    with behaving(collector, context) as port:
        sink = syslog_of(f"tls://127.0.0.1:{port}")
        with pytest.raises(Undelivered, match="its certificate does not hold"):
            sink.send(event(), START)

    assert b"" == b"".join(collector.data)


@pytest.mark.parametrize("secure", [True, False])
def test_a_receiver_that_hung_up_is_called_again(tmp_path, secure):
    ca, context = certificate(tmp_path, "127.0.0.1")
    messages: list[bytes] = []

    def one_each(connection: socket.socket) -> None:
        messages.append(connection.recv(65536))

    with behaving(one_each, context if secure else None) as port:
        sink = syslog_of(f"{'tls' if secure else 'tcp'}://127.0.0.1:{port}", ca=ca)
        for id in (1, 2, 3):
            sink.send(event(id), START)
            ends = time.monotonic() + 5
            while not _ended(sink._connection) and time.monotonic() < ends:
                time.sleep(0.01)
        sink.close()

    assert [1, 2, 3] == [number for each in messages for number in numbers(framed(each))]


def test_a_receiver_that_talks_without_end_is_left():
    connections = 0

    def talk(connection: socket.socket) -> None:
        nonlocal connections
        connections += 1
        with suppress(OSError):
            while True:
                connection.sendall(b"x" * 65536)

    slowest, ends = 0.0, time.monotonic() + 10
    with behaving(talk) as port:
        sink = syslog_of(f"tcp://127.0.0.1:{port}")
        while connections < 3 and time.monotonic() < ends:
            began = time.monotonic()
            sink.send(event(), START)
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.01)
        sink.close()

    assert 3 == connections
    assert slowest < 2


def test_a_receiver_that_reads_nothing_is_left_in_time():
    def sleep(_: socket.socket) -> None:
        over.wait(10)

    over = threading.Event()
    with behaving(sleep, buffer=4096) as port:
        sink = syslog_of(f"tcp://127.0.0.1:{port}", seconds=0.5)

        def send() -> None:
            for id in range(50_000):
                sink.send(event(id, detail="x" * 2000), START)

        with pytest.raises(Undelivered, match=r"in time|took longer"):
            send()
        over.set()


def test_nobody_listens():
    with pytest.raises(Undelivered, match="the receiver: Connection refused"):
        syslog_of(f"tcp://127.0.0.1:{unused_port()}").send(event(), datetime.now(UTC))
