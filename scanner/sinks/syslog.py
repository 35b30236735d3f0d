"""Events to a syslog receiver: over UDP, over TCP (RFC 6587), or over TLS (RFC 5425).

Over TCP and TLS each message is framed by its length. No receiver of syslog confirms a message, so
"taken" means here: given to a connection that stood.
"""

from __future__ import annotations

import socket
import ssl
from datetime import datetime
from typing import Literal

from scanner.model.watch import WatchEvent
from scanner.sinks.connection import Deadline, connected, secured, why
from scanner.sinks.rfc5424 import message
from scanner.sinks.sink import Undelivered, key_of

Transport = Literal["udp", "tcp", "tls"]
_SECONDS = 15.0  # for one event, connecting included
_CONNECT = 10.0
_READS = 16
_CHUNK = 4096


class Syslog:
    """Sends events to one receiver, and keeps the connection until it fails."""

    def __init__(
        self,
        transport: Transport,
        host: str,
        port: int,
        *,
        context: ssl.SSLContext | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        """`context` is needed for TLS alone; `seconds` bounds one try."""
        self._transport, self._host, self._port = transport, host, port
        self._context, self._seconds = context, seconds
        self._connection: socket.socket | None = None
        shown = f"[{host}]" if ":" in host else host
        self.name = f"syslog {transport}://{shown}:{port}"
        self.key = key_of("syslog", transport, host, str(port))

    def __repr__(self) -> str:
        return f"Syslog({self.name!r})"

    def wants(self, event: WatchEvent) -> bool:
        """Take all; what was acknowledged or suppressed has the severity informational."""
        return True

    def send(self, event: WatchEvent, now: datetime) -> None:
        """Send a message. Undelivered where no connection takes it."""
        data = message(event)
        if self._transport != "udp":
            data = b"%d %s" % (len(data), data)
        with Deadline(self._seconds) as deadline:
            try:
                self._connected(deadline).sendall(data)
            except (OSError, UnicodeError) as error:
                self.close()
                raise Undelivered(f"the receiver: {why(error, deadline)}") from error

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self, deadline: Deadline) -> socket.socket:
        connection = self._connection
        if connection is not None and self._transport != "udp" and _ended(connection):
            self.close()
            connection = None
        if connection is None:
            connection = self._connection = self._opened(deadline)
        else:
            deadline.watch(connection)
        connection.settimeout(deadline.left(self._seconds))
        return connection

    def _opened(self, deadline: Deadline) -> socket.socket:
        if self._transport == "udp":
            return _datagrams(self._host, self._port)
        connection = connected(self._host, self._port, deadline, _CONNECT)
        if self._context is None:
            return connection
        return secured(connection, self._host, self._context, deadline.left(_CONNECT))


def _datagrams(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    connection = socket.socket(family, kind, protocol)
    try:
        connection.connect(address)  # so that "port unreachable" comes back as an error
    except OSError:
        connection.close()
        raise
    return connection


def _ended(connection: socket.socket) -> bool:
    """Tell whether the receiver has hung up: the first write after that would seem to succeed."""
    connection.settimeout(0)
    try:
        # A receiver has nothing to say; one that talks without end is left as one that hung up.
        for _ in range(_READS):
            if not connection.recv(_CHUNK):
                break
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return False
    except OSError:
        pass
    return True
