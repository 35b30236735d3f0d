from __future__ import annotations

import struct

from fixtures.building.macho import PAGE, Program, macho
from scanner.formats.macho.symbols import names
from tests.formats.macho.signed import walked


def with_table(number, table, program=Program()):  # noqa: B008 - nothing changes it
    """Return a program with a table for the linker in its code, told by a load command."""
    parts = (struct.pack("<4I", number, 16, PAGE, len(table)),)
    return walked(macho(Program(code=table, more=parts, imports=(), exports=program.exports)))


def test_symbols_of_the_table():
    found = walked(macho(Program(imports=("_a", "_b"), exports=("_main", "_c"))))

    assert (("_a", "_b"), ("_main", "_c")) == (names(found).imports, names(found).exports)


def test_symbols_of_32_bits():
    found = walked(macho(Program(machine="armv7", imports=("_a",), exports=("_main",))))

    assert (("_a",), ("_main",)) == (names(found).imports, names(found).exports)


def leaf(size=2):
    return bytes([size]) + bytes(size) + b"\0"


def test_the_tree_of_exports_comes_before_the_table():
    root = b"\0\1_\0\x05"
    middle = b"\0\2a\0\x0ebc\0\x12"
    tree = root + middle + leaf() + leaf()
    found = names(with_table(0x80000033, tree))

    assert {"_a", "_bc"} == set(found.exports)


def test_a_tree_that_turns_on_itself_ends():
    found = names(with_table(0x80000033, b"\0\2a\0\0b\0\x08" + leaf()))

    assert ("b",) == found.exports


def test_a_tree_that_is_cut_gives_what_is_there():
    assert ("_main",) == names(with_table(0x80000033, b"\0\5_a")).exports
    assert ("_main",) == names(with_table(0x80000033, b"\0")).exports


def test_imports_of_chained_fixups():
    head = struct.pack("<7I", 0, 28, 28, 36, 2, 1, 0)
    table = struct.pack("<2I", 1 | 1 << 9, 1 | 6 << 9)
    found = names(with_table(0x80000034, head + table + b"\0_one\0_two\0"))

    assert ("_one", "_two") == found.imports


def test_wide_imports_of_chained_fixups():
    head = struct.pack("<7I", 0, 28, 28, 44, 1, 3, 0)
    found = names(with_table(0x80000034, head + struct.pack("<QQ", 1 | 1 << 32, 0) + b"\0_one\0"))

    assert ("_one",) == found.imports


def test_chained_fixups_of_no_known_form_name_nothing():
    for head in ((0, 28, 28, 36, 2, 9, 0), (0, 28, 28, 36, 2, 1, 1), (0, 28, 1 << 30, 36, 2, 1, 0)):
        table = struct.pack("<7I", *head) + bytes(20)

        assert () == names(with_table(0x80000034, table)).imports
    assert () == names(with_table(0x80000034, b"short")).imports


def test_imports_of_bindings():
    opcodes = b"\x11\x40_one\0\x51\x72\x80\x40\x90\x40_two\0\xc0\x01\x02\xd0\x05\xd1\x40_three\0\0"
    parts = (struct.pack("<12I", 0x80000022, 48, 0, 0, PAGE, len(opcodes), *(0,) * 6),)
    found = names(walked(macho(Program(code=opcodes, more=parts, imports=()))))

    assert ("_one", "_two", "_three") == found.imports


def test_private_and_debugging_symbols_are_not_exported():
    data = macho(Program(imports=(), exports=("_a", "_b", "_c")))
    entry = struct.pack("<IBB", 5, 0x0F, 1)
    private = data.replace(entry, struct.pack("<IBB", 5, 0x1F, 1))
    debugging = data.replace(entry, struct.pack("<IBB", 5, 0x2F, 1))

    assert private != data
    assert ("_a", "_c") == names(walked(private)).exports == names(walked(debugging)).exports


def test_more_symbols_than_are_looked_at():
    data = bytearray(macho(Program()))
    at = data.index(struct.pack("<II", 0x2, 24))
    struct.pack_into("<I", data, at + 12, 1 << 30)
    found = walked(bytes(data))
    names(found)

    assert "symbols_cut" in found.odd


def test_names_that_are_the_same_bytes_many_times():
    count = 60_000
    entries = b"".join(struct.pack("<IBBHQ", at % 900, 0x0F, 1, 0, 1) for at in range(count))
    texts = b"a" * 1000 + b"\0"
    tables = struct.pack("<6I", 0x2, 24, PAGE, count, PAGE + len(entries), len(texts))
    data = bytearray(macho(Program(more=())))
    at = data.index(struct.pack("<II", 0x2, 24))
    data[at : at + 24] = tables
    at = data.index(struct.pack("<II", 0xB, 80))
    data[at : at + 80] = struct.pack("<II", 0x7F, 80) + bytes(72)
    data[PAGE:] = entries + texts
    found = walked(bytes(data))

    assert 900 == len(names(found).exports)
    assert "symbols_cut" in found.odd


def test_a_tree_of_more_nodes_than_are_looked_at():
    def node(below):
        edges = (b"\0" + leb(each) for each in below)
        return b"\0" + bytes([len(below)]) + b"".join(edges)

    size = 2 + 255 * 5
    zeros = 4 * size * 256 + 10_000  # behind all others; each byte there is a node without more
    last = [node([zeros + at * 255 + each for each in range(255)]) for at in range(1020)]
    second = [2000 + 4 * size + at * size for at in range(1020)]
    first = b"".join(node(second[at * 255 : at * 255 + 255]) for at in range(4))
    tree = node([2000 + at * size for at in range(4)]).ljust(2000, b"\0") + first + b"".join(last)
    found = with_tree(tree + bytes(zeros + 1020 * 255 - len(tree)))
    names(found)

    assert "symbols_cut" in found.odd


def leb(value):
    """Write a number in four bytes."""
    return bytes([value & 127 | 128, value >> 7 & 127 | 128, value >> 14 & 127 | 128, value >> 21])


def with_tree(tree):
    """Return a program with a large tree of exports behind all else."""
    data = macho(Program(more=(struct.pack("<4I", 0x80000033, 16, 0x10000, len(tree)),)))
    return walked(data.ljust(0x10000, b"\0") + tree)


def test_bindings_that_are_cut():
    for opcodes in (b"\x40_one", b"\x40\0\x40_one\0", b"\x40_one\0\x80\xff"):
        parts = (struct.pack("<12I", 0x80000022, 48, 0, 0, PAGE, len(opcodes), *(0,) * 6),)

        assert ("_one",) == names(
            walked(macho(Program(code=opcodes, more=parts, imports=())))
        ).imports
