"""The walk-through of the simulated iPhone: its files load, its code runs, no fault is missing."""

from __future__ import annotations

import ast
import os
import plistlib
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from scanner.simulate.ios import IosFaults, IPhone, Trust

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "simulate-an-iphone.md").read_text(encoding="utf-8")
JSON = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)


def rows() -> set[str]:
    """Return what the first cells of the page's tables name."""
    return set(re.findall(r"^\| (`.*?`) \|", PAGE, flags=re.MULTILINE))


def test_the_phone_loads(tmp_path):
    for folder in ("values", "calls", "crash"):
        (tmp_path / folder).mkdir()
    values = {"ProductType": "iPhone15,4", "ProductVersion": "26.1"}
    (tmp_path / "values" / "default.plist").write_bytes(plistlib.dumps(values))
    (tmp_path / "calls" / "watches.plist").write_bytes(plistlib.dumps({"Error": "None"}))
    (tmp_path / "log.jsonl").write_bytes(b'{"pid":1,"process":"/a","sender":"/b"}\n')
    (tmp_path / "phone.json").write_text(JSON[0], encoding="utf-8")
    phone = IPhone.load(tmp_path)

    assert "com.apple.companion_proxy" == phone.calls[0].service
    assert ["/a"] == [record.process for record in phone.log_records()]


def test_the_faults_load():
    assert ("com.apple.misagent",) == IosFaults.load(JSON[1].encode()).locked_services


def test_every_fault_is_documented():
    assert {f"`{name}`" for name in IosFaults.__struct_fields__} <= rows()


def test_every_way_to_meet_the_computer_is_documented():
    assert {f"`{word}`" for word in get_args(Trust)} <= rows()


@pytest.mark.parametrize("field", IPhone.__struct_fields__)
def test_every_key_of_a_recorded_iphone_is_documented(field):
    assert field == "folder" or f"`{field}`" in PAGE or f'"{field}"' in JSON[0]


def test_the_code_scans_the_phone(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCANNER_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    gaps, services = map(ast.literal_eval, done.stdout.splitlines())

    assert (0, "") == (done.returncode, done.stderr)
    assert "ios.provisioning" in gaps
    assert {"lockdownd", "com.apple.mobile.installation_proxy"} <= services
