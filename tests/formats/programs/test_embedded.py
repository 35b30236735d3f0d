"""Files within an app that are code or an archive, whatever their names say."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest

from fixtures.building.archive import DEFLATED, STORED, Entry, archive
from fixtures.building.dex import Dex, dex
from fixtures.building.elf import library
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.programs.embedded import (
    COUNT_LIMIT,
    Finder,
    belonging,
    entropy,
    is_expected,
    kind_of,
)

CODE, LIBRARY = dex(Dex()), library()
NOISE = random.Random(6).randbytes(100_000)


def zipped(*names):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as held:
        for name in names:
            held.writestr(name, b"content")
    return made.getvalue()


def embedded_files(archive):
    """Ask of each entry whether it is an embedded file, until enough are found."""
    finder = Finder(archive)
    for entry in archive.entries:
        found = finder.find(entry, finder.kind(entry))
        if found is not None:
            yield found
        if finder.is_full:
            return


def found(*entries):
    return [
        (one.path, one.kind, one.size) for one in embedded_files(ApkArchive(archive(list(entries))))
    ]


@pytest.mark.parametrize("method", [STORED, DEFLATED])
@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("assets/a.dex", CODE, "dex"),
        ("assets/picture.png", CODE, "dex"),
        ("res/raw/font.ttf", LIBRARY, "elf"),
        ("META-INF/x", LIBRARY, "elf"),
        ("lib/arm64-v8a/tool", LIBRARY, "elf"),
        ("lib/arm64-v8a/libdata.so", CODE, "dex"),
        ("assets/data.bin", zipped("AndroidManifest.xml", "classes.dex"), "apk"),
        ("assets/plugin.png", zipped("META-INF/MANIFEST.MF"), "jar"),
        ("assets/loader.jar", zipped("classes.dex"), "jar"),
        ("assets/texts.zip", zipped("a.txt"), "zip"),
        ("assets/run", b"#!/system/bin/sh\nid\n", "script"),
        ("assets/m", b"\xcf\xfa\xed\xfe" + bytes(100), "macho"),
        ("assets/fat", b"\xca\xfe\xba\xbe\0\0\0\2" + bytes(100), "macho"),
        ("assets/w.exe", b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0", "pe"),
    ],
)
def test_code_and_archives_are_told_by_their_first_bytes(name, data, kind, method):
    made = found(Entry(name="a.txt", data=b"a" * 100), Entry(name=name, data=data, method=method))

    assert [(name, kind, len(data))] == made


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("classes.dex", CODE),
        ("classes12.dex", CODE),
        ("lib/arm64-v8a/libexample.so", LIBRARY),
        ("res/a.png", b"\x89PNG\r\n\x1a\n" + NOISE),
        ("assets/a.class", b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(100)),
        ("assets/a.txt", b"MZ is how this text begins" * 20),
        ("assets/clip.mp4", b"\0\0\0\x20ftypisom" + NOISE),
        ("assets/short", NOISE[:1000]),
        ("assets/plain", b"plain text " * 10_000),
        ("assets/sound.amr", b"#!AMR\n" + bytes(40)),
    ],
)
def test_what_belongs_there_and_media_are_not_embedded_files(name, data):
    assert [] == found(Entry(name=name, data=data))


@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_a_large_file_that_cannot_be_compressed_is_one(method):
    made = archive([Entry(name="assets/x.dat", data=NOISE, method=method)])

    (one,) = embedded_files(ApkArchive(made))

    assert ("assets/x.dat", "other", len(NOISE)) == (one.path, one.kind, one.size)
    assert 7.99 <= one.entropy <= 8.0


@pytest.mark.parametrize(
    "name", ["classes0.dex", "classes1.dex", "classes01.dex", "Classes.dex", "a/classes.dex"]
)
def test_only_names_that_android_loads_are_expected(name):
    assert not is_expected(name, "dex")


def test_their_number_is_bounded():
    many = [Entry(name=f"assets/{number}", data=CODE) for number in range(COUNT_LIMIT + 10)]

    assert COUNT_LIMIT == len(found(*many))


@pytest.mark.parametrize(
    ("data", "bits"), [(b"", 0.0), (bytes(100), 0.0), (b"ab" * 50, 1.0), (bytes(range(256)), 8.0)]
)
def test_entropy_is_counted_in_bits_a_byte(data, bits):
    assert bits == entropy(data)


@pytest.mark.parametrize("size", [50_000, 150_000, 1 << 20])
def test_entropy_of_many_bytes_is_that_of_some_of_them(size):
    table = bytes(range(16)) * (size // 16)

    assert 4.0 == entropy(table)
    assert 7.98 <= entropy(random.Random(1).randbytes(size)) <= 8.0


def test_other_bytes_are_of_no_kind():
    assert kind_of(b"") is None
    assert kind_of(b"MZ") is None
    assert kind_of(b"\xca\xfe\xba\xbe") is None


def nested(levels):
    """Return an archive with an archive in it, and so on."""
    data = b"text"
    for _ in range(levels):
        data = archive([Entry(name="a.zip", data=data)])
    return data


@pytest.mark.parametrize(("levels", "deep"), [(0, False), (1, False), (2, False), (3, True)])
def test_archives_within_archives(levels, deep):
    held = ApkArchive(archive([Entry(name="assets/a.zip", data=nested(levels))]))
    list(embedded_files(held))

    assert deep == ("archives_within" in held.anomalies)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("classes.dex", "dex"),
        ("classes12.dex", "dex"),
        ("assets/classes.dex", None),
        ("lib/x86/liba.so", "elf"),
        ("lib/liba.so", None),
    ],
)
def test_where_programs_belong(path, kind):
    assert kind == belonging(path)
