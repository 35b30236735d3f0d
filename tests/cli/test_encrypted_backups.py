"""Commands that read an encrypted backup take its password from the environment."""

from __future__ import annotations

import json
import plistlib
from pathlib import Path

import pytest

from fixtures.building.ios_backup import build

PASSWORD = "correct horse 4"
SET = {"SCANNER_BACKUP_PASSWORD": PASSWORD}
PREFERENCES = "/private/var/mobile/Library/Preferences/.GlobalPreferences.plist"
QUERY = "category: device_state, lockdown_mode: true"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    files = {PREFERENCES: plistlib.dumps({"LDMGlobalEnabled": True})}
    return build(tmp_path / "backup", files, password=PASSWORD)


def test_a_query_sees_what_the_password_opens(run, backup: Path):
    opened = run("query", str(backup), QUERY, "--json", env=SET)
    locked = run("query", str(backup), QUERY, "--json")

    assert [1, 0] == [len(json.loads(each.stdout)[0]["found"]) for each in (opened, locked)]


def test_a_list_of_what_nobody_reads_asks_for_the_password_as_well(run, backup: Path):
    words = ("artifacts", "list", "--unread", str(backup))

    right = run(*words, env=SET)
    wrong = run(*words, env={"SCANNER_BACKUP_PASSWORD": "another"})

    assert [0, 2] == [each.returncode for each in (right, wrong)]
