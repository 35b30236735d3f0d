"""Real backups of an iPhone: every row is read, quickly as thoroughly."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest

from scanner.artifacts.ios.recorded.backup_files import parse
from scanner.formats.container import RecordedFile
from scanner.formats.ios_backup.domains import device_path
from scanner.formats.ios_backup.manifest import is_named_rightly, opened
from scanner.formats.ios_backup.mbfile import MetadataReader, mbfile
from scanner.model.entities import Backup, FileEntry
from scanner.model.evidence import Locator
from scanner.model.recording import Flaw, Header, Part
from scanner.model.requests import BackupFile, File, Glob, Survey
from scanner.sources.recorded import survey

pytestmark = pytest.mark.corpus
LIST = BackupFile(name="Manifest.db")


@pytest.fixture(params=["mvt/ios_backup", "ios-backup-mvt"])
def backup(corpus, tmp_path, request):
    """Return a copy of a backup, as the folder that it was."""
    found = corpus / request.param
    places = [path.parent for path in found.rglob("Manifest.db")]
    assert 1 == len(places)
    return shutil.copytree(places[0], tmp_path / "backup")


def file_list(backup):
    return RecordedFile(LIST, backup, Locator(("Manifest.db",)))


def test_every_row(backup):
    reader = MetadataReader()
    with opened(file_list(backup)) as manifest:
        rows = [(row, manifest.record(row)) for row in manifest.rows() if row]

    assert {1: 1089, 2: 2618, 4: 14} == Counter(row.flags for row, _ in rows)
    assert all(is_named_rightly(row) for row, _ in rows)
    assert all(device_path(row.domain, row.path) for row, _ in rows)
    for _, record in rows:
        assert mbfile(record).metadata == reader.read(record)
        assert mbfile(record) == reader.read_all(record)


def test_every_file_is_told(backup):
    *files, summary = parse(file_list(backup))

    assert isinstance(summary, Backup)
    assert 1089 == summary.files
    assert all(isinstance(each, FileEntry) for each in files)
    assert len(files) == len({each.path for each in files})
    assert {"app", "data", "shared", "system"} == {each.area for each in files}


def test_what_is_there_is_read(backup):
    wanted = (Glob(pattern="/private/var/mobile/Library/TCC/TCC.db"), LIST)
    header, *found = survey(RecordedFile(Survey(wanted=wanted), backup, Locator()))
    parts = [each for each in found if isinstance(each, Part)]

    assert isinstance(header, Header)
    assert ("ios_backup", False) == (header.kind, header.locked)
    assert [] == [each for each in found if isinstance(each, Flaw)]
    assert [None] == [part.cut for part in parts if isinstance(part.request, File)]
