"""An APK as an archive: what is opened of it, and within which bounds."""

from __future__ import annotations

import struct
import zlib

import pytest

from fixtures.building.archive import DEFLATED, Entry, archive
from scanner.errors import ParseError
from scanner.formats.apk.archive import CHUNK, ApkArchive
from scanner.formats.apk.directory import ENTRY_LIMIT
from scanner.formats.inflated import TooLarge

TEXT = b"some text, " * 1000


def opened(*entries: Entry, **how) -> ApkArchive:
    return ApkArchive(archive(entries, **how))


def test_entries_in_the_order_of_the_directory():
    made = opened(Entry(name="b"), Entry(name="a/ü"), Entry(name="b"))

    assert ["b", "a/ü", "b"] == [entry.name for entry in made.entries]
    assert ("b", "a/ü") == made.names


def test_where_the_directory_and_the_end_are():
    data = archive([Entry(name="a", data=b"x")], comment=b"of the archive")
    made = ApkArchive(data)

    assert b"PK\x01\x02" == data[made.directory_at :][:4]
    assert b"PK\x05\x06" == data[made.end_at :][:4]
    assert made.end_at == made.directory_at + made.directory_size
    assert b"of the archive" == made.comment


@pytest.mark.parametrize("method", [0, DEFLATED])
def test_the_bytes_of_an_entry(method):
    made = opened(Entry(name="a", data=TEXT, method=method))
    entry = made.get("a")

    assert TEXT == made.read(entry)
    assert TEXT == b"".join(made.chunks(entry))
    assert TEXT[:100] == made.head(entry, 100)
    assert frozenset() == made.anomalies


def test_an_unknown_method_is_stored_as_for_android():
    made = opened(Entry(name="a", data=TEXT, method=0x7261))

    assert TEXT == made.read(made.get("a"))
    assert {"method_unknown"} == made.anomalies


def test_the_bit_that_says_encrypted_changes_nothing():
    made = opened(Entry(name="a", data=TEXT, local={"flags": 1}, central={"flags": 1}))

    assert made.get("a").is_encrypted
    assert TEXT == made.read(made.get("a"))


def test_the_first_of_a_name_is_opened():
    made = opened(Entry(name="a", data=b"first"), Entry(name="a", data=b"second"))

    assert b"first" == made.read(made.get("a"))


def test_there_is_no_entry_of_another_name():
    assert None is opened(Entry(name="a")).get("A")


def test_what_the_extra_field_of_the_local_header_moves():
    made = opened(Entry(name="a", data=b"here", align=4096))
    start, length = made.content(made.get("a"))

    assert (0, 4) == (start % 4096, length)


def test_a_checksum_that_is_not_the_stated_one():
    made = opened(Entry(name="a", data=b"text", crc=1))

    assert b"text" == made.read(made.get("a"))
    assert {"crc_mismatch"} == made.anomalies


def test_a_size_that_is_not_the_stated_one():
    lie = {"size": 3}
    made = opened(Entry(name="a", data=TEXT, method=DEFLATED, local=lie, central=lie))

    assert TEXT == b"".join(made.chunks(made.get("a")))
    assert {"size_mismatch"} == made.anomalies


def test_a_deflated_entry_that_ends_early():
    deflated = zlib.compress(TEXT, 9, -15)
    made = opened(Entry(name="a", data=TEXT, method=DEFLATED, raw=deflated[:-4]))

    assert TEXT.startswith(made.read(made.get("a")))
    assert "damaged_entry" in made.anomalies
    assert TEXT.startswith(b"".join(made.chunks(made.get("a"))))


@pytest.mark.parametrize(
    "how", [lambda made, entry: made.read(entry), lambda made, entry: list(made.chunks(entry))]
)
def test_a_deflated_entry_that_is_none(how):
    made = opened(Entry(name="a", data=TEXT, method=DEFLATED, raw=b"\xff" * 50))

    with pytest.raises(ParseError, match="deflated"):
        how(made, made.get("a"))
    assert "damaged_entry" in made.anomalies


def test_the_head_of_a_deflated_entry_that_is_none():
    made = opened(Entry(name="a", data=TEXT, method=DEFLATED, raw=b"\xff" * 50))

    with pytest.raises(ParseError, match="deflated"):
        made.head(made.get("a"), 4)


@pytest.mark.parametrize("method", [0, DEFLATED])
@pytest.mark.parametrize(
    "how",
    [
        lambda made, entry: made.read(entry, 1000),
        lambda made, entry: list(made.chunks(entry, 1000)),
    ],
)
def test_no_more_of_an_entry_than_was_asked_for(method, how):
    made = opened(Entry(name="a", data=TEXT, method=method))

    with pytest.raises(TooLarge):
        how(made, made.get("a"))


def test_no_more_of_an_archive_than_its_limit():
    made = ApkArchive(archive([Entry(name="a", data=TEXT, method=DEFLATED)]), total=30_000)
    entry = made.get("a")

    assert [TEXT, TEXT] == [made.read(entry), b"".join(made.chunks(entry))]
    with pytest.raises(TooLarge):
        made.read(entry)
    with pytest.raises(TooLarge, match="of an archive"):
        list(made.chunks(entry))


def test_an_entry_whose_header_is_not_there():
    made = opened(Entry(name="a", data=b"x", central={"at": 7}))

    with pytest.raises(ParseError, match="header"):
        made.read(made.get("a"))
    assert "header_missing" in made.anomalies


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04" + bytes(40), b"PK\x05\x06" + bytes(8), b"no archive at all" * 10]
)
def test_what_has_no_directory_is_an_error(data):
    with pytest.raises(ParseError, match="the end of a zip"):
        ApkArchive(data)


def test_an_end_that_leads_to_no_directory_is_an_error():
    with pytest.raises(ParseError, match="directory within the file"):
        ApkArchive(bytes(100) + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, 46, 9, 0))


def test_an_empty_archive_has_no_entries():
    made = ApkArchive(archive([]))

    assert ([], frozenset()) == (made.entries, made.anomalies)


def wide(data: bytes, count: int, size: int, start: int, at: int | None = None) -> bytes:
    """Return an archive whose end says all in 64 bits."""
    end = data.rfind(b"PK\x05\x06")
    more = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    more += struct.pack("<4sIQI", b"PK\x06\x07", 0, end if at is None else at, 1)
    full = (0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:end] + more + struct.pack("<4sHHHHIIH", b"PK\x05\x06", *full)


def test_an_archive_of_64_bit_sizes():
    fields = dict.fromkeys(("size", "packed", "at"), 0xFFFFFFFF)
    extra = struct.pack("<HHHHHQQQ", 7, 2, 0, 1, 24, 4, 4, 0)
    data = archive([Entry(name="a", data=b"text", central=fields, central_extra=extra)])
    at = data.find(b"PK\x01\x02")
    made = ApkArchive(wide(data, 1, data.rfind(b"PK\x05\x06") - at, at))

    assert b"text" == made.read(made.get("a"))
    assert frozenset() == made.anomalies


def test_a_size_of_64_bits_that_is_nowhere():
    lie = {"size": 0xFFFFFFFF}
    made = opened(Entry(name="a", data=TEXT, method=DEFLATED, central=lie, central_extra=bytes(4)))

    assert TEXT == made.read(made.get("a"))
    assert "size_mismatch" in made.anomalies


@pytest.mark.parametrize("data", [b"", b"abcdefgh" * (CHUNK // 8) + b"a", bytes(3 * CHUNK)])
def test_parts_of_an_entry(data):
    made = opened(Entry(name="a", data=data, method=DEFLATED))

    assert data == b"".join(made.chunks(made.get("a")))
    assert frozenset() == made.anomalies


@pytest.mark.parametrize(("start", "at"), [(1 << 40, None), (0, 1 << 40), (0, 3)])
def test_an_end_of_64_bits_that_lies(start, at):
    data = archive([Entry(name="a", data=b"text")])
    made = ApkArchive(wide(data, 1, 47, start, at))

    assert b"text" == made.read(made.get("a"))
    assert "directory_misplaced" in made.anomalies


def test_no_more_entries_than_the_limit():
    record = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", *(0,) * 9, 1, *(0,) * 6) + b"a"
    many = record * (ENTRY_LIMIT + 10)
    count = ENTRY_LIMIT + 10
    made = ApkArchive(wide(many + archive([]), count, len(many), 0))

    assert ENTRY_LIMIT == len(made.entries)
    assert "too_many_entries" in made.anomalies
