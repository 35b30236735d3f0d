"""The small iPhone behind a simulated usbmuxd, and unmodified pymobiledevice3 to reach it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pymobiledevice3.lockdown import LockdownClient, create_using_usbmux

from scanner.simulate.ios import SimulatedIPhone, Usbmuxd
from tests.simulate.ios.recordings import small_iphone

T = TypeVar("T")
Use = Callable[[LockdownClient], Awaitable[T]]
PATIENCE = 20  # seconds after which a test has failed


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Callable[..., SimulatedIPhone]]:
    """Plug a phone in: `plug(faults=...)`; it gets an attribute `mux`, its usbmuxd."""
    with ExitStack() as running:

        def start(**options: Any) -> Plugged:
            phone = Plugged(small_iphone(tmp_path), **options)
            phone.mux = running.enter_context(Usbmuxd([phone]))
            return phone

        yield start


class Plugged(SimulatedIPhone):
    """A phone that knows its usbmuxd."""

    mux: Usbmuxd


@pytest.fixture
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Plugged, Use[T]], T]:
    """Connect to a phone as pymobiledevice3 does and use it: `drive(phone, use)`."""

    def connect_and_use(
        phone: Plugged, use: Use[T], *, patience: float = PATIENCE, **options: Any
    ) -> T:
        async def session() -> T:
            lockdown = await create_using_usbmux(
                phone.udid,
                pairing_records_cache_folder=tmp_path / "pairing",
                usbmux_address=phone.mux.address,
                **{"autopair": False, **options},
            )
            async with lockdown:
                return await use(lockdown)

        # A record of a pairing is saved to the usbmuxd of the environment.
        monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", phone.mux.address)
        return asyncio.run(asyncio.wait_for(session(), patience))

    return connect_and_use
