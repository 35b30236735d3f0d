"""What stands around the code: the Makefile, the environment, the lock, continuous integration."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")


def names(requirements: list[str]) -> set[str]:
    """Return the normalised names of requirements."""
    found = (re.match(r"[A-Za-z0-9._-]+", one) for one in requirements)
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in found if match}


def test_help_names_every_target_that_people_use():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    for target in ("demo", "test", "check", "corpus", "bench", "docs", "clean"):
        assert re.search(rf"^make {target} +\w", done.stdout, re.MULTILINE), target


def test_an_old_python_is_named_with_a_remedy(tmp_path):
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "environment.sh", tmp_path / "tools")
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    done = subprocess.run(
        [tmp_path / "tools" / "environment.sh"],
        env={**os.environ, "PYTHON": str(old)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == done.returncode
    assert "Python 3.11 or later is needed" in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_lock_pins_what_is_declared_with_hashes_and_no_address():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = project["project"]["dependencies"] + project["build-system"]["requires"]
    asked = (ROOT / "requirements" / "dev.in").read_text(encoding="utf-8").splitlines()
    pinned = re.findall(r"^([a-z0-9-]+)==\S+(?: ;[^\\]*)? \\\n    --hash=", LOCK, re.MULTILINE)

    assert set() == names(declared + asked) - set(pinned)
    assert len(pinned) == len(re.findall(r"^[a-z]", LOCK, re.MULTILINE))
    assert not re.search(r"://|--index|--find-links|--extra", LOCK)


def test_continuous_integration_runs_the_same_targets():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert ["test", "check", "corpus"] == re.findall(r"^\s*step make (\w+)$", script, re.MULTILINE)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_every_check_has_its_step():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    checks = re.search(r"^CHECKS := (.+)$", makefile, re.MULTILINE)

    assert checks
    assert checks[1].split() == re.findall(r"^check-(\w+): ", makefile, re.MULTILINE)
    assert checks[1].split() == re.findall(r'"== check: (\w+)"', makefile)
