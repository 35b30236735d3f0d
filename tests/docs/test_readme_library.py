"""The library, used as the README shows it, on a simulated phone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from scanner.simulate import Phone, SimulatedPhone, find_phone

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_scans_the_attached_phone(adb_server, tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    where = {
        "ANDROID_ADB_SERVER_HOST": adb_server.host,
        "ANDROID_ADB_SERVER_PORT": str(adb_server.port),
        "PYTHONPATH": str(ROOT),
        "SCANNER_HOME": str(tmp_path / "home"),
    }
    with SimulatedPhone(Phone.load(find_phone("android-8-clean"))) as phone:
        adb_server.connect(phone.address)
        try:
            done = subprocess.run(
                [sys.executable, "-W", "error", "-c", code],
                cwd=tmp_path,
                env={**os.environ, **where},
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            adb_server.disconnect(phone.address)
    (case,) = (tmp_path / "cases").iterdir()

    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.endswith(f"/cases/{case.name}\n")
    assert (case / "tagmanifest-sha256.txt").is_file()
