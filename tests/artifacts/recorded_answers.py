"""Files of recorded iPhones as what the readings of artifacts read, by artifact.

`word` stands for what is personal in them. A backup and a copied file system lie in a folder, as
what they lack can be told from nothing else; it goes when the process ends.
"""

from __future__ import annotations

import atexit
import functools
import tempfile
from pathlib import Path

from fixtures.building.ios_backup import Stored, build
from fixtures.building.ios_filesystem import build_dump
from scanner.artifacts import ARTIFACTS
from scanner.artifacts.ios.recorded.backup_files import BACKUP_FILES
from scanner.artifacts.ios.recorded.files import COPIED_FILES
from scanner.formats.container import RecordedFile
from scanner.model.evidence import BytesFile, EvidenceFile, Locator
from scanner.model.requests import AnyRequest, BackupFile, FileList
from tests.artifacts.ios.content import answers as content
from tests.artifacts.ios.recorded import management_texts, program_texts, system_answers

Answers = dict[str, list[tuple[int, EvidenceFile]]]

_HOME = "/private/var/mobile"
_BY_NAME = {artifact.name: artifact for artifact in ARTIFACTS}


def answers(word: str) -> Answers:
    """Return the number of a reading and a file that it reads, by artifact."""
    given = (
        _of_bytes(system_answers.texts(word)),
        _of_bytes(management_texts.texts(word)),
        _of_programs(),
        content.answers(),
        _of_lists(word),
    )
    found: Answers = {}
    for each in given:
        for name, files in each.items():
            found.setdefault(name, []).extend(files)
    return found


def _of_bytes(texts: dict[str, list[tuple[int, AnyRequest, bytes]]]) -> Answers:
    return {
        name: [(number, BytesFile(request, data)) for number, request, data in each]
        for name, each in texts.items()
    }


def _of_programs() -> Answers:
    reports = program_texts.ANSWERS["ios.crash_programs"]
    found: Answers = {}
    for name, each in (*program_texts.ANSWERS.items(), ("ios.crash_reports", reports)):
        readings = _BY_NAME[name].readings
        for request, data in each:
            number = next(at for at, one in enumerate(readings) if one.fits(request))
            found.setdefault(name, []).append((number, BytesFile(request, data)))
    return found


def _of_lists(word: str) -> Answers:
    root = _folder()
    stored = Stored(domain="HomeDomain", path="Library/x.plist", data=b"x")
    photo = Stored(domain="CameraRollDomain", path=f"Media/DCIM/{word}.JPG")
    lists = []
    for number, (name, ios) in enumerate((("Manifest.db", "26.1"), ("Manifest.mbdb", "9.3"))):
        (root / ios).mkdir(exist_ok=True)
        backup = build(root / ios, [stored, photo], ios=ios)
        lists.append((number, RecordedFile(BackupFile(name=name), backup, Locator((name,)))))
    members = {f"{_HOME}/Library/x.plist": b"x", f"{_HOME}/Media/DCIM/{word}.JPG": b"x"}
    copy = build_dump(root / "copy", members, "tar")
    return {
        BACKUP_FILES.name: [*lists],
        COPIED_FILES.name: [(0, RecordedFile(FileList(), copy, Locator()))],
    }


@functools.cache
def _folder() -> Path:
    held = tempfile.TemporaryDirectory()
    atexit.register(held.cleanup)
    return Path(held.name)
