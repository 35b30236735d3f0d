from __future__ import annotations

import struct

import pytest

from fixtures.building.macho import Program, fat, macho
from scanner.errors import ParseError
from scanner.formats.macho.machine import is_macho
from scanner.formats.macho.slices import slices

ARM64, ARMV7 = macho(Program()), macho(Program(machine="armv7"))
JAVA = bytes.fromhex("cafebabe00000034") + bytes(100)


def test_a_thin_file_is_one_slice():
    (found,), odd = slices(ARM64)

    assert ("arm64", True, "<", 0, len(ARM64)) == (
        found.architecture,
        found.wide,
        found.order,
        found.start,
        found.size,
    )
    assert () == odd


def test_a_fat_file_has_several():
    data = fat([("armv7", ARMV7), ("arm64", ARM64)])
    found, odd = slices(data)

    assert ["armv7", "arm64"] == [each.architecture for each in found]
    assert [ARMV7[:64], ARM64[:64]] == [each.read(0, 64) for each in found]
    assert [len(ARMV7), len(ARM64)] == [each.size for each in found]
    assert () == odd


def test_reading_ends_with_the_slice():
    found, _ = slices(fat([("armv7", ARMV7), ("arm64", ARM64)]))

    assert ARMV7[-4:] == found[0].read(len(ARMV7) - 4, 100)
    assert [b"", b"", b""] == [found[0].read(*at) for at in ((-1, 4), (len(ARMV7), 4), (0, 0))]


def moved(data, at, form, *values):
    """Return a file with numbers written into it."""
    changed = bytearray(data)
    struct.pack_into(form, changed, at, *values)
    return bytes(changed)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (fat([("arm64e", ARM64)]), "architecture_differs"),
        (fat([("arm64", ARM64), ("arm64", ARM64)]), "architecture_repeated"),
        (moved(fat([("arm64", ARM64)]), 20, ">I", 1 << 30), "slice_outside"),
        (fat([("arm64", ARM64)])[:-0x4000], "slice_outside"),
        (fat([("arm64", ARM64), ("armv7", b"no program" * 9)]), "slice_unreadable"),
        (moved(fat([("arm64", ARM64), ("armv7", ARMV7)]), 36, ">I", 0x4000), "slices_overlap"),
    ],
)
def test_lies_of_a_fat_header_are_said(data, word):
    _, odd = slices(data)

    assert word in odd


def test_slices_that_are_the_same_bytes_many_times_are_left_out():
    data = bytearray(fat([("arm64", ARM64)] * 40))
    for at in range(40):
        struct.pack_into(">II", data, 8 + at * 20 + 8, 0x4000, len(data) - 0x4000)
    found, odd = slices(bytes(data))

    assert 2 == len(found)
    assert {"architecture_repeated", "parts_left", "slices_overlap"} == set(odd)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xcf\xfa\xed\xfe",
        ARM64[:30],
        b"MZ" + bytes(100),
        JAVA,
        fat([]),
        fat([("arm64", b"no program" * 9)]),
        struct.pack(">II", 0xCAFEBABE, 3) + bytes(100),
    ],
)
def test_what_is_none_is_an_error(data):
    with pytest.raises(ParseError):
        slices(data)


def test_programs_are_told_by_their_first_bytes():
    assert [True, True, False, False, False] == [
        is_macho(each[:8]) for each in (ARM64, fat([("arm64", ARM64)]), JAVA, b"PK\3\4", b"")
    ]


def test_big_endian_headers_are_read():
    head = struct.pack(">IiiIIIII", 0xFEEDFACF, 0x01000012, 0, 2, 0, 0, 0, 0)
    (found,), _ = slices(head)

    assert ("ppc64", ">") == (found.architecture, found.order)


def test_a_machine_without_a_word_keeps_its_numbers():
    (found,), _ = slices(moved(ARM64, 4, "<ii", 99, 7))

    assert "99.7" == found.architecture


def test_offsets_of_64_bits():
    head = struct.pack(">IIiiQQII", 0xCAFEBABF, 1, 0x0100000C, 0, 64, len(ARM64), 0, 0)
    found, odd = slices(head.ljust(64, b"\0") + ARM64)

    assert (["arm64"], ()) == ([each.architecture for each in found], odd)
