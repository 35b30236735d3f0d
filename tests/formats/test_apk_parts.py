"""Which parts of an APK are read: a few, bounded, whatever the file says of itself."""

import io
import os
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.apk_parts import LIMIT, SMALL, wanted
from scanner.formats.ranges import Parts, with_more

BLOCK = b"APK Sig Block 42"
SIGNATURES = struct.pack("<Q", 100_000 + 24) + os.urandom(100_000)


def read(data, steps=6):
    """Read what is wanted until nothing more is; return what was read, and in how many steps."""
    parts = Parts(len(data))
    for step in range(steps):
        ranges = wanted(parts)
        if not ranges:
            return parts, step
        assert all(0 <= start < end <= len(data) for start, end in ranges)
        parts = with_more(parts, [((a, b), data[a:b]) for a, b in ranges])
    raise AssertionError("it never ends")


def an_apk(entries, *, comment=b"", signatures=b""):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        archive.comment = comment
    data = stream.getvalue()
    if not signatures:
        return data
    start = zipfile.ZipFile(io.BytesIO(data)).start_dir
    block = signatures + signatures[:8] + BLOCK
    end = data.rfind(b"PK\x05\x06")
    moved = struct.pack("<I", start + len(block))
    return data[:start] + block + data[start : end + 16] + moved + data[end + 20 :]


ENTRIES = {
    "AndroidManifest.xml": b"m" * 5000,
    "assets/film": bytes(3_000_000),
    "resources.arsc": b"r" * 70_000,
    "classes.dex": b"d" * 300_000,
    "classes2.dex": b"e" * 300_000,
    "assets/film2": bytes(3_000_000),
    "META-INF/A.SF": b"s" * 900,
    "META-INF/A.RSA": b"c" * 900,
}


def holds(parts, data, content):
    at = data.find(content)
    return not parts.missing([(at, at + len(content))])


@pytest.mark.parametrize("signatures", [b"", SIGNATURES])
def test_it_reads_what_tells_who_it_is(signatures):
    data = an_apk(ENTRIES, signatures=signatures)

    parts, steps = read(data)

    small = [content for content in ENTRIES.values() if len(content) < SMALL]
    assert all(holds(parts, data, content) for content in small)
    assert not holds(parts, data, ENTRIES["assets/film"] + b"")
    assert holds(parts, data, signatures + signatures[:8] + BLOCK if signatures else b"PK\x05\x06")
    assert steps <= 4
    assert sum(end - start for start, end in parts.ranges) < len(data) / 4


def test_programs_that_are_large_stay_where_they_are():
    data = an_apk(ENTRIES | {f"classes{n}.dex": os.urandom(3_000_000) for n in range(3, 6)})

    parts, _ = read(data)

    assert holds(parts, data, ENTRIES["AndroidManifest.xml"])
    assert not holds(parts, data, ENTRIES["classes.dex"])


def test_a_small_file_is_read_whole():
    data = an_apk({"AndroidManifest.xml": b"m"})

    assert ((0, len(data)),) == read(data)[0].ranges


def test_a_directory_longer_than_the_end_is_read():
    data = an_apk({f"res/{n:0200}": b"" for n in range(3000)} | {"AndroidManifest.xml": b"m" * 99})

    assert holds(read(data)[0], data, b"m" * 99)


def test_a_comment_hides_nothing():
    data = an_apk(ENTRIES, comment=b"c" * 65535)

    assert holds(read(data)[0], data, ENTRIES["AndroidManifest.xml"])


@given(st.binary(max_size=200), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_lies_are_bounded(noise, length, start):
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, length, start, 0)
    data = bytes(SMALL) + noise + end

    parts, _ = read(data)

    assert sum(b - a for a, b in parts.ranges) <= LIMIT + len(data)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 65535))
def test_lies_of_an_entry_are_bounded(packed, offset, extra):
    data = an_apk(ENTRIES)
    at = data.find(b"PK\x01\x02")
    entry = bytearray(data[at : at + 46])
    struct.pack_into("<I", entry, 20, packed)
    struct.pack_into("<H", entry, 30, extra)
    struct.pack_into("<I", entry, 42, offset)

    parts, _ = read(data[:at] + bytes(entry) + data[at + 46 :])

    assert len(parts) == len(data)


@given(st.binary(max_size=300))
def test_noise_is_no_archive(noise):
    read(bytes(SMALL) + noise)
