"""Files of apps as a phone lists them: records of `stat` below the folders of apps."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from scanner.artifacts.android.installed_files import parse_listing
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import InstalledFile
from scanner.model.evidence import BytesFile
from scanner.model.requests import AppFolders

FOLDER = "/data/app/~~a==/com.example-b=="
BASE, SPLIT = f"{FOLDER}/base.apk", f"{FOLDER}/split_config.es.apk"
SHARED = "/vendor/overlay"
APPS = AppFolders(apps=(("com.example", BASE),))
LISTED = f"81a4 3000 71 1700000000 {BASE}\n81a4 20 72 1700000001 {SPLIT}\n"


def stated(text, request=APPS, errors=b""):
    data = text.encode("utf-8", "surrogateescape")
    return list(parse_listing(BytesFile(request, data, errors)))


def refused(text, request=APPS):
    """Return what is stated before the reading says that there is more."""
    found, data = [], text.encode("utf-8", "surrogateescape")
    with pytest.raises(ParseError):
        found.extend(parse_listing(BytesFile(request, data)))
    return found


def paths(found):
    return [one.path for one in found]


def test_a_base_and_its_splits():
    base = InstalledFile(
        package="com.example", path=BASE, size=3000, modified=1_700_000_000, inode=71
    )
    split = InstalledFile(
        package="com.example", path=SPLIT, size=20, modified=1_700_000_001, inode=72
    )

    assert [base, split] == stated(LISTED)
    assert UNSET is base.sha256


def test_of_a_folder_that_several_share_each_states_its_own():
    request = AppFolders(
        apps=(("com.example.a", f"{SHARED}/a.apk"), ("com.example.b", f"{SHARED}/b.apk"))
    )
    lines = "".join(f"81a4 1 1 1 {SHARED}/{name}.apk\n" for name in "abc")

    found = stated(lines, request)

    assert [("com.example.a", f"{SHARED}/a.apk"), ("com.example.b", f"{SHARED}/b.apk")] == [
        (one.package, one.path) for one in found
    ]


def test_a_link_has_no_size_and_a_folder_is_no_file():
    found = stated(f"{LISTED}a1ff 8 9 9 {FOLDER}/link.apk\n41ed 8 9 9 {FOLDER}/folder.apk\n")

    assert (f"{FOLDER}/link.apk", None, None, None) == (
        found[2].path,
        found[2].size,
        found[2].modified,
        found[2].inode,
    )
    assert 3 == len(found)


@pytest.mark.parametrize(
    "name", ["line\nbreak.apk", "a\n81a4 1 2 3 b.apk", 'it\'s "$(id)".apk', "é"]
)
def test_a_name_is_a_name_whatever_it_holds(name):
    found = stated(f"{LISTED}81a4 7 8 9 {FOLDER}/{name}\n81a4 1 1 1 {FOLDER}/z.apk\n")

    assert [BASE, SPLIT, f"{FOLDER}/{name}", f"{FOLDER}/z.apk"] == paths(found)
    assert (7, 8, 9) == (found[2].size, found[2].inode, found[2].modified)


def test_what_lies_elsewhere_is_not_believed():
    assert [BASE, SPLIT] == paths(stated(f"{LISTED}81a4 1 1 1 /data/app/other/base.apk\n"))


def test_bytes_that_are_no_text_are_marked():
    found = stated(f"{LISTED}81a4 1 1 1 {FOLDER}/\udcff.apk\n")

    assert f"{FOLDER}/\ufffd.apk" == found[2].path


def test_half_a_record_is_none():
    assert [BASE] == paths(stated(LISTED[:-1]))


def test_an_app_that_shows_no_base_is_missed():
    request = AppFolders(apps=(("com.example", BASE), ("com.other", "/data/app/o/base.apk")))

    assert [BASE, SPLIT] == paths(refused(LISTED, request))


@pytest.mark.parametrize("text", ["noise\n", f"81a4 1 1 1 {FOLDER}/" + "x" * 9000 + "\n"])
def test_noise_is_no_listing(text):
    assert [] == refused(text)


@given(st.binary(max_size=400), st.integers(0, 200))
def test_no_bytes_name_a_file_of_elsewhere(noise, at):
    data = LISTED.encode()
    found = []
    with contextlib.suppress(NotAvailable, ParseError):
        found.extend(parse_listing(BytesFile(APPS, data[:at] + noise + data[at:])))

    assert all(path.startswith(f"{FOLDER}/") for path in paths(found))


def test_an_empty_answer_is_a_refusal():
    with pytest.raises(NotAvailable):
        stated("", errors=b"find: /data/app: Permission denied\n")


def test_the_command_lists_what_it_says(tmp_path):
    """GNU's find and stat print the same as those of toybox for these letters."""
    for name in ("base.apk", 'it\'s\n"hostile".apk', "notes.txt", "sub/deep.apk", "x.apk/inner"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"12345")
    base = f"{tmp_path}/base.apk"
    request = AppFolders(apps=(("com.example", base), ("com.gone", "/none/base.apk")))

    ran = subprocess.run(request.argv, capture_output=True, check=False)

    found = refused(os.fsdecode(ran.stdout), request)
    assert {base, f'{tmp_path}/it\'s\n"hostile".apk'} == set(paths(found))
    assert {5} == {one.size for one in found}
    assert Path(base).stat().st_ino in {one.inode for one in found}
