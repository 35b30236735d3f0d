"""The way to the developer services of an iPhone, where it is open already.

Up to iOS 16 lockdownd starts them, if a developer image is mounted. From iOS 17 on they are reached
through a tunnel that another program of this computer keeps open; see `tunnel`.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from scanner.errors import NotAvailable
from scanner.sources.ios.allowed import INSTRUMENTS
from scanner.sources.ios.tunnel import Address, Stream, leave, tunnelled

_FIRST_READ, _FIRST_TUNNELLED = 14, 17  # versions of iOS; before 14 the service speaks without TLS


@contextlib.asynccontextmanager
async def developer_stream(lockdown: Any, tunnels: Address | None) -> AsyncIterator[Stream]:
    """Connect to the developer services; NotAvailable says what is missing.

    `lockdown` is the library's client of a session.
    """
    from pymobiledevice3.exceptions import (  # noqa: PLC0415 - the library takes a second
        InvalidServiceError,
    )

    major = _major(lockdown.product_version)
    if major >= _FIRST_TUNNELLED:
        async with tunnelled(lockdown.identifier, tunnels) as stream:
            yield stream
        return
    if major < _FIRST_READ:
        detail = "the developer services are read from iOS 14 on"
        raise NotAvailable("unsupported_version", detail)
    try:
        service = await lockdown.start_lockdown_service(INSTRUMENTS)
    except InvalidServiceError as error:
        raise NotAvailable("unsupported_version", "no developer image is mounted") from error
    try:
        yield service.reader, service.writer
    finally:
        await leave(service.writer)


def _major(version: str) -> int:
    number = version.partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 4):  # noqa: PLR2004 - 26, 27 ...
        raise NotAvailable("unsupported_version", "the version of iOS is not known")
    return int(number)
