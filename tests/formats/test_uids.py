"""Linux users as the services and `ps` print them."""

from __future__ import annotations

import pytest

from scanner.formats.uids import printed_uid, uid_of


@pytest.mark.parametrize(
    ("text", "uid"),
    [
        ("0", 0),
        ("1000", 1000),
        ("u0a12", 10_012),
        ("u10a123", 1_010_123),
        ("u10s1000", 1_001_000),
        ("u0i1", 99_001),
        ("u0ai9000", 99_000),
        ("", None),
        ("u0", None),
        ("u0x1", None),
        ("u0a", None),
        ("1000 ", None),
        ("12345678901", None),
    ],
)
def test_printed_uid(text, uid):
    assert uid == printed_uid(text)


@pytest.mark.parametrize(
    ("owner", "uid"),
    [
        ("root", 0),
        ("system", 1000),
        ("shell", 2000),
        ("u0_a123", 10123),
        ("u10_a7", 1010007),
        ("u0_i12", 99012),
        ("u10_system", 1001000),
        ("u10_unheard", None),
        ("12345", 12345),
        ("vendor_thing", None),
        ("", None),
    ],
)
def test_uid_of_a_name(owner, uid):
    assert uid == uid_of(owner)
