"""The page on what changed: its commands work, in their order, and its rule is one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from scanner.model.entities import Change

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "compare-two-scans.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)


def test_its_commands_work(tmp_path: Path):
    script = "".join(BLOCKS).replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")
    done = subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCANNER_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert (done.returncode, done.stderr[-2000:] if done.returncode else "") == (0, "")
    changes = json.loads((tmp_path / "changes.json").read_text("utf-8"))
    assert changes["comparison"]["changes"] == []
    assert (tmp_path / "changes.html").is_file()


def test_its_rule_asks_for_fields_of_a_change():
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    rule = yaml.safe_load(block)

    assert rule["logsource"]["category"] == "change"
    assert set(rule["detection"]["selection"]) <= set(Change.__struct_fields__)
