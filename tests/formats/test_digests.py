"""Digests in texts."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.formats.digests import digest


@pytest.mark.parametrize(
    ("text", "method", "expected"),
    [
        ("0A" * 32, "sha256", "0a" * 32),
        ("0b" * 20, "sha1", "0b" * 20),
        ("0c" * 16, "md5", "0c" * 16),
        ("\\" + "0c" * 16, "md5", "0c" * 16),
        ("", "sha256", UNSET),
        ("0b" * 20, "sha256", UNSET),
        ("0c" * 16 + "\n", "md5", UNSET),
        ("\u0660" * 32, "md5", UNSET),
        ("\u212a" * 32, "md5", UNSET),  # the sign of Kelvin, which is a k in lower case
        ("md5sum: /a: Permission denied...", "md5", UNSET),
    ],
)
def test_a_digest_has_its_digits_and_nothing_else(text, method, expected):
    assert expected == digest(text, method)
