"""False matches and misses that are known of another program, and right here."""

from __future__ import annotations

import pytest

from tests.detect.indicators.feeds import found, index, indicator


@pytest.mark.parametrize(
    ("type", "value", "expected"),
    [
        ("domain", "a.bad.example.com", [("below", "bad.example.com")]),
        ("domain", "bad.example.com", [("is", "bad.example.com")]),
        ("domain", "example.com", []),
        ("domain", "verybad.example.com", []),
        ("domain", "bad.example.com.", [("is", "bad.example.com")]),
        ("domain", "BAD.Example.COM", [("is", "bad.example.com")]),
        ("url", "https://bad.example.com:8443/", [("is", "bad.example.com")]),
        ("url", "https://u:p@bad.example.com/", [("is", "bad.example.com")]),
        ("url", "https://x.bad.example.com/a?b#c", [("below", "bad.example.com")]),
        ("url", "https://bad.example.com@good.example.net/", []),
        ("url", "https://good.example.net/bad.example.com", []),
    ],
)
def test_hosts_with_parents_ports_and_users(type, value, expected):
    assert expected == found(index(indicator("domain", "bad.example.com")), type, value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("www.evil.example.com", [("is", "www.evil.example.com")]),
        ("a.www.evil.example.com", [("below", "www.evil.example.com")]),
        ("evil.example.com", []),
    ],
)
def test_an_indicator_with_www_matches_itself_and_below(value, expected):
    assert expected == found(index(indicator("domain", "www.evil.example.com")), "domain", value)


@pytest.mark.parametrize("value", ["evil.co", "a.evil.co"])
def test_a_name_that_only_holds_the_indicator_does_not_match(value):
    held = index(indicator("domain", "evil.co"))

    assert 1 == len(found(held, "domain", value))
    assert [] == found(held, "domain", "notevil.co.localdomain")
    assert [] == found(held, "domain", "evil.co.localdomain")
    assert [] == found(held, "url", "http://notevil.co.localdomain/evil.co")


@pytest.mark.parametrize("written", ["bücher.example.com", "xn--bcher-kva.example.com"])
@pytest.mark.parametrize("seen", ["BÜCHER.example.com", "a.xn--bcher-kva.example.com"])
def test_an_international_name_and_its_punycode(written, seen):
    assert 1 == len(found(index(indicator("domain", written)), "domain", seen))


def test_addresses_match_as_a_whole():
    held = index(indicator("ip", "198.51.100.1"))

    assert [("is", "198.51.100.1")] == found(held, "url", "http://198.51.100.1:8080/")
    assert [] == found(held, "url", "http://198.51.100.12/")
    assert [] == found(held, "url", "http://198.51.100.1.example.com/")


def test_ipv6():
    held = index(indicator("ip", "2001:db8::1"))

    assert [("is", "2001:db8::1")] == found(held, "ip", "2001:0db8:0:0::1")
    assert [("is", "2001:db8::1")] == found(held, "url", "http://[2001:db8::1]:443/")
    assert [] == found(held, "ip", "2001:db8::12")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/private/var/tmp/abc", "is"),
        ("/var/tmp/abc", "is"),
        ("/private/var/tmp/abc/x/y", "below"),
        ("/private/var/tmp/abcdef_benign", None),
        ("/private/var/tmp", None),
    ],
)
@pytest.mark.parametrize("written", ["/private/var/tmp/abc", "/private/var/tmp/abc/"])
def test_a_path_matches_by_its_parts_with_and_without_a_slash(written, value, expected):
    held = index(indicator("file_path", written))

    assert ([(expected, "/var/tmp/abc")] if expected else []) == found(held, "file_path", value)


def test_a_profile_matches_as_a_whole():
    held = index(indicator("profile", "com.example.a"), indicator("profile", "a" * 8))

    assert [] == found(held, "profile", "a")
    assert [] == found(held, "profile", "com.example")
    assert [("is", "com.example.a")] == found(held, "profile", "com.example.a")


@pytest.mark.parametrize(
    ("type", "value"),
    [("url", "http://example.net/"), ("domain", "example.net"), ("ip", "198.51.100.1")],
)
def test_a_set_without_domains_is_searched_all_the_same(type, value):
    held = index(indicator("package", "com.example.spy"))

    assert [] == found(held, type, value)
    assert [("is", "com.example.spy")] == found(held, "package", "com.example.spy")
