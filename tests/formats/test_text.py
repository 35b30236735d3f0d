"""Text of the device as people see it (hostile-inputs group 9)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.text import safe_text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Ordinary näme 日本 😀", "Ordinary näme 日本 😀"),
        ("", ""),
        ("\x1b[2J", r"\x1b[2J"),
        ("\x1b]8;;http://x\x07", r"\x1b]8;;http://x\x07"),
        ("\x1b]52;c;AAAA\x1b\\", "\\x1b]52;c;AAAA\\x1b\\"),
        ("\x9b31m", r"\x9b31m"),
        ("a\nb\r\tc\x00\x7f", r"a\x0ab\x0d\x09c\x00\x7f"),
        ("gpj\u202eexe", r"gpj\u202eexe"),
        ("\u2066a\u2069\u200f\u061c", r"\u2066a\u2069\u200f\u061c"),
        ("Goo\u200bgle\u200d\ufeff\u2060\u00ad", r"Goo\u200bgle\u200d\ufeff\u2060\xad"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
        ("\u3164", r"\u3164"),
        ("[link=http://x][red]<script>", "[link=http://x][red]<script>"),
    ],
)
def test_what_is_invisible_becomes_an_escape(value, shown):
    assert shown == safe_text(value)


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abc…"),
        ("\x1b\x1b", 5, r"\x1b…"),
        ("ab", 1, "…"),
        ("ab", 0, ""),
    ],
)
def test_long_text_ends_in_an_ellipsis(value, limit, shown):
    assert shown == safe_text(value, limit)


@given(value=st.text(), limit=st.integers(0, 50))
def test_any_text_is_bounded_and_visible(value, limit):
    shown = safe_text(value, limit)

    assert len(shown) <= limit
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in shown)
