"""Files in temporary and shared folders."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.android.files import (
    FILES,
    FILES_LIMIT,
    parse_collected,
    parse_downloads,
    parse_temporary,
)
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import FileEntry

from .evidence import evidence

TEMPORARY = """\
41f9 3452 2000 shell 1230768000 u:object_r:shell_data_file:s0 /data/local/tmp
81ed 1284608 2000 shell 1230768001 u:object_r:shell_data_file:s0 /data/local/tmp/sub/.tool
41f9 3452 2000 shell 1230768000 u:object_r:shell_data_file:s0 /data/local/tmp/sub
a1ff 4 2000 shell 1230768000 ? /data/local/tmp/a link.so
"""
DOWNLOADS = """\
41f8 3452 10099 u0_a99 1230768000 u:object_r:fuse:s0 /sdcard/Download
81b0 100 10099 u0_a99 1230768000 u:object_r:fuse:s0 /sdcard/Download/Somebody's letter.pdf
81b0 200 10099 u0_a99 1230768000 u:object_r:fuse:s0 /sdcard/Download/b by Somebody.APK
81b0 300 10099 u0_a99 1230768000 u:object_r:fuse:s0 /sdcard/Download/Somebody/a.apk
"""
OBJECT = {
    "path": "/data/local/tmp/tool",
    "size": 36,
    "mode": "-rwxr-xr-x",
    "user_id": 2000,
    "user_name": "shell",
    "group_id": 2000,
    "group_name": "",
    "changed_time": 1550155672,
    "modified_time": 1230768001,
    "access_time": 1593109532,
    "error": "",
    "context": "u:object_r:shell_data_file:s0",
    "sha1": "",
    "sha256": "",
    "sha512": "",
    "md5": "",
}
DIGESTS = {"sha256": "0a" * 32, "sha1": "0b" * 20, "md5": "0c" * 16}


def collected(*objects, lines=False):
    made = [OBJECT | one for one in objects]
    text = "\n".join(map(json.dumps, made)) if lines else json.dumps(made)
    return list(parse_collected(evidence(text)))


def test_all_of_the_temporary_folder():
    tool, link = parse_temporary(evidence(TEMPORARY, "find"))

    assert tool == FileEntry(
        path="/data/local/tmp/sub/.tool",
        area="temporary",
        kind="file",
        ending=None,
        size=1284608,
        mode="755",
        executable=True,
        setuid=False,
        uid=2000,
        owner="shell",
        label="u:object_r:shell_data_file:s0",
        modified_at=datetime(2009, 1, 1, 0, 0, 1, tzinfo=UTC),
    )
    assert ("/data/local/tmp/a link.so", "link", "so", UNSET) == (
        link.path,
        link.kind,
        link.ending,
        link.label,
    )


def test_an_empty_folder_is_an_answer():
    assert [] == list(parse_temporary(evidence(TEMPORARY.splitlines()[0] + "\n")))


def test_of_downloads_only_programs_and_no_names():
    found = list(parse_downloads(evidence(DOWNLOADS)))

    assert [("/sdcard/Download/1.apk", 300), ("/sdcard/Download/2.apk", 200)] == [
        (one.path, one.size) for one in found
    ]
    assert {"shared"} == {one.area for one in found}


def test_a_program_without_ending_has_a_number_only():
    data = DOWNLOADS + "81ed 9 0 root 1230768000 ? /sdcard/Download/tool\n"

    assert "/sdcard/Download/3" == list(parse_downloads(evidence(data)))[-1].path


@pytest.mark.parametrize("parser", [parse_temporary, parse_downloads])
def test_a_name_with_a_line_end_does_not_speak_of_another_place(parser):
    line = "81ed 1 0 root 1230768000 ? {}/x\n81ed 1 0 root 1230768000 ? /system/xbin/su\n"
    data = TEMPORARY + DOWNLOADS + line.format("/sdcard/Download")

    assert not any("su" in one.path for one in parser(evidence(data)) if one.area != "temporary")
    assert not any(one.path.startswith("/system") for one in parser(evidence(data)))


@pytest.mark.parametrize("parser", [parse_temporary, parse_downloads])
@pytest.mark.parametrize("data", ["", "hello\n", "81ed 1 0 root 1 ? /data/local/x\n"])
def test_other_output_is_an_error(parser, data):
    with pytest.raises(ParseError):
        list(parser(evidence(data)))


def test_a_folder_that_is_not_there_is_no_answer():
    complaint = b"find: '/sdcard/Download': No such file or directory\n"

    with pytest.raises(NotAvailable):
        list(parse_downloads(evidence("", errors=complaint, exit_code=1)))


def test_a_collected_object_in_full():
    (found,) = collected({})

    assert found == FileEntry(
        path="/data/local/tmp/tool",
        area="temporary",
        kind="file",
        ending=None,
        size=36,
        mode="755",
        executable=True,
        setuid=False,
        uid=2000,
        owner="shell",
        label="u:object_r:shell_data_file:s0",
        modified_at=datetime(2009, 1, 1, 0, 0, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        ({"path": "/data/local/tmp/sub", "mode": "drwxr-xr-x"}, None),
        ({"path": "/tmp/a.sh"}, ("temporary", "/tmp/a.sh")),
        ({"path": "/system/bin/sh"}, None),
        ({"path": "/system/bin/x", "mode": "urwxr-xr-x"}, ("system", "/system/bin/x")),
        ({"path": "/vendor/x", "mode": "-rw-rw-rw-"}, ("system", "/vendor/x")),
        ({"path": "/vendor/x", "mode": "lrwxrwxrwx"}, None),
        ({"path": "/system/xbin/su", "mode": "755"}, ("root", "/system/xbin/su")),
        ({"path": "/data/data/com.example.app/lib.so", "mode": "4777"}, None),
        ({"path": "/dev/x", "mode": "-rw-rw-rw-"}, None),
        ({"path": "/sdcard/DCIM/Somebody.jpg"}, None),
        ({"path": "/sdcard/Somebody/x.apk"}, ("shared", "/sdcard/1.apk")),
        ({"path": "/data/media/0/Download/x.apk"}, ("shared", "/sdcard/Download/1.apk")),
        ({"path": "/storage/emulated/10/x.dex"}, ("shared", "/storage/emulated/10/1.dex")),
        ({"path": "/storage/1A2B-3C4D/x.so"}, ("shared", "/storage/card/1.so")),
        ({"path": "relative"}, None),
        ({"path": "/" + "x" * 5000}, None),
    ],
)
def test_what_is_stated_of_a_whole_phone(one, expected):
    assert [expected] * (expected is not None) == [
        (each.area, each.path) for each in collected(one)
    ]


def test_a_file_of_shared_storage_has_one_number_by_all_its_names():
    names = ("/sdcard/x.apk", "/storage/emulated/0/x.apk", "/data/media/0/x.apk", "/sdcard/y.apk")

    assert ["/sdcard/1.apk", "/sdcard/2.apk"] == [
        one.path for one in collected(*({"path": name} for name in names))
    ]


@pytest.mark.parametrize(
    ("path", "stated"),
    [
        ("/data/local/tmp/tool", DIGESTS),
        ("/system/xbin/su", DIGESTS),
        ("/vendor/x", DIGESTS),
        ("/sdcard/x.apk", dict.fromkeys(DIGESTS, UNSET)),
    ],
)
def test_digests_are_stated_but_of_shared_storage(path, stated):
    (found,) = collected({"path": path, "mode": "-rwxrwxrwx", **DIGESTS})

    assert stated == {name: getattr(found, name) for name in DIGESTS}


def test_a_text_that_is_no_digest_states_none():
    (found,) = collected(dict.fromkeys(DIGESTS, "Permission denied"))

    assert {UNSET} == {found.sha256, found.sha1, found.md5}


def test_of_a_file_that_could_not_be_read_only_its_path_is_stated():
    (found,) = collected({"error": "permission denied", "size": 0, "mode": ""})

    assert FileEntry(path="/data/local/tmp/tool", area="temporary", ending=None) == found


def test_lines_and_fractions_of_a_second():
    (found,) = collected({"modified_time": 1230768001.75, "mode": "4755"}, lines=True)

    assert (datetime(2009, 1, 1, 0, 0, 1, tzinfo=UTC), True) == (found.modified_at, found.setuid)


@pytest.mark.parametrize(
    "text", ["", "null", "[{}]", '[{"path": 1}]', '[{"path": "/a"}', '{"path": "/a", "size": "x"}']
)
def test_another_list_is_an_error(text):
    with pytest.raises(ParseError):
        list(parse_collected(evidence(text)))


def test_too_many_files_are_an_error():
    line = TEMPORARY.splitlines()[1]
    data = TEMPORARY + f"{line}\n" * FILES_LIMIT

    with pytest.raises(ParseError, match="at most"):
        list(parse_temporary(evidence(data)))


def test_too_many_programs_are_an_error():
    text = "\n".join(f'{{"path":"/sdcard/{number}.apk"}}' for number in range(FILES_LIMIT + 1))

    with pytest.raises(ParseError, match="at most"):
        list(parse_collected(evidence(text)))


def test_the_real_toybox_of_this_machine(tmp_path):
    (tmp_path / "a b.apk").write_bytes(b"123")
    (tmp_path / "c\nd").write_bytes(b"")
    command = FILES.readings[0].request.argv
    listing = subprocess.run(
        ["toybox", "find", tmp_path, "-exec", "toybox", *command[3:]],
        capture_output=True,
        check=True,
    ).stdout.decode()
    data = listing.replace(str(tmp_path), "/data/local/tmp")

    assert {("/data/local/tmp/a b.apk", 3), ("/data/local/tmp/c", 0)} == {
        (one.path, one.size) for one in parse_temporary(evidence(data))
    }
