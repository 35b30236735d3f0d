from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.sinks import Webhook, webhook_of
from tests.sinks.made import SECRET


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "webhook.secret"
    path.write_text(f"whsec_{base64.b64encode(SECRET).decode()}\n")
    return path


@pytest.fixture
def hook(secret_file: Path) -> Callable[..., Webhook]:
    """Make a webhook: `hook(url, seconds=2)`."""

    def make(url: str, **options) -> Webhook:
        return webhook_of(url, secret_file=secret_file, origin="0a1b2c3d", **options)

    return make
