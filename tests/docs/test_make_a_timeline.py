"""The page on timelines: its commands work, and what it says of columns is so."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from scanner.simulate import AdbServer

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/how-to/make-a-timeline.md").read_text(encoding="utf-8")
REQUIRED = {"message", "datetime", "timestamp_desc", "timestamp"}  # by Timesketch


def named(row: str) -> set[str]:
    """Return the words in code of a row of the table."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{row}`")]
    return set(re.findall(r"`([a-z_]+)`", line)) - {row}


def test_its_commands_give_what_it_says(tmp_path: Path, adb_server: AdbServer):
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    done = subprocess.run(
        ["sh", "-e", "-c", script.replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "ANDROID_ADB_SERVER_PORT": str(adb_server.port),
        },
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert 0 == done.returncode, done.stderr

    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    with (tmp_path / "events.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(events) == len(rows) > 20
    assert [event["datetime"] for event in events] == sorted(event["datetime"] for event in events)

    told = set(re.findall(r"^\| ([^|]+) \|", PAGE, flags=re.MULTILINE)[1:])
    columns = {word for cell in told for word in re.findall(r"`([a-z_]+)`", cell)}
    assert set(rows[0]) == set(events[0]) == REQUIRED | columns
    assert {event["precision"] for event in events} <= named("precision")
    assert {event["clock"] for event in events} <= named("clock")
    assert "phone:app:app_installed" in {event["data_type"] for event in events}
