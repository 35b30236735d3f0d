from __future__ import annotations

from pathlib import Path

import pytest

from scanner.detect.problems import RuleErrors
from scanner.errors import UsageError
from scanner.pipeline.feeds.sources import Source, read_sources
from tests.formats.signing import Signer

KEY = Signer(b"1" * 32).public_key


def read(tmp_path: Path, text: str | bytes) -> tuple[Source, ...]:
    path = tmp_path / "sources.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_sources(path)


def errors(tmp_path: Path, text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(RuleErrors) as raised:
        read(tmp_path, text)
    assert all(each.remedy for each in raised.value.errors)
    return [(each.where, each.reason) for each in raised.value.errors]


def test_a_source_with_all_keys(tmp_path):
    (source,) = read(
        tmp_path,
        f"""
        [[source]]
        id = "mobile"
        title = "A feed"
        url = "https://feeds.example.org/mobile.stix2"
        kind = "stix"
        tlp = "amber+strict"
        max_bytes = 1000000
        signature = "https://feeds.example.org/mobile.sig"
        public_key = "{KEY}"
        refresh_days = 7
        """,
    )

    assert source == Source(
        id="mobile",
        title="A feed",
        url="https://feeds.example.org/mobile.stix2",
        kind="stix",
        tlp="amber+strict",
        max_bytes=1000000,
        signature="https://feeds.example.org/mobile.sig",
        public_key=KEY,
        refresh_days=7,
    )


def test_a_path_is_seen_from_the_file(tmp_path):
    (source,) = read(tmp_path, '[[source]]\nid = "own"\npath = "feeds/own.csv"\n')

    assert tmp_path / "feeds" / "own.csv" == source.path


def test_all_errors_at_once_each_with_its_line(tmp_path):
    text = """\
[[source]]
id = "Wrong Id"
url = "ftp://feeds.example.org/x"
tlp = "pink"

[[source]]
id = "two"
path = "x"
url = "https://feeds.example.org/x"
max_bytes = true
colour = "red"

[[source]]
id = "two"
url = "https://feeds.example.org/x"
signature = "x.minisig"
"""

    assert [
        ("line 2, source 1.id", "not an id"),
        ("line 3, source 1.url", "no http or https address"),
        (
            "line 4, source 1.tlp",
            "one of clear, green, amber, amber+strict, red expected",
        ),
        ("line 10, source 2.max_bytes", "a number from 1 to 1099511627776 expected"),
        ("line 11, source 2.colour", "unknown key `colour`"),
        ("line 6, source 2", "one of `url` and `path` expected"),
        ("line 16, source 3.signature", "nothing to check it with"),
        ("line 14, source 3.id", "`two` stands twice"),
    ] == errors(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        (b"\xff", "line 1, file", "no UTF-8 text at byte 0"),
        ("a = [\n\n", "line 1, file", "no TOML"),
        ('[[source]]\nid = "x\n', "line 2, file", "no TOML"),
        ("", "line 1, source", "tables expected"),
        ("source = 3", "line 1, source", "tables expected"),
        ("x = " + "[" * 100_000, "line 1, file", "no TOML"),
        ("# " + "x" * 300_000, "line 1, file", "larger than"),
        ("[[source]]\n" * 501, "line 1, source", "more than 500 sources"),
        ("[[source]]\n", "line 1, source 1.id", "is missing"),
    ],
)
def test_what_is_no_file_of_sources(tmp_path, text, where, reason):
    found = errors(tmp_path, text)[0]

    assert where == found[0]
    assert reason in found[1]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feeds.example.org/x",
        "file:///etc/hosts",
        "https://",
        "https://feeds.example.org:x/",
        "https://feeds.example.org/a b",
        "https://feeds.example.org/\u00e9",
        "https://feeds.example.org/\\u000d\\u000aX: y",
    ],
)
def test_no_address(tmp_path, url):
    found = errors(tmp_path, f'[[source]]\nid = "x"\nurl = "{url}"\n')

    assert "line 3, source 1.url" == found[0][0]


@pytest.mark.parametrize("id", ["", "-x", "../x", "a/b", "A", "x" * 65, "x\\n", ".x"])
def test_no_id(tmp_path, id):
    found = errors(tmp_path, f'[[source]]\nid = "{id}"\npath = "x"\n')

    assert "line 2, source 1.id" == found[0][0]


def test_no_key(tmp_path):
    found = errors(tmp_path, '[[source]]\nid = "x"\npath = "x"\npublic_key = "RWx"\n')

    assert [("line 4, source 1.public_key", "line 1: base64 expected")] == found


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="no such file of sources"):
        read_sources(tmp_path / "none.toml")
