"""Tables of a foreign database: what is stored is read, what computes is not there."""

from __future__ import annotations

import pytest

from scanner.artifacts.ios.recorded import tables
from scanner.errors import ParseError

from .stored import database, stored


def rows(script, wanted=("b", "c"), needed=("a",)):
    with stored(database(script)).sqlite() as connection:
        return list(tables.rows(connection, "t", wanted, *needed))


def test_the_columns_that_are_there():
    script = "create table T (a, c); insert into T values (1, 'x');"

    assert [{"a": 1, "c": "x"}] == rows(script)


@pytest.mark.parametrize(
    "script",
    [
        "create table other (a);",
        "create table t (b);",
        "create view t as select 1 as a;",
        "create view t as with recursive n(a) as (select 1 union select a from n) select a from n;",
        "create table t (b, a generated always as (b + 1));",
        "create virtual table t using fts5(a);",
        "create table t (a); create table pragma_table_info (name text);",
    ],
)
def test_no_such_stored_table(script):
    with pytest.raises(ParseError):
        rows(script)


def test_a_generated_column_is_not_read():
    script = "create table t (a, b generated always as (a || a) stored); insert into t values (1);"

    assert [{"a": 1}] == rows(script)


def test_cells_of_any_type():
    row = {"a": "x" * 300, "b": b"x", "c": 7, "d": None, "e": 1.5}

    assert ("x" * 255, None, None) == tuple(tables.text(row, name) for name in "abz")
    assert (7, None, None, None) == tuple(tables.number(row, name) for name in "cadz")
