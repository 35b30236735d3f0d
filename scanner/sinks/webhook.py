"""Events to a web server: one signed POST each, in the manner of Standard Webhooks 1.0.

`webhook-id` is the same for every try of an event, so that a receiver knows one that it has;
`webhook-signature` is `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import ssl
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPMessage
from urllib.parse import SplitResult, unquote

from scanner.model.watch import WatchEvent
from scanner.sinks.connection import Deadline, connected, secured, why
from scanner.sinks.event import document
from scanner.sinks.proxy import Proxy, proxy_for, tunnelled
from scanner.sinks.sink import Undelivered, key_of

_TRY_AGAIN = frozenset({408, 425, 429})  # of 4xx: time-out, too early, too many
_PORTS = {"http": 80, "https": 443}
_CONNECT = 10.0  # seconds
_SILENCE = 10.0  # seconds without a byte


class Webhook:
    """Posts events to one address. Follows no redirection, and reads no answer beyond its head."""

    def __init__(
        self,
        url: SplitResult,
        secret: bytes,
        *,
        origin: str,
        context: ssl.SSLContext | None = None,
        seconds: float = 30.0,
    ) -> None:
        """`origin` tells the events of one store from another's; `seconds` bounds one try."""
        self._url, self._secret, self._origin = url, secret, origin
        self._context, self._seconds = context, seconds
        self._host = url.hostname or ""
        self._port = url.port or _PORTS[url.scheme]
        host = url.netloc.rpartition("@")[2]
        self.name = f"webhook {url.scheme}://{host}"  # the path often is a secret
        self.key = key_of("webhook", url.geturl())

    def __repr__(self) -> str:
        return f"Webhook({self.name!r})"

    def wants(self, event: WatchEvent) -> bool:
        """Take what was not acknowledged or suppressed: a receiver may wake somebody."""
        return not event.suppressed

    def send(self, event: WatchEvent, now: datetime) -> None:
        """Post an event. Undelivered unless the server answers 2xx."""
        body = document(event)
        with Deadline(self._seconds) as deadline:
            try:
                status, headers = self._post(body, self._headers(event, body, now), deadline)
            except (OSError, HTTPException, UnicodeError) as error:
                raise Undelivered(f"the server: {why(error, deadline)}") from error
        if not 200 <= status < 300:  # noqa: PLR2004  the class of status
            raise _undelivered(status, headers, now)

    def close(self) -> None:
        """Nothing stays open between events."""

    def _headers(self, event: WatchEvent, body: bytes, now: datetime) -> dict[str, str]:
        id, timestamp = f"{self._origin}-{event.id}", str(int(now.timestamp()))
        headers = {
            "Host": self._url.netloc.rpartition("@")[2],
            "User-Agent": "phone-integrity-scanner",
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "webhook-id": id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(self._secret, id, timestamp, body),
        }
        if self._url.username is not None:
            user = f"{unquote(self._url.username)}:{unquote(self._url.password or '')}"
            headers["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode()}"
        return headers

    def _post(
        self, body: bytes, headers: dict[str, str], deadline: Deadline
    ) -> tuple[int, HTTPMessage]:
        proxy = proxy_for(self._url.scheme, self._host)
        path = self._url.path or "/"
        target = f"{path}?{self._url.query}" if self._url.query else path
        if proxy is not None and self._context is None:
            target = f"http://{headers['Host']}{target}"
            headers |= proxy.headers()
        connection = HTTPConnection(self._host, self._port)
        connection.auto_open = 0  # what is closed stays closed
        connection.sock = self._connected(deadline, proxy)
        try:
            # A server that has answered before it read everything is heard all the same.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", target, body, headers)
            with connection.getresponse() as response:
                return response.status, response.headers
        finally:
            connection.close()

    def _connected(self, deadline: Deadline, proxy: Proxy | None) -> socket.socket:
        host, port = (self._host, self._port) if proxy is None else (proxy.host, proxy.port)
        connection = connected(host, port, deadline, _CONNECT)
        connection.settimeout(deadline.left(_SILENCE))
        if self._context is None:
            return connection
        if proxy is not None:
            tunnelled(connection, proxy, self._host, self._port)
        return secured(connection, self._host, self._context, deadline.left(_SILENCE))


def signature(secret: bytes, id: str, timestamp: str, body: bytes) -> str:
    """Return the value of `webhook-signature`."""
    signed = b".".join((id.encode(), timestamp.encode(), body))
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _undelivered(status: int, headers: HTTPMessage, now: datetime) -> Undelivered:
    if 300 <= status < 400:  # noqa: PLR2004  the class of status
        reason = f"the server answers {status}, and redirections are not followed"
        return Undelivered(reason, refused=True)
    refused = 400 <= status < 500 and status not in _TRY_AGAIN  # noqa: PLR2004
    after = _seconds(headers["Retry-After"], now)
    return Undelivered(f"the server answers {status}", refused=refused, after=after)


def _seconds(retry_after: str | None, now: datetime) -> float | None:
    """Read `Retry-After`: seconds, or a date."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        return (parsedate_to_datetime(retry_after) - now).total_seconds()
    except (TypeError, ValueError, OverflowError):  # TypeError: a date without its zone
        return None
