"""Native libraries: what they are, load, import and export."""

from __future__ import annotations

import struct

import pytest

from fixtures.building.elf import library
from scanner.errors import ParseError
from scanner.formats.programs.elf import ANOMALIES, LIST_LIMIT, read_elf

LIBRARY = library(
    soname="libexample.so",
    needed=["libc.so", "liblog.so"],
    imports=["dlopen", "ptrace"],
    exports=["JNI_OnLoad"],
    text=["https://host.example.com/gate", "c2.example.net", "203.0.113.9"],
)
SEGMENTS, SEGMENT = 64, 56  # where they lie in a wide file, and how long one is


def test_an_ordinary_library():
    facts = read_elf(LIBRARY)

    assert ("arm64", "library", "libexample.so") == (facts.architecture, facts.kind, facts.soname)
    assert ("libc.so", "liblog.so") == facts.libraries
    assert (("dlopen", "ptrace"), 2) == (facts.imports, facts.import_count)
    assert (("JNI_OnLoad",), 1) == (facts.exports, facts.export_count)
    assert ".rodata" in facts.sections
    assert ("https://host.example.com/gate",) == facts.urls
    assert ("host.example.com", "c2.example.net") == facts.domains
    assert not facts.writable_code
    assert () == facts.packers
    assert () == facts.anomalies


@pytest.mark.parametrize(
    ("abi", "architecture"),
    [("arm64-v8a", "arm64"), ("armeabi-v7a", "arm"), ("x86", "x86"), ("x86_64", "x86_64")],
)
def test_architectures_have_the_names_that_people_use(abi, architecture):
    facts = read_elf(library(abi, imports=["dlopen"]))

    assert (architecture, ("dlopen",)) == (facts.architecture, facts.imports)


def test_a_program_has_an_interpreter_or_its_own_type():
    loaded = read_elf(library(interpreter="/system/bin/linker64"))
    fixed = read_elf(library(type="exec"))

    assert ("executable", "/system/bin/linker64") == (loaded.kind, loaded.interpreter)
    assert "executable" == fixed.kind


def test_a_library_that_names_an_interpreter_is_one():
    assert "library" == read_elf(library(interpreter="/linker", soname="libexample.so")).kind


def test_without_sections_the_loader_reads_segments_and_so_do_we():
    facts = read_elf(library(sections=False, needed=["libc.so"], text=["host.example.com"]))

    assert ("no_sections",) == facts.anomalies
    assert (("libc.so",), ("host.example.com",)) == (facts.libraries, facts.domains)


def test_a_segment_to_write_and_to_run():
    made = bytearray(LIBRARY)
    struct.pack_into("<I", made, SEGMENTS + 4, 7)

    assert read_elf(bytes(made)).writable_code


def test_a_file_that_ends_before_its_sections():
    assert "truncated" in read_elf(LIBRARY[:-100]).anomalies


def test_more_sections_than_there_are():
    made = bytearray(LIBRARY)
    struct.pack_into("<H", made, 60, 200)

    assert {"partial_parse", "truncated"} <= set(read_elf(bytes(made)).anomalies)


def test_a_machine_that_no_phone_has():
    made = bytearray(LIBRARY)
    struct.pack_into("<H", made, 18, 0x1234)

    facts = read_elf(bytes(made))

    assert "machine 4660" == facts.architecture
    assert "unknown_machine" in facts.anomalies


def test_marks_of_a_packer_are_found_at_the_end():
    assert ("upx",) == read_elf(library(append="UPX!")).packers


def test_lists_are_bounded_and_counts_are_not():
    facts = read_elf(library(imports=[f"f{number:04}" for number in range(700)]))

    assert (LIST_LIMIT, 700) == (len(facts.imports), facts.import_count)
    assert "f0000" == facts.imports[0]


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"\x7fELF" + bytes(20), b"MZ" + bytes(100)])
def test_what_is_no_elf_is_an_error(data):
    with pytest.raises(ParseError):
        read_elf(data)


def test_a_build_id_is_that_of_gnu_s_note():
    description = bytes(range(20))
    note = struct.pack("<III", 4, len(description), 3) + b"GNU\0" + description
    made = bytearray(library(content={".note": "n" * len(note)}))
    at = bytes(made).find(b"n" * len(note))
    # The first segment becomes the one of notes.
    struct.pack_into("<II4Q", made, SEGMENTS, 4, 4, at, at, at, len(note))
    made[at : at + len(note)] = note

    assert description.hex() == read_elf(bytes(made)).build_id


def test_the_order_of_bytes_may_be_the_other():
    made = b"\x7fELF\x01\x02\x01" + bytes(9) + struct.pack(">HHI", 3, 8, 1) + bytes(12)
    made += struct.pack(">I6H", 0, 52, 32, 0, 40, 0, 0)

    assert ("mips", "library") == (read_elf(made).architecture, read_elf(made).kind)


def test_every_anomaly_has_its_sentence():
    odd = (LIBRARY[:-100], library(sections=False))
    found = {one for data in odd for one in read_elf(data).anomalies}

    assert found <= set(ANOMALIES)
    assert all(text.endswith(".") for text in ANOMALIES.values())
