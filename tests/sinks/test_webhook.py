from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import time
from contextlib import suppress
from itertools import product

import pytest

from scanner.model.changes import ChangeLine
from scanner.sinks import Undelivered
from scanner.sinks.event import LARGEST
from scanner.sinks.webhook import signature
from tests.sinks.made import SECRET, START, Receiver, behaving, certificate, event, unused_port


def test_an_event_is_posted_with_its_id_time_and_signature(hook):
    with Receiver() as receiver:
        hook(f"{receiver.url}?team=a").send(event(7), START)

    (posted,) = receiver.posted
    assert "/hook/token-of-the-path?team=a" == posted.path
    assert "application/json" == posted.headers["content-type"]
    assert {
        "id": 7,
        "at": "2026-03-01T12:00:00Z",
        "event": "finding",
        "device": "d-7f3a",
        "level": "high",
        "title": "A certificate was added",
    } == json.loads(posted.body)
    assert "0a1b2c3d-7" == posted.headers["webhook-id"]
    assert "1772366400" == posted.headers["webhook-timestamp"]
    signed = b"0a1b2c3d-7.1772366400." + posted.body
    digest = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert f"v1,{digest}" == posted.headers["webhook-signature"]


def test_the_signature_is_that_of_the_published_example():
    """Values from the reference library's tests of Standard Webhooks."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'

    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == signature(
        secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body
    )


def test_a_user_in_the_address_is_a_header_and_stands_nowhere_else(hook):
    with Receiver() as receiver:
        url = receiver.url.replace("127.0.0.1", "watch:p%40ss@127.0.0.1")
        sink = hook(url)
        sink.send(event(), START)

    (posted,) = receiver.posted
    assert f"Basic {base64.b64encode(b'watch:p@ss').decode()}" == posted.headers["authorization"]
    assert f"127.0.0.1:{receiver.port}" == posted.headers["host"]
    assert f"webhook http://127.0.0.1:{receiver.port}" == sink.name
    for shown in (sink.name, sink.key, repr(sink)):
        assert not {"p@ss", "p%40ss", "token"} & {
            word for word in ("p@ss", "token") if word in shown
        }


@pytest.mark.parametrize(
    ("refused", "status"),
    [
        *product([True], [400, 401, 404, 410]),
        *product([False], [408, 425, 429, 500, 502, 503]),
    ],
)
def test_what_is_no_2xx_is_undelivered(hook, status, refused):
    with Receiver([status]) as receiver, pytest.raises(Undelivered) as raised:
        hook(receiver.url).send(event(), START)

    assert f"the server answers {status}" == str(raised.value)
    assert refused == raised.value.refused


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_delivered(hook, status):
    with Receiver([status]) as receiver:
        hook(receiver.url).send(event(), START)

    assert ["0a1b2c3d-1"] == receiver.ids


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirection_is_followed(hook, status):
    with Receiver() as other, Receiver([status]) as receiver:
        receiver.headers = {"Location": other.url}
        with pytest.raises(Undelivered, match="redirections are not followed") as raised:
            hook(receiver.url).send(event(), START)

    assert raised.value.refused
    assert [] == other.posted


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("120", 120.0),
        ("Sun, 01 Mar 2026 12:01:30 GMT", 90.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", -3600.0),
        ("soon", None),
        ("9" * 400, 999999999.0),
        ("-5", None),
    ],
)
def test_a_receiver_may_say_when(hook, value, after):
    with Receiver([503]) as receiver:
        receiver.headers = {"Retry-After": value}
        with pytest.raises(Undelivered) as raised:
            hook(receiver.url).send(event(), START)

    assert after == raised.value.after


def hang(connection: socket.socket) -> None:
    connection.settimeout(5)
    while connection.recv(65536):
        pass


def trickle(connection: socket.socket) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def go_on_for_ever(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.005)


def one_endless_header(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x" * 65536)


def close(connection: socket.socket) -> None:
    connection.recv(10)


def speak_otherwise(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"220 mail.example.org ESMTP \x1b[31m\r\n")


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (hang, "took longer than 0.7 seconds|does not answer in time"),
        (trickle, "took longer than 0.7 seconds"),
        (go_on_for_ever, "took longer than 0.7 seconds"),
        (one_endless_header, "does not answer as it should"),
        (close, "(?i)closed|reset"),
        (speak_otherwise, "does not answer as it should"),
    ],
)
def test_a_server_that_misbehaves_is_left_in_time(hook, behave, reason):
    with behaving(behave) as port:
        began = time.monotonic()
        with pytest.raises(Undelivered, match=reason) as raised:
            hook(f"http://127.0.0.1:{port}/", seconds=0.7).send(event(), START)
        took = time.monotonic() - began

    assert took < 3
    assert not raised.value.refused
    assert "\x1b" not in str(raised.value)


def test_an_answer_counts_whatever_follows_it(hook):
    """Its body is not read: neither a gigabyte nor one byte a second makes it undelivered."""
    sent = 0

    def pour(connection: socket.socket) -> None:
        nonlocal sent
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        with suppress(OSError):
            while sent < 1 << 30:
                sent += connection.send(b"x" * 65536)

    with behaving(pour) as port:
        hook(f"http://127.0.0.1:{port}/", seconds=2).send(event(), START)

    assert sent < 64 << 20


def test_a_server_that_refuses_before_it_has_read_is_heard(hook):
    def refuse(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        hang(connection)

    with behaving(refuse) as port, pytest.raises(Undelivered, match="413") as raised:
        hook(f"http://127.0.0.1:{port}/").send(event(detail="x" * 200_000), START)

    assert raised.value.refused


def test_nobody_listens(hook):
    with pytest.raises(Undelivered, match="Connection refused") as raised:
        hook(f"http://127.0.0.1:{unused_port()}/").send(event(), START)

    assert not raised.value.refused


def test_an_event_that_is_too_large_is_sent_in_part(hook):
    change = ChangeLine(
        entity="app", identity={"package": "com.example.app"}, change="added", new="x" * 1000
    )
    with Receiver() as receiver:
        sink = hook(receiver.url)
        sink.send(event(1, "changes", changes=(change,) * 5000), START)
        sink.send(event(2, detail="x" * 2 * LARGEST), START)

    first, second = (json.loads(posted.body) for posted in receiver.posted)
    assert all(len(posted.body) <= LARGEST for posted in receiver.posted)
    assert 5000 == len(first["changes"]) + first["counts"]["changes_left_out"]
    assert 156 == len(first["changes"])
    assert (2, "high", "d-7f3a") == (second["id"], second["level"], second["device"])
    assert "this event is too large to be sent whole" == second["detail"]


def test_a_server_must_prove_who_it_is(hook, tmp_path):
    ca, context = certificate(tmp_path, "127.0.0.1")
    with Receiver(context=context) as receiver:
        hook(receiver.url, ca=ca).send(event(1), START)
        with pytest.raises(Undelivered, match="its certificate does not hold"):
            hook(receiver.url).send(event(2), START)

    assert ["0a1b2c3d-1"] == receiver.ids


def test_a_certificate_of_another_name_does_not_hold(hook, tmp_path):
    ca, context = certificate(tmp_path, "other.example.org")
    with Receiver(context=context) as receiver, pytest.raises(Undelivered, match="does not hold"):
        hook(receiver.url, ca=ca).send(event(), START)

    assert [] == receiver.posted


def shake_slowly(connection: socket.socket) -> None:
    for _ in range(20):
        connection.sendall(b"\x16")
        time.sleep(0.1)


@pytest.mark.parametrize("behave", [hang, shake_slowly])
def test_a_handshake_that_does_not_end_is_left_in_time(hook, behave):
    with behaving(behave) as port:
        began = time.monotonic()
        with pytest.raises(Undelivered):
            hook(f"https://127.0.0.1:{port}/", seconds=0.6).send(event(), START)
        took = time.monotonic() - began

    assert took < 3
