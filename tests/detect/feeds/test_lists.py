"""Plain lists, hosts files and filter lists."""

from __future__ import annotations

import pytest

from scanner.errors import RuleError

from .bundles import read, values

SHA256 = "0123456789abcdef" * 4


def test_a_hosts_file(tmp_path):
    feed = read(
        tmp_path,
        "# title\n127.0.0.1 localhost\n::1 localhost ip6-localhost\n\n"
        "0.0.0.0 a.example.com b.example.com # comment\n0.0.0.0\tc.example.com\r\n"
        "127.0.0.1  A.example.com\n",
        "hosts",
    )

    assert "hosts" == feed.kind
    assert [f"{name}.example.com" for name in "abc"] == [one.value for one in feed.indicators]
    assert 0 == feed.unusable_count


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("c2.example.com", ("domain", "c2.example.com")),
        ("C2.Example.COM.", ("domain", "c2.example.com")),
        ("*.c2.example.com", ("domain", "c2.example.com")),
        ("c2[.]example[.]com", ("domain", "c2.example.com")),
        ("bücher.example.de", ("domain", "xn--bcher-kva.example.de")),
        ("пример.рф", ("domain", "xn--e1afmkfd.xn--p1ai")),
        ("app.example.com", ("domain", "app.example.com")),
        ("c2.example.com  # with a comment", ("domain", "c2.example.com")),
        ("||c2.example.com^", ("domain", "c2.example.com")),
        ("||c2.example.com^$third-party", ("domain", "c2.example.com")),
        ("45.91.0.1", ("ip", "45.91.0.1")),
        ("45.91.0.0/24", ("ip", "45.91.0.0/24")),
        ("2a00::1", ("ip", "2a00::1")),
        ("hxxp://c2.example.com/a", ("url", "http://c2.example.com/a")),
        ("c2.example.com/a/b", ("url", "//c2.example.com/a/b")),
        (SHA256, ("sha256", SHA256)),
        (SHA256[:40].upper(), ("sha1", SHA256[:40])),
        (SHA256[:32], ("md5", SHA256[:32])),
        ("a@example.com", ("email", "a@example.com")),
        ("/data/local/tmp/a", ("file_path", "/data/local/tmp/a")),
        ("com.example.spyware", ("package", "com.example.spyware")),
    ],
)
def test_the_shape_of_a_value_tells_its_type(tmp_path, line, expected):
    feed = read(tmp_path, f"# list\n! list\n; list\n// list\n\n{line}\n{line}\n", "list.txt")

    assert ("plain", [expected], 0) == (feed.kind, values(feed.indicators), feed.unusable_count)


@pytest.mark.parametrize(
    "line",
    [
        "com.example.app",
        "a." * 200 + "com",
        "x" * 9000,
        "é.нет",
        "spyware",
        "two words",
        "a.b.notatld",
        "@@||example.com^",
        "||a*b^",
        "com",
    ],
)
def test_a_value_whose_shape_does_not_tell_is_listed(tmp_path, line):
    feed = read(tmp_path, f"c2.example.com\n{line}\n", "list.txt")

    assert [("domain", "c2.example.com")] == values(feed.indicators)
    assert ["line 2"] == [one.params["object"] for one in feed.unusable]


@pytest.mark.parametrize(
    ("name", "value", "type"),
    [
        ("package_names.txt", "com.example.app", "package"),
        ("appids.txt", "com.example.app", "package"),
        ("package_cert_hashes.txt", SHA256, "certificate_sha256"),
        ("certificates.txt", SHA256[:40], "certificate_sha1"),
        ("processes.txt", "roleaboutd", "process"),
        ("config_profiles.txt", "com.example.profile", "profile"),
        ("android_properties.txt", "sys.example", "property"),
        ("file_names.txt", "a.plist", "file_name"),
        ("file_paths.txt", "/var/tmp/a", "file_path"),
        ("domains.txt", "com.example.app", "domain"),
        ("v2_domains.txt", "45.91.0.1", "ip"),
    ],
)
def test_the_name_of_a_file_tells_the_type(tmp_path, name, value, type):
    assert [(type, value)] == values(read(tmp_path, value + "\n", name).indicators)
    assert [(type, value)] == values(read(tmp_path, value, "x", name=name, kind="plain").indicators)


def test_a_comment_tells_the_type(tmp_path):
    feed = read(tmp_path, "# type: package\ncom.example.app\n", "domains.txt")

    assert [("package", "com.example.app")] == values(feed.indicators)


def test_only_the_first_lines_tell_the_type(tmp_path):
    feed = read(tmp_path, "c2.example.com\n" * 300 + "# type: package\n", "list.txt")

    assert [("domain", "c2.example.com")] == values(feed.indicators)


def test_a_line_of_a_hosts_file_without_an_address_is_listed(tmp_path):
    feed = read(tmp_path, "0.0.0.0 c2.example.com\nb.example.com\n", "hosts", kind="hosts")

    assert (["c2.example.com"], 1) == (
        [one.value for one in feed.indicators],
        feed.unusable_count,
    )


def test_a_header_of_a_filter_list_is_no_value(tmp_path):
    feed = read(tmp_path, "[Adblock Plus 2.0]\n! title\n||c2.example.com^\n", "filters.txt")

    assert (["c2.example.com"], 0) == (
        [one.value for one in feed.indicators],
        feed.unusable_count,
    )


@pytest.mark.parametrize("text", ["lorem ipsum\ndolor\n", "#!/bin/sh\nexit 1\n", "<html>\n", "3\n"])
def test_text_of_another_kind_is_refused(tmp_path, text):
    with pytest.raises(RuleError, match="of no known kind") as caught:
        read(tmp_path, text, "other")
    assert caught.value.remedy
