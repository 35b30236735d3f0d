"""The profile files are as generated."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.phones.recording import FIXTURES

SCRIPT = str(FIXTURES / "make_profiles.py")


def test_as_generated() -> None:
    command = [sys.executable, SCRIPT, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_check_notices_a_difference(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, SCRIPT, "--into", str(tmp_path)], check=True, capture_output=True
    )
    (tmp_path / "enterprise.mobileprovision").write_bytes(b"x")
    check = [sys.executable, SCRIPT, "--check", "--into", str(tmp_path)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "enterprise.mobileprovision" in done.stderr
