from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from scanner.detect.feeds import MAX_FEED_BYTES
from scanner.detect.problems import RuleErrors
from scanner.errors import UsageError
from scanner.pipeline.feeds import feed_line, gather, read_one
from tests.formats.signing import Signer
from tests.pipeline.feeds.made import DAY, at, bundle, states, values

pytestmark = pytest.mark.usefixtures("store")


def test_nothing():
    assert () == gather([])


def test_imported_feeds_and_named_files(write):
    states(write("b.txt", b"b.example.com\n"))
    named = write("a.txt", b"a.example.com\n")

    assert ["b", "a"] == [feed.id for feed in gather([named])]
    assert ["a"] == [feed.id for feed in gather([named], stored=False)]


def test_two_files_of_one_name_get_two_ids(write):
    states(write("feed.txt", b"a.example.com\n"))
    files = [
        write("x/feed.txt", b"b.example.com\n"),
        write("y/feed.csv", b"type,value\ndomain,c.example.com\nstrange,x\n"),
    ]
    feeds = gather(files)

    assert ["feed", "feed-2", "feed-3"] == [feed.id for feed in feeds]
    assert {"feed-3"} == {message.params["feed"] for message in feeds[2].unusable}


def test_a_file_that_comes_twice_counts_once(write):
    path = write("feed.txt", b"a.example.com\n")
    states(path)

    assert ["feed"] == [feed.id for feed in gather([path, write("copy.txt", path.read_bytes())])]


def test_a_folder(write):
    write("all/a.txt", b"a.example.com\n")
    folder = write("all/b.stix2", bundle("b.example.com")).parent

    assert ["a.example.com", "b.example.com"] == values(*gather([folder]))


def test_everything_that_is_wrong_at_once(write):
    files = [write("a.stix2", b"{"), write("b.txt", b""), write("c.txt", b"c.example.com\n")]

    with pytest.raises(RuleErrors) as raised:
        gather(files)

    assert ["a.stix2", "b.txt"] == [
        str(each.path).rpartition("/")[2] for each in raised.value.errors
    ]


def test_a_file_over_the_limit(write):
    with pytest.raises(RuleErrors, match="larger than 10 bytes"):
        gather([write("a.txt", b"a.example.com\n")], limit=10)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        gather([tmp_path / "none.txt"])


def test_a_signature_beside_a_named_file_was_not_checked(write):
    path = write("a.txt", b"a.example.com\n")
    write("a.txt.minisig", Signer(b"1" * 32).sign(b"a.example.com\n"))

    assert "unknown_key" == read_one(path, limit=MAX_FEED_BYTES).signature


def test_what_counts_at_a_moment(write):
    feed = read_one(write("a.stix2", bundle("a.example.com", "b.example.com")))

    assert {"domain": 2} == feed_line(feed, at(DAY)).types
    assert 2 == feed_line(feed, at(DAY) - timedelta(days=1)).not_yet_valid


def test_a_scan_that_gathers_feeds_loads_nothing_that_opens_connections(write):
    states(write("a.txt", b"a.example.com\n"))
    script = (
        "import sys; from scanner.pipeline.feeds import gather; gather([]);"
        "print([n for n in ('scanner.pipeline.feeds.download', 'scanner.pipeline.feeds.updating')"
        " if n in sys.modules])"
        # nor the readers, where what they read is kept
        "; print('scanner.detect.feeds' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert ("[]\nFalse\n", "") == (run.stdout, run.stderr)


def test_what_is_no_feed_in_a_folder_is_passed_over_and_said(write, caplog):
    write("all/package.json", b'{"name": "tools"}')
    write("all/empty.txt", b"\n")
    write("all/.git/config.json", b"{")
    write("all/.hidden.txt", b"\0")
    folder = write("all/deep/a.txt", b"a.example.com\n").parent.parent

    assert ["a.example.com"] == values(*gather([folder]))
    assert [
        f"passed over: {folder}/empty.txt: empty",
        f"passed over: {folder}/package.json: JSON of no known kind",
    ] == caplog.messages


def test_what_is_malformed_in_a_folder_refuses(write):
    write("all/a.stix2", b'{"type": "bundle", "objects": [')
    folder = write("all/b.txt", b"b.example.com\n").parent

    with pytest.raises(RuleErrors, match=r"a\.stix2"):
        gather([folder])


@pytest.mark.parametrize("data", [b"", b'{"name": "tools"}', b"<html></html>"])
def test_a_file_that_is_no_feed_is_an_error_where_it_is_named(write, data):
    path = write("all/a.txt", data)

    with pytest.raises(RuleErrors, match=r"empty|of no known kind"):
        gather([path])
    with pytest.raises(UsageError, match="no files of indicators there"):
        gather([path.parent])


def test_stix_and_misp_in_one_file_are_no_file_of_another_kind(write):
    path = write("all/a.json", b'[{"type": "bundle", "objects": []}, {"Event": {"info": "x"}}]')

    with pytest.raises(RuleErrors, match="STIX and MISP in one file"):
        gather([path.parent])
