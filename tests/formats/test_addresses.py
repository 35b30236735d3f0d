"""Network addresses."""

from __future__ import annotations

import pytest

from scanner.formats.addresses import endpoint, from_hex, is_loopback, is_unspecified, normal


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%wlan0", "fe80::1"),
        ("[fe80::1%wlan0]", "fe80::1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("*", "0.0.0.0"),
        ("", None),
        ("wlan0", None),
        ("300.0.0.1", None),
        ("fe80::1%", None),
    ],
)
def test_an_address_in_its_shortest_form(text, address):
    assert address == normal(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0100007F", "127.0.0.1"),
        ("010200C0", "192.0.2.1"),
        ("00000000000000000000000000000000", "::"),
        ("00000000000000000000000001000000", "::1"),
        ("0000000000000000FFFF00000100007F", "127.0.0.1"),
        ("B80D0120000000000000000001000000", "2001:db8::1"),
        ("0100007", None),
        ("0100007G", None),
        ("", None),
    ],
)
def test_the_words_of_the_kernel(text, address):
    assert address == from_hex(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("192.0.2.1:443", ("192.0.2.1", 443)),
        (":::5555", ("::", 5555)),
        ("::ffff:192.0.2.1:443", ("192.0.2.1", 443)),
        ("[2001:db8::1]:53", ("2001:db8::1", 53)),
        ("0.0.0.0:*", ("0.0.0.0", 0)),
        ("*:5353", ("0.0.0.0", 5353)),
        ("192.0.2.1:65536", None),
        ("192.0.2.1:x", None),
        ("192.0.2.1:٣", None),
        ("192.0.2.1", None),
        ("", None),
    ],
)
def test_an_address_with_its_port(text, found):
    assert found == endpoint(text)


def test_what_only_the_device_reaches():
    assert [True, True, False, False] == [
        is_loopback(one) for one in ("127.0.0.53", "::1", "::", "192.0.2.1")
    ]


def test_what_stands_for_all():
    assert [True, True, False] == [is_unspecified(one) for one in ("0.0.0.0", "::", "::1")]
