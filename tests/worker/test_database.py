"""Databases of a device: what SQLite itself reads, and nothing that harms."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.model.entities import Property
from scanner.model.evidence import BytesFile, PathFile
from scanner.model.requests import File
from scanner.worker import Limits, Worker
from tests.worker import hostile_parsers as hostile

ROOT = Path(__file__).parents[2]
REQUEST = File(path="/data/mmssms.db")
ROWS = "select text from message order by rowid"


def database(path: Path, *statements: str) -> bytes:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path.read_bytes()


def with_wal(folder: Path, *, page_size: int = 4096) -> tuple[bytes, bytes]:
    """Return a database in use: committed rows in its log, and uncommitted ones behind them."""
    path = folder / "x.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"pragma page_size={page_size}")
    connection.execute("pragma journal_mode=wal")
    connection.execute("create table message (text)")
    connection.execute("insert into message values ('in the database')")
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.execute("pragma wal_autocheckpoint=0")
    connection.execute("insert into message values ('in the log')")
    connection.execute("update message set text = text || '!' where rowid = 1")
    for number in range(50):
        connection.execute("insert into message values (?)", (str(number) * 300,))
    connection.execute("pragma cache_size=2")
    connection.execute("begin")
    for _ in range(200):
        connection.execute("insert into message values (?)", ("not committed" * 100,))
    data, wal = path.read_bytes(), path.with_name("x.db-wal").read_bytes()
    connection.close()
    return data, wal


def rows(data: bytes, wal: bytes | None = None, statement: str = ROWS) -> list[tuple[object, ...]]:
    log = None if wal is None else BytesFile(REQUEST, wal)
    with BytesFile(REQUEST, data).sqlite(log, seconds=1.0) as connection:
        return connection.execute(statement).fetchall()


def as_sqlite_reads(folder: Path, data: bytes, wal: bytes) -> list[tuple[object, ...]]:
    (folder / "y.db").write_bytes(data)
    (folder / "y.db-wal").write_bytes(wal)
    connection = sqlite3.connect(folder / "y.db")
    try:
        return connection.execute(ROWS).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("page_size", [512, 4096, 65536])
def test_a_log_is_read_as_sqlite_reads_it(tmp_path: Path, page_size: int) -> None:
    data, wal = with_wal(tmp_path, page_size=page_size)

    assert as_sqlite_reads(tmp_path, data, wal) == rows(data, wal)
    assert 52 == len(rows(data, wal))
    assert [("in the database",)] == rows(data)


@pytest.mark.parametrize("part", [0.0, 0.1, 0.3, 0.5, 0.9])
def test_a_log_that_was_cut_is_read_as_sqlite_reads_it(tmp_path: Path, part: float) -> None:
    data, wal = with_wal(tmp_path)
    cut = wal[: int(len(wal) * part)]

    assert as_sqlite_reads(tmp_path, data, cut) == rows(data, cut)


@settings(max_examples=40, deadline=None)
@given(place=st.floats(0, 0.999), value=st.integers(0, 255))
def test_a_log_with_a_changed_byte_is_read_as_sqlite_reads_it(
    tmp_path_factory: pytest.TempPathFactory, place: float, value: int
) -> None:
    folder = tmp_path_factory.mktemp("wal")
    data, wal = with_wal(folder)
    changed = bytearray(wal)
    changed[int(len(wal) * place)] = value

    assert as_sqlite_reads(folder, data, bytes(changed)) == rows(data, bytes(changed))
    shutil.rmtree(folder)


def test_a_log_cannot_ask_for_more_than_the_limit(tmp_path: Path) -> None:
    data, wal = with_wal(tmp_path)

    with (
        pytest.raises(ParseError, match="at most 8192 bytes"),
        BytesFile(REQUEST, data).sqlite(BytesFile(REQUEST, wal), limit=8192),
    ):
        pass


def test_nothing_is_written(tmp_path: Path) -> None:
    data, wal = with_wal(tmp_path)
    before = sorted(os.listdir(tmp_path))  # noqa: PTH208 - names only

    for statement in ("delete from message", "create table x (y)", "vacuum into 'copy.db'"):
        with pytest.raises(ParseError, match="OperationalError"):
            rows(data, wal, statement)
    with pytest.raises(ParseError):
        rows(data, wal, f"attach '{tmp_path}/other.db' as other")
    assert before == sorted(os.listdir(tmp_path))  # noqa: PTH208


def test_text_that_is_none(tmp_path: Path) -> None:
    data = database(
        tmp_path / "x.db",
        "create table message (text)",
        "insert into message values (cast(x'61ff62' as text))",
    )

    assert [("a\ufffdb",)] == rows(data)


def test_an_error_that_is_no_text(tmp_path: Path) -> None:
    data = database(
        tmp_path / "x.db", "create table aaaa (x)", "create view message as select aaaa"
    )

    with pytest.raises(ParseError, match="SQLite database expected"):
        rows(data.replace(b"select aaaa", b"select aa\xffa"))


ENDLESS = "with recursive t(x) as (select 1 union all select x + 1 from t) select x from t"


@pytest.mark.parametrize(
    "statements",
    [
        (f"create view message as select x as text from ({ENDLESS})",),
        (
            "create table t (x)",
            "insert into t values (1)",
            f"create view message as select (select count(*) from ({ENDLESS})) as text from t",
        ),
    ],
)
def test_an_endless_view_is_stopped(tmp_path: Path, statements: tuple[str, ...]) -> None:
    data = database(tmp_path / "x.db", *statements)

    with pytest.raises(ParseError, match="within 1 s"):
        rows(data, statement="select sum(text) from message")


def test_the_schema_is_not_trusted(tmp_path: Path) -> None:
    data = database(tmp_path / "x.db", "create view message as select load_extension('x') as text")

    with pytest.raises(ParseError) as raised:
        rows(data, statement="select text from message")
    assert "load_extension" not in str(raised.value)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"SQLite format 3\0", b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_what_is_no_database(data: bytes) -> None:
    with pytest.raises(ParseError, match="SQLite database expected"):
        rows(data)


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 12287), st.integers(0, 255)), max_size=20))
def test_damaged_pages_give_rows_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    texts = (f"insert into message values ('{'x' * 900}')" for _ in range(10))
    data = bytearray(
        database(
            folder / "x.db",
            "create table message (text)",
            "create index i on message (text)",
            *texts,
        )
    )
    for place, value in changes:
        data[place % len(data)] = value
    shutil.rmtree(folder)

    try:
        rows(bytes(data))
    except ParseError as error:
        assert "xxx" not in str(error)  # noqa: PT017


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    with Worker(readable=[tmp_path], allow={hostile.__name__: ROOT}) as running:
        yield running


def test_a_database_is_read_in_the_sandbox(worker: Worker, tmp_path: Path) -> None:
    database(
        tmp_path / "x.db",
        "pragma journal_mode=wal",
        "create table message (text)",
        "insert into message values ('hello')",
    )
    file = PathFile(REQUEST, tmp_path / "x.db")

    assert [Property(name="hello")] == list(worker.call(hostile.messages, file, Limits(seconds=20)))
