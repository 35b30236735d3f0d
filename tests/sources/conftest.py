"""Ways in to the Android source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from scanner.model.evidence import Unanswered
from scanner.model.source import Answer, DeviceAction
from scanner.simulate import AdbServer, SimulatedPhone
from scanner.sources.android import AndroidSource, open_android

OpenSource = Callable[..., AndroidSource]


@pytest.fixture
def open_source(adb_server: AdbServer) -> Iterator[OpenSource]:
    """Open a simulated phone as a source: `open_source(phone)`; closed after the test."""
    with ExitStack() as opened:

        def start(
            phone: SimulatedPhone, on_action: Callable[[DeviceAction], None] | None = None
        ) -> AndroidSource:
            opened.callback(adb_server.disconnect, phone.address)
            source = open_android(
                phone.address, host=adb_server.host, port=adb_server.port, on_action=on_action
            )
            opened.callback(source.close)
            return source

        yield start


@pytest.fixture
def read() -> Callable[..., dict[str, Any]]:
    """Read all: request as text -> (bytes, exit code, cut, errors), or the reason for none."""

    def every(source: AndroidSource, *requests: Any, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for answer in source.fetch_all(requests, **options):
            if isinstance(answer, Unanswered):
                found[str(answer.request)] = answer.reason
            else:
                found[str(answer.request)] = whole(answer)
        return found

    return every


def whole(answer: Answer) -> tuple[bytes, int | None, str | None, bytes]:
    data = b"".join(answer.chunks())
    return data, answer.outcome().exit_code, answer.outcome().cut, answer.errors()


@pytest.fixture
def simulate(simulate: Callable[..., SimulatedPhone]) -> Callable[..., SimulatedPhone]:
    """As everywhere, but in the host's shell unless asked: it is there in a third of the time."""
    return lambda phone, **options: simulate(phone, **{"shell": "host", **options})
