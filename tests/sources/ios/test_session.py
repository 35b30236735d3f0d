"""The one thread of the event loop, and its end."""

import asyncio
import threading
import time

import pytest

from scanner.errors import DeviceLost
from scanner.sources.ios.session import Session, result_of


async def forever():
    await asyncio.Event().wait()


def test_closing_ends_what_runs_and_what_is_asked_later():
    session = Session()
    running = session.start(forever())
    session.close()
    session.close()

    with pytest.raises(DeviceLost):
        result_of(running)
    with pytest.raises(DeviceLost):
        session.run(forever())


def test_closing_does_not_wait_for_what_cannot_be_ended():
    session, over = Session(), threading.Event()

    async def held():
        over.wait(10)

    session.start(held())
    began = time.monotonic()
    session.close(within=0.2)

    assert time.monotonic() - began < 3
    over.set()
    session.close()
    assert session.loop.is_closed()
