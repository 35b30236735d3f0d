"""Fetching a feed from an address: over https, within bounds of size and time.

The only place that opens a connection for indicators, and only an update calls it. A request holds
the address that a person declared and what its server said before: nothing from a phone.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import BinaryIO
from urllib.parse import SplitResult, unquote, urljoin, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from msgspec import Struct

from scanner.errors import RuleError, ScannerError
from scanner.pipeline.feeds.catalogue import Validators
from scanner.pipeline.feeds.receive import copied, too_large

SECONDS = 120.0  # for one address, from the first byte sent to the last one received
_SILENCE = 20.0  # seconds without a byte
_REDIRECTS = 5
_CHUNK = 64 * 1024
_MOVED = frozenset({301, 302, 303, 307, 308})
_OK, _NOT_MODIFIED = 200, 304
_LONGEST_VALIDATOR = 512


class Unreachable(ScannerError):
    """A server did not give a feed; what was fetched before stays."""


class Download(Struct, frozen=True, kw_only=True):
    """What a server gave; without a digest: it says that nothing has changed."""

    sha256: str | None
    size: int = 0
    validators: Validators | None = None


def address_of(url: str) -> SplitResult:
    """Split an address. ValueError where it is none of http or https."""
    parts = urlsplit(url)
    _ = parts.port  # ValueError where it is no number
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable():
        raise ValueError("no http or https address")
    if " " in url or not url.isascii():
        raise ValueError("an address of ASCII characters without blanks expected")
    return parts


def origin_of(url: str) -> str:
    """Return an address without what may be a secret: user, password, query."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def is_loopback(host: str | None) -> bool:
    """Tell whether a host is this computer itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def fetch(
    url: str,
    out: BinaryIO,
    *,
    limit: int,
    validators: Validators | None = None,
    allow_http: bool = False,
    seconds: float = SECONDS,
) -> Download:
    """Write what an address holds. RuleError for what is refused, Unreachable for the rest."""
    origin = origin_of(url)
    address = hashlib.sha256(url.encode()).hexdigest()
    known = validators if validators is not None and validators.address == address else None
    with _bounded(seconds, origin) as live:
        response = _opened(url, known, live, min(seconds, _SILENCE), allow_http=allow_http)
        with response:
            if response.status == _NOT_MODIFIED and known is not None:
                return Download(sha256=None, validators=known)
            if response.status != _OK:
                raise Unreachable(f"{origin}: the server answers {response.status}")
            sha256, size = copied(_body(response, origin, limit), out, limit, origin)
        return Download(sha256=sha256, size=size, validators=_validators(response, address))


def _body(response: HTTPResponse, origin: str, limit: int) -> Iterator[bytes]:
    if (response.headers["Content-Encoding"] or "identity") != "identity":
        raise Unreachable(f"{origin}: the server sends a packed answer, which was not asked for")
    announced = response.length
    if announced is not None and announced > limit:
        raise too_large(origin, limit)
    came = 0
    while data := response.read1(_CHUNK):
        came += len(data)
        yield data
    if announced is not None and came < announced:
        raise Unreachable(f"{origin}: ended after {came} of {announced} bytes")


def _opened(
    url: str,
    known: Validators | None,
    live: list[socket.socket],
    silence: float,
    *,
    allow_http: bool,
) -> HTTPResponse:
    first = origin = origin_of(url)
    for _ in range(_REDIRECTS + 1):
        parts = _allowed(url, first, allow_http=allow_http)
        origin = origin_of(url)
        opener = OpenerDirector()
        # An address of this computer means this computer: no proxy stands for it.
        proxies = ProxyHandler({} if is_loopback(parts.hostname) else None)
        for handler in (proxies, _Http(live), _Https(live)):
            opener.add_handler(handler)
        response: HTTPResponse | None = opener.open(
            _request(parts, known, same=origin == first), timeout=silence
        )
        if response is None:
            raise Unreachable(f"{origin}: nothing answers such an address")
        location = response.headers["Location"]
        if response.status not in _MOVED or location is None:
            return response
        response.close()  # unread: what it holds besides is of no use, and of any size
        url = urljoin(url, location)
    raise Unreachable(f"{first}: more than {_REDIRECTS} redirections")


def _allowed(url: str, first: str, *, allow_http: bool) -> SplitResult:
    try:
        parts = address_of(url)
    except ValueError as error:
        raise _refused(first, f"leads to what is {error}") from error
    at_home = is_loopback(parts.hostname)
    plain = first.startswith("http:") and (allow_http or at_home)
    if parts.scheme == "http" and not plain:  # and never on the way from https
        raise _refused(first, "http, where anybody on the way may change the feed")
    if at_home and not is_loopback(urlsplit(first).hostname):
        raise _refused(first, "leads to this computer itself")
    return parts


def _refused(origin: str, reason: str) -> RuleError:
    remedy = "declare an https address; --allow-http allows http where there is no other"
    return RuleError(origin, "address", reason, remedy=remedy)


def _request(parts: SplitResult, known: Validators | None, *, same: bool) -> Request:
    host = parts.netloc.rpartition("@")[2]
    request = Request(  # noqa: S310  the scheme was looked at
        parts._replace(netloc=host, fragment="").geturl(),
        headers={
            "User-Agent": "phone-integrity-scanner",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        },
    )
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        encoded = base64.b64encode(secret.encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {encoded}")
    if known is not None and same:
        for name, value in (("Etag", known.etag), ("Last-Modified", known.last_modified)):
            if value is not None:
                asked = "If-None-Match" if name == "Etag" else "If-Modified-Since"
                request.add_header(asked, value)
    return request


def _validators(response: HTTPResponse, address: str) -> Validators | None:
    etag, modified = (
        value if value is not None and value.isprintable() and value.isascii() else None
        for value in (response.headers["ETag"], response.headers["Last-Modified"])
    )
    if len((etag or "") + (modified or "")) > _LONGEST_VALIDATOR or not (etag or modified):
        return None
    return Validators(address=address, etag=etag, last_modified=modified)


@contextmanager
def _bounded(seconds: float, origin: str) -> Iterator[list[socket.socket]]:
    """Cut the connections that are put into the list when the time is over; name every failure."""
    live: list[socket.socket] = []
    over = threading.Event()

    def cut() -> None:
        over.set()
        for each in live:
            with suppress(OSError):
                # The plain way, also under TLS: what waits for a byte then sees the end.
                socket.socket.shutdown(each, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield live
    except (OSError, HTTPException, ValueError, Unreachable) as error:
        if not over.is_set():
            raise _failure(error, origin) from error
    finally:
        timer.cancel()
    if over.is_set():  # whatever came of it: the connection was cut
        raise Unreachable(f"{origin}: took longer than {seconds:.0f} seconds")


def _failure(error: Exception, origin: str) -> Unreachable:
    if isinstance(error, Unreachable):
        return error
    why = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return Unreachable(f"{origin}: {why}", remedy="Try again later.")


class _Http(HTTPHandler):
    """Opens connections that are put into a list."""

    def __init__(self, live: list[socket.socket]) -> None:
        super().__init__()
        self._live = live

    def http_open(self, req: Request) -> HTTPResponse:
        live = self._live

        class Connection(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                live.append(self.sock)

        return self.do_open(Connection, req)


class _Https(HTTPSHandler):
    """The same, under TLS."""

    def __init__(self, live: list[socket.socket]) -> None:
        super().__init__()
        self._live = live

    def https_open(self, req: Request) -> HTTPResponse:
        live = self._live

        class Connection(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                live.append(self.sock)

        return self.do_open(Connection, req)
