"""Addresses in the strings of code."""

from __future__ import annotations

import pytest

from scanner.formats.programs import observables
from scanner.formats.programs.observables import COUNT_LIMIT, Observables, top_level_domains
from tests.formats.programs.raw_dex import string


def of_dex(*texts):
    data = b"".join(map(string, (text.encode() for text in texts)))
    seen = Observables()
    seen.add_dex(data, 0, len(data))
    return seen


def urls(*texts):
    return tuple(of_dex(*texts).urls)


def domains(*texts):
    return tuple(of_dex(*texts).domains)


def addresses(*texts):
    return tuple(of_dex(*texts).addresses)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://host.example.com/gate?id=1", "https://host.example.com/gate?id=1"),
        ("see http://host.example.com/a, and more", "http://host.example.com/a"),
        ("HTTPS://host.example.com", "https://host.example.com"),
        ("wss://host.example.net:8443/feed", "wss://host.example.net:8443/feed"),
        ("http://user:word@host.example.org/", "http://user:word@host.example.org/"),
        ("http://198.51.100.7:8080/x", "http://198.51.100.7:8080/x"),
        ("http://[2001:db8::7]/x", "http://[2001:db8::7]/x"),
        ('{"to":"https://host.example.com/a"}', "https://host.example.com/a"),
    ],
)
def test_a_url_is_found_wherever_it_stands(text, url):
    assert (url,) == urls(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://%s/api",
        "http://localhost/api",
        "http://127.0.0.1/api",
        "http://0.0.0.0:80",
        "http://host.notadomain/x",
        "file:///data/local",
        "content://com.example/x",
        "http://www.w3.org/2001/XMLSchema",
        "http://schemas.android.com/apk/res/android",
        "https://xmlpull.org/v1/doc/features.html",
        "http://999.1.2.3/x",
        "://host.example.com",
    ],
)
def test_what_names_no_host_that_could_be_reached_is_left_out(text):
    assert () == urls(text)


def test_the_length_before_a_string_is_no_part_of_its_scheme():
    text = "https://host.example.com/" + "a" * (ord("x") - 25)

    assert (text,) == urls(text)


def test_the_host_of_a_url_is_a_domain_or_an_address():
    seen = of_dex("https://Host.Example.com/a", "http://198.51.100.7/b")

    assert ["host.example.com"] == list(seen.domains)
    assert ["198.51.100.7"] == list(seen.addresses)


@pytest.mark.parametrize("text", ["c2.host-7.example.com", "a.example.net:8080", "example.org"])
def test_a_whole_string_may_be_a_domain(text):
    assert (text.partition(":")[0],) == domains(text)


@pytest.mark.parametrize(
    "text",
    [
        "com.example.app",
        "android.app",
        "java.security",
        "user.name",
        "libexample.so",
        "archive.zip",
        "Example.com",
        "say example.com",
        "1.2",
        "example.notadomain",
        "schemas.android.com",
    ],
)
def test_names_of_packages_files_and_properties_are_no_domains(text):
    assert () == domains(text)


@pytest.mark.parametrize("text", ["203.0.113.77:8080", "192.0.2.1:443"])
def test_an_address_with_a_port_is_one(text):
    assert (text.partition(":")[0],) == addresses(text)


def test_a_whole_string_of_four_large_numbers_is_an_address():
    assert ("93.184.215.14",) == addresses("93.184.215.14")


@pytest.mark.parametrize(
    "text",
    ["1.2.3.4", "2.5.29.15", "1.3.132.34", "4.1.4.0", "11.20.4.1", "256.300.1.1", "10.99.88.77"],
)
def test_versions_and_object_identifiers_are_no_addresses(text):
    assert () == addresses(text)


def test_each_kind_is_bounded_and_stands_once():
    seen = of_dex(*(f"https://h{number}.example.com/" for number in range(600)))
    again = of_dex("https://host.example.com/", "https://host.example.com/")

    assert (COUNT_LIMIT, COUNT_LIMIT) == (len(seen.urls), len(seen.domains))
    assert 1 == len(again.urls)


def test_strings_of_a_library_have_no_length_before_them():
    seen = Observables()
    seen.add_strings(b"\0host.example.com\0https://other.example.com/x\0")

    assert {"host.example.com", "other.example.com"} == set(seen.domains)


def test_strings_are_told_apart_across_the_parts_that_are_read():
    filler = b"\0" * (observables._CHUNK - 8)
    seen = Observables()
    seen.add_strings(filler + b"host.example.com\0")

    assert ["host.example.com"] == list(seen.domains)


def test_a_url_has_at_most_so_many_characters():
    (url,) = urls("https://host.example.com/" + "a" * 5000)

    assert observables.URL_LIMIT + len("https") == len(url)


def test_places_that_look_like_urls_are_looked_at_within_bounds():
    seen = Observables()
    seen.add_urls(b"://" * 2_000_000 + b"https://host.example.com/")

    assert {} == seen.urls


def test_top_level_domains_are_in_lower_case_and_punycode():
    known = top_level_domains()

    assert {b"com", b"onion", b"xn--p1ai"} <= known
    assert all(name.isascii() and b"." not in name for name in known)
