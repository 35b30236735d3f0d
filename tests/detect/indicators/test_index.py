"""The index: what a value matches, held against the plainest ways to find it."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detect.indicators import Index, observe
from scanner.detect.indicators.index import VALUE_LIMIT
from scanner.model.indicators import Indicator
from tests.detect.devices import NOW
from tests.detect.indicators.feeds import feed, found, index, indicator

LABELS = st.lists(st.sampled_from(("a", "b", "ab", "evil", "xn--a")), min_size=0, max_size=3)
DOMAINS = st.builds(lambda labels: ".".join([*labels, "example", "com"]), LABELS)
PARTS = st.lists(st.sampled_from(("a", "b", "ab", "abc")), min_size=2, max_size=5)
PATHS = st.builds(lambda parts: "/" + "/".join(parts), PARTS)
ADDRESSES = st.one_of(
    st.integers(0, 2**12 - 1).map(lambda low: ipaddress.ip_address((198 << 24) + low)),
    st.integers(0, 2**12 - 1).map(lambda low: ipaddress.ip_address((0x20010DB8 << 96) + low)),
)


def networks(address):
    longest = address.max_prefixlen
    return st.integers(longest - 12, longest).map(
        lambda bits: str(ipaddress.ip_network((address, bits), strict=False))
    )


@given(known=st.lists(DOMAINS, max_size=8), value=DOMAINS)
def test_domains_are_found_as_by_their_endings(known, value):
    expected = {each for each in known if value == each or value.endswith(f".{each}")}

    held = index(*(indicator("domain", each) for each in known))

    assert expected == {each for _, each in found(held, "domain", value)}


@given(known=st.lists(PATHS, max_size=8), value=PATHS)
def test_paths_are_found_as_by_their_parts(known, value):
    parts = value.split("/")
    expected = {each for each in known if parts[: each.count("/") + 1] == each.split("/")}

    held = index(*(indicator("file_path", each) for each in known))

    assert expected == {each for _, each in found(held, "file_path", value)}


@given(known=st.lists(ADDRESSES.flatmap(networks), max_size=8), value=ADDRESSES)
def test_networks_are_found_as_by_the_library(known, value):
    known = [observe("ip", each) for each in known]
    expected = {each for each in known if value in ipaddress.ip_network(each)}

    held = index(*(indicator("ip", each) for each in known))

    assert expected == {each for _, each in found(held, "ip", str(value))}


def test_a_search_stops_at_the_public_suffix():
    held = index(Indicator(type="domain", value="co.uk", id="made elsewhere"))

    assert [] == found(held, "domain", "anything.co.uk")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://evil.example.com/a?b=c", [("is", "https://evil.example.com/a?b=c")]),
        ("https://x@EVIL.example.com:443/a?b=c#d", [("is", "https://evil.example.com/a?b=c")]),
        ("https://evil.example.com/a", []),
        ("http://any.example.org/x", [("is", "//any.example.org/x")]),
        ("ftp://any.example.org/x", [("is", "//any.example.org/x")]),
        ("http://198.51.100.9/", [("in", "198.51.100.0/24")]),
        ("http://a.bad.example.net/", [("below", "bad.example.net")]),
        ("no address at all", []),
        ("http://[", []),
    ],
)
def test_urls(value, expected):
    held = index(
        indicator("url", "https://evil.example.com/a?b=c"),
        indicator("url", "any.example.org/x"),
        indicator("ip", "198.51.100.0/24"),
        indicator("domain", "bad.example.net"),
    )

    assert expected == found(held, "url", value)


@pytest.mark.parametrize(
    ("platform", "name", "expected"),
    [
        ("android", "com.example.spyware", [("is", "com.example.spyware")]),
        ("android", "example.spyware", [("cut", "com.example.spyware")]),
        ("android", "xample.spyware", []),  # 14 characters: nothing was cut
        ("android", "com.example.spy", [("cut", "com.example.spyware")]),
        ("android", "surveillanceagent", [("is", "surveillanceagent")]),
        ("android", "surveillanceage", [("cut", "surveillanceagent")]),
        ("android", "surveillanceagen", []),  # 16 characters
        ("ios", "surveillanceagen", [("cut", "surveillanceagent")]),
        ("ios", "surveillanceage", []),
        ("ios", "example.spyware", []),
        ("ios", "/usr/libexec/surveillanceagent", [("is", "surveillanceagent")]),
        ("", "surveillanceage", []),
        ("android", "short", [("is", "short")]),
        ("android", "shor", []),
    ],
)
def test_names_of_processes_as_the_platform_cuts_them(platform, name, expected):
    held = index(
        indicator("process", "com.example.spyware"),
        indicator("process", "surveillanceagent"),
        indicator("process", "short"),
    )

    assert expected == found(held, "process", name, platform)


def test_an_app_s_process_of_which_the_last_characters_are_left():
    held = index(indicator("package", "com.example.spyware"))

    assert [("cut", "com.example.spyware")] == found(held, "process", "example.spyware")
    assert [] == found(held, "process", "example.spyware", "ios")


def test_many_long_names_that_end_alike_say_little_of_a_cut_one():
    held = index(*(indicator("process", f"name{n}.example.spyware") for n in range(5000)))

    assert 8 == len(held.find("process", "example.spyware", platform="android"))


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, (1, 0, 0, 0)),
        ({"revoked": True}, (0, 1, 0, 0)),
        ({"valid_until": NOW}, (0, 0, 1, 0)),
        ({"valid_until": NOW + timedelta(seconds=1)}, (1, 0, 0, 0)),
        ({"valid_from": NOW}, (1, 0, 0, 0)),
        ({"valid_from": NOW + timedelta(seconds=1)}, (0, 0, 0, 1)),
    ],
)
def test_what_does_not_count_is_counted(stated, expected):
    held = index(indicator("package", "com.example.spy", **stated))

    counts = held.counts[0]
    assert expected == (len(held), counts.revoked, counts.expired, counts.not_yet_valid)
    assert bool(expected[0]) == bool(held.find("package", "com.example.spy"))


def test_without_a_moment_every_date_counts():
    old = indicator("package", "com.example.spy", valid_until=NOW)

    assert 1 == len(Index.of([feed(old)], None))


def test_each_feed_is_found():
    one, two = indicator("package", "com.example.a"), indicator("package", "com.example.b")
    held = Index.of([feed(one, two, id="x"), feed(id="empty"), feed(two, one, id="y")], NOW)

    assert [(0, two), (2, two)] == [
        (each.feed, each.indicator) for each in held.find("package", "com.example.b")
    ]


@pytest.mark.parametrize(
    ("type", "written", "seen"),
    [
        ("sha256", "AB" * 32, "ab" * 32),
        ("certificate_sha256", "ab" * 32, ":".join(["AB"] * 32)),
        ("adb_key", "0a" * 16, ":".join(["0A"] * 16)),
        ("email", "Spy@Example.com", "spy@example.com"),
        ("property", "sys.example", "sys.example"),
        ("file_name", "spy.apk", "spy.apk"),
    ],
)
def test_both_sides_have_one_normal_form(type, written, seen):
    held = index(indicator(type, written))

    assert 1 == len(held.find(type, seen))


@pytest.mark.parametrize("value", ["", "\0", "x" * 10_000, "é", "a:b:c"])
def test_no_value_of_a_phone_is_an_error(value):
    types = ("sha256", "domain", "ip", "url", "email", "file_path", "process", "profile")
    held = index(
        indicator("sha256", "ab" * 32),
        indicator("domain", "evil.example.com"),
        indicator("ip", "198.51.100.1"),
        indicator("url", "http://evil.example.com/"),
        indicator("email", "a@evil.example.com"),
        indicator("file_path", "/var/db/x"),
        indicator("process", "bh"),
        indicator("profile", "com.example.profile"),
    )

    assert [] == [found(held, type, value) for type in types if found(held, type, value)]


def test_a_value_that_a_feed_repeats_without_end():
    ones = [indicator("package", "com.example.spy", id=str(n)) for n in range(VALUE_LIMIT + 10)]
    held = index(*ones)

    assert VALUE_LIMIT == len(held.find("package", "com.example.spy"))
    assert 10 == held.counts[0].crowded


def test_parts_of_a_pattern_are_found_as_parts():
    both = indicator("package", "com.example.a", also=(("sha256", "ab" * 32),))
    held = index(indicator("package", "com.example.b"), both)

    assert [(both, 0)] == [(x.indicator, x.part) for x in held.find("package", "com.example.a")]
    assert [(both, 1)] == [(x.indicator, x.part) for x in held.find("sha256", "ab" * 32)]
    assert {"package": 2} == held.counts[0].types


@pytest.mark.parametrize(
    "value", ["http://u:p@evil.example.com:8080/", "evil.example.com:8080", "EVIL.example.com."]
)
def test_a_proxy_is_a_host_however_it_is_written(value):
    held = index(indicator("domain", "evil.example.com"))

    assert [("is", "evil.example.com")] == found(held, "domain", value)
