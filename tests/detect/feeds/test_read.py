"""What a file must be, to be read at all."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.detect.feeds import read_feed, sniff
from scanner.detect.feeds.draft import INDICATOR_LIMIT, Draft
from scanner.errors import RuleError
from scanner.model.indicators import FeedKind, Indicator

from .bundles import bundle, indicator, read, reasons, values

DOMAIN = "[domain-name:value = 'c2.example.com']"
KINDS: tuple[FeedKind, ...] = ("stix", "misp", "csv", "hosts", "plain", "stalkerware")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\xef\xbb\xbf", "of no known kind"),
        ("c2.example.com\n".encode("utf-16"), "a NUL"),
        (b"c2.example.com\n\0", "line 2: no text: a NUL"),
        (b"c2.example.com\n\xff\xfe\n", "no UTF-8 text"),
        (b"a" * 1024 * 1024 + b"\n\xc3", "no UTF-8 text"),
        (b'{"type": "bundle", "objects": [', "truncated"),
        (b'{"type": "bundle",\n "objects": [}\n', r"line 2: .*\(byte \d+\)"),
        (b'{"type": "bundle", "objects": {}}', "objects"),
        (b'{"type": "bundle", "objects": [{"id": "\\ud800"}]}', "no JSON of a feed"),
        (b'{"type": "bundle", "objects": [NaN]}', "byte 31"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"objects": ' + b"[" * 100_000, "nested too deep"),
        (b'{"objects": [' + b'{"a":' * 100_000, "nested too deep"),
        (b'{"Event": ' + b'{"a":' * 100_000, "nested too deep"),
        (b"{}", "JSON of no known kind"),
        (b"[]", "JSON of no known kind"),
        (b"[[]]", "Expected `object`"),
        (b"[3]", "of no known kind"),
        (b'{"iocs": []}', "JSON of no known kind"),
        (b'{"type": "bundle", "objects": []}\n{"Event": {}}\n', "STIX and MISP in one file"),
    ],
)
def test_a_broken_file_is_refused_with_a_reason_and_a_remedy(tmp_path, content, reason):
    with pytest.raises(RuleError, match=reason) as caught:
        read(tmp_path, content)
    assert caught.value.remedy
    assert str(tmp_path / "feed.json") == str(caught.value.path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff", b"- a", b"<html>", b"{}"])
def test_a_named_kind_never_crashes(tmp_path, kind, content):
    try:
        feed = read(tmp_path, content, kind=kind)
    except RuleError:
        return
    assert () == feed.indicators
    assert feed.unusable_count


def test_a_file_over_the_limit_is_refused_and_one_at_it_is_read(tmp_path):
    content = b"c2.example.com\n"

    assert 1 == len(read(tmp_path, content, limit=len(content)).indicators)
    with pytest.raises(RuleError, match="larger than 14 bytes"):
        read(tmp_path, content, limit=len(content) - 1)


def test_a_folder_a_pipe_and_nothing_are_no_feeds(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "absent", Path(os.devnull)):
        with pytest.raises(RuleError, match="no file"):
            read_feed(path)


def test_a_path_that_cannot_be_opened_is_an_error(tmp_path):
    with pytest.raises(RuleError, match=r"cannot be read|no file"):
        read_feed(tmp_path / ("x" * 5000))


def test_a_feed_has_at_most_so_many_indicators():
    draft = Draft("feed", "feed")
    one = Indicator(type="package", value="com.example.a", id="1")
    draft.indicators.extend([one] * INDICATOR_LIMIT)

    with pytest.raises(RuleError, match="more than 2000000 indicators"):
        draft.add(one)


def test_a_file_has_its_digest_and_size(tmp_path):
    content = "\ufeffc2.example.com\n".encode()
    feed = read(tmp_path, content)

    assert (sha256(content).hexdigest(), len(content)) == (feed.sha256, feed.size)


def test_a_named_kind_must_be_the_kind(tmp_path):
    with pytest.raises(RuleError, match="no JSON of the kind misp"):
        read(tmp_path, bundle([indicator(DOMAIN)]), kind="misp")
    with pytest.raises(RuleError, match="no JSON of the kind stix"):
        read(tmp_path, {"Event": {}}, kind="stix")
    with pytest.raises(RuleError, match="no column of a known name"):
        read(tmp_path, "c2.example.com\n", kind="csv")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"type":"bundle","objects":[]}', "stix"),
        (b'\xef\xbb\xbf[{"type":"indicator"}]', "stix"),
        (b'{"Event":{}}', "misp"),
        (b'{"uuid":"x","Attribute":[]}', "misp"),
        (b"type,value\n", "csv"),
        (b"0.0.0.0 c2.example.com\n", "hosts"),
        (b"c2.example.com\n", "plain"),
        (b"# apps\n---\n- name: x\n", "stalkerware"),
        (b"<html>", None),
        (b"{}", None),
        (b"[]", None),
    ],
)
def test_the_content_tells_the_kind(content, kind):
    assert kind == sniff(content, Path("feed.csv"))


@pytest.mark.parametrize(
    ("key", "written", "counted"),
    [
        ("confidence", "9" * 5001, 0),
        ("x", "9" * 5001, 1),
        ("x", "1e300", 1),
        ("pattern", "\"[file:name = '\\u0000']\"", 0),
        ("pattern", "\"[url:value = 'https://a.example.com/" + "x" * 10**6 + "']\"", 0),
        ("labels", "[" + "0," * 100_000 + "0]", 1),
        ("created", "9" * 5001, 0),
        ("modified", '"9999-99-99"', 1),
        ("valid_from", '"-1"', 0),
    ],
)
def test_strange_values_of_an_object_are_no_error_of_the_file(tmp_path, key, written, counted):
    one = json.dumps(indicator(DOMAIN, 2))[:-1] + f', "{key}": {written}}}'
    other = json.dumps(indicator("[app:id = 'com.example.a']", 1))
    feed = read(tmp_path, f'{{"type": "bundle", "objects": [{one}, {other}]}}')

    assert ("package", "com.example.a") == values(feed.indicators)[-1]
    assert (1 + counted, 1 - counted) == (len(feed.indicators), feed.unusable_count)


def test_of_keys_that_stand_twice_the_last_counts(tmp_path):
    text = json.dumps(indicator(DOMAIN))[:-1] + ', "pattern": "[app:id = \'com.example.a\']"}'

    assert [("package", "com.example.a")] == values(read(tmp_path, text).indicators)


def test_the_kind_of_text_in_another_encoding_is_not_told():
    with pytest.raises(RuleError, match="no UTF-8 text"):
        sniff(b"c2.example.com\n\xff", Path("feed.txt"))


def test_a_mark_that_steers_a_terminal_stays_visible(tmp_path):
    feed = read(tmp_path, "c2.example.com\nc2\u202eexample\n", "list.txt")

    assert all("\u202e" not in reason for reason in reasons(feed))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=500)
    | st.text(max_size=500).map(str.encode)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just(DOMAIN),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["type", "objects", "pattern", "id", "Event", "Attribute", "Object",
                                 "response", "value", "to_ids", "uuid", "indicator"]),
                inner | st.sampled_from(["indicator", "report", "relationship", "domain"]),
                max_size=6,
            )
        ),
        max_leaves=30,
    ).map(lambda value: json.dumps(value).encode())
)  # fmt: skip
def test_any_content_is_a_feed_or_an_error(tmp_path, content):
    for kind in (None, *KINDS):
        try:
            feed = read(tmp_path, content, kind=kind)
        except RuleError:
            continue
        assert feed.unusable_count >= 0


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html>\n<p>Not found. See\nhttps://www.example.org/help\n",
        b'<?xml version="1.0"?>\n<stix:STIX_Package\n  xmlns:stix=\n"http://example.org/stix"\n/>\n',
    ],
)
def test_a_page_or_xml_is_no_list_of_addresses(tmp_path, content):
    with pytest.raises(RuleError, match="of no known kind"):
        read(tmp_path, content, "feed.txt")


def test_the_name_that_is_given_tells_the_type_where_the_path_does_not(tmp_path):
    feed = read(tmp_path, b"bh\nroleaccountd\n", ".draft-1", name="processes.txt")

    assert [("process", "bh"), ("process", "roleaccountd")] == values(feed.indicators)
