"""An archive as a recording."""

from __future__ import annotations

import pytest

from scanner.formats.container import open_container


@pytest.fixture
def archive(tmp_path):
    def write(data: bytes):
        path = tmp_path / "recording.zip"
        path.write_bytes(data)
        return open_container(path)

    return write
