"""The page on rules about apps: its rule passes its commands, and finds what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fixtures.building.app import apk
from fixtures.building.dex import Class, Dex
from scanner.detect.yara.walk import SMALL
from scanner.model.requests import MiB

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "write-a-rule-about-apps.md").read_text(encoding="utf-8")
(NAME,) = re.findall(r"^`(my-rules/[\w/.-]+)`$", PAGE, flags=re.MULTILINE)
(RULE,) = re.findall(r"```yaml\n(title: .*?)```", PAGE, flags=re.DOTALL)
(SCRIPT,) = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
READS = "android.telephony.SmsMessage.getMessageBody"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the rule, and an app that it is about."""
    rule = tmp_path / NAME
    rule.parent.mkdir(parents=True)
    rule.write_text(RULE, encoding="utf-8")
    made = apk(
        application={"debuggable": True},
        permissions=("android.permission.RECEIVE_SMS",),
        code=(Dex(classes=(Class(name="com.example.app.Main", calls=(READS,)),)),),
        key="debug",
    )
    (tmp_path / "app.apk").write_bytes(made)
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "app.apk").write_bytes(made)
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


def test_the_file_is_named_as_its_title():
    title = yaml.safe_load(RULE)["title"]

    assert f"{title.lower().replace(' ', '-')}.yml" == Path(NAME).name


def test_its_commands_work_and_find_the_app(folder):
    done = ran(folder, SCRIPT)

    assert 0 == done.returncode, done.stderr
    assert "1 rules checked, 0 problems\n" in done.stdout
    assert "app.apk (android): 1 of 1 rules match\n" in done.stdout
    assert "1 of 1 of the category app_file" in done.stderr


def test_the_fragment_on_calls_names_them():
    (fragment,) = re.findall(r"```yaml\n(logsource: .*?)```", PAGE, flags=re.DOTALL)
    rule = yaml.safe_load(fragment)

    assert "api_call" == rule["logsource"]["category"]
    assert "." in rule["detection"]["sends"]["method"]


def test_its_figure_is_that_of_the_code():
    assert MiB // 16 == SMALL
    assert "everything else from 64 KiB on" in PAGE
