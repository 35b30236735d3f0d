"""The tutorial, typed as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_command_works_and_shows_what_is_promised(tmp_path):
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    script = "".join(block for block in blocks if block != "make demo\n")
    script = script.replace("/tmp/", f"{tmp_path}/")
    script = script.replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")
    done = subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "make demo\n" == blocks[0]
    assert 0 == done.returncode, done.stderr

    first, second = (
        json.loads(path.read_bytes())
        for path in (
            tmp_path / "first-case" / "data" / "report" / "report.json",
            tmp_path / "second-report" / "report.json",
        )
    )

    assert "suspicious" == first["verdict"]
    assert first.pop("run") != second.pop("run")
    assert first == second

    compared = json.loads((tmp_path / "compared" / "report.json").read_bytes())
    (feed,) = compared["indicators"]["feeds"]
    found = [each for each in compared["findings"] if each["indicator"]]

    assert (15, 1, 1, 1, 1) == (
        sum(feed["types"].values()),
        *(feed[name] for name in ("expired", "not_yet_valid", "revoked", "unusable")),
    )
    assert 6 == len(found)
    assert "com.example.mensajes.plus" in done.stdout
    assert "2 of 364 of the category app" in done.stderr
