"""The tables of a DEX, by number."""

from __future__ import annotations

from dataclasses import replace

from scanner.formats.programs.dex_tables import (
    NAME_LIMIT,
    Tables,
    read_header,
    read_headers,
)
from tests.formats.programs.raw_dex import Raw, changed, container, file, named, string


def tables(raw):
    made = file(raw)
    return Tables(made, read_header(made, 0))


def test_types_methods_and_classes_by_name():
    one = tables(named({"com.example.A": "run"}, {"com.example.B": "com.example.A"}))
    owners, names = one.members("method")

    assert [b"Lcom/example/A;", b"Lcom/example/B;"] == list(one.descriptors())
    assert ([0], [b"run"]) == (list(owners), [one.string(number) for number in names])
    assert [[1], [0]] == [list(column) for column in one.classes()]


def test_classes_that_derive_from_a_known_one_also_by_way_of_others():
    bases = {f"com.example.C{n}": f"com.example.C{n - 1}" for n in range(1, 5)}
    one = tables(named({}, bases))
    number = list(one.descriptors()).index(b"Lcom/example/C0;")

    assert 4 == len(one.derived({number: "known"}))
    assert {"known"} == set(one.derived({number: "known"}).values())
    assert {} == one.derived({})


def test_classes_that_derive_from_each_other_end():
    one = tables(named({}, {"com.example.A": "com.example.B", "com.example.B": "com.example.A"}))

    assert {1: "known"} == one.derived({0: "known"})


def test_a_name_of_many_bytes_is_none():
    """Else a file without zeros would be copied once for each of its types."""
    one = tables(Raw(strings=[string(b"a" * NAME_LIMIT)], types=[0]))

    assert (b"", [b""]) == (one.string(0), list(one.descriptors()))
    assert {"name_too_long"} == one.anomalies


def test_a_string_that_is_not_there_is_empty():
    one = tables(Raw(strings=[string(b"a")]))

    assert (b"a", b"") == (one.string(0), one.string(1))
    assert {"index_outside"} == one.anomalies


def test_where_the_strings_lie():
    one = tables(named({"com.example.A": "run"}))

    start, end = one.strings_range()

    assert one.data[start:end].startswith(b"\x0fLcom/example/A;\0")
    assert (0, 0) == tables(Raw()).strings_range()


def test_a_container_that_is_cut_or_goes_on_with_something_else():
    raw = replace(named({"com.example.A": "run"}), version=b"041")
    made = container(raw, raw)
    size = len(made) // 2

    assert 2 == len(read_headers(made))
    assert 1 == len(read_headers(made[: size + 20]))
    assert 1 == len(read_headers(made[:size] + b"more" + made[size + 4 :]))
    assert 1 == len(read_headers(changed(made, 32, 0)))


def test_earlier_versions_are_one_file_whatever_follows():
    one = file(named({"com.example.A": "run"}))

    assert 1 == len(read_headers(one + one))
