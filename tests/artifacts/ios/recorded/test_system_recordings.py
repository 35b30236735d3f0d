"""The system's records as whole recordings hold them: each form answers with the same facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.building.ios_backup import build
from fixtures.building.ios_filesystem import build_dump
from fixtures.building.sysdiagnose import build_sysdiagnose
from scanner.formats.container import RecordedFile
from scanner.formats.ios_backup import unlock
from scanner.formats.ios_backup.domains import place_of
from scanner.model.content import UnlockWork
from scanner.model.evidence import BytesFile, Locator
from scanner.model.recording import BackupKeys, Part
from scanner.model.requests import Diagnostic, File, Survey
from scanner.sources.recorded import survey

from .system_answers import ARTIFACTS, texts

PASSWORD = "correct horse 4"
ANSWERS = texts("CanaryOfSomebody")
BY_NAME = {artifact.name: artifact for artifact in ARTIFACTS}
FILES = {
    (name, number): (request, data)
    for name, answers in ANSWERS.items()
    for number, request, data in answers
}
ON_PHONE = {request.path: data for request, data in FILES.values() if isinstance(request, File)}
IN_BACKUP = {path: data for path, data in ON_PHONE.items() if place_of(path)}
IN_DIAGNOSTIC = {
    request.name: data for request, data in FILES.values() if isinstance(request, Diagnostic)
}


def stated(path: Path, keys: BackupKeys | None = None):
    """Return what each artifact states of each file of a recording that it reads."""
    wanted = tuple(reading.request for each in ARTIFACTS for reading in each.readings)
    parts = survey(RecordedFile(Survey(wanted=wanted), path, Locator(), keys=keys))
    found = {}
    for part in parts:
        if not isinstance(part, Part) or part.request is None:
            continue
        for artifact in ARTIFACTS:
            for reading in artifact.readings:
                if reading.fits(part.request):
                    file = RecordedFile(part.request, path, part.locator, keys=keys)
                    found[artifact.name, str(part.request)] = list(reading.parse(file))
    return found


def expected(files):
    """Return the same of files as they are."""
    found = {}
    for (name, number), (request, data) in FILES.items():
        if str(request) in files:
            parse = BY_NAME[name].readings[number].parse
            found[name, str(request)] = list(parse(BytesFile(request, data)))
    return found


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_a_backup(tmp_path, password):
    folder = build(tmp_path / "backup", IN_BACKUP, password=password)
    keys = None
    if password:
        (keys,) = unlock(folder, UnlockWork(password=password.encode()))
    found = stated(folder, keys)
    lists = {key: found.pop(key) for key in list(found) if key[0] == "ios.backup_lists"}

    assert expected(IN_BACKUP) == found
    assert 3 == len(lists)
    assert all(lists.values())


def test_a_copy_of_the_file_system(tmp_path):
    folder = build_dump(tmp_path / "dump", {path[1:]: data for path, data in ON_PHONE.items()})

    assert expected(ON_PHONE) == stated(folder)


def test_a_sysdiagnose(tmp_path):
    path = build_sysdiagnose(tmp_path / "sysdiagnose.tar.gz", IN_DIAGNOSTIC)
    names = {str(Diagnostic(name=name)) for name in IN_DIAGNOSTIC}

    assert expected(names) == stated(path)
