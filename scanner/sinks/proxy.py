"""The proxy that the environment names for an address, and a way through it."""

from __future__ import annotations

import base64
import socket
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from msgspec import Struct

from scanner.sinks.connection import is_this_computer

_ANSWER = 16 * 1024  # bytes
_NONE = "the proxy of the environment is none that is reached by http"


class Proxy(Struct, frozen=True, kw_only=True):
    """An HTTP proxy."""

    host: str
    port: int
    secret: str | None = None  # user:password

    def __repr__(self) -> str:
        return f"Proxy({self.host!r}, {self.port})"

    def headers(self) -> dict[str, str]:
        """Return what a proxy is told of us."""
        if self.secret is None:
            return {}
        encoded = base64.b64encode(self.secret.encode()).decode()
        return {"Proxy-Authorization": f"Basic {encoded}"}


def proxy_for(scheme: str, host: str) -> Proxy | None:
    """Return the proxy for a host. ConnectionError where it is one that we do not speak to."""
    if is_this_computer(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    address = proxies.get(scheme) or proxies.get("all")
    if not address:
        return None
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        port = parts.port or 80
    except ValueError:
        raise ConnectionError(_NONE) from None  # the address may hold a password
    if parts.scheme != "http" or not parts.hostname:
        raise ConnectionError(_NONE)
    secret = None
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(host=parts.hostname, port=port, secret=secret)


def tunnelled(connection: socket.socket, proxy: Proxy, host: str, port: int) -> None:
    """Ask a proxy for a way to a host. ConnectionError, and the connection closed, if none."""
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    lines += [f"{name}: {value}" for name, value in proxy.headers().items()]
    try:
        connection.sendall("\r\n".join((*lines, "", "")).encode("latin-1"))
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            # Byte by byte: what follows belongs to the host.
            byte = connection.recv(1)
            if not byte or len(answer) > _ANSWER:
                raise ConnectionError("the proxy gives no answer")
            answer += byte
        if answer.split(maxsplit=2)[1:2] != [b"200"]:
            raise ConnectionError("the proxy opens no way to the server")
    except OSError:
        connection.close()
        raise
