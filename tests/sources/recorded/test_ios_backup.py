"""Backups of an iPhone, surveyed: what is wanted, what is locked, what is not followed."""

from __future__ import annotations

import hashlib
import plistlib
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest

from fixtures.building.ios_backup import Keybag, Stored, build
from scanner.errors import NotAvailable, ParseError
from scanner.formats.container import RecordedFile
from scanner.formats.ios_backup import unlock
from scanner.model.content import CheckWork, RuleText, UnlockWork
from scanner.model.evidence import Locator
from scanner.model.recording import BackupKeys, Flaw, Header, Part
from scanner.model.requests import AnyRequest, BackupFile, File, Glob, Survey
from scanner.sources.recorded import survey

PASSWORD = "correct horse 4"
TCC = "/private/var/mobile/Library/TCC/TCC.db"
PREFERENCES = "/private/var/mobile/Containers/Data/Application/com.example.app/Library/x.plist"
FILES = {TCC: b"T" * 100, f"{TCC}-wal": b"W" * 64, PREFERENCES: b"P", "/private/var/db/x": b"X"}
LIST = BackupFile(name="Manifest.db")
WANTED = (
    Glob(pattern=TCC),
    Glob(pattern="/private/var/mobile/Containers/Data/Application/*/Library/x.plist"),
    LIST,
    BackupFile(name="Info.plist"),
)


def surveyed(
    path: Path,
    wanted: tuple[AnyRequest, ...] = WANTED,
    keys: BackupKeys | None = None,
    *,
    everything: bool = False,
) -> tuple[Header, list[Part], list[Flaw]]:
    request = Survey(wanted=wanted, everything=everything)
    header, *found = survey(RecordedFile(request, path, Locator(), keys=keys))
    assert isinstance(header, Header)
    parts = [each for each in found if isinstance(each, Part)]
    return header, parts, [each for each in found if isinstance(each, Flaw)]


def unlocked(path: Path, password: str = PASSWORD) -> BackupKeys:
    (keys,) = unlock(path, UnlockWork(password=password.encode()))
    assert isinstance(keys, BackupKeys)
    return keys


def content(path: Path, part: Part, keys: BackupKeys | None) -> tuple[bytes, bytes]:
    """Return the bytes of a part, and those of the log beside it."""
    assert part.request is not None
    file = RecordedFile(part.request, path, part.locator, keys=keys)
    log = file.beside()
    return file.read(), log.read() if log else b""


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- what a backup is ----------------------------------------------------------------------------


@pytest.mark.parametrize("ios", ["26.1", "10.1", "9.3"])
@pytest.mark.parametrize("password", [None, PASSWORD])
def test_the_wanted_files_of_a_backup(tmp_path, ios, password):
    folder = build(tmp_path / "backup", FILES, password=password, ios=ios)
    keys = unlocked(folder) if password else None
    header, parts, flaws = surveyed(folder, keys=keys)
    files = {part.request.path: part for part in parts if isinstance(part.request, File)}

    assert Header(kind="ios_backup", recorded_at="2026-11-20T09:30:00+00:00") == header
    assert [] == flaws
    assert {TCC: digest(b"T" * 100), PREFERENCES: digest(b"P")} == {
        path: part.sha256 for path, part in files.items()
    }
    assert (b"T" * 100, b"W" * 64) == content(folder, files[TCC], keys)
    assert (b"P", b"") == content(folder, files[PREFERENCES], keys)
    assert [100, 1] == [part.size for part in files.values()]
    assert bool(password) == bool(files[TCC].locator.sealed)


def test_lists_are_parts_and_only_wanted_ones_are_read(tmp_path):
    _, parts, _ = surveyed(build(tmp_path, FILES), wanted=(BackupFile(name="Info.plist"),))

    assert [("Info.plist", True), ("Manifest.plist", False), ("Status.plist", False)] == [
        (part.title, part.sha256 is not None) for part in parts[:3]
    ]
    assert [("Manifest.db", False)] == [(part.title, part.sha256 is not None) for part in parts[3:]]


def test_the_list_of_an_encrypted_backup_is_decrypted_in_memory(tmp_path):
    folder = build(tmp_path, FILES, password=PASSWORD)
    keys = unlocked(folder)
    _, parts, _ = surveyed(folder, keys=keys)
    (part,) = (part for part in parts if part.request == LIST)
    data, _ = content(folder, part, keys)

    assert data.startswith(b"SQLite format 3\0")
    assert digest(data) == part.sha256
    assert not (folder / "Manifest.db").read_bytes().startswith(b"SQLite")


def test_a_decrypted_copy_keeps_its_manifest(tmp_path):
    build(tmp_path / "a", FILES, password=PASSWORD)
    build(tmp_path / "b", FILES)
    shutil.copy(tmp_path / "a" / "Manifest.plist", tmp_path / "b" / "Manifest.plist")
    header, parts, flaws = surveyed(tmp_path / "b")

    assert (False, []) == (header.locked, flaws)
    assert digest(b"T" * 100) in {part.sha256 for part in parts}


@pytest.mark.parametrize("ios", ["26.1", "9.3"])
def test_a_locked_backup_shows_its_plain_lists(tmp_path, ios):
    folder = build(tmp_path, FILES, password=PASSWORD, ios=ios)
    header, parts, flaws = surveyed(folder)

    assert header.locked
    assert ["Info.plist", "Manifest.plist", "Status.plist"] == [part.title for part in parts]
    assert ["locked"] == [flaw.reason for flaw in flaws]


def test_the_folder_around_a_backup(tmp_path):
    folder = build(tmp_path / "00008150-000000000000001E", FILES, password=PASSWORD)
    _, parts, flaws = surveyed(tmp_path, keys=unlocked(tmp_path))

    assert [] == flaws
    assert all(part.locator.members[0].startswith(f"{folder.name}/") for part in parts)
    assert digest(b"T" * 100) in {part.sha256 for part in parts}


def test_several_backups_are_not_one(tmp_path):
    build(tmp_path / "a", FILES)
    build(tmp_path / "b", FILES)

    with pytest.raises(ParseError, match="several"):
        surveyed(tmp_path)


@pytest.mark.parametrize("top", ["", "backup/"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_backup_in_an_archive(tmp_path, top, method):
    folder = build(tmp_path / "backup", FILES, password=PASSWORD)
    path = tmp_path / "backup.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.write(one, f"{top}{one.relative_to(folder).as_posix()}")
    keys = unlocked(path)
    header, parts, flaws = surveyed(path, keys=keys)
    (part,) = (part for part in parts if part.request == File(path=TCC))

    assert digest(path.read_bytes()) == header.sha256
    assert [] == flaws
    assert (b"T" * 100, b"W" * 64) == content(path, part, keys)


# --- what is not there, or not what it seems ------------------------------------------------------


def test_a_file_that_is_listed_and_not_there(tmp_path):
    place = Stored(domain="HomeDomain", path="Library/TCC/TCC.db", absent=True)
    _, parts, flaws = surveyed(build(tmp_path, [place]))
    (part,) = (part for part in parts if part.request == File(path=TCC))

    assert [] == flaws
    assert part.cut == "source_absent"


@pytest.mark.parametrize(
    "changes",
    [
        {"file_id": "0" * 40},
        {"file_id": "../../../etc/passwd"},
        {"file_id": "ab"},
        {"flags": 4, "target": "/etc/passwd"},
        {"flags": 8},
    ],
)
def test_a_row_that_is_not_followed(tmp_path, changes):
    place = Stored(domain="HomeDomain", path="Library/TCC/TCC.db", data=b"x", **changes)
    folder = build(tmp_path / "backup", [place])
    (tmp_path / "backup" / "00").mkdir(exist_ok=True)
    (tmp_path / "backup" / "00" / ("0" * 40)).write_bytes(b"not to be read")
    _, parts, flaws = surveyed(folder)

    assert [] == [part for part in parts if isinstance(part.request, File)]
    assert ["parse_error"] == [flaw.reason for flaw in flaws]


@pytest.mark.parametrize("path", ["../../x", "a\0b", "a/../../b", "\udcff.plist", "/etc/passwd"])
def test_a_name_that_no_phone_has(tmp_path, path):
    files = [Stored(domain="HomeDomain", path=path, data=b"x")]
    everything = (Glob(pattern="*"), Glob(pattern="/private/var/mobile/*"))
    _, parts, flaws = surveyed(build(tmp_path, files), wanted=everything)

    assert [] == [part for part in parts if isinstance(part.request, File)]
    assert ["parse_error"] == [flaw.reason for flaw in flaws]


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path):
    folder = build(tmp_path / "backup", {TCC: b"T"})
    stored = next(folder.glob("64/*"))
    stored.unlink()
    stored.symlink_to("/etc/passwd")
    _, parts, _ = surveyed(folder)
    (part,) = (part for part in parts if part.request == File(path=TCC))

    assert part.cut == "source_absent"


def test_a_domain_of_a_later_ios_is_no_flaw(tmp_path):
    _, _, flaws = surveyed(build(tmp_path, [Stored(domain="FutureDomain", path="Library/x")]))

    assert [] == flaws


def test_files_that_cannot_be_decrypted(tmp_path):
    folder = build(tmp_path, FILES, password=PASSWORD)
    keys = unlocked(folder)
    next(folder.glob("64/*")).write_bytes(b"\1" * 32)
    some = BackupKeys(classes={4: keys.classes[4]})
    _, parts, _ = surveyed(folder, keys=keys)
    _, fewer, _ = surveyed(folder, keys=some)
    cut = {part.request.path: part.cut for part in parts if isinstance(part.request, File)}

    assert {TCC: "parse_error", PREFERENCES: None} == cut
    assert {"parse_error"} == {part.cut for part in fewer if isinstance(part.request, File)}


def test_an_encrypted_backup_that_lists_a_file_without_a_key(tmp_path):
    folder = build(tmp_path / "backup", FILES, password=PASSWORD, ios="10.1")
    plain = build(tmp_path / "plain", FILES)
    shutil.copy(plain / "Manifest.db", folder / "Manifest.db")
    _, parts, _ = surveyed(folder, keys=unlocked(folder))

    assert {"parse_error"} == {part.cut for part in parts if isinstance(part.request, File)}


def test_the_stated_size_means_nothing(tmp_path):
    place = Stored(domain="HomeDomain", path="Library/TCC/TCC.db", data=b"T" * 100, size=7)
    folder = build(tmp_path, [place], password=PASSWORD)
    _, parts, _ = surveyed(folder, keys=unlocked(folder))
    (part,) = (part for part in parts if part.request == File(path=TCC))

    assert (100, digest(b"T" * 100)) == (part.size, part.sha256)


@pytest.mark.parametrize("name", ["Manifest.db", "Manifest.plist", "Info.plist"])
def test_without_one_of_its_lists(tmp_path, name):
    folder = build(tmp_path, FILES)
    (folder / name).unlink()
    header, parts, flaws = surveyed(folder)

    assert header.kind == "ios_backup"
    assert (["source_absent"] if name == "Manifest.db" else []) == [flaw.reason for flaw in flaws]
    assert (name != "Manifest.db") == any(isinstance(part.request, File) for part in parts)
    assert header.recorded_at == "2026-11-20T09:30:00+00:00"


@pytest.mark.parametrize("name", ["Manifest.db", "Manifest.plist"])
def test_a_damaged_list(tmp_path, name):
    folder = build(tmp_path, FILES)
    (folder / name).write_bytes(b"SQLite format 3\0" + bytes(500))
    _, _, flaws = surveyed(folder)

    assert ["parse_error"] == [flaw.reason for flaw in flaws]


@pytest.mark.parametrize(
    "names", [("Manifest.db",), ("Manifest.mbdb",), ("Manifest.db", "Manifest.plist", "Info.plist")]
)
def test_a_backup_of_which_no_list_can_be_read(tmp_path, names):
    for name in names:
        (tmp_path / name).write_bytes(b"x")

    with pytest.raises(ParseError, match="a list that can be read"):
        surveyed(tmp_path)


def test_rows_that_stand_in_the_log_of_the_list(tmp_path):
    folder = build(tmp_path / "backup", FILES)
    connection = sqlite3.connect(folder / "Manifest.db")
    connection.execute("pragma journal_mode=wal")
    connection.execute("delete from Files where relativePath like 'Library/TCC/%'")
    connection.commit()
    copy = shutil.copytree(folder, tmp_path / "copy")
    connection.close()
    _, parts, flaws = surveyed(copy)

    assert [] == flaws
    assert [PREFERENCES] == [part.request.path for part in parts if isinstance(part.request, File)]


def test_everything_lists_what_nobody_reads(tmp_path):
    _, parts, _ = surveyed(build(tmp_path, FILES), wanted=(), everything=True)

    assert {TCC, f"{TCC}-wal", PREFERENCES, "/private/var/db/x"} == {
        part.title for part in parts if part.title.startswith("/")
    }
    assert {(None, None)} == {
        (part.request, part.sha256) for part in parts if part.title.startswith("/")
    }


# --- unlocking -----------------------------------------------------------------------------------


def test_a_wrong_password(tmp_path):
    folder = build(tmp_path, FILES, password=PASSWORD)

    with pytest.raises(NotAvailable, match="password"):
        unlocked(folder, "another")


@pytest.mark.parametrize("bag", [b"", b"SALT", None])
def test_a_damaged_keybag(tmp_path, bag):
    manifest = {"BackupKeyBag": bag if bag is not None else "text"}
    folder = build(tmp_path, FILES, password=PASSWORD, manifest=manifest)

    with pytest.raises(ParseError):
        unlocked(folder)


def test_a_keybag_that_asks_for_endless_work(tmp_path):
    bag = Keybag(PASSWORD)
    data = bag.data.replace(b"DPIC\0\0\0\4\0\0\3\xe8", b"DPIC\0\0\0\4\xff\xff\xff\xff")
    folder = build(tmp_path, FILES, password=PASSWORD, manifest={"BackupKeyBag": data})

    assert data != bag.data
    with pytest.raises(ParseError, match="at most 50000000 rounds"):
        unlocked(folder)


def test_nothing_to_unlock(tmp_path):
    (tmp_path / "x").write_bytes(plistlib.dumps({}))

    with pytest.raises(ParseError, match="a backup"):
        unlocked(tmp_path)
    with pytest.raises(ParseError, match="a backup"):
        unlocked(tmp_path / "x")
    with pytest.raises(NotAvailable):
        list(unlock(None, UnlockWork(password=b"x")))
    with pytest.raises(NotAvailable):
        list(unlock(tmp_path, CheckWork(source=RuleText(name="x", text=""))))
