"""Archives that shall exhaust a reader end within a second or two, and within little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.apps.enormous import bomb, many_entries, shared_bomb

ROOT = Path(__file__).parents[2]
MEMORY = 768  # MiB of address space: the interpreter, the file, and what is read of it
SECONDS = 10
READ = """
import json, resource, sys
limit = int(sys.argv[2]) << 20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]), int(sys.argv[3])))
from tests.apps.test_hostile import examined
from scanner.errors import ParseError
try:
    facts, anomalies = examined(open(sys.argv[1], "rb").read())
    package = facts.manifest.package if facts.manifest else None
    print(json.dumps({"package": package, "anomalies": sorted(anomalies)}))
except ParseError as error:
    print(json.dumps({"gap": str(error)}))
"""


def bounded(data: bytes, tmp_path: Path) -> dict[str, Any]:
    """Read an app in a process that may use little memory and time."""
    path = tmp_path / "app.apk"
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(MEMORY), str(SECONDS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert isinstance(said, dict)
    return said


def test_a_million_entries(tmp_path):
    said = bounded(many_entries(), tmp_path)

    assert "too_many_entries" in said.get("anomalies", ()) or "entries" in str(said.get("gap"))


SIZE = 300 << 20


def test_a_file_of_zeros(tmp_path):
    said = bounded(bomb(SIZE), tmp_path)

    assert "com.example.app" == said["package"]
    assert "inflates_too_far" in said["anomalies"]


def test_many_files_that_share_their_bytes(tmp_path):
    said = bounded(shared_bomb(500, 20 << 20), tmp_path)

    assert "com.example.app" == said["package"]
    assert "overlapping_entries" in said["anomalies"]
