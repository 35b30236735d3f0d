"""The table of resources: what references stand for, however the table is written."""

from __future__ import annotations

import struct

import pytest

from fixtures.building.arsc import Configuration, Stated, Table, table
from fixtures.building.axml import pool
from fixtures.building.chunks import TABLE_TYPE, first, put
from scanner.errors import ParseError
from scanner.formats.apk import arsc
from scanner.formats.apk.anomalies import ANOMALIES
from scanner.formats.apk.arsc import Resources
from scanner.formats.apk.values import BOOLEAN, DECIMAL, Value
from scanner.formats.inflated import TooLarge

TABLE = Table(
    package="com.example.app",
    types={
        "string": {"name": {"": "Example", "de": "Beispiel"}, "other": {"fr": "autre"}},
        "bool": {"yes": {"": True}},
        "ref": {"to": {"": 0x7F010000}, "self": {"": 0x7F030001}, "lost": {"": 0x7F090000}},
        "mipmap": {"icon": {160: "res/m.png", 480: "res/x.png", 0xFFFE: "res/a.xml"}},
    },
)
NONE = 0xFFFFFFFF


def made(spec: Table = TABLE) -> Resources:
    return Resources(table(spec))


@pytest.mark.parametrize("utf8", [False, True])
def test_text_of_no_language(utf8):
    assert "Example" == made(Table(package="p", types=TABLE.types, utf8=utf8)).text(0x7F010000)


def test_text_that_is_there_in_one_language_alone():
    assert "autre" == made().text(0x7F010001)


def test_a_reference_to_a_reference():
    assert "Example" == made().text(0x7F030000)


def test_a_truth_value():
    assert Value(BOOLEAN, NONE) == made().value(0x7F020000)


@pytest.mark.parametrize(
    "reference", [0x7F030001, 0x7F030002, 0x7F090000, 0x01040000, 0x7F010009, 0, 0xFFFFFFFF]
)
def test_what_leads_nowhere(reference):
    assert None is made().value(reference)
    assert None is made().text(reference)


def test_files_by_density():
    assert {(160, "res/m.png"), (480, "res/x.png"), (0xFFFE, "res/a.xml")} == {
        (each.density, each.value.text) for each in made().files(0x7F040000)
    }
    assert [] == list(made().files(0x7F030001))


def test_a_number_is_no_file():
    assert [] == list(written(struct.pack("<I", 0), NUMBER, 0, 1).files(0x7F010000))


def test_a_table_within_a_file():
    data = table(TABLE)
    inside = Resources(b"before" + data + b"behind", 6, len(data))

    assert "Example" == inside.text(0x7F010000)
    assert set() == inside.anomalies


def test_a_library_whose_number_is_given_later():
    data = table(TABLE)
    at = first(data, 0x0200)

    assert "Example" == Resources(put(data, "I", at + 8, 0)).text(0x7F010000)


def written(kind: bytes, entries: bytes, flags: int, count: int) -> Resources:
    """Return a table of one type, whose offsets and entries are given as bytes."""
    start = 20 + 64 + len(kind)
    config = struct.pack("<I", 64) + bytes(60)
    head = struct.pack("<HHI", 0x0201, 84, start + len(entries))
    part = head + struct.pack("<BBHII", 1, flags, 0, count, start) + config + kind + entries
    package = struct.pack("<HHII", 0x0200, 288, 288 + len(part), 0x7F) + bytes(276) + part
    body = pool(["zero", "one"], utf8=True) + package
    return Resources(struct.pack("<HHII", 0x0002, 12, 12 + len(body), 1) + body)


NUMBER = struct.pack("<HHIHBBI", 8, 0, 0, 8, 0, DECIMAL, 42)


def test_a_sparse_type():
    rows = struct.pack("<HHHH", 3, 0, 700, len(NUMBER) // 4)
    resources = written(rows, NUMBER + NUMBER.replace(b"\x2a", b"\x2b"), 1, 2)

    assert [Value(DECIMAL, 42), Value(DECIMAL, 43), None, None] == [
        resources.value(0x7F010000 | number) for number in (3, 700, 4, 701)
    ]


def test_offsets_of_16_bits():
    rows = struct.pack("<HHHH", 0xFFFF, 0, 0xFFFF, 4)
    resources = written(rows, NUMBER + NUMBER, 2, 4)

    assert [None, 42, None, 42] == [
        value and value.data for value in map(resources.value, range(0x7F010000, 0x7F010004))
    ]


def test_a_compact_entry():
    compact = struct.pack("<HHI", 0, 0x03 << 8 | 8, 1)

    assert "one" == written(struct.pack("<I", 0), compact, 0, 1).text(0x7F010000)


def test_an_entry_that_is_a_map_has_no_value():
    entry = struct.pack("<HHIII", 16, 1, 0, 0, 0)

    assert None is written(struct.pack("<I", 0), entry, 0, 1).value(0x7F010000)


@pytest.mark.parametrize(
    "entry", [b"", struct.pack("<HHI", 8, 0, 0), struct.pack("<HHI", 900, 0, 0)]
)
def test_an_entry_that_is_cut(entry):
    resources = written(struct.pack("<I", 0), entry, 0, 1)

    assert None is resources.value(0x7F010000)
    assert {"resources_chunk"} == resources.anomalies


@pytest.mark.parametrize(
    ("word", "data"),
    [
        ("resources_chunk", put(table(TABLE), "I", 4, 1 << 30)),
        ("resources_chunk", put(table(TABLE), "H", 2, 4)),
        ("resources_chunk", put(table(TABLE), "I", first(table(TABLE), TABLE_TYPE) + 4, 0)),
        ("resources_chunk", put(table(TABLE), "H", first(table(TABLE), TABLE_TYPE) + 2, 12)),
        ("resources_chunk", put(table(TABLE), "I", first(table(TABLE), 0x0200) + 4, 1 << 30)),
        ("resources_string_count", put(table(TABLE), "I", 20, 99_999)),
        ("resources_strings", put(table(TABLE), "I", 40, 0xFFFFFF)),
    ],
)
def test_a_table_that_lies(word, data):
    resources = Resources(data)
    for reference in range(0x7F010000, 0x7F010003):
        resources.value(reference)

    assert {word} == resources.anomalies
    assert word in ANOMALIES


def test_a_table_without_strings():
    resources = Resources(put(table(TABLE), "H", 12, 0x7777))

    assert None is resources.text(0x7F010000)


def test_no_more_parts_than_the_limit():
    parts = struct.pack("<HHIB3x", 0x0201, 8, 12, 1) * (arsc.PART_LIMIT + 1)
    package = struct.pack("<HHII", 0x0200, 288, 288 + len(parts), 0x7F) + bytes(276) + parts
    resources = Resources(struct.pack("<HHII", 0x0002, 12, 12 + len(package), 1) + package)

    assert None is resources.value(0x7F010000)
    assert {"resources_chunk"} == resources.anomalies


def test_references_in_a_circle_of_files():
    circle = Table(package="p", types={"a": {"b": {"": 0x7F010001}, "c": {"": 0x7F010000}}})

    assert [] == list(made(circle).files(0x7F010000))


def test_no_more_candidates_than_the_limit():
    many: dict[Configuration, Stated] = {
        density: f"res/{density}.png" for density in range(1, arsc.CANDIDATE_LIMIT + 20)
    }
    resources = made(Table(package="p", types={"mipmap": {"icon": many}}))

    assert arsc.CANDIDATE_LIMIT == len(list(resources.candidates(0x7F010000)))


def test_no_more_looking_than_the_limit():
    many: dict[Configuration, Stated] = {density: f"res/{density}.png" for density in range(1, 200)}
    resources = made(Table(package="p", types={"mipmap": {"icon": many}}))
    visits = 0
    while list(resources.candidates(0x7F010000)):
        visits += 1

    assert arsc.VISIT_LIMIT // 199 + 1 >= visits > 200


@pytest.mark.parametrize("data", [b"", b"\x02\0", b"<resources/>", bytes(40)])
def test_what_is_no_table_is_an_error(data):
    with pytest.raises(ParseError):
        Resources(data)


def test_a_table_that_is_too_large_is_an_error():
    class Large(bytes):
        def __len__(self) -> int:
            return arsc.SIZE_LIMIT + 1

    with pytest.raises(TooLarge):
        Resources(Large(b"\x02\0\x0c\0"))
