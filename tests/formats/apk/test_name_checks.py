"""Words for names and marks of entries that mislead people, terminals and file systems."""

from __future__ import annotations

import pytest

from fixtures.building.archive import DEFLATED, Entry, archive
from scanner.formats.apk.archive import ApkArchive

NAMES = {"name_unseen", "name_reserved", "name_twins", "special_entry", "size_mismatch"}


def words(*entries: Entry) -> set[str]:
    return NAMES & ApkArchive(archive(entries)).anomalies


@pytest.mark.parametrize(
    "names",
    [
        ("res/layout/main.xml", "assets/a b.txt", "META-INF/com/example/A$B.class"),
        ("assets/context.xml", "res/auxiliary.png", "assets/nullable", "assets/common.js"),
        ("assets/é.txt", "assets/نص.txt", "assets/नहीं\u200d.txt"),
    ],
)
def test_ordinary_names_have_no_word(names):
    assert set() == words(*(Entry(name=name) for name in names))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("assets/\x1b[2J", "name_unseen"),
        ("assets/a\nb", "name_unseen"),
        ("assets/gpj\u202e.exe", "name_unseen"),
        ("assets/a\u200bb", "name_unseen"),
        ("assets/<script>.js", "name_reserved"),
        ("assets/con", "name_reserved"),
        ("NUL.txt", "name_reserved"),
        ("res/com1.tar.gz", "name_reserved"),
    ],
)
def test_a_name_that_misleads(name, word):
    assert {word} == words(Entry(name="a"), Entry(name=name), Entry(name="b"))


def test_two_names_that_look_the_same():
    assert {"name_twins"} == words(Entry(name="assets/\xe9"), Entry(name="assets/e\u0301"))


@pytest.mark.parametrize(
    ("system", "mode", "expected"),
    [
        (3, 0o100644, set()),
        (3, 0o040755, set()),
        (3, 0, set()),
        (0, 0o120777, set()),  # of MS-DOS: those bits mean nothing
        (3, 0o120777, {"special_entry"}),
        (3, 0o020666, {"special_entry"}),
    ],
)
def test_what_an_entry_is_marked_as(system, mode, expected):
    fields = {"made_by": system << 8 | 20, "external": mode << 16}
    assert expected == words(Entry(name="a", central=fields))


@pytest.mark.parametrize(("size", "expected"), [(None, set()), (10, {"size_mismatch"})])
def test_more_deflated_bytes_than_a_size_needs(size, expected):
    data = bytes(range(256)) * 64
    fields = {} if size is None else {"size": size}
    entry = Entry(name="a", data=data * 100, method=DEFLATED, local=fields, central=fields)

    assert expected == words(entry)
