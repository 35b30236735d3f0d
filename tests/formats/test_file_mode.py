"""Modes of files as text."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.formats.file_mode import mode_of


@pytest.mark.parametrize(
    ("text", "kind", "permissions"),
    [
        ("-rw-rw----", "file", 0o660),
        ("-rwsr-xr-x", "file", 0o4755),
        ("-rwSr-Sr-T", "file", 0o7644),
        ("-rwxrwxrwt", "file", 0o1777),
        ("drwxrwx--x", "folder", 0o771),
        ("lrwxrwxrwx", "link", 0o777),
        ("Lrwxrwxrwx", "link", 0o777),
        ("urwxr-xr-x", "file", 0o4755),
        ("ugrwxr-x---", "file", 0o6750),
        ("dtrwxrwxrwx", "folder", 0o1777),
        ("Dcrw-rw-rw-", "other", 0o666),
        ("srwxrwxrwx", "other", 0o777),
        ("-rw-r--r--.", "file", 0o644),
        ("755", "file", 0o755),
        ("4755", "file", 0o4755),
        ("", UNSET, UNSET),
        ("rwxr-xr-x", UNSET, UNSET),
        ("9755", UNSET, UNSET),
    ],
)
def test_modes(text, kind, permissions):
    assert (kind, permissions) == mode_of(text)
