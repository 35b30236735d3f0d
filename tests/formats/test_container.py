"""Recordings opened in place: folders, archives, archives within archives."""

from __future__ import annotations

import io
import os
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats import folder
from scanner.formats.container import (
    RecordedFile,
    is_container,
    open_at,
    open_container,
)
from scanner.formats.inflated import _State, _States
from scanner.model.evidence import Locator
from scanner.model.requests import File, MiB

from .archives import TEXT, content, flaws, packed

# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive(archive, method):
    found = archive(packed([("FS/a.txt", TEXT), ("b", b""), ("folder/", b"")], method))

    assert [("FS/a.txt", len(TEXT)), ("b", 0)] == [(one.name, one.size) for one in found.members]
    assert TEXT == content(found, "FS/a.txt")
    assert b"" == content(found, "b")
    assert [] == flaws(found)


def test_a_folder(tmp_path):
    (tmp_path / "FS" / "data").mkdir(parents=True)
    (tmp_path / "FS" / "data" / "x").write_bytes(b"X")
    (tmp_path / "a.txt").write_bytes(TEXT)
    found = open_container(tmp_path)

    assert [("a.txt", len(TEXT)), ("FS/data/x", 1)] == [
        (one.name, one.size) for one in found.members
    ]
    assert b"X" == content(found, "FS/data/x")
    assert Locator(("FS/data/x",)) == found.locator("FS/data/x")


def test_archives_within_archives(tmp_path):
    inner = packed([("text", TEXT)])
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        (tmp_path / "outer.zip").write_bytes(packed([("in.zip", inner)], method))
        found = open_container(tmp_path).inner("outer.zip").inner("in.zip")
        place = Locator(("outer.zip", "in.zip", "text"), 100_000, 20)

        assert TEXT == content(found, "text")
        assert Locator(("outer.zip", "in.zip", "text")) == found.locator("text")
        assert TEXT[100_000:100_020] == RecordedFile(File(path="x"), tmp_path, place).read()


def test_archives_within_archives_end_somewhere(tmp_path):
    data = packed([("x", b"X")])
    for _ in range(6):
        data = packed([("x", data)])
    (tmp_path / "a.zip").write_bytes(data)
    found = open_container(tmp_path / "a.zip")
    for _ in range(5):
        found = found.inner("x")
    with pytest.raises(ParseError, match="within each other"):
        found.inner("x")


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 4 * MiB), st.integers(0, 9000)), max_size=12))
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_reads_as_the_file_it_is(tmp_path_factory, method, steps):
    path = tmp_path_factory.mktemp("archive") / "a.zip"
    path.write_bytes(packed([("text", TEXT)], method))
    plain = io.BytesIO(TEXT)
    with open_at(path, Locator(("text",))) as stream:
        for at, size in steps:
            assert stream.seek(at) == plain.seek(at)
            assert stream.read(size) == plain.read(size)
            assert stream.tell() == plain.tell()
        assert stream.seek(-5, os.SEEK_END) == plain.seek(-5, os.SEEK_END)
        assert stream.read() == plain.read()


def test_a_large_member_is_read_on_from_the_last_state_before(tmp_path):
    text = b"".join(b"%d: %d\n" % (n, n * n) for n in range(1_200_000))
    path = tmp_path / "a.zip"
    path.write_bytes(packed([("text", text)]))
    with open_at(path, Locator(("text",))) as stream:
        assert len(text) == stream.seek(0, os.SEEK_END)
    for at in (len(text) - 9, 5 * MiB + 3, 0, 12 * MiB):
        place = Locator(("text",), at, 100_000)
        with open_at(path, place) as stream:
            assert text[at : at + 100_000] == stream.read()


def test_the_states_of_a_stream_are_bounded():
    states = _States()
    for at in range(0, 3000 * MiB, MiB):
        states.add(_State(at, at, zlib.decompressobj()))

    assert len(states._found) <= 96
    for at in range(200 * MiB, 2900 * MiB, 90 * MiB):
        found = states.before(at)
        assert at - 64 * MiB <= found.at <= at
    assert _States().before(5) is None


def test_a_part_of_a_file(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"0123456789")
    with open_at(path, Locator(offset=2, length=5)) as stream:
        assert b"23456" == stream.read()
        assert 5 == stream.seek(0, os.SEEK_END)
        assert 1 == stream.seek(1)
        assert b"3456" == stream.read(9)
        with pytest.raises(ValueError, match="before the start"):
            stream.seek(-1)
    with open_at(path, Locator(offset=8, length=5)) as stream:
        assert 2 == stream.seek(0, os.SEEK_END)
        assert b"" == stream.read()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_places_of_a_raw_stream(archive, method):
    with archive(packed([("a", b"0123456789")], method)).open("a") as stream:
        raw = stream.raw
        assert (4, b"45", 6) == (raw.seek(4), raw.read(2), raw.tell())
        assert (7, b"78") == (raw.seek(1, os.SEEK_CUR), raw.read(2))
        assert (12, b"", 12) == (raw.seek(2, os.SEEK_END), raw.read(2), raw.tell())
        assert raw.seek(0) == 0
        with pytest.raises(ValueError, match="before the start"):
            raw.seek(-1)


@pytest.mark.parametrize("place", [(-1, 5), (0, -1), (2**70, 1), (0, 2**70)])
def test_a_place_that_no_file_has(tmp_path, place):
    (tmp_path / "a").write_bytes(b"A")
    with pytest.raises(ParseError, match="a place within the recording"):
        open_at(tmp_path, Locator(("a",), *place))


def test_a_part_beyond_the_end_is_empty(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(packed([("text", TEXT)]))

    assert b"" == RecordedFile(File(path="x"), path, Locator(("text",), len(TEXT) + 9, 4)).read()


def test_a_recording_that_changes_is_read_anew(tmp_path):
    path = tmp_path / "a.zip"
    for text in (TEXT, TEXT[::-1], b"short"):
        path.write_bytes(packed([("text", text)]))

        assert text == content(open_container(path), "text")


# --- names --------------------------------------------------------------------------------------

NAMES = ["../x", "/etc/passwd", "C:x", "..\\x", "a/../../x", "a\0b", "//x", "."]


def test_names_of_an_archive_are_names(archive, tmp_path):
    found = archive(packed([(name, name.encode()) for name in NAMES]))

    assert NAMES == [one.name for one in found.members]
    assert all(name.encode() == content(found, name) for name in NAMES)
    assert ["recording.zip"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("name", [*NAMES[:5], "", "x/", "./x"])
def test_names_that_lead_out_of_a_folder_are_refused(tmp_path, name):
    root = tmp_path / "recording"
    root.mkdir()
    (root / "x").write_bytes(b"")
    (tmp_path / "x").write_bytes(b"secret")
    with pytest.raises(ParseError, match=r"in the recording expected|plain file"):
        open_container(root).open(name)


def test_what_is_no_member_is_refused(archive):
    with pytest.raises(ParseError, match="a member that can be read"):
        archive(packed([("a", b"A")])).open("b")


def test_links_of_a_folder_are_flaws(tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "x").write_bytes(b"secret")
    root = tmp_path / "recording"
    (root / "real").mkdir(parents=True)
    (root / "file").symlink_to(secret / "x")
    (root / "folder").symlink_to(secret)
    (root / "real" / "up").symlink_to("../file")
    os.mkfifo(root / "pipe")
    found = open_container(root)

    names = ["file", "folder", "pipe", "real/up"]
    assert [("parse_error", name) for name in names] == flaws(found)
    assert not any(one.readable for one in found.members)
    for name in (*names, "folder/x"):
        with pytest.raises(ParseError, match="plain file"):
            found.open(name)


def test_a_folder_that_becomes_a_link_is_refused(tmp_path):
    root, secret = tmp_path / "recording", tmp_path / "secret"
    for path in (root / "a", secret):
        path.mkdir(parents=True)
        (path / "x").write_bytes(path.name.encode())
    found = open_container(root)
    (root / "a" / "x").unlink()
    (root / "a").rmdir()
    (root / "a").symlink_to(secret)
    with pytest.raises(ParseError, match="plain file"):
        found.open("a/x")


def test_a_file_by_its_path(tmp_path):
    """As on Windows, where no file can be opened below an open folder."""
    root = tmp_path / "recording"
    (root / "a").mkdir(parents=True)
    (root / "a" / "x").write_bytes(b"X")
    (root / "b").symlink_to(root / "a")
    with folder._open_by_path(root, ["a", "x"]) as stream:
        assert b"X" == stream.read()
    for parts in (["b", "x"], ["C:x"], ["a", "x:y"]):
        with pytest.raises(ParseError, match="plain file"):
            folder._open_by_path(root, parts)


def test_a_folder_that_goes_while_it_is_listed(tmp_path):
    assert ["a folder that cannot be listed"] == [
        one.flaw for one in folder.entries(tmp_path / "gone")
    ]


def test_a_folder_with_a_long_path(tmp_path):
    name = "x" * 200
    deep = tmp_path / name / name / name / name / name / name
    deep.mkdir(parents=True)
    (deep / "x").write_bytes(b"")

    assert ["a name that is too long"] == [one.detail for one in open_container(tmp_path).members]


def test_names_that_are_no_text_are_flaws(tmp_path):
    (tmp_path / os.fsdecode(b"\xff\xfe")).write_bytes(b"")

    assert ["a name that is no text"] == [one.detail for one in open_container(tmp_path).members]


def test_a_deep_folder_ends(tmp_path):
    path = tmp_path
    for _ in range(40):
        path /= "d"
        path.mkdir()
    (path / "x").write_bytes(b"")

    assert ["a folder that lies too deep"] == [
        one.detail for one in open_container(tmp_path).members
    ]


def test_links_of_an_archive_are_flaws(archive):
    found = archive(packed([("link", b"/etc/passwd")], mode=0o120777))

    assert [("parse_error", "link")] == flaws(found)
    with pytest.raises(ParseError, match="a member that can be read"):
        found.open("link")


def test_a_long_name_is_a_flaw(archive):
    found = archive(packed([("x" * 60_000, b"")]))

    assert ["a name that is too long"] == [one.detail for one in found.members]
    assert 1024 == len(next(found.flaws()).locator.members[-1])


def test_what_is_a_container(tmp_path):
    (tmp_path / "a.zip").write_bytes(packed([("a", b"A")]))
    (tmp_path / "b").write_bytes(b"text")

    assert is_container(tmp_path)
    assert is_container(tmp_path / "a.zip")
    assert is_container(tmp_path, ("a.zip",))
    assert not is_container(tmp_path, ("b",))
    with pytest.raises(ParseError, match="expected"):
        is_container(tmp_path / "absent")
    with pytest.raises(ParseError, match="expected"):
        open_container(tmp_path / "absent")
