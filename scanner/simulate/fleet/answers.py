"""One answer of a simulated phone, as evidence holds it."""

from __future__ import annotations

from msgspec import Struct

from scanner.model.requests import AnyRequest


class Answered(Struct, frozen=True, kw_only=True):
    """A request and the bytes that answer it."""

    request: AnyRequest
    data: bytes
    errors: bytes = b""
    exit_code: int | None = None  # None: the channel knows none, as services of an iPhone
