"""Lists of files: of every iOS, and what pretends to be one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from fixtures.building.ios_backup import Stored, build
from scanner.errors import ParseError
from scanner.formats.container import RecordedFile
from scanner.formats.ios_backup import mbdb
from scanner.formats.ios_backup.manifest import Manifest, is_named_rightly, opened
from scanner.model.evidence import BytesFile, Locator
from scanner.model.requests import BackupFile

REQUEST = BackupFile(name="Manifest.db")
FILES = (
    Stored(domain="HomeDomain", path="Library", flags=2, mode=0o40755),
    Stored(domain="HomeDomain", path="Library/a", data=b"A" * 10, uid=0, modified=5, created=3),
    Stored(domain="HomeDomain", path="Library/link", flags=4, mode=0o120777, target="/etc"),
)


def listed(file: RecordedFile | BytesFile) -> list[tuple[str, int]]:
    with opened(file) as manifest:
        return [(row.path, row.flags) for row in manifest.rows() if row]


def in_place(folder: Path) -> RecordedFile:
    return RecordedFile(REQUEST, folder, Locator(("Manifest.db",)))


def database(folder: Path, script: str) -> BytesFile:
    path = folder / "made.db"
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.commit()
    connection.close()
    return BytesFile(REQUEST, path.read_bytes())


def test_in_place_and_in_memory(tmp_path):
    build(tmp_path, FILES)
    expected = [("Library", 2), ("Library/a", 1), ("Library/link", 4)]

    assert expected == listed(in_place(tmp_path))
    assert expected == listed(BytesFile(REQUEST, (tmp_path / "Manifest.db").read_bytes()))


def test_reading_in_place_writes_nothing(tmp_path):
    build(tmp_path, FILES)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    listed(in_place(tmp_path))

    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}


def test_a_folder_with_an_odd_name(tmp_path):
    folder = build(tmp_path / "a b?mode=rw&x=%41#c", FILES)

    assert 3 == len(listed(in_place(folder)))


def test_a_link_in_the_place_of_the_list_is_not_followed(tmp_path):
    build(tmp_path / "a", FILES)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "Manifest.db").symlink_to(tmp_path / "a" / "Manifest.db")

    with pytest.raises(ParseError):
        listed(in_place(tmp_path / "b"))


def test_identifiers(tmp_path):
    build(tmp_path, [*FILES, Stored(domain="HomeDomain", path="x", file_id="0" * 40)])
    with opened(in_place(tmp_path)) as manifest:
        rows = [row for row in manifest.rows() if row]

    assert [True, True, True, False] == [is_named_rightly(row) for row in rows]


@pytest.mark.parametrize(
    "script",
    [
        "create table Other (x)",
        "create table Files (fileID, domain, relativePath, flags)",
        (
            "create table a (x); create view Files as select 1 fileID, 2 domain, 3 relativePath,"
            " 4 flags, 5 file, 6 rowid"
        ),
        "create table Files (fileID as (zeroblob(9)), domain, relativePath, flags, file)",
        (
            "create table Files (fileID text primary key, domain, relativePath, flags, file)"
            " without rowid"
        ),
    ],
)
def test_what_is_no_list(tmp_path, script):
    with pytest.raises(ParseError):
        listed(database(tmp_path, script))


def test_a_virtual_table_is_not_read(tmp_path):
    file = database(
        tmp_path,
        "create virtual table Files using fts3(fileID, domain, relativePath, flags, file)",
    )
    with pytest.raises(ParseError):
        listed(file)


@pytest.mark.parametrize("data", [b"", bytes(4096), b"SQLite format 3\0" + bytes(200)])
def test_what_is_no_database(data):
    with pytest.raises(ParseError):
        listed(BytesFile(REQUEST, data))


def test_a_list_that_was_cut(tmp_path):
    build(tmp_path, [Stored(domain="HomeDomain", path=f"{number}") for number in range(2000)])
    data = (tmp_path / "Manifest.db").read_bytes()

    with pytest.raises(ParseError):
        listed(BytesFile(REQUEST, data[: len(data) // 2]))


def test_rows_of_other_types_are_no_rows(tmp_path):
    file = database(
        tmp_path,
        "create table Files (fileID, domain, relativePath, flags, file);"
        "insert into Files values ('a', 'b', 'c', 1, x'00'), (x'00', 'b', 'c', 1, null),"
        " ('a', 5, 'c', 1, null), ('a', 'b', null, 1, null), ('a', 'b', 'c', 'x', null)",
    )
    with opened(file) as manifest:
        rows = list(manifest.rows())

        assert [True, False, False, False, False] == [row is not None for row in rows]
        assert rows[0] is not None
        assert b"\0" == manifest.record(rows[0])
        with pytest.raises(ParseError):
            list(manifest.listed())


def test_a_row_without_a_record(tmp_path):
    file = database(
        tmp_path,
        "create table Files (fileID, domain, relativePath, flags, file);"
        "insert into Files values ('a', 'b', 'c', 1, null)",
    )
    with opened(file) as manifest:
        (row,) = manifest.rows()
        assert row is not None
        with pytest.raises(ParseError, match="record"):
            manifest.record(row)


def test_a_manifest_of_a_connection_that_has_none():
    connection = sqlite3.connect(":memory:")
    with pytest.raises(ParseError):
        Manifest(connection)
    connection.close()


# --- iOS 9 and before ----------------------------------------------------------------------------


def old(folder: Path) -> bytes:
    return (build(folder, FILES, ios="9.3") / "Manifest.mbdb").read_bytes()


def test_an_old_list(tmp_path):
    (tmp_path / "list").write_bytes(old(tmp_path / "backup"))
    with (tmp_path / "list").open("rb") as stream:
        found = list(mbdb.records(stream))

    assert [("Library", 2), ("Library/a", 1), ("Library/link", 4)] == [
        (each.row.path, each.row.flags) for each in found
    ]
    assert (10, 0o100644, 0, 5, 5, 3) == found[1].file.metadata
    assert found[1].file.key is None
    assert all(is_named_rightly(each.row) for each in found)


def test_an_old_list_that_was_cut(tmp_path):
    whole = old(tmp_path / "backup")
    ends = 0
    for end in range(len(whole)):
        (tmp_path / "list").write_bytes(whole[:end])
        with (tmp_path / "list").open("rb") as stream:
            try:
                list(mbdb.records(stream))
            except ParseError:
                continue
        ends += 1

    assert 3 == ends  # behind the head, and behind each record but the last


def test_a_text_that_is_none_costs_no_row_behind_it(tmp_path):
    file = database(
        tmp_path,
        "create table Files (fileID text, domain text, relativePath text, flags, file blob);"
        "insert into Files values ('1', 'HomeDomain', 'a', 1, null);"
        "insert into Files values ('2', 'HomeDomain', cast(x'62ff' as text), 1, null);"
        "insert into Files values ('3', 'HomeDomain', 'c', 1, null);",
    )

    assert [("a", 1), ("b\ufffd", 1), ("c", 1)] == listed(file)


def test_files_of_the_camera_roll_are_passed_over(tmp_path):
    picture = Stored(domain="CameraRollDomain", path="Media/DCIM/100APPLE/a.HEIC")
    folder = Stored(domain="CameraRollDomain", path="Media/DCIM/100APPLE", flags=2)
    build(tmp_path, [*FILES, folder, picture])
    with opened(in_place(tmp_path)) as manifest:
        paths = {row.path for row in manifest.rows(pictures=False) if row}

        assert {"Library", "Library/a", "Library/link", folder.path} == paths
        assert paths == {row.path for row, _ in manifest.listed()}
        assert [picture.id] == list(manifest.pictures())
