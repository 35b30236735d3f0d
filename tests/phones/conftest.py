"""The recorded phones, each as a recording."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.phones.recording import PHONES, Recording


@pytest.fixture(params=PHONES, ids=lambda path: path.name)
def recording(request: pytest.FixtureRequest) -> Recording:
    path: Path = request.param
    return Recording(path)
