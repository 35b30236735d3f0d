"""What tests of sinks need: events, a driven clock, servers that behave well or badly."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from scanner.model.watch import WatchEvent

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = b"a secret of the tests, 32 bytes."


def event(id: int = 1, kind: str = "finding", **fields) -> WatchEvent:
    if kind == "finding":
        fields = {"level": "high", "title": "A certificate was added", "device": "d-7f3a"} | fields
    return WatchEvent(id=id, at=fields.pop("at", START), event=kind, **fields)


class Driven:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def go(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Posted(Struct, frozen=True):
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """A web server that keeps what was posted and answers as it is told: a status, and headers."""

    def __init__(self, answers: list[int] | None = None, context: ssl.SSLContext | None = None):
        self.posted: list[Posted] = []
        self.answers = answers or []
        self.headers: dict[str, str] = {}
        self.scheme = "http" if context is None else "https"
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posted.append(Posted(self.path, headers, body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{self.scheme}://127.0.0.1:{self.port}/hook/token-of-the-path"

    @property
    def ids(self) -> list[str]:
        return [posted.headers["webhook-id"] for posted in self.posted]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def behaving(
    behave: Callable[[socket.socket], None],
    context: ssl.SSLContext | None = None,
    *,
    buffer: int = 65536,
) -> Iterator[int]:
    """Serve TCP on a port: every connection is handed to `behave`, then closed."""
    threads = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if context is None:
                behave(connection)
            else:
                with context.wrap_socket(connection, server_side=True) as secured:
                    behave(secured)

    def accept() -> None:
        with suppress(OSError):
            while True:
                thread = threading.Thread(target=serve, args=(server.accept()[0],), daemon=True)
                thread.start()
                threads.append(thread)

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        threading.Thread(target=accept, daemon=True).start()
        yield port_of(server)
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(5)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return port_of(server)


def port_of(server: socket.socket) -> int:
    return int(server.getsockname()[1])


def certificate(folder: Path, *names: str) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for addresses and names; return its file and a server's side of TLS."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    alternatives = [
        x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
        for name in names
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(public + private)
    (folder / "ca.pem").write_bytes(public)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return folder / "ca.pem", context
