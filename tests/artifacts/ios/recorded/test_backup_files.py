"""The list of a backup's files: what is told of each, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import UNSET

from fixtures.building.ios_backup import Stored, build
from scanner.artifacts.ios.recorded.backup_files import parse, parse_list
from scanner.errors import ParseError
from scanner.formats.container import RecordedFile
from scanner.formats.ios_backup import unlock
from scanner.model.content import UnlockWork
from scanner.model.entities import Backup, FileEntry
from scanner.model.evidence import BytesFile, Locator
from scanner.model.recording import BackupKeys
from scanner.model.requests import BackupFile, Survey
from scanner.sources.recorded import survey

HOME = "/private/var/mobile"
REQUEST = BackupFile(name="Manifest.db")
SYSTEM = Stored(
    domain="HomeDomain",
    path="Library/Preferences/com.example.plist",
    data=b"x" * 10,
    mode=0o104755,
    modified=1_700_000_000,
    created=1_600_000_000,
    changed=1_650_000_000,
)


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def entries(folder: Path, name: str = "Manifest.db") -> tuple[list[FileEntry], Backup]:
    file = RecordedFile(BackupFile(name=name), folder, Locator((name,)))
    *files, backup = (parse if name == "Manifest.db" else parse_list)(file)
    assert isinstance(backup, Backup)
    return [each for each in files if isinstance(each, FileEntry)], backup


@pytest.mark.parametrize(("ios", "name"), [("26.1", "Manifest.db"), ("9.3", "Manifest.mbdb")])
def test_a_file(tmp_path, ios, name):
    files, backup = entries(build(tmp_path, [SYSTEM], ios=ios), name)

    assert [
        FileEntry(
            path=f"{HOME}/Library/Preferences/com.example.plist",
            area="data",
            kind="file",
            ending="plist",
            size=10,
            mode="4755",
            executable=True,
            setuid=True,
            uid=501,
            modified_at=moment(1_699_920_000),
            created_at=moment(1_599_955_200),
            changed_at=moment(1_649_980_800),
            domain="HomeDomain",
            missing=False,
        )
    ] == files
    assert Backup(files=1, missing=0, pictures=0) == backup


def test_kinds_areas_and_what_is_missing(tmp_path):
    app = "AppDomain-com.example.app"
    files = [
        Stored(domain="HomeDomain", path="", flags=2),
        Stored(domain="HomeDomain", path="Library", flags=2, mode=0o40755),
        Stored(domain="KeyboardDomain", path="Library", flags=2, mode=0o40700),
        Stored(domain="DatabaseDomain", path="timezone/localtime", flags=4, target="/x"),
        Stored(domain=app, path="Library/Preferences/com.example.app.plist", absent=True),
        Stored(domain="FutureDomain", path="Somebody/letter.pdf", absent=True),
    ]
    found, backup = entries(build(tmp_path, files))

    assert [
        (f"{HOME}/Library", "data", "folder", UNSET),
        ("/private/var/db/timezone/localtime", "system", "link", UNSET),
        (
            (
                f"{HOME}/Containers/Data/Application/com.example.app/Library/Preferences"
                "/com.example.app.plist"
            ),
            "app",
            "file",
            True,
        ),
        ("FutureDomain/1.pdf", "data", "file", True),
    ] == [(each.path, each.area, each.kind, each.missing) for each in found]
    assert Backup(files=2, missing=2, pictures=0) == backup


def test_what_a_person_named_is_not_told(tmp_path):
    files = [
        Stored(domain="MediaDomain", path=f"Media/DCIM/canary {number}/canary.JPG")
        for number in range(3)
    ]
    files += [
        Stored(domain="MediaDomain", path="Library/SMS/Attachments/canary/canary.pdf"),
        Stored(domain="AppDomain-com.example.app", path="Documents/canary.txt"),
        Stored(domain="AppDomain-com.example.app", path="Documents/canary", flags=2),
        Stored(domain="AppDomainGroup-group.example", path="canary@example.com/x.db"),
        Stored(domain="HomeDomain", path="Library/Mail/canary@example.com/x"),
    ]
    found, _ = entries(build(tmp_path, files))

    assert [] == [each for each in found if "canary" in each.path]
    assert [
        *(f"{HOME}/Media/DCIM/{number}.jpg" for number in (1, 2, 3)),
        f"{HOME}/Library/SMS/Attachments/1.pdf",
        f"{HOME}/Containers/Data/Application/com.example.app/Documents/1.txt",
        f"{HOME}/Containers/Data/Application/com.example.app/Documents/2",
        f"{HOME}/Containers/Shared/AppGroup/group.example/1.db",
        f"{HOME}/Library/Mail/1",
    ] == [each.path for each in found]
    assert ["shared"] * 4 + ["app"] * 3 + ["shared"] == [each.area for each in found]


def test_pictures_are_counted_and_not_told_one_by_one(tmp_path):
    """An entity each would say how a person uses the phone, and be most of the case."""
    files = [
        Stored(domain="CameraRollDomain", path=f"Media/DCIM/100APPLE/canary-{number}.HEIC")
        for number in range(3)
    ]
    files.append(Stored(domain="CameraRollDomain", path="Media/DCIM/100APPLE", flags=2))
    found, backup = entries(build(tmp_path, [*files, SYSTEM]))

    assert [("folder", 0), ("file", 1)] == [
        (each.kind, number) for number, each in enumerate(found)
    ]
    assert Backup(files=4, missing=0, pictures=3) == backup


def test_moments_are_told_of_what_the_system_uses(tmp_path):
    """What lies in the user's folders, or in a domain that is not known, has days."""
    used = 1_700_000_000
    places = [("RootDomain", "a"), ("HomeDomain", "a"), ("MediaDomain", "a"), ("NewDomain", "a")]
    files = [Stored(domain=domain, path=path, modified=used) for domain, path in places]
    found, _ = entries(build(tmp_path, files))

    assert [moment(used), *[moment(used - used % 86400)] * 3] == [
        each.modified_at for each in found
    ]


def test_an_encrypted_list(tmp_path):
    folder = build(tmp_path, [SYSTEM], password="correct horse 4")
    (keys,) = unlock(folder, UnlockWork(password=b"correct horse 4"))
    assert isinstance(keys, BackupKeys)
    request = Survey(wanted=(REQUEST,))
    parts = survey(RecordedFile(request, folder, Locator(), keys=keys))
    (place,) = (part.locator for part in parts if getattr(part, "request", None) == REQUEST)

    assert 2 == len(list(parse(RecordedFile(REQUEST, folder, place, keys=keys))))


def test_the_list_alone_says_nothing_of_what_is_missing(tmp_path):
    folder = build(tmp_path, [SYSTEM])
    (entry, backup) = parse(BytesFile(REQUEST, (folder / "Manifest.db").read_bytes()))

    assert isinstance(entry, FileEntry)
    assert entry.missing is UNSET
    assert Backup(files=1, pictures=0) == backup


@pytest.mark.parametrize(
    ("forged", "told"),
    [
        (Stored(domain="HomeDomain", path="x", file_id="0" * 40), 2),
        (Stored(domain="HomeDomain", path="../x"), 1),
        (Stored(domain="Home/Domain", path="x"), 1),
        (Stored(domain="Home\nDomain", path="x"), 1),
    ],
)
def test_forged_rows_are_said_behind_the_others(tmp_path, forged, told):
    found: list[FileEntry | Backup] = []
    folder = build(tmp_path, [forged, SYSTEM])
    parsed = parse(RecordedFile(REQUEST, folder, Locator(("Manifest.db",))))
    with pytest.raises(ParseError, match="1 are not"):
        found.extend(parsed)

    assert told == len([each for each in found if isinstance(each, FileEntry)])


def test_odd_numbers_are_not_stated(tmp_path):
    odd = Stored(domain="HomeDomain", path="x", size=2**63, modified=0, created=2**40, uid=2**33)
    ((entry,), _) = entries(build(tmp_path, [odd]))

    assert (UNSET, UNSET, UNSET, UNSET) == (
        entry.size,
        entry.modified_at,
        entry.created_at,
        entry.uid,
    )


def test_what_is_no_list():
    with pytest.raises(ParseError):
        list(parse(BytesFile(REQUEST, b"x")))
    with pytest.raises(ParseError):
        list(parse_list(BytesFile(REQUEST, b"x")))
