"""The walk-through of a rule: its file passes the commands that the page names."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.command import run_scanner_text

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-a-rule.md"


@pytest.fixture
def rule(tmp_path):
    """Return the file of the walk-through, under the name that it asks for."""
    text = PAGE.read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    (name,) = re.findall(r"`rules/sigma/android/app/([a-z-]+\.yml)`", text)
    path = tmp_path / name
    path.write_text(block, encoding="utf-8")
    return path


def scanner_rules(*argv: str | Path) -> subprocess.CompletedProcess[str]:
    return run_scanner_text(("rules", *argv), cwd=ROOT, env=os.environ)


def test_the_file_is_named_as_its_title(rule):
    title = yaml.safe_load(rule.read_text(encoding="utf-8"))["title"]

    assert f"{title.lower().replace(' ', '-')}.yml" == rule.name


def test_it_passes_the_check(rule):
    done = scanner_rules("check", rule)

    assert (0, "") == (done.returncode, done.stderr), done.stdout


def test_its_proofs_hold(rule):
    done = scanner_rules("test", rule)

    assert (0, "") == (done.returncode, done.stderr), done.stdout


def test_an_error_reads_as_printed(rule):
    (error,) = re.findall(r"```text\n(line .*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    text = rule.read_text(encoding="utf-8").replace("test_only: true", "test_ony: true", 1)
    rule.write_text(text, encoding="utf-8")
    done = scanner_rules("check", rule)

    assert 6 == done.returncode
    assert done.stderr.endswith(f": {error}")
