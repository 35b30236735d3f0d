"""The files of `fixtures/apps/` are those that the builders make, in formats that others read."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
import zlib

import lief
import pytest

from fixtures import make_apps
from fixtures.building import oracle
from fixtures.building.app import App, apk
from fixtures.building.elf import library
from fixtures.building.quine import quine
from tests.apps.files import APPS, BY_PATH, ROWS, content

# Where there is no apksigner, what it said stands alone.
ASKED = (
    ("signed/v1v2v3.apk", "default"),
    ("signed/v3-lineage-twice.apk", "28"),
    ("signed/v4.apk", "default"),
    ("tampered/strip-v2.apk", "default"),
    ("tampered/flip-v3-signature.apk", "28"),
)


def test_files_are_as_generated():
    """Otherwise run: python fixtures/make_apps.py --record."""
    wanted = make_apps.wanted()

    assert [] == [name for name, made in wanted.items() if (APPS / name).read_bytes() != made]


def test_the_expectations_speak_of_the_files_that_are_there():
    stated = {row["path"]: row["sha256"] for row in ROWS}
    there = {
        path.relative_to(APPS).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in APPS.glob("*/*")
        if path.parent.name != "keys" and path.suffix != ".idsig"
    }

    assert stated == there


def test_all_files_together_stay_small():
    assert sum(path.stat().st_size for path in APPS.rglob("*.*")) < 2_000_000


def test_nothing_of_ours_has_been_signed_with_chance():
    assert apk(key="publisher-ec", schemes="v1 v2 v3") == apk(
        key="publisher-ec", schemes="v1 v2 v3"
    )
    assert apk(key="publisher-dsa") == apk(key="publisher-dsa")


@pytest.mark.parametrize(("path", "least"), ASKED)
def test_the_oracle_still_says_what_was_recorded(path, least):
    recorded = BY_PATH[path]["oracle"][least]
    said = oracle.ask(APPS / path, least) if shutil.which("apksigner") else recorded

    assert recorded == said


@pytest.mark.parametrize("row", [one for one in ROWS if one["path"].startswith("signed/")])
def test_a_good_file_is_an_archive_without_a_fault(row):
    with zipfile.ZipFile(io.BytesIO(content(row))) as opened:
        assert opened.testzip() is None


def test_the_quine_holds_itself():
    made = quine()
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        (entry,) = opened.infolist()
    start = 30 + len(entry.filename)
    inflater = zlib.decompressobj(-15)

    assert made == inflater.decompress(made[start : start + entry.compress_size])
    assert inflater.eof


def test_code_and_libraries_are_read_by_others():
    with zipfile.ZipFile(
        io.BytesIO(apk(App(libraries={"x86/libexample.so": library("x86")})))
    ) as it:
        code = lief.DEX.parse(list(it.read("classes.dex")))
        binary = lief.parse(list(it.read("lib/x86/libexample.so")))

    assert "com.example.app.Main" in [one.pretty_name for one in code.classes]
    assert lief.ELF.ARCH.I386 == binary.header.machine_type
