"""Ways in to the iOS source, and all requests that an iPhone can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from scanner.model.evidence import Unanswered
from scanner.simulate.ios import SimulatedIPhone, Usbmuxd
from scanner.sources.ios import IosSource, open_ios
from tests.simulate.ios.recordings import small_iphone


class Plugged(SimulatedIPhone):
    """A phone that knows its usbmuxd."""

    mux: Usbmuxd


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Callable[..., Plugged]]:
    """Plug the small iPhone in: `plug(faults=...)`; `phone.mux` is its usbmuxd."""
    with ExitStack() as running:

        def start(**options: Any) -> Plugged:
            phone = Plugged(small_iphone(tmp_path), **options)
            phone.mux = running.enter_context(Usbmuxd([phone]))
            return phone

        yield start


@pytest.fixture
def open_source(tmp_path: Path, monkeypatch: Any) -> Iterator[Callable[..., IosSource]]:
    """Open a plugged phone: `open_source(phone)`; closed after the test, which has a HOME."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with ExitStack() as opened:

        def start(phone: Plugged, **options: Any) -> IosSource:
            source = open_ios(phone.udid, address=phone.mux.address, **options)
            opened.callback(source.close)
            return source

        yield start


@pytest.fixture
def read() -> Callable[..., dict[str, Any]]:
    """Read all: request as text -> (bytes, outcome), or the reason for none."""

    def every(source: IosSource, *requests: Any, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for answer in source.fetch_all(requests, **options):
            if isinstance(answer, Unanswered):
                found[str(answer.request)] = answer.reason
            else:
                data = b"".join(answer.chunks())
                found[str(answer.request)] = (data, answer.outcome())
        return found

    return every
