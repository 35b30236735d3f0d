"""Words for archives that lie, and none for those that ordinary tools write."""

from __future__ import annotations

import io
import zipfile

import pytest

from fixtures.building.archive import DEFLATED, Entry, archive
from scanner.formats.apk.anomalies import ANOMALIES
from scanner.formats.apk.archive import ApkArchive

MANIFEST, CODE = "AndroidManifest.xml", "classes.dex"


def words(*entries: Entry, **how) -> frozenset[str]:
    return ApkArchive(archive(entries, **how)).anomalies


def both(**fields: int) -> Entry:
    return Entry(name="a", data=b"text", local=fields, central=fields)


@pytest.mark.parametrize(
    "entries",
    [
        (Entry(name=MANIFEST, data=b"x"), Entry(name=CODE, data=b"y" * 99, method=DEFLATED)),
        (Entry(name="a", data=b"x", descriptor=True), Entry(name="b", descriptor=True)),
        (Entry(name="a", data=b"x", align=4096), Entry(name="b", data=b"y", align=16384)),
        (Entry(name="a", data=b"x", extra=bytes(3)),),
        (Entry(name="META-INF/MANIFEST.MF", data=b"x", central_extra=b"\xfe\xca\0\0"),),
        (Entry(name="res/a.xml"), Entry(name="res/A.xml"), Entry(name="classes.dex.md")),
        (Entry(name="lib/arm64-v8a/libé.so"), Entry(name="assets/a:b"), Entry(name="a/..b")),
        (Entry(name="a\ufffd"), Entry(name="b")),
        (Entry(name="folder/"), Entry(name="folder/AndroidManifest.xml/x")),
    ],
)
def test_what_ordinary_tools_write_has_no_word(entries):
    assert frozenset() == words(*entries)


def test_a_nameless_entry_as_padding_has_no_word():
    padding = Entry(name="", data=bytes(500), is_listed=False)

    assert frozenset() == words(Entry(name="a"), padding, Entry(name="b"))


def test_an_archive_of_another_writer_has_no_word():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(MANIFEST, b"text" * 100)
        with made.open("streamed", "w") as stream:
            stream.write(b"text")

    assert frozenset() == ApkArchive(file.getvalue()).anomalies


@pytest.mark.parametrize(
    ("word", "entry"),
    [
        ("encrypted_entries", both(flags=1)),
        ("encrypted_entries", Entry(name="a", local={"flags": 1})),
        ("method_unknown", both(method=0x1337)),
        ("version_needed", both(version=255)),
        ("method_mismatch", Entry(name="a", data=b"text", local={"method": 0x1337})),
        ("name_mismatch", Entry(name="a", local_name=b"b")),
        ("name_mismatch", Entry(name="a", local_name=b"longer")),
        ("name_mismatch", Entry(name="a", local_name=b"b", descriptor=True)),
        ("header_mismatch", Entry(name="a", data=b"text", local={"size": 3})),
        ("header_mismatch", Entry(name="a", data=b"text", local={"crc": 3})),
        ("header_mismatch", Entry(name="a", data=b"text", descriptor=True, local={"packed": 3})),
        ("descriptor_mismatch", Entry(name="a", data=b"text", descriptor=True, central={"crc": 3})),
        ("header_missing", Entry(name="a", data=b"text", central={"at": 5})),
        ("header_missing", Entry(name="a", central={"at": 0xFFFFFFF0})),
        ("inflates_too_far", both(size=1 << 30, packed=9)),
        ("extra_field", Entry(name="a", central_extra=b"\x01\x00\xff\xff")),
        ("overlapping_entries", both(size=4000)),
        ("name_traversal", Entry(name="../a")),
        ("name_traversal", Entry(name="a/../../b")),
        ("name_traversal", Entry(name="a\\..\\b")),
        ("name_traversal", Entry(name="..")),
        ("name_absolute", Entry(name="/a")),
        ("name_absolute", Entry(name="\\a")),
        ("name_absolute", Entry(name="C:\\a")),
        ("name_nul", Entry(name="a\0b")),
        ("name_nul", Entry(name="")),
        ("name_too_long", Entry(name="a" * 257)),
        ("name_encoding", Entry(name=b"a\xff")),
        ("file_as_folder", Entry(name="AndroidManifest.xml/a")),
        ("file_as_folder", Entry(name="classes2.dex/")),
        ("lookalike_name", Entry(name="androidmanifest.xml")),
        ("lookalike_name", Entry(name="Classes.dex")),
        ("lookalike_name", Entry(name="\uff41ndroidManifest.xml")),
    ],
)
def test_a_word_for_an_entry(word, entry):
    assert word in words(entry, Entry(name="other", data=b"x"))


@pytest.mark.parametrize(
    ("word", "how"),
    [
        ("bytes_before_zip", {"prefix": bytes(64)}),
        ("dex_prefix", {"prefix": b"dex\n035\0" + bytes(64)}),
        ("bytes_after_end", {"after": b"more"}),
        ("comment_size", {"end": {"comment": 5}}),
        ("several_disks", {"end": {"disk": 1}}),
        ("several_disks", {"end": {"here": 7}}),
        ("directory_cut", {"end": {"count": 5, "here": 5}}),
        ("directory_cut", {"end": {"count": 0xFFFF, "here": 0xFFFF}}),
        ("hidden_entries", {"end": {"count": 1, "here": 1}}),
        ("directory_misplaced", {"end": {"at": 3}}),
        ("several_ends", {"comment": b"PK\x05\x06" + bytes(16) + b"\xff\xff"}),
    ],
)
def test_a_word_for_the_whole(word, how):
    entries = (Entry(name="a", data=b"text"), Entry(name="b"))

    assert word in words(*entries, **how)
    assert words(*entries, **how) <= ANOMALIES.keys()


def test_bytes_behind_the_directory():
    data = archive([Entry(name="a")])
    at = data.rfind(b"PK\x05\x06")

    assert {"gap_after_directory"} == ApkArchive(data[:at] + b"some" + data[at:]).anomalies


def test_a_directory_with_an_end_of_its_own_within():
    data = archive([Entry(name="a")])
    at = data.rfind(b"PK\x05\x06")
    made = ApkArchive(data[:at] + data[at:] + data[at:])

    assert {"gap_after_directory", "several_ends"} == made.anomalies


def test_an_archive_in_the_comment_of_another():
    inner = archive([Entry(name="inner")], end={"at": 0xFFFF})
    made = ApkArchive(archive([Entry(name="outer")], comment=inner))

    assert ["outer"] == [entry.name for entry in made.entries]
    assert "several_ends" in made.anomalies


def test_an_archive_that_was_moved_as_a_whole():
    made = ApkArchive(b"some bytes" + archive([Entry(name="a", data=b"text")]))

    assert b"text" == made.read(made.get("a"))
    assert {"bytes_before_zip", "directory_misplaced"} == made.anomalies


def test_a_place_of_the_directory_alone_that_lies():
    made = ApkArchive(archive([Entry(name="a", data=b"text")], end={"at": 0xFFFFFF}))

    assert b"text" == made.read(made.get("a"))
    assert {"directory_misplaced"} == made.anomalies


def test_a_directory_that_only_a_search_finds():
    made = ApkArchive(archive([Entry(name="a", data=b"text")], end={"at": 0xFFFFFF, "size": 7}))

    assert b"text" == made.read(made.get("a"))
    assert {"directory_misplaced"} == made.anomalies


def test_a_record_that_is_longer_than_it_says():
    short = Entry(name="a", central_extra=bytes(9), central={"extra_length": 5})
    made = ApkArchive(archive([short, Entry(name="b")]))

    assert ["a", "b"] == [entry.name for entry in made.entries]
    assert {"directory_damaged"} == made.anomalies


def test_duplicates():
    twice = [Entry(name=name) for name in (MANIFEST, CODE, MANIFEST, CODE)]

    assert {"duplicate_entries", "duplicate_manifest", "duplicate_code"} == words(*twice)
    assert {"duplicate_entries"} == words(Entry(name="a"), Entry(name="a"))


def test_two_entries_of_the_same_bytes():
    assert {"overlapping_entries"} == words(Entry(name="a"), Entry(name="a", central={"at": 0})) - {
        "duplicate_entries",
        "unlisted_entries",
    }


def test_an_entry_that_the_directory_does_not_name():
    hidden = Entry(name=CODE, data=b"x" * 99, is_listed=False)

    assert {"unlisted_entries"} == words(Entry(name="a"), hidden, Entry(name="b"))
    assert {"unlisted_entries"} == words(Entry(name="a"), hidden)


def test_bytes_between_two_entries():
    apart = [Entry(name="a"), Entry(name="", raw=b"", is_listed=False), Entry(name="b")]
    data = archive(apart)
    between = data.rfind(b"PK\x03\x04", 0, data.rfind(b"PK\x03\x04"))
    filled = data[:between] + bytes(70_000) + data[between + 30 :]
    moved = ApkArchive(data).entries[1].at - between
    at = data.rfind(b"PK\x01\x02") - 30 + 70_000 + 42
    record = (between + 70_000 + moved - 30).to_bytes(4, "little")
    filled = filled[:at] + record + filled[at + 4 :]
    end = filled.rfind(b"PK\x05\x06")
    start = (filled.find(b"PK\x01\x02")).to_bytes(4, "little")
    filled = filled[: end + 16] + start + filled[end + 20 :]

    assert {"bytes_between_entries"} == ApkArchive(filled).anomalies


def test_many_entries_have_no_word():
    entries = [Entry(name=f"res/{number}.xml", data=b"x") for number in range(5000)]

    assert frozenset() == words(*entries)
