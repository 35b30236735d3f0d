from __future__ import annotations

import io
import struct
import zipfile

import pytest

from fixtures.building.ipa import App, bundle, ipa, within
from scanner.errors import ParseError
from scanner.formats.container import open_container
from scanner.formats.ios_app.bundle import ArchivedBundle, UnpackedBundle, is_ipa

FILES = bundle(App(files={"a.txt": b"text" * 1000}))


def read(found, name):
    with found.open(name) as data:
        return bytes(data[:])


def test_an_app_in_an_archive():
    found = ArchivedBundle(ipa(FILES, beside={"iTunesMetadata.plist": b"", "Payload/x": b""}))

    assert ("Example.app", "Payload/Example.app/") == (found.folder, found.top)
    assert set(FILES) == set(found.names)
    assert FILES == {name: read(found, name) for name in found.names}
    assert {"iTunesMetadata.plist", "Payload/x"} == found.outside
    assert (4000, None) == (found.size("a.txt"), found.size("b.txt"))
    assert (1, False, False) == (found.app_count, found.is_cut, found.is_repeated)


def test_an_app_in_a_folder(tmp_path):
    for name, data in within("Example.app", FILES).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for found in (
        UnpackedBundle(open_container(tmp_path), "Example.app"),
        UnpackedBundle(open_container(tmp_path / "Example.app"), ""),
    ):
        assert "Example.app" == found.folder
        assert FILES == {name: read(found, name) for name in found.names}
        assert (4000, None) == (found.size("a.txt"), found.size("b.txt"))
        with pytest.raises(ParseError):
            found.open("../other")


def test_more_than_one_app_and_a_name_twice():
    more = {"Payload/Other.app/Info.plist": b""}
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = ipa(FILES, beside=more, twice=("Payload/Example.app/a.txt",))
    found = ArchivedBundle(data)

    assert (2, True) == (found.app_count, found.is_repeated)
    assert FILES["a.txt"] == read(found, "a.txt")


def archive(name, data, method=zipfile.ZIP_STORED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as out:
        out.writestr(name, data)
    return made.getvalue()


def test_names_that_are_too_long_are_left_out():
    found = ArchivedBundle(ipa({**FILES, "x" * 2000: b""}))

    assert set(FILES) == set(found.names)


def test_what_is_stored_is_read():
    found = ArchivedBundle(archive("Payload/A.app/x", b"stored"))

    assert b"stored" == read(found, "x")


@pytest.mark.parametrize(
    ("method", "change"),
    [
        (zipfile.ZIP_STORED, lambda data: data.replace(b"stored", b"change")),
        (zipfile.ZIP_BZIP2, lambda data: data),
        (zipfile.ZIP_DEFLATED, lambda data: data.replace(b"\x2b\x2e", b"\xff\xff", 1)),
        (zipfile.ZIP_STORED, lambda data: b"xx" + data[2:]),
    ],
)
def test_what_is_not_as_the_archive_says_is_an_error(method, change):
    data = archive("Payload/A.app/x", b"stored", method)
    found = ArchivedBundle(change(data))

    with pytest.raises(ParseError), found.open("x"):
        pass


def test_a_file_larger_than_stated_is_an_error():
    data = archive("Payload/A.app/x", b"a" * 1000, zipfile.ZIP_DEFLATED)
    found = ArchivedBundle(data.replace(struct.pack("<I", 1000), struct.pack("<I", 10)))

    with pytest.raises(ParseError, match="size"), found.open("x"):
        pass


def test_an_encrypted_file_is_an_error():
    data = archive("Payload/A.app/x", b"a")
    at = data.index(b"PK\1\2")
    found = ArchivedBundle(data[: at + 8] + b"\1\0" + data[at + 10 :])

    with pytest.raises(ParseError, match="plain"), found.open("x"):
        pass


def test_a_file_that_is_not_there_is_an_error():
    with pytest.raises(ParseError), ArchivedBundle(ipa(FILES)).open("other"):
        pass


def test_archives_of_apps_are_told_by_their_names():
    assert [True, False, False, False, False] == [
        is_ipa(each)
        for each in (
            ipa(FILES),
            archive("Payload/readme", b""),
            archive("Payload/.appx/readme", b""),
            archive("AndroidManifest.xml", b""),
            b"PK\3\4",
        )
    ]


@pytest.mark.parametrize("data", [b"", b"PK\3\4", archive("Payload/Example.app", b"")])
def test_what_holds_no_app_is_an_error(data):
    with pytest.raises(ParseError):
        ArchivedBundle(data)
