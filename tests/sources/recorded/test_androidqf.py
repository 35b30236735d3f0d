"""What androidqf collected: folders and archives, in the spellings of its versions."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import zipfile

import pytest

from scanner.model.evidence import Locator
from scanner.model.recording import Flaw
from scanner.model.requests import Collected, Command, Dumpsys, File
from scanner.sources.recorded.lists import PS, settings_of

from .collected import Seen, androidqf, generator, write, zipped

GETPROP = Command(argv=("getprop",))
KEY = bytes([64, 0, 0, 0] + [1] * 116)
KEY_LINE = f"{base64.b64encode(KEY).decode()} nobody@example"
TEXTS = {
    "getprop @ getprop.txt",
    "settings list global @ settings_global.txt",
    "settings --user 0 list secure @ settings_secure.txt",
    "settings --user 0 list system @ settings_system.txt",
    "getenforce @ selinux.txt",
}
JSON = {
    f"{name} of androidqf @ {name}"
    for name in ("packages.json", "files.json", "root_binaries.json", "mounts.json")
}
SERVICES = {
    f"dumpsys {service} @ dumpsys.txt"
    for service in ("accessibility", "device_policy", "package", "user")
}


def names(seen):
    """Return what is read and from which file, without the folder at the top."""
    return {
        f"{asked} @ {name.rpartition('/')[2]}"
        for asked, _, name in (each.partition(" @ ") for each in seen.read())
    }


@pytest.mark.parametrize("top", ["", "3f1c9a52"])
@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_and_an_archive_with_or_without_a_top(tmp_path, top, packed):
    files = androidqf()
    path = tmp_path / "x"
    if packed:
        path.write_bytes(zipped(files, top))
    else:
        write(path / top, files)
    seen = Seen(path, (GETPROP, settings_of("secure")))
    part = seen.only(lambda each: each.request == GETPROP)

    assert "androidqf" == seen.header.kind
    assert "2026-11-19T16:41:52.902110+00:00" == seen.header.recorded_at
    assert (TEXTS | JSON | SERVICES) <= names(seen)
    assert {"dumpsys.txt"} >= {
        each.locator.members[-1].removeprefix("3f1c9a52/") for each in seen.flaws
    }
    assert files["getprop.txt"] + b"\n" == seen.bytes_of(part)
    assert hashlib.sha256(files["getprop.txt"]).hexdigest() == part.sha256
    assert None is part.cut
    assert {"getprop", "settings --user 0 list secure"} == {
        str(each.request) for each in seen.parts if each.sha256
    }


def test_an_archive_is_told_by_its_digest_and_a_folder_by_none(tmp_path):
    packed = zipped(androidqf())
    (tmp_path / "x.zip").write_bytes(packed)

    assert hashlib.sha256(packed).hexdigest() == Seen(tmp_path / "x.zip").header.sha256
    assert Seen(write(tmp_path / "y", androidqf())).header.sha256 is None


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("ps.txt", PS),
        ("processes.txt", PS),
        ("processes.json", Collected(collector="androidqf", name="processes.json")),
    ],
)
def test_both_spellings_of_the_processes(tmp_path, spelling, expected):
    seen = Seen(write(tmp_path, androidqf(processes=spelling)), (expected,))
    part = seen.only(lambda each: each.title == spelling)

    assert str(expected) == str(part.request)
    assert part.sha256


def test_json_in_the_text_file_of_an_older_version_is_json(tmp_path):
    files = androidqf(processes="processes.json")
    files["processes.txt"] = files.pop("processes.json")
    part = Seen(write(tmp_path, files)).only(lambda each: each.title == "processes.txt")

    assert "processes.json of androidqf" == str(part.request)


def test_a_service_lies_in_the_text_of_all(tmp_path):
    files = androidqf()
    asked = Dumpsys(service="device_policy")
    seen = Seen(write(tmp_path, files), (asked,))
    part = seen.only(lambda each: each.request == asked)
    _, _, rest = files["dumpsys.txt"].partition(b"DUMP OF SERVICE device_policy:\n")
    text = rest[: rest.index(b"--------- ")]

    assert text == seen.bytes_of(part)
    assert (hashlib.sha256(text).hexdigest(), len(text)) == (part.sha256, part.size)
    assert "device_policy" == part.title


def test_services_of_the_text_and_of_the_bugreport_are_parts_of_their_own(tmp_path):
    rule = "-" * 79
    duration = "--------- 0.001s was the duration of dumpsys user, ending at: 2026-11-19 17:31:12"
    text = (
        f"{'=' * 56}\n== dumpstate: 2026-11-19 17:31:12\n{'=' * 56}\n\n"
        f"------ DUMPSYS (/system/bin/dumpsys) ------\n"
        f"{rule}\nDUMP OF SERVICE user:\nUsers:\n{duration}\n"
        f"------ 0.1s was the duration of 'DUMPSYS' ------\n"
        f"{'=' * 56}\n== dumpstate: done (id 1)\n{'=' * 56}\n"
    )
    inner = zipped(
        {
            "main_entry.txt": b"bugreport-x.txt",
            "bugreport-x.txt": text.encode(),
            "FS/data/tombstones/tombstone_00": b"*** ***\n",
        }
    )
    asked = (Dumpsys(service="user"), File(path="/data/tombstones/tombstone_00"))
    seen = Seen(write(tmp_path, androidqf(bugreport=inner)), asked)
    users = [each for each in seen.parts if each.request == asked[0]]
    crash = seen.only(lambda each: each.request == asked[1])

    assert [("dumpsys.txt",), ("bugreport.zip", "bugreport-x.txt")] == sorted(
        (each.locator.members for each in users), key=len
    )
    assert b"Users:\n" in [seen.bytes_of(each) for each in users]
    assert ("bugreport.zip", "FS/data/tombstones/tombstone_00") == crash.locator.members
    assert b"*** ***\n" == seen.bytes_of(crash)


def test_a_collection_with_the_bugreport_of_the_same_phone(tmp_path):
    phone = generator("android_14").phone()
    files = androidqf("android-14-tampered", bugreport=generator("recordings").bugreport(phone))
    seen = Seen(write(tmp_path, files), (Dumpsys(service="package"), GETPROP))
    places = {
        asked: [each.locator.members[0] for each in seen.parts if str(each.request) == asked]
        for asked in ("dumpsys package", "dumpsys accessibility", "section SYSTEM PROPERTIES")
    }

    assert {"bugreport.zip", "dumpsys.txt"} == set(places["dumpsys package"])
    assert {"bugreport.zip", "dumpsys.txt"} == set(places["dumpsys accessibility"])
    assert ["bugreport.zip"] == places["section SYSTEM PROPERTIES"]
    assert [] == seen.flaws
    assert [None] * 2 == [each.cut for each in seen.parts if str(each.request) == "dumpsys package"]


def test_a_bugreport_that_is_none_is_a_flaw(tmp_path):
    seen = Seen(write(tmp_path, androidqf(bugreport=b"Failed to get bugreport.\n")))

    assert Locator(members=("bugreport.zip",)) in [each.locator for each in seen.flaws]
    assert TEXTS <= names(seen)


def test_other_files_are_listed_and_not_read(tmp_path):
    files = androidqf() | {"backup.ab": b"ANDROID BACKUP\n"}
    seen = Seen(write(tmp_path, files))

    assert {
        "backup.ab",
        "env.txt",
        "logs/data/anr/anr_2026-11-19",
        "acquisition.json",
        "hashes.csv",
    } <= seen.unread()


def test_a_file_that_is_not_as_it_was_collected_is_cut(tmp_path):
    files = androidqf()
    files["getprop.txt"] = files["getprop.txt"][:400]
    seen = Seen(write(tmp_path, files), (GETPROP, PS))
    part = seen.only(lambda each: each.request == GETPROP)

    assert ("truncated", "not the bytes whose digest the collector wrote") == (
        part.cut,
        part.detail,
    )
    assert hashlib.sha256(files["getprop.txt"]).hexdigest() == part.sha256


@pytest.mark.parametrize("hashes", [True, False])
@pytest.mark.parametrize("percent", range(5, 100, 5))
def test_services_of_a_text_that_was_cut(tmp_path, percent, hashes):
    files = androidqf(hashes=hashes)
    text = files["dumpsys.txt"]
    asked = tuple(Dumpsys(service=name) for name in ("appops", "package", "user"))
    whole = {str(part.request): part for part in Seen(write(tmp_path / "a", files), asked).parts}
    files["dumpsys.txt"] = text[: len(text) * percent // 100]
    cut = Seen(write(tmp_path / "b", files), asked)
    found = [part for part in cut.parts if part.locator.members == ("dumpsys.txt",)]
    services = [part for part in found if isinstance(part.request, Dumpsys)]

    assert ("dumpsys.txt",) in [each.locator.members for each in cut.flaws]
    assert not hashes or all(part.cut for part in services)
    for part in services:
        if not part.cut:
            assert part == whole[str(part.request)]


def test_a_bugreport_that_is_not_as_it_was_collected_is_cut(tmp_path):
    text = b"== dumpstate: 2026-11-19 17:31:12\n------ A (a) ------\nx\n== dumpstate: done (id 1)\n"
    packed = {
        name: zipped({"main_entry.txt": b"a.txt", "a.txt": text + name}) for name in (b"", b"x")
    }
    files = androidqf(bugreport=packed[b""])
    as_it_was = Seen(write(tmp_path / "a", files))
    altered = Seen(write(tmp_path / "b", files | {"bugreport.zip": packed[b"x"]}))

    assert [None] == [each.cut for each in as_it_was.parts if str(each.request) == "section A"]
    assert ["truncated"] == [each.cut for each in altered.parts if str(each.request) == "section A"]


def test_digests_are_those_of_paths_of_windows_too(tmp_path):
    files = androidqf()
    folders = files["hashes.csv"].replace(b"/home/collector/", b"C:/Users/x/").replace(b"/", b"\\")
    whole = Seen(write(tmp_path / "a", files | {"hashes.csv": folders}), (GETPROP,))
    other = files | {"hashes.csv": folders, "getprop.txt": b"[a]: [b]"}
    cut = Seen(write(tmp_path / "b", other), (GETPROP,))

    assert None is whole.only(lambda each: each.request == GETPROP).cut
    assert "truncated" == cut.only(lambda each: each.request == GETPROP).cut


def test_digests_of_files_in_folders_only_are_those_below_the_folder_of_all(tmp_path):
    files = androidqf()
    digest = hashlib.sha256(files["getprop.txt"]).hexdigest()
    rows = "".join(f"/x/{name},{digest}\n" for name in ("logs/a", "tmp/getprop.txt", "tmp/b"))
    seen = Seen(write(tmp_path, files | {"hashes.csv": rows.encode()}), (GETPROP,))

    assert [] == [each for each in seen.flaws if each.reason == "parse_error"]
    assert None is seen.only(lambda each: each.request == GETPROP).cut


def test_digests_of_files_in_a_thousand_folders_take_no_minutes(tmp_path):
    deep = "a/" * 2000
    paths = [*(f"{deep}{number}" for number in range(1500)), f"b/{deep}c"]
    rows = "".join(f"{path},{'0' * 64}\n" for path in paths)
    files = androidqf() | {"hashes.csv": rows.encode()}
    started = time.process_time()
    seen = Seen(write(tmp_path, files), (GETPROP,))

    assert [] == [each for each in seen.flaws if each.reason == "parse_error"]
    assert time.process_time() - started < 5


@pytest.mark.parametrize("text", [b"a,b\n", b"one\n", b"a,b,c\n", b'"\n'])
def test_digests_that_are_none_are_a_flaw(tmp_path, text):
    seen = Seen(write(tmp_path, androidqf() | {"hashes.csv": text}), (GETPROP,))

    assert "a path and its SHA-256 in each line expected" in [each.detail for each in seen.flaws]
    assert None is seen.only(lambda each: each.request == GETPROP).cut


def about(**values):
    return {"acquisition.json": json.dumps(values).encode()}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"completed": "2026-05-02T10:00:00+02:00"}, "2026-05-02T10:00:00+02:00"),
        (
            {"started": "2026-05-02T10:00:00Z", "completed": "0001-01-01T00:00:00Z"},
            "2026-05-02T10:00:00+00:00",
        ),
        ({"started": "2026-05-02T10:00:00"}, None),
        ({"started": "yesterday"}, None),
        ({}, None),
    ],
)
def test_when_it_was_recorded(tmp_path, values, expected):
    seen = Seen(write(tmp_path, androidqf() | about(**values)))

    assert expected == seen.header.recorded_at


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"started": 5}', b"\xff\xfe{", b"[" * 100_000])
def test_what_it_says_of_itself_may_be_broken(tmp_path, text):
    seen = Seen(write(tmp_path, androidqf() | {"acquisition.json": text}))

    assert "a JSON object with the times of the collection expected" in [
        each.detail for each in seen.flaws
    ]
    assert (None, None) == (seen.header.recorded_at, seen.header.host_keys)


def test_the_computer_that_collected_is_told_by_its_key(tmp_path):
    expected = (hashlib.md5(KEY).digest().hex(":").upper(),)
    inside = Seen(write(tmp_path / "a", androidqf(host_key=KEY_LINE)))
    beside = Seen(write(tmp_path / "b", androidqf() | {"adb_host_key.pub": KEY_LINE.encode()}))
    wrong = Seen(write(tmp_path / "c", androidqf() | {"adb_host_key.pub": b"no key"}))

    assert expected == inside.header.host_keys == beside.header.host_keys
    assert None is wrong.header.host_keys
    assert "a public key of adb expected" in [each.detail for each in wrong.flaws]
    assert None is Seen(write(tmp_path / "d", androidqf())).header.host_keys


def test_a_link_out_of_the_folder_is_a_flaw_and_not_followed(tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("[ro.build.version.sdk]: [99]\n")
    folder = write(tmp_path / "x", androidqf())
    (folder / "getprop.txt").unlink()
    (folder / "getprop.txt").symlink_to(outside)
    (folder / "logs" / "out").symlink_to(tmp_path)
    seen = Seen(folder, (GETPROP,))

    assert {("getprop.txt",), ("logs/out",)} <= {each.locator.members for each in seen.flaws}
    assert [] == [each for each in seen.parts if each.request == GETPROP]


def test_names_that_lead_out_of_an_archive_are_only_names(tmp_path):
    hostile = {"../../getprop.txt": b"x", "/etc/passwd": b"x", "a\\..\\b": b"x", "C:x": b"x"}
    (tmp_path / "x.zip").write_bytes(zipped(androidqf() | hostile))
    seen = Seen(tmp_path / "x.zip", (GETPROP,))

    assert "androidqf" == seen.header.kind
    assert ("getprop.txt",) == seen.only(lambda each: each.request == GETPROP).locator.members


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_trusted_by_nobody(tmp_path):
    files = androidqf(hashes=False)
    (tmp_path / "x.zip").write_bytes(zipped(files))
    with zipfile.ZipFile(tmp_path / "x.zip", "a") as archive:
        archive.writestr("getprop.txt", "[ro.build.version.sdk]: [99]\n")
    seen = Seen(tmp_path / "x.zip", (GETPROP,))

    assert seen.only(lambda each: each.request == GETPROP).cut
    assert any(isinstance(each, Flaw) for each in seen.flaws)


def test_a_utf_16_text_is_a_part_like_others(tmp_path):
    files = androidqf(hashes=False)
    files["getprop.txt"] = files["getprop.txt"].decode().replace("\n", "\r\n").encode("utf-16")
    seen = Seen(write(tmp_path, files), (GETPROP,))

    assert None is seen.only(lambda each: each.request == GETPROP).cut


def test_services_in_utf_16_are_a_flaw(tmp_path):
    files = androidqf(hashes=False)
    files["dumpsys.txt"] = files["dumpsys.txt"].decode().encode("utf-16")
    seen = Seen(write(tmp_path, files))

    assert Locator(members=("dumpsys.txt",)) in [each.locator for each in seen.flaws]
