from __future__ import annotations

import struct

import pytest

from fixtures.building.macho import Program, library_command, macho, text_command
from tests.formats.macho.signed import signed, walked

NOTHING = struct.pack("<II", 0x7F, 8)


def of(**stated):
    return walked(macho(Program(**stated)))


def test_facts_of_a_program():
    found = of(
        libraries=("/usr/lib/libSystem.B.dylib", "@rpath/Example.framework/Example"),
        weak_libraries=("@rpath/libmaybe.dylib",),
        rpaths=("@executable_path/Frameworks", "/usr/lib/swift"),
        min_os=(16, 4),
    )

    assert ("executable", "ios", "16.4") == (found.kind, found.platform, found.min_os)
    assert "00112233-4455-6677-8899-AABBCCDDEEFF" == found.uuid
    assert [
        "/usr/lib/libSystem.B.dylib",
        "@rpath/Example.framework/Example",
        "@rpath/libmaybe.dylib",
    ] == list(found.libraries)
    assert ["@rpath/libmaybe.dylib"] == list(found.weak_libraries)
    assert ["@executable_path/Frameworks", "/usr/lib/swift"] == list(found.rpaths)
    assert ("__TEXT,__text", "__DATA,__data", "__LINKEDIT") == found.sections
    assert (None, None, set()) == (found.encrypted, found.signature, found.odd)


@pytest.mark.parametrize("machine", ["arm64", "armv7"])
@pytest.mark.parametrize("encrypted", [True, False])
def test_code_as_the_store_sends_it(machine, encrypted):
    assert encrypted is of(machine=machine, encrypted=encrypted).encrypted


def test_a_library_names_itself():
    found = of(kind="library", name="@rpath/libexample.dylib")

    assert ("library", "@rpath/libexample.dylib") == (found.kind, found.soname)


def test_a_library_whose_flags_say_that_it_is_weak():
    use = struct.pack("<IIII", 0x1A741800, 0x10000, 0x10000, 1)
    found = of(more=(text_command(0xC, "/usr/lib/libnew.dylib", use),))

    assert ["/usr/lib/libnew.dylib"] == list(found.weak_libraries)


@pytest.mark.parametrize(
    ("number", "machine", "platform"),
    [
        (0x25, "arm64", "ios"),
        (0x25, "x86_64", "simulator"),
        (0x24, "x86_64", "macos"),
        (0x30, "arm64", "watchos"),
    ],
)
def test_platforms_of_older_linkers(number, machine, platform):
    data = macho(Program(machine=machine))
    old = struct.pack("<4I", number, 16, 0x80301, 0) + NOTHING
    found = walked(
        data.replace(
            struct.pack("<II", 0x32, 24) + data[data.index(b"\x32\0\0\0\x18") + 8 :][:16], old
        )
    )

    assert (platform, "8.3.1") == (found.platform, found.min_os)


def test_a_platform_without_a_word_keeps_its_number():
    assert "platform 77" == of(platform=77).platform


def test_a_segment_to_write_and_run():
    found = of(writable_code=True)

    assert found.writable_code
    assert {"writable_code"} == found.odd


def test_variables_of_the_loader():
    found = of(environment=("DYLD_INSERT_LIBRARIES=/tmp/example.dylib",))

    assert ["DYLD_INSERT_LIBRARIES=/tmp/example.dylib"] == list(found.environment)
    assert {"environment_set"} == found.odd


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ((struct.pack("<II", 0x7F, 4),), "command_cut"),
        (
            (struct.pack("<III", 0x7F, 12, 0)[:10] + b"\0\0", struct.pack("<II", 0x7F, 1 << 20)),
            "command_cut",
        ),
        ((struct.pack("<II", 0x1B, 8),), "command_cut"),
        ((struct.pack("<III", 0x8000001C, 12, 900),), "command_cut"),
        ((struct.pack("<II", 0x1D, 8),), "command_cut"),
        ((struct.pack("<II", 0x19, 8),), "command_cut"),
        ((struct.pack("<II", 0x2, 8), struct.pack("<II", 0xB, 8)), "command_cut"),
        ((struct.pack("<II", 0x32, 8), struct.pack("<II", 0x80000022, 8)), "command_cut"),
        ((struct.pack("<II", 0x2C, 8), struct.pack("<II", 0xC, 8)), "command_cut"),
        ((struct.pack("<III4s", 0x8000001C, 16, 12, b"/var"),), "text_cut"),
        ((library_command(0xD, "one"), library_command(0xD, "two")), "command_repeated"),
        ((struct.pack("<4I", 0x1D, 16, 0x100, 1 << 30),), "signature_outside"),
        ((struct.pack("<4I", 0x1D, 16, 0x100, 16),), "signature_not_last"),
        ((struct.pack("<4I", 0x26, 16, 0x100, 1 << 30),), "link_data_outside"),
        ((struct.pack("<4I", 0x80000033, 16, 1 << 30, 1),), "link_data_outside"),
        ((struct.pack("<12I", 0x80000022, 48, *(1 << 30, 8) * 5),), "link_data_outside"),
    ],
)
def test_what_is_odd_of_a_command(more, word):
    found = of(more=more)

    assert word in found.odd
    assert "/usr/lib/libSystem.B.dylib" in found.libraries


@pytest.mark.parametrize(
    ("at", "value", "word"),
    [
        (16, 5000, "commands_cut"),
        (16, 3, "commands_left"),
        (20, 1 << 30, "commands_cut"),
        (20, 100, "command_cut"),
    ],
)
def test_what_the_header_says_is_compared(at, value, word):
    data = bytearray(macho(Program()))
    struct.pack_into("<I", data, at, value)

    assert word in walked(bytes(data)).odd


def segment(name, start, size, sections=0):
    body = struct.pack("<16s4Q4I", name, 1 << 32, size, start, size, 5, 5, sections, 0)
    return struct.pack("<II", 0x19, 8 + len(body)) + body


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (segment(b"__MORE", 1 << 40, 16), {"segment_outside"}),
        (segment(b"__MORE", 0x100, 16), {"segments_overlap"}),
        (segment(b"__MORE", 0, 0, sections=9), {"command_cut"}),
    ],
)
def test_what_is_odd_of_a_segment(more, words):
    assert words == of(more=(more,)).odd


def test_a_section_outside():
    data = macho(Program())
    changed = data.replace(
        struct.pack("<QQI", 0x100008000, 16, 0x8000), struct.pack("<QQI", 0, 16, 1 << 31)
    )

    assert changed != data
    assert {"section_outside"} == walked(changed).odd


def test_symbols_alone_lack_the_bytes_of_their_program():
    data = macho(Program(kind="symbols", more=(segment(b"__GONE", 1 << 40, 16),)))

    assert set() == walked(data).odd


def test_a_cut_file_still_says_what_it_loads():
    found = walked(signed()[:0x4100])

    assert ["/usr/lib/libSystem.B.dylib"] == list(found.libraries)
    assert {
        "segment_outside",
        "section_outside",
        "link_data_outside",
        "signature_outside",
    } <= found.odd


def test_commands_that_are_cut():
    found = walked(signed()[:0x200])

    assert found.command_count == 6
    assert "commands_cut" in found.odd
