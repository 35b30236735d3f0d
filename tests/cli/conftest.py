"""Running the command as a person or a program does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scanner.simulate import AdbServer
from tests.command import run_scanner_text

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, adb_server: AdbServer) -> Run:
    """Run `scanner WORDS...` in a folder of its own, with the adb server of the tests."""

    def call(
        *words: object, cwd: Path = tmp_path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return run_scanner_text(
            words,
            cwd=cwd,
            env={
                **os.environ,
                "ANDROID_ADB_SERVER_PORT": str(adb_server.port),
                "NO_COLOR": "1",
                **(env or {}),
            },
        )

    return call
