"""A store of its own for each test, and a server of feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.pipeline.feeds import Store
from tests.pipeline.feeds.made import Server, serving


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store that is not there yet, below a home of the test's own."""
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "home"))
    return Store()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Write a file of a feed."""

    def put(name: str, data: bytes) -> Path:
        path = tmp_path / "given" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return put


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as served:
        yield served
