"""The page on benchmarks: its commands work, and its statuses are all there are."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from fixtures.building.iphones.ordinary import iphone

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/how-to/hold-against-a-benchmark.md").read_text(encoding="utf-8")


def run(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["sh", "-e", "-c", command.replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_its_commands_work(tmp_path: Path):
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    listing, showing, scanning = block.splitlines()
    iphone().sysdiagnose(tmp_path / "sysdiagnose.tar.gz")

    listed = run(listing, tmp_path)
    assert all(path.stem in listed for path in (ROOT / "rules" / "benchmarks").glob("*.toml"))
    assert "absent" in run(showing, tmp_path)

    held = json.loads(run(scanning, tmp_path))["benchmarks"]
    statuses = {line["status"] for each in held for line in each["lines"]}
    assert {"met", "not_met", "not_examined", "not_applicable"} == statuses
    told = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE, flags=re.MULTILINE))
    assert told == statuses
