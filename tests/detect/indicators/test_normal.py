"""Normal forms: two ways to write one value give one text."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detect.indicators import classify_host, normalise, observe
from scanner.model.observables import OBSERVABLE_TYPES, ObservableType

UUID = "0D4C8C0E-8A0B-4E5C-9D55-3A0A6D9F2B11"
SHA1 = "01ab" * 10

SAME: tuple[tuple[ObservableType, str, str], ...] = (
    ("domain", "Evil.Example.COM.", "evil.example.com"),
    ("domain", "*.evil.example.com", "evil.example.com"),
    ("domain", ".evil.example.com", "evil.example.com"),
    ("domain", "evil[.]example(dot)com", "evil.example.com"),
    ("domain", "bücher.example", "xn--bcher-kva.example"),
    ("domain", "XN--BCHER-KVA.example", "xn--bcher-kva.example"),
    ("domain", "evil\u3002example\uff0ecom", "evil.example.com"),
    ("domain", "☃.example.com", "xn--n3h.example.com"),
    ("domain", "_dmarc.example.com", "_dmarc.example.com"),
    ("domain", "owner.github.io", "owner.github.io"),
    ("ip", "198.51.100.1:8443", "198.51.100.1"),
    ("ip", "198[.]51[.]100[.]1", "198.51.100.1"),
    ("ip", "198.51.100.77/24", "198.51.100.0/24"),
    ("ip", "198.51.100.1/32", "198.51.100.1"),
    ("ip", "::ffff:198.51.100.1", "198.51.100.1"),
    ("ip", "64:ff9b::c633:6401", "198.51.100.1"),
    ("ip", "64:ff9b:1::c633:6401", "64:ff9b:1::c633:6401"),
    ("ip", "::ffff:198.51.100.0/120", "198.51.100.0/24"),
    ("ip", "2001:0DB8:0::1", "2001:db8::1"),
    ("ip", "[2001:db8::1]:443", "2001:db8::1"),
    ("ip", "2001:db8:ffff::/32", "2001:db8::/32"),
    ("url", "hxxps://Evil[.]example.com:443", "https://evil.example.com/"),
    ("url", "hxxp[://]evil.example.com/a", "http://evil.example.com/a"),
    ("url", "HTTP://u:p@evil.example.com:8080/a#b", "http://evil.example.com:8080/a"),
    ("url", "http://evil.example.com/a/./b/../c", "http://evil.example.com/a/c"),
    ("url", "http://evil.example.com/%7Ea/%2f?x=%e4", "http://evil.example.com/~a/%2F?x=%E4"),
    ("url", "http://evil.example.com/ä b", "http://evil.example.com/%C3%A4%20b"),
    ("url", "http://evil.example.com?q=1", "http://evil.example.com/?q=1"),
    ("url", "http://evil.example.com/a?", "http://evil.example.com/a"),
    ("url", "http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
    ("url", "evil.example.com/a", "//evil.example.com/a"),
    ("email", "Some.One@Bücher.example", "some.one@xn--bcher-kva.example"),
    ("email", "mailto:a[at]evil[.]example.com", "a@evil.example.com"),
    ("file_path", "/private/var/db//abc/", "/var/db/abc"),
    ("file_path", "/var/db/./x/../abc", "/var/db/abc"),
    ("file_path", "/sdcard/Android/x", "/storage/emulated/0/Android/x"),
    ("file_path", "/data/user/0/com.example.app", "/data/data/com.example.app"),
    ("file_path", "/sdcardx/a", "/sdcardx/a"),
    ("sha1", " " + SHA1.upper() + " ", SHA1),
    ("certificate_sha1", ":".join(["01", "AB"] * 10), SHA1),
    ("package", " com.example.Spy ", "com.example.Spy"),
    ("profile", UUID.lower(), UUID),
    ("profile", "{" + UUID + "}", UUID),
    ("profile", "com.example.Profile", "com.example.Profile"),
    ("adb_key", "MD5:" + "0a" * 16, ":".join(["0A"] * 16)),
    ("process", "bh", "bh"),
)

REFUSED: tuple[tuple[ObservableType, str, str], ...] = (
    ("domain", "", "empty"),
    ("domain", " . ", "empty"),
    ("domain", "com", "single"),
    ("domain", "localhost", "single"),
    ("domain", "co.uk", "public suffix"),
    ("domain", "github.io", "public suffix"),
    ("domain", "anything.ck", "public suffix"),
    ("domain", "google.com", "most phones"),
    ("domain", "198.51.100.1", "no domain"),
    ("domain", "a..example.com", "no domain"),
    ("domain", "a b.example.com", "no domain"),
    ("domain", "a" * 64 + ".example.com", "no domain"),
    ("domain", ".".join(["a"] * 200), "253"),
    ("domain", "é" * 5000 + ".example.com", "253"),
    ("domain", "\u2488.example.com", "no domain"),
    ("ip", "198.51.100.0/33", "no network"),
    ("ip", "0.0.0.0/0", "wider"),
    ("ip", "::/0", "wider"),
    ("ip", "198.0.0.0/7", "wider"),
    ("ip", "2000::/15", "wider"),
    ("ip", "0.0.0.0", "no address of the internet"),
    ("ip", "::", "no address of the internet"),
    ("ip", "127.0.0.1", "no address of the internet"),
    ("ip", "192.168.1.1", "no address of the internet"),
    ("ip", "192.0.0.0/8", "no address of the internet"),
    ("ip", "fe80::1%wlan0", "no address of the internet"),
    ("ip", "8.8.8.8", "resolver"),
    ("ip", "198.51.100.256", "no address"),
    ("ip", "198.051.100.001", "no address"),
    ("url", "http://", "empty"),
    ("url", "http://evil.example.com:port/", "port"),
    ("email", "evil.example.com", "no e-mail"),
    ("email", "@evil.example.com", "no e-mail"),
    ("file_path", "Library/x", "absolute"),
    ("file_path", "/", "root"),
    ("file_path", "/data", "whole part"),
    ("file_path", "/private/var/tmp/", "most phones"),
    ("file_name", "a/b", "no name"),
    ("file_name", "base.apk", "most phones"),
    ("sha256", SHA1, "64 hex digits"),
    ("md5", "d41d8cd98f00b204e9800998ecf8427e", "most phones"),
    ("package", "a;reboot", "no name"),
    ("package", "android", "most phones"),
    ("process", "/usr/libexec/bh", "a path"),
    ("property", " ", "empty"),
    ("profile", "x" * 9000, "8192"),
)


@pytest.mark.parametrize(("type", "written", "expected"), SAME)
def test_ways_to_write_one_value(type, written, expected):
    assert expected == normalise(type, written)


@pytest.mark.parametrize(("type", "expected"), [(type, form) for type, _, form in SAME])
def test_a_normal_form_is_its_own(type, expected):
    assert expected == normalise(type, expected)
    assert expected == observe(type, expected)


@pytest.mark.parametrize(("type", "written", "reason"), REFUSED)
def test_what_is_refused(type, written, reason):
    with pytest.raises(ValueError, match=reason):
        normalise(type, written)


@pytest.mark.parametrize(
    ("type", "seen"),
    [
        ("url", "http://evil.example.com/" + "a" * 9000),
        ("url", "http://evil.example.com:1:2/"),
        ("file_path", "/x/" + "a" * 5000),
        ("file_path", "/x/a\0b"),
        ("process", "/"),
        ("property", ""),
        ("adb_key", "0a" * 15),
    ],
)
def test_what_a_phone_may_state_and_is_no_value(type, seen):
    with pytest.raises(ValueError, match=r"\w"):
        observe(type, seen)


def test_exceptions_of_the_public_suffixes_are_domains():
    assert "www.ck" == normalise("domain", "www.ck")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("198.51.100.1", ("ip", "198.51.100.1")),
        ("198.51.100.1:80", ("ip", "198.51.100.1")),
        ("198.51.100.0/24", ("ip", "198.51.100.0/24")),
        ("[2001:db8::1]:80", ("ip", "2001:db8::1")),
        ("2001:db8::1", ("ip", "2001:db8::1")),
        ("evil[.]example.com:8443", ("domain", "evil.example.com")),
        ("Evil.example.com.", ("domain", "evil.example.com")),
    ],
)
def test_a_host_is_an_address_or_a_domain(written, expected):
    assert expected == classify_host(written)


@pytest.mark.parametrize("written", ["co.uk", "127.0.0.1", "1.2.3", ""])
def test_a_host_that_is_refused(written):
    with pytest.raises(ValueError, match=r"\w"):
        classify_host(written)


def form(type: ObservableType, written: str) -> str | None:
    """Return a normal form; None where a text is refused, by ValueError and nothing else."""
    with contextlib.suppress(ValueError):
        return normalise(type, written)
    return None


@given(type=st.sampled_from(OBSERVABLE_TYPES), written=st.text(max_size=60))
def test_any_text_is_refused_or_has_a_normal_form_that_is_its_own(type, written):
    value = form(type, written)

    assert value is None or value == normalise(type, value)


@given(
    type=st.sampled_from(("domain", "ip", "url", "email", "file_path")),
    written=st.text(alphabet="aZé.:/@[]%0128-*_ xn?#\\", max_size=40),
)
def test_structured_text_is_refused_or_has_a_normal_form_that_is_its_own(type, written):
    value = form(type, written)

    assert value is None or value == normalise(type, value)
