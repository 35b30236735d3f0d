"""What kind of recording a path is, by what it holds."""

from __future__ import annotations

import contextlib
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.errors import NotAvailable, ParseError
from scanner.formats.container import is_container, open_container
from scanner.model.requests import Collected
from scanner.sources.recorded.kind import kind_of

from .collected import Seen, androidqf, write, zipped

RULE = "=" * 56
DUMPSTATE = f"{RULE}\n== dumpstate: 2026-11-19 17:31:12\n{RULE}\n\nBuild: x\n".encode()
PS_TEXT = b"USER PID PPID VSZ RSS WCHAN ADDR S NAME\nroot 1 0 1 1 0 0 S init\n"
DUMPSYS = b"Currently running services:\n  a\n" + b"-" * 79 + b"\nDUMP OF SERVICE a:\nx\n"


def kind(path):
    return kind_of(path, open_container(path) if is_container(path) else None)


def kinds(tmp_path, files, top=""):
    """Return the kind of files as a folder and as an archive: the same."""
    packed = tmp_path / "packed"
    packed.write_bytes(zipped(files, top))
    write(tmp_path / "folder" / top, files)
    found = {kind(tmp_path / "folder"), kind(packed)}
    (one,) = found
    return one


@pytest.mark.parametrize("top", [".", "x"])
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"main_entry.txt": b"a.txt", "a.txt": b"x"}, "bugreport"),
        ({"bugreport-x.txt": DUMPSTATE, "version.txt": b"2.0"}, "bugreport"),
        ({"acquisition.json": b'{"uuid": ""}', "getprop.txt": b""}, "androidqf"),
        ({"packages.json": b"[]", "getprop.txt": b""}, "androidqf"),
        ({"packages.json": b"\n [\n", "files.json": b"["}, "androidqf"),
        ({"packages.json": b"[]"}, None),
        ({"packages.json": b"{}", "files.json": b"{}"}, None),
        ({"getprop.txt": b"x", "ps.txt": b"x"}, None),
        ({"getprop.txt": b"x", "ps.txt": PS_TEXT}, "dumps"),
        ({"a/b/c": PS_TEXT}, "dumps"),
        ({"dumpsys.txt": DUMPSYS}, "dumps"),
        ({"a/main_entry.txt": b"a.txt", "b": b"x"}, None),
        ({"picture.png": b"\x89PNG\r\n\x1a\n\0"}, None),
        ({"a": b"", "b": b"\xff\xfe", "c": b"\0"}, None),
    ],
)
def test_kinds(tmp_path, files, expected, top):
    assert expected == kinds(tmp_path, files, "" if top == "." else top)


def test_a_backup_of_an_iphone_is_none_of_these(tmp_path):
    assert None is kinds(tmp_path, {"Manifest.db": b"\3\0\x08\0", "assets/ps": PS_TEXT})


def test_an_app_that_holds_an_answer_is_an_app(tmp_path):
    path = tmp_path / "packed"
    path.write_bytes(zipped({"AndroidManifest.xml": b"\3\0\x08\0", "assets/ps": PS_TEXT}))

    assert "app_files" == kind(path)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (DUMPSTATE, "bugreport"),
        (PS_TEXT, "dumps"),
        (DUMPSYS, "dumps"),
        (b"\x89PNG\r\n\x1a\n\0", None),
        (b"hello\n", None),
        (b"", None),
        (b"\n" * 10_000, None),
    ],
)
def test_single_files(tmp_path, data, expected):
    path = tmp_path / "bugreport.txt"
    path.write_bytes(data)

    assert expected == kind(path)


def test_an_empty_folder_and_an_empty_archive_are_nothing(tmp_path):
    (tmp_path / "x.zip").write_bytes(zipped({}))

    assert None is kind(tmp_path / "x.zip")
    (tmp_path / "x.zip").unlink()
    assert None is kind(tmp_path)


def test_what_is_nothing_known_is_no_recording(tmp_path):
    write(tmp_path, {"picture.png": b"\x89PNG\r\n\x1a\n\0"})

    with pytest.raises(NotAvailable):
        Seen(tmp_path)


def test_an_archive_of_which_nothing_can_be_read_is_an_error(tmp_path):
    packed = bytearray(zipped({"packages.json": b"[]", "getprop.txt": b""}))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = packed.find(mark)
        while at >= 0:
            packed[at + offset] |= 1  # encrypted
            at = packed.find(mark, at + 1)
    (tmp_path / "x.zip").write_bytes(packed)

    with pytest.raises(ParseError, match="a file that can be read"):
        kind(tmp_path / "x.zip")


def test_a_truncated_archive_is_an_error(tmp_path):
    packed = zipped(androidqf())
    (tmp_path / "x.zip").write_bytes(packed[: len(packed) // 2])

    with pytest.raises(ParseError):
        kind(tmp_path / "x.zip")


def test_the_folder_that_macos_adds_is_no_second_top(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x/packages.json", "[]")
        archive.writestr("x/getprop.txt", "")
        archive.writestr("__MACOSX/x/._packages.json", b"\0\5\x16\7")
        archive.writestr(".DS_Store", b"\0\0\0\1Bud1")

    assert "androidqf" == kind(tmp_path / "x.zip")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(
        [b"", DUMPSTATE, PS_TEXT, DUMPSYS, b"[a]: [b]\n", b"\xff\xfe", b"PK\3\4"]
    ),
    data=st.binary(max_size=2048),
)
def test_any_bytes_are_something_or_refused(tmp_path, start, data):
    path = tmp_path / "x"
    path.write_bytes(start + data)

    with contextlib.suppress(ParseError, NotAvailable):
        seen = Seen(path, (Collected(collector="shell", name="ps -A"),))
        assert all(each.locator.offset + each.size <= len(start + data) for each in seen.parts)
