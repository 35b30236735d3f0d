"""Addresses in texts."""

from __future__ import annotations

import plistlib
import time

import pytest

from scanner.artifacts.ios.content.addresses import (
    VALUE_LIMIT,
    in_archive,
    in_handle,
    in_name,
    in_text,
    in_url,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no address at all", []),
        ("See https://a.example.com/x?y=1.", [("url", "https://a.example.com/x?y=1")]),
        ("(HTTPS://a.example.com/x)", [("url", "HTTPS://a.example.com/x")]),
        ("(https://a.example.com/x_(y))", [("url", "https://a.example.com/x_(y)")]),
        ('<a href="http://a.example.com/">', [("url", "http://a.example.com/")]),
        ("http://198.51.100.7:8080/x", [("url", "http://198.51.100.7:8080/x")]),
        ("http://bücher.example/ü!", [("url", "http://bücher.example/ü")]),
        ("a.example.com/x", [("url", "a.example.com/x")]),
        ("go to a.example.com.", [("domain", "a.example.com")]),
        ("Ana <ana.b+c@mail.example.org>,", [("email", "ana.b+c@mail.example.org")]),
        ("https://a.example.com\u3000then", [("url", "https://a.example.com")]),
        ("https://a.example.com/x\ufffchttps", [("url", "https://a.example.com/x")]),
        (
            "two: a@example.com and http://b.example.com/",
            [("email", "a@example.com"), ("url", "http://b.example.com/")],
        ),
        ("+1 415 555 0100", []),
    ],
)
def test_texts(text, expected):
    assert expected == list(in_text(text))


def test_an_archive_that_is_no_text_ends_an_address():
    body = b"\x04\x0bstreamtyped\x81\xe8\x03+\x1ahttps://a.example.com/page\x86\x84\x02iI\x01\x1a"

    assert [("url", "https://a.example.com/page")] == list(in_text(body))


@pytest.mark.parametrize("value", [None, 7, 1.5, b"", ""])
def test_what_holds_no_text(value):
    assert [] == [*in_text(value), *in_url(value), *in_archive(value), *in_name(value)]


def test_urls():
    assert [("url", "http://a.example.com/a b")] == list(in_url("http://a.example.com/a b"))
    assert [("domain", "a.example.com")] == list(in_url("a.example.com"))
    assert [] == list(in_url("data:text/html,https://a.example.com/"))
    (long,) = in_url("http://a.example.com/" + "x" * VALUE_LIMIT)
    assert VALUE_LIMIT == len(long[1])


def test_handles():
    assert [("email", "a@example.com")] == list(in_handle("mailto:a@example.com"))
    assert [("email", "a@example.com")] == list(in_handle(b"a@example.com"))
    assert [] == list(in_handle("tel:+14155550100"))


def test_names():
    assert [("file_path", "/private/var/mobile/Library/x.gif")] == list(in_name("~/Library/x.gif"))
    assert [("file_path", "/var/tmp/x")] == list(in_name("/var/tmp/x"))
    assert [("file_name", "x.gif")] == list(in_name("x.gif"))
    assert [] == [*in_name("a/b"), *in_name("\0"), *in_name("")]


def test_property_lists_are_read_as_such():
    """Texts in a binary list have no end of their own."""
    value = {"actions": [{"url": "https://a.example.com/x"}, "me@example.org", 7]}
    data = plistlib.dumps(value, fmt=plistlib.FMT_BINARY)

    assert {("url", "https://a.example.com/x"), ("email", "me@example.org")} == set(
        in_archive(data)
    )
    assert [("url", "http://b.example.com/x")] == list(
        in_archive(b"bplist00 http://b.example.com/x ")
    )


@pytest.mark.parametrize(
    "text",
    [
        "a." * 400_000,
        "a" * 800_000,
        "a@" * 400_000,
        "http://" * 100_000,
        "http://a.example/" + ".)" * 300_000,
        "-a.b" * 200_000,
    ],
    ids=["labels", "letters", "signs", "schemes", "brackets", "dashes"],
)
def test_no_text_takes_long(text):
    started = time.process_time()

    assert all(len(value) <= VALUE_LIMIT for _, value in in_text(text))
    assert time.process_time() - started < 2.0
