"""The walk-through of a YARA rule: its files pass its commands, and match as it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scanner.detect.yara.probe import BUDGET
from scanner.detect.yara_proofs import read_yara_proofs

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "write-yara-rules.md").read_text(encoding="utf-8")
NAMES = re.findall(r"^`(my-rules/android/[a-z.-]+)`$", PAGE, flags=re.MULTILINE)
(RULE,) = re.findall(r"```yara\n(.*?)```", PAGE, flags=re.DOTALL)
(PROOFS,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the rule, its proofs, and an app with the library of the last proof."""
    for name, text in zip(NAMES, (RULE, PROOFS), strict=True):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    *_, matching = read_yara_proofs(tmp_path / NAMES[1], ["Elf_Starts_The_Screen_Recorder"])
    with zipfile.ZipFile(tmp_path / "base.apk", "w") as app:
        app.writestr("AndroidManifest.xml", b"\x03\x00\x08\x00" + bytes(100))
        app.writestr("lib/arm64-v8a/libx.so", matching.data)
    return tmp_path


def ran(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-e", "-c", script.replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCANNER_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_commands_work_and_print_what_it_says(folder):
    script = "".join(re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL))
    (printed,) = re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)
    done = ran(folder, script.replace(" --watch", ""))  # that one waits for a person

    assert 0 == done.returncode, done.stderr
    assert "1 rules checked, 0 problems\n" in done.stdout
    assert printed in done.stdout
    assert 2 == len(list((folder / "drafts").rglob("*.y*")))


def test_an_include_is_refused(folder):
    rule = folder / NAMES[0]
    rule.write_text('include "/etc/passwd"\n' + RULE, encoding="utf-8")
    done = ran(folder, ".venv/bin/scanner rules check my-rules/")

    assert 6 == done.returncode
    assert "nothing is included" in done.stderr


def test_the_budget_is_as_printed():
    assert 4.0 == BUDGET
    assert "more than four times as slow" in PAGE
