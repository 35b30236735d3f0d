"""Certificates that a phone was made to trust."""

from __future__ import annotations

import hashlib

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded.trust_store import parse
from scanner.errors import ParseError
from tests.sources.recorded.collected import generator

from .stored import database, plist, read, read_partly

TABLE = "create table tsettings (sha256 blob primary key, subj blob, tset blob, data blob);"


@pytest.fixture(scope="module")
def der():
    der: bytes = generator("signing").party("Example Root", authority=True, path_length=1).der
    return der


def store(*rows):
    return database(TABLE, [("tsettings", rows)])


@pytest.mark.parametrize(
    ("settings", "active"),
    [
        (plist([]), True),
        (plist([{"kSecTrustSettingsResult": 3}]), UNSET),
        (b"x", UNSET),
        (None, UNSET),
    ],
    ids=["everything", "narrowed", "odd", "absent"],
)
def test_a_certificate(der, settings, active):
    (found,) = read(parse, store((b"\0" * 32, b"", settings, der)))

    assert ("trust", 0, active) == (found.store, found.user, found.active)
    assert hashlib.sha256(der).hexdigest() == found.sha256 == found.name
    assert hashlib.sha1(der).hexdigest() == found.sha1
    assert ("Example Root", True) == (found.subject, found.self_signed)


@pytest.mark.parametrize(
    "odd", [b"x", None, "text", b"\x30\x82" + bytes(70_000)], ids=["odd", "absent", "text", "large"]
)
def test_a_row_that_is_none_leaves_the_others(der, odd):
    found = read_partly(parse, store((b"a", b"", b"", odd), (b"b", b"", plist([]), der)))

    assert ["Example Root"] == [each.subject for each in found]


def test_a_store_without_any():
    assert [] == read(parse, store())


@pytest.mark.parametrize("data", [b"", database("create table other (a)"), b"SQLite format 3"])
def test_no_such_store(data):
    with pytest.raises(ParseError):
        read(parse, data)
