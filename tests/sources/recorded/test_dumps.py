"""Loose outputs of commands: folders, archives, single files."""

from __future__ import annotations

import hashlib

import pytest

from scanner.errors import ParseError
from scanner.model.evidence import Locator
from scanner.model.requests import Command, Dumpsys, File
from scanner.sources.recorded.lists import NARROWED, PS, packages_of, settings_of

from .collected import PROPERTIES, Seen, androidqf, write, zipped

GETPROP = Command(argv=("getprop",))
ACCESSIBILITY = Dumpsys(service="accessibility")
PS_TEXT = (
    "USER           PID  PPID     VSZ    RSS WCHAN            ADDR S NAME\n"
    "root             1     0   10856   3120 0                   0 S init\n"
)
SECURE = "".join(
    f"{name}=0\n"
    for name in (
        "accessibility_enabled",
        "android_id",
        "default_input_method",
        "location_mode",
        "sleep_timeout",
        "user_setup_complete",
    )
)
RULE = "-" * 79
FILES = {
    "a/one.log": PROPERTIES.encode(),
    "a/two": b"ACCESSIBILITY MANAGER (dumpsys accessibility)\n\ncurrentUserId=0\n",
    "three.txt": PS_TEXT.encode(),
    "four.txt": SECURE.encode(),
    "picture.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "notes.txt": b"things to do\n",
    "empty.txt": b"",
}


@pytest.mark.parametrize("packed", [True, False])
def test_each_file_is_recognised_or_listed(tmp_path, packed):
    path = tmp_path / "x"
    if packed:
        path.write_bytes(zipped(FILES))
    else:
        write(path, FILES)
    asked = (GETPROP, ACCESSIBILITY, PS, settings_of("secure"))
    seen = Seen(path, asked)

    assert "dumps" == seen.header.kind
    assert {
        "getprop @ a/one.log",
        "dumpsys accessibility @ a/two",
        "ps -A of shell @ three.txt",
        "settings --user 0 list secure @ four.txt",
    } == set(seen.read())
    assert {"picture.png", "notes.txt", "empty.txt"} == seen.unread()
    assert [] == seen.flaws
    for part in seen.read().values():
        data = FILES[part.locator.members[-1]]
        assert (data, hashlib.sha256(data).hexdigest()) == (seen.bytes_of(part), part.sha256)
        assert (len(data), None) == (part.size, part.cut)


def test_a_single_file(tmp_path):
    path = tmp_path / "anything"
    path.write_text(PROPERTIES)
    seen = Seen(path, (GETPROP,))
    (part,) = seen.parts

    assert ("dumps", GETPROP, Locator()) == (seen.header.kind, part.request, part.locator)
    assert hashlib.sha256(PROPERTIES.encode()).hexdigest() == part.sha256 == seen.header.sha256
    assert PROPERTIES.encode() == seen.bytes_of(part)
    assert [] == seen.flaws


def test_utf_16_of_a_shell_of_windows(tmp_path):
    path = tmp_path / "getprop.txt"
    path.write_bytes(PROPERTIES.replace("\n", "\r\n").encode("utf-16"))
    (part,) = Seen(path, (GETPROP,)).parts

    assert (GETPROP, None) == (part.request, part.cut)


def test_windows_line_ends_are_no_doubt(tmp_path):
    text = "Current AppOps Service state:\r\n    Package android:\r\n"
    text += "      WAKE_LOCK (allow):\r\n      TOAST_WINDOW (allow):\r\n"
    path = tmp_path / "x"
    path.write_bytes(text.encode())

    assert [(Dumpsys(service="appops"), None)] == [
        (each.request, each.cut) for each in Seen(path).parts
    ]


def test_what_may_not_be_all_is_cut(tmp_path):
    path = tmp_path / "x"
    path.write_text("[net.bt.name]: [Android]\n")
    (part,) = Seen(path, (GETPROP,)).parts

    assert (GETPROP, "truncated", NARROWED) == (part.request, part.cut, part.detail)
    assert part.sha256


def test_what_whole_answers_hold_is_looked_for_in_all_of_a_text(tmp_path):
    start, end = (
        b"Packages:\n  Package [com.example] (1):\n",
        b"  Package [android] (2):\n\nShared users:\n",
    )
    filler = b"    x\n" * 500_000
    write(tmp_path, {"one": start + filler, "two": start + filler + end})
    parts = {each.title: each for each in Seen(tmp_path).parts}

    assert (NARROWED, "") == (parts["one"].detail, parts["two"].detail)


def test_words_that_lie_across_two_blocks_are_found(tmp_path):
    start, end = (
        b"Packages:\n  Package [com.example] (1):\n",
        b"  Package [android] (2):\n\nShared users:\n",
    )
    for shift in (-12, -1, 0, 1):
        filler = b" " * (1024 * 1024 - len(start) - 1 + shift) + b"\n"
        path = tmp_path / str(shift)
        path.write_bytes(start + filler + end)
        (part,) = Seen(path).parts

        assert "" == part.detail


def test_two_answers_to_one_request_are_two_parts(tmp_path):
    write(tmp_path, {"a": PS_TEXT.encode(), "b": PS_TEXT.encode()})

    assert {"ps -A of shell @ a", "ps -A of shell @ b"} == set(Seen(tmp_path).read())


def test_settings_of_two_users_are_of_nobody_known(tmp_path):
    write(tmp_path, {"a": SECURE.encode(), "b": SECURE.encode(), "c": PS_TEXT.encode()})
    seen = Seen(tmp_path, (settings_of("secure"),))

    assert {"ps -A of shell @ c"} == set(seen.read())
    assert {"a", "b"} == seen.unread()
    assert ["field_not_stated"] * 2 == [each.reason for each in seen.flaws]


def test_outputs_of_two_phones_are_refused(tmp_path):
    other = PROPERTIES.replace("EXAMPLE01", "EXAMPLE02")
    write(tmp_path, {"a": PROPERTIES.encode(), "b": other.encode()})

    with pytest.raises(ParseError, match="one phone"):
        Seen(tmp_path)


def test_properties_of_one_phone_at_two_times_are_not(tmp_path):
    other = PROPERTIES.replace("[ro.serialno]: [EXAMPLE01]\n", "").replace("running", "stopped")
    write(tmp_path, {"a": PROPERTIES.encode(), "b": other.encode()})

    assert {"getprop @ a", "getprop @ b"} == set(Seen(tmp_path).read())


def test_services_of_a_text_are_parts_of_their_own(tmp_path):
    text = f"Currently running services:\n  adb\n{RULE}\nDUMP OF SERVICE adb:\nADB\n"
    text += "--------- 0.001s was the duration of dumpsys adb, ending at: 2026-11-19 17:31:12\n"
    path = tmp_path / "x"
    path.write_text(text)
    seen = Seen(path, (Dumpsys(service="adb"),))
    part = seen.only(lambda each: each.request is not None)

    assert ("adb", b"ADB\n", None) == (part.title, seen.bytes_of(part), part.cut)
    assert hashlib.sha256(b"ADB\n").hexdigest() == part.sha256
    assert [] == seen.flaws


def test_a_text_that_ends_within_a_service_is_a_flaw(tmp_path):
    text = f"Currently running services:\n  adb\n{RULE}\nDUMP OF SERVICE adb:\nADB\n"
    seen = Seen(write(tmp_path, {"x": text.encode(), "y": PS_TEXT.encode()}))

    assert ["truncated"] == [each.reason for each in seen.flaws]
    assert "truncated" == seen.only(lambda each: each.title == "adb").cut


def test_a_tombstone_of_the_name_that_the_phone_gave_it(tmp_path):
    text = f"{' '.join(['***'] * 16)}\nBuild fingerprint: 'example/one:14'\n"
    seen = Seen(write(tmp_path, {"x/tombstone_03": text.encode(), "y": PS_TEXT.encode()}))

    assert [File(path="/data/tombstones/tombstone_03")] == [
        each.request for each in seen.parts if isinstance(each.request, File)
    ]


def test_archives_within_are_listed_and_not_opened(tmp_path):
    write(tmp_path, {"a": PS_TEXT.encode(), "b.zip": zipped(androidqf())})
    seen = Seen(tmp_path)

    assert {"b.zip"} == seen.unread()


def test_a_list_of_apps_is_cut_and_of_the_user_that_it_names(tmp_path):
    line = "package:/data/app/com.example-1/base.apk=com.example versionCode:1  installer=null"
    write(tmp_path, {"a": f"{line} uid:1010007\n".encode(), "b": b"package:com.example\n"})
    seen = Seen(tmp_path)
    (part,) = seen.read().values()

    assert (packages_of(10), "truncated") == (part.request, part.cut)
    assert {"b"} == seen.unread()


def test_titles_are_bounded_and_without_power(tmp_path):
    name = f"{'n' * 150}\u202e{'m' * 70}.txt"
    seen = Seen(write(tmp_path, {name: b"x\n", "a": PS_TEXT.encode()}))
    part = seen.only(lambda each: each.request is None)

    assert 200 >= len(part.title)
    assert "\u202e" not in part.title
    assert (name,) == part.locator.members


def test_links_are_flaws(tmp_path):
    folder = write(tmp_path / "x", {"a": PS_TEXT.encode()})
    (folder / "b").symlink_to("/proc/self/environ")
    (folder / "c").symlink_to(tmp_path)
    seen = Seen(folder)

    assert {("b",), ("c",)} == {each.locator.members for each in seen.flaws}
    assert {"ps -A of shell @ a"} == set(seen.read())


def test_many_files(tmp_path):
    files = {f"{number:05d}": b"x\n" for number in range(5_000)} | {"z": PS_TEXT.encode()}
    (tmp_path / "x.zip").write_bytes(zipped(files))
    seen = Seen(tmp_path / "x.zip", (PS,))

    assert {"ps -A of shell @ z"} == set(seen.read())
    assert 5_000 == len(seen.unread())
