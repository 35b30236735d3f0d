"""Feeds of the tests, and a server on loopback that gives them out."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from scanner.model.indicators import Feed
from scanner.pipeline.feeds.importing import import_feed
from scanner.pipeline.feeds.receive import Terms

DAY = "2026-10-01T00:00:00Z"
LATER = "2026-11-01T00:00:00Z"
Answer = Callable[[BaseHTTPRequestHandler], None]


def bundle(*domains: str, modified: str = DAY) -> bytes:
    """Return a STIX bundle that names domains, and is of a day."""
    objects = [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{_uuid(domain)}",
            "created": DAY,
            "modified": modified,
            "valid_from": DAY,
            "pattern_type": "stix",
            "pattern": f"[domain-name:value = '{domain}']",
        }
        for domain in domains
    ]
    return json.dumps(
        {"type": "bundle", "id": f"bundle--{_uuid('bundle')}", "objects": objects}
    ).encode()


def _uuid(text: str) -> str:
    digits = hashlib.sha256(text.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


class Server:
    """What a test's server gives out, by path; what it was asked is kept."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def url(self, path: str) -> str:
        return f"{self.address}{path}"

    def give(self, path: str, data: bytes, *, etag: str | None = None) -> str:
        """Give out bytes under a path; return its address."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            if etag is not None and request.headers["If-None-Match"] == etag:
                request.send_response(304)
                request.end_headers()
                return
            request.send_response(200)
            request.send_header("Content-Length", str(len(data)))
            if etag is not None:
                request.send_header("ETag", etag)
            request.end_headers()
            request.wfile.write(data)

        self.answers[path] = answer
        return self.url(path)

    def answer(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.url(path)


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.asked.append((self.path, dict(self.headers)))
            answer = served.answers.get(self.path)
            self.close_connection = True
            try:
                if answer is None:
                    self.send_error(404)
                else:
                    answer(self)
            except OSError:
                pass  # the other side has left, as it should

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        served = Server(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def states(path: Path, terms: Terms | None = None) -> list[tuple[str, str]]:
    """Import; return what became of each."""
    return [(each.id, each.state) for each in import_feed(path, terms)]


def values(*feeds: Feed) -> list[str]:
    return sorted(each.value for feed in feeds for each in feed.indicators)
