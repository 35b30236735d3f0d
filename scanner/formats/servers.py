"""Servers as people write them into settings: a URL, `host:port`, a host alone.

Only scheme, host and port are ever returned: neither a path, a query, nor a name before `@`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

_TEXT_LIMIT = 4096  # characters
_HOST_LIMIT = 253
_HIGHEST_PORT = 0xFFFF


class Server(Struct, frozen=True):
    """A server that a text names."""

    host: str  # in lower case
    port: int | None = None
    scheme: str | None = None


def server_of(text: Any) -> Server | None:
    """Return the server that a text names; None where it names none, or is no text."""
    if not isinstance(text, str) or not text.strip() or len(text) > _TEXT_LIMIT:
        return None
    text = text.strip()
    # Many colons are those of an IPv6 address.
    bare = f"[{text}]" if text.count(":") > 1 and "/" not in text and "[" not in text else text
    try:
        parts = urlsplit(bare if "://" in bare else f"//{bare}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or len(host) > _HOST_LIMIT or any(each.isspace() for each in host):
        return None
    return Server(host, port, parts.scheme.lower() or None)


def port_of(value: Any) -> int | None:
    """Return a port; None for anything else."""
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdigit()
        and len(value) <= len("65535")
    ):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= _HIGHEST_PORT else None
