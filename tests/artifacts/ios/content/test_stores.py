"""What is read of stores of personal content: addresses, their days and counts, and no more."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from msgspec import UNSET

from scanner.errors import ParseError
from scanner.model.artifact import Profile
from scanner.model.entities import ContentSource, Mention
from scanner.model.requests import File
from tests.artifacts.ios.content.cases import CASES, Case
from tests.artifacts.ios.content.stores import database, file, source, told

NAMES = [f"{case.artifact.name}-{Path(case.path).name}" for case in CASES]
TABLES = [case for case in CASES if case.data.startswith(b"SQLite")]
OF_TABLES = [f"{case.artifact.name}-{Path(case.path).name}" for case in TABLES]
CANARY = "canary-in-a-name"


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_what_a_store_names(case: Case):
    statements = list(case.parse(file(case.data)))

    assert case.told == told(statements)
    assert {"ContentSource", "Mention"} == {type(each).__name__ for each in statements}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_store_says_that_it_was_read(case: Case):
    statements = list(case.parse(file(case.data)))
    stated = source(statements)

    assert case.artifact.name == f"ios.{stated.name}"
    assert (case.records, sum(count for *_, count in case.told)) == (stated.records, stated.values)
    assert {kind for kind, *_ in case.told} <= set(stated.carries)
    assert {stated.name} == {each.source for each in statements if isinstance(each, Mention)}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_it_is_read_only_where_somebody_asks(case: Case):
    artifact = case.artifact

    assert ("content", Profile.STANDARD) == (artifact.opt_in, artifact.profile)
    assert [ContentSource] == [each.entity for each in artifact.states]
    assert case.parse in {
        each.parse for each in artifact.readings if each.fits(File(path=case.path))
    }


@pytest.mark.parametrize("case", CASES, ids=NAMES)
@pytest.mark.parametrize("damage", ["nothing", "text", "other", "cut"])
def test_another_kind_of_file(case: Case, damage: str):
    data = {
        "nothing": b"",
        "text": f"{CANARY} https://a.example.com/".encode(),
        "other": database({CANARY: (("a",), [(CANARY,)])}),
        "cut": case.data[: len(case.data) // 3],
    }[damage]

    with pytest.raises(ParseError) as raised:
        list(case.parse(file(data)))

    assert CANARY not in str(raised.value)
    assert "example" not in str(raised.value)


@pytest.mark.parametrize("case", TABLES, ids=OF_TABLES)
def test_a_view_is_no_table(case: Case):
    """The statement of a view may take for ever, and say what it likes."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(case.data)
    listed = connection.execute("select name from sqlite_schema where type = 'table'").fetchall()
    for (name,) in listed:
        connection.execute(f'alter table "{name}" rename to "of {name}"')
        connection.execute(f'create view "{name}" as select * from "of {name}"')
    connection.commit()

    with pytest.raises(ParseError):
        list(case.parse(file(connection.serialize())))


@pytest.mark.parametrize("case", TABLES, ids=OF_TABLES)
def test_columns_that_only_look_like_ones(case: Case):
    """Of every table the first column is another one: none is taken for a text of that name."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(case.data)
    listed = connection.execute("select name from sqlite_schema where type = 'table'").fetchall()
    for (name,) in listed:
        for _, column, *_ in connection.execute(f'pragma table_info("{name}")').fetchall():
            connection.execute(f'alter table "{name}" rename column "{column}" to "of {column}"')
    connection.commit()
    statements = []

    with pytest.raises(ParseError) as raised:
        statements.extend(case.parse(file(connection.serialize())))

    assert [] == statements
    assert "example" not in str(raised.value)


@pytest.mark.parametrize("case", TABLES, ids=OF_TABLES)
def test_values_of_any_type(case: Case):
    """A column of SQLite holds what was put there."""
    for odd in ("x'ff00fe'", "7", "1e308", "null", "zeroblob(9)"):
        connection = sqlite3.connect(":memory:")
        connection.deserialize(case.data)
        listed = connection.execute("select name from sqlite_schema where type = 'table'")
        for (name,) in listed.fetchall():
            for _, column, *_ in connection.execute(f'pragma table_info("{name}")').fetchall():
                connection.execute(f'update "{name}" set "{column}" = {odd}')
        connection.commit()
        statements = list(case.parse(file(connection.serialize())))

        assert set() == told(statements)
        assert source(statements).records not in {0, UNSET}
