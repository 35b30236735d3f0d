"""Linux users as the services print them."""

from __future__ import annotations

import pytest

from scanner.formats.uids import printed_uid


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
