"""Servers as settings name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.servers import Server, port_of, server_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail.example.com", Server("mail.example.com")),
        ("  Mail.Example.COM ", Server("mail.example.com")),
        ("mail.example.com:2080", Server("mail.example.com", 2080)),
        ("https://mdm.example.com", Server("mdm.example.com", None, "https")),
        ("https://mdm.example.com:8443/a?b=c#d", Server("mdm.example.com", 8443, "https")),
        ("https://person:secret@mdm.example.com/", Server("mdm.example.com", None, "https")),
        ("person@mail.example.com", Server("mail.example.com")),
        ("198.51.100.7:8080", Server("198.51.100.7", 8080)),
        ("2001:db8::1", Server("2001:db8::1")),
        ("[2001:db8::1]:443", Server("2001:db8::1", 443)),
        ("https://[2001:db8::1]:443/x", Server("2001:db8::1", 443, "https")),
    ],
)
def test_what_names_a_server(text, expected):
    assert expected == server_of(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        " ",
        "https://",
        "mail.example.com:port",
        "mail.example.com:99999",
        "https://[::1",
        "two words",
        "x" * 300,
        "x" * 100_000,
    ],
)
def test_what_names_none(text):
    assert None is server_of(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (993, 993),
        ("993", 993),
        (0, None),
        (65_536, None),
        (True, None),
        ("x", None),
        (None, None),
        (1.5, None),
        ("²", None),
        ("9" * 10_000, None),
    ],
)
def test_ports(value, expected):
    assert expected == port_of(value)


@given(st.text(max_size=200))
def test_any_text_names_a_server_or_none(text):
    found = server_of(text)

    assert found is None or (found.host and "@" not in found.host and "/" not in found.host)
