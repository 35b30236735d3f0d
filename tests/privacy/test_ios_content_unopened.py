"""A scan of a backup opens no file of personal content unless somebody asks for it: of Linux."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.building.ios_filesystem import build_dump
from scanner.case import Case
from scanner.model.requests import BackupFile, File
from tests.privacy.ios_contents import CONTENT, SYSTEM, backup, feed, stored_at
from tests.privacy.opened import CREATE, OPEN, opened_files
from tests.privacy.test_canary import Surroundings
from tests.privacy.test_ios_content import NO_ADB, statuses


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    (tmp_path / "own").mkdir()
    own = str(tmp_path / "own")
    return Surroundings(tmp_path, NO_ADB, SCANNER_HOME=own, XDG_RUNTIME_DIR=own)


def opened(surroundings: Surroundings, path: Path, *more: str) -> set[str]:
    """Return the names of all files of a backup that a scan opens."""
    with opened_files(path) as names:
        ran = surroundings.run(
            "scan", path, "-o", "case", "--no-feeds", "--indicators", feed(path.parent), *more
        )
    assert 0 == ran
    return {name.rpartition("/")[2] for name in names}


CONTENT_NAMES = {stored_at(path) for path in CONTENT}
SYSTEM_NAMES = {stored_at(path) for path in SYSTEM}


@pytest.mark.parametrize("password", [None, "1234"])
def test_without_the_option_none_is_opened(
    surroundings: Surroundings, tmp_path: Path, password: str | None
):
    given = {} if password is None else {"password": password}
    path = backup(tmp_path / "given" / "phone", **given)
    (tmp_path / "password").write_text("1234")
    more = [] if password is None else ["--password-file", str(tmp_path / "password")]
    names = opened(surroundings, path, *more)

    assert set() == names & CONTENT_NAMES
    assert names & SYSTEM_NAMES
    assert names <= {"Info.plist", "Manifest.db", "Manifest.plist", "Status.plist", *SYSTEM_NAMES}
    stated = statuses(surroundings, "case")
    assert [("not_examined", "privacy_policy")] * 2 == [stated["email"], stated["url"]]


def test_of_a_file_system_none_is_opened(surroundings: Surroundings, tmp_path: Path):
    path = build_dump(tmp_path / "given" / "copy", {**SYSTEM, **CONTENT})
    with opened_files(path) as names:
        assert 0 == surroundings.run("scan", path, "-o", "case", "--no-feeds")

    assert {each.lstrip("/") for each in SYSTEM} == names


def test_of_an_encrypted_backup_only_what_is_read_is_decrypted_and_nothing_written(
    surroundings: Surroundings, tmp_path: Path
):
    """A case says of each file that was decrypted where it lies."""
    path = backup(tmp_path / "given" / "phone", password="1234")
    (tmp_path / "password").write_text("1234")
    with opened_files(surroundings.temporary, OPEN | CREATE) as made:
        secret = ("--password-file", tmp_path / "password")
        assert 0 == surroundings.run("scan", path, "-o", "case", "--no-feeds", *secret)

    index = [each.request for each in Case.open(surroundings.folder / "case").evidence()]
    assert {*SYSTEM} == {each.path for each in index if isinstance(each, File)}
    assert {"Info.plist", "Manifest.db", "Manifest.plist", "Status.plist"} == {
        each.name for each in index if isinstance(each, BackupFile)
    }
    assert len(SYSTEM) + 4 == len(index)
    assert set() == made


def test_with_the_option_each_is(surroundings: Surroundings, tmp_path: Path):
    """So the test above would see it."""
    path = backup(tmp_path / "given" / "phone")

    assert opened(surroundings, path, "--include-content") >= CONTENT_NAMES
