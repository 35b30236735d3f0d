"""Names of packages, components and Linux users."""

from __future__ import annotations

import pytest

from scanner.formats.adb_key import fingerprint
from scanner.formats.components import component, package_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b/.C", ("a.b", "a.b/a.b.C")),
        ("a.b/c.D$E", ("a.b", "a.b/c.D$E")),
        ("a.b", None),
        ("/c", None),
        ("a.b/", None),
        ("a.b/c d", None),
        ("a.b/c/d", None),
        ("a b/c", None),
        ("a.b/" + "x" * 600, None),
        ("a.b/c\x1b", None),
    ],
)
def test_component(text, expected):
    assert expected == component(text)


@pytest.mark.parametrize("name", ["com.example", "a;reboot", "$(x)", "-rf", "Ünicode.app"])
def test_a_package_name_stays_data(name):
    assert name == package_name(name)


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "a\x1b[2J", "x" * 256, "a\u202eb"])
def test_what_cannot_be_a_package_name(name):
    assert package_name(name) is None


@pytest.mark.parametrize("line", ["", "   ", "no base64!", "QUJD", "QUJDREVGRw==", "\ud800"])
def test_what_is_no_key_has_no_fingerprint(line):
    assert fingerprint(line) is None
