"""Packages whose databases are or were open."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.databases import PACKAGES_LIMIT, parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import PackageTrace

from .evidence import evidence

SECRET = "SELECT body FROM messages WHERE address='Somebody'"
SIXTEEN = f"""\
Applications Database Info:

** Database info for pid 2201 [com.example.process] **

  Attached db: false
Connection pool for /data/user/0/com.example.one/databases/somebodys.db:
  Open: true
  Max connections: 1
  Most recently executed operations:
        0: [2026-11-20 10:00:00.097] [Pid:(0)]prepare took 0ms - succeeded, sql="{SECRET}", \
path=/data/user/0/com.example.two/databases/x.db

Connection pool for /data/user_de/10/com.example.three/no_backup/x:
Connection pool for /data/user/10/com.example.one/databases/y.db:
Connection pool for /data/data/com.example.four/databases/z.db:
Connection pool for /mnt/expand/12345678-1234-1234-1234-123456789abc/user/0/com.example.five/x.db:
Connection pool for :memory::
Connection pool for /data/system/locksettings.db:

Database files in /data/user/0/com.example.six/databases:
"""


def test_each_package_once():
    expected = [f"com.example.{name}" for name in ("one", "three", "four", "five", "six")]

    assert [PackageTrace(kind="database", package=name) for name in expected] == list(
        parse(evidence(SIXTEEN))
    )


def test_no_databases_are_an_answer():
    assert [] == list(parse(evidence("Applications Database Info:\n")))


@pytest.mark.parametrize("text", ["", "hello\n", SIXTEEN.partition("\n")[2]])
def test_other_output_is_an_error(text):
    with pytest.raises(ParseError):
        list(parse(evidence(text)))


def test_too_many_packages_are_an_error():
    pools = (f"Connection pool for /data/user/0/a.b{n}/x:\n" for n in range(PACKAGES_LIMIT + 1))

    with pytest.raises(ParseError, match="at most"):
        list(parse(evidence("Applications Database Info:\n" + "".join(pools))))


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        list(parse(evidence("Can't find service: dbinfo\n")))
