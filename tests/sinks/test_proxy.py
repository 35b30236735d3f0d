"""The proxy of the environment: real ones on loopback, which send every request to one server."""

from __future__ import annotations

import base64
import socket
import threading
from contextlib import suppress

import pytest

from scanner.sinks import Undelivered
from tests.sinks.made import START, Receiver, behaving, certificate, event

USER = base64.b64encode(b"user:pass").decode()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def tunnels_to(port: int, asked: list[bytes]):
    """Open a way to a port of this computer, whatever is asked for."""

    def behave(connection: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        asked.append(head)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\nVia: proxy\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=copy, args=(server, connection))
            back.start()
            copy(connection, server)
            back.join(5)

    return behave


def copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_https_goes_through_a_tunnel_and_the_server_proves_who_it_is(hook, monkeypatch, tmp_path):
    ca, context = certificate(tmp_path, "hooks.example.org")
    asked: list[bytes] = []
    with Receiver(context=context) as receiver, behaving(tunnels_to(receiver.port, asked)) as port:
        monkeypatch.setenv("https_proxy", f"http://user:pass@127.0.0.1:{port}")
        hook("https://hooks.example.org/x", ca=ca).send(event(), START)
        with pytest.raises(Undelivered, match="does not hold"):
            hook("https://other.example.org/x", ca=ca).send(event(), START)

    assert ["0a1b2c3d-1"] == receiver.ids
    head = "CONNECT hooks.example.org:443 HTTP/1.1\r\nHost: hooks.example.org:443\r\n"
    assert f"{head}Proxy-Authorization: Basic {USER}\r\n\r\n".encode() == asked[0]


def test_http_is_asked_of_the_proxy(hook, monkeypatch):
    with Receiver() as proxy:
        monkeypatch.setenv("http_proxy", f"user:pass@127.0.0.1:{proxy.port}")
        hook("http://hooks.example.org:8080/x?y=z", insecure=True).send(event(), START)

    (posted,) = proxy.posted
    assert "http://hooks.example.org:8080/x?y=z" == posted.path
    assert f"Basic {USER}" == posted.headers["proxy-authorization"]


def test_this_computer_needs_no_proxy(hook, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:3128")
    with Receiver() as receiver:
        hook(receiver.url).send(event(), START)

    assert ["0a1b2c3d-1"] == receiver.ids


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "the proxy opens no way"),
        (b"\r\n\r\n", "the proxy opens no way"),
        (b"HTTP/1.1 200 OK\r\n", "the proxy gives no answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"x" * 20_000, "the proxy gives no answer"),
    ],
)
def test_a_proxy_that_opens_no_way(hook, monkeypatch, answer, reason):
    def refuse(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with behaving(refuse) as port:
        monkeypatch.setenv("all_proxy", f"http://127.0.0.1:{port}")
        with pytest.raises(Undelivered, match=reason):
            hook("https://hooks.example.org/x").send(event(), START)


@pytest.mark.parametrize(
    "proxy", ["socks5://user:pass@192.0.2.1:1080", "http://user:pass@192.0.2.1:x", "http://"]
)
def test_a_proxy_that_is_none_of_http_is_said_without_its_password(hook, monkeypatch, proxy):
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(Undelivered) as raised:
        hook("https://hooks.example.org/x").send(event(), START)

    said = "the server: the proxy of the environment is none that is reached by http"
    assert said == str(raised.value)
