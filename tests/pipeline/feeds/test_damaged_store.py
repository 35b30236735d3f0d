from __future__ import annotations

import os

import pytest

from scanner.errors import RuleError, UsageError
from scanner.pipeline.feeds import Store, load, stored_feeds
from tests.pipeline.feeds.made import LATER, bundle, states, values

pytestmark = pytest.mark.usefixtures("store")

ONE = bundle("one.example.com")
TWO = bundle("one.example.com", "two.example.com", modified=LATER)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"format": 2}', b'{"feeds": [{"id": "../x"}]}'],
)
def test_garbage_as_the_list_is_an_error(store, write, garbage):
    states(write("feed.stix2", ONE))
    (store.folder / "feeds.json").write_bytes(garbage)

    with pytest.raises(RuleError, match="list of imported feeds") as raised:
        stored_feeds()
    assert "--no-feeds" in raised.value.remedy
    with pytest.raises(RuleError, match="list of imported feeds"):
        states(write("feed.stix2", TWO))


def test_a_digest_in_the_list_never_becomes_a_path(store, write):
    states(write("feed.stix2", ONE))
    path = store.folder / "feeds.json"
    digest = store.catalogue().feeds[0].newest.sha256
    path.write_text(path.read_text().replace(digest, "../../../../etc/passwd"))

    with pytest.raises(RuleError, match="list of imported feeds"):
        stored_feeds()


@pytest.mark.parametrize("content", [b"", b"x" * 10, b"\0" * 4096])
def test_what_was_kept_as_read_is_made_again_where_it_is_damaged(store, write, content):
    states(write("feed.stix2", ONE))
    (feed,) = stored_feeds()
    (path,) = store.folder.glob("*.parsed")
    path.write_bytes(content)

    assert (feed,) == stored_feeds()
    assert content != path.read_bytes()


def test_a_changed_byte_of_what_was_kept_as_read_is_noticed(store, write):
    states(write("feed.stix2", ONE))
    (path,) = store.folder.glob("*.parsed")
    path.write_bytes(path.read_bytes().replace(b"one.example", b"two.example"))

    assert ["one.example.com"] == values(*stored_feeds())


def test_a_changed_file_is_refused(store, write):
    states(write("feed.stix2", ONE))
    (path,) = store.folder.glob("*.parsed")
    path.unlink()
    (path,) = store.folder.glob("*.feed")
    path.write_bytes(TWO)

    with pytest.raises(RuleError, match="damaged: not what was imported"):
        stored_feeds()


def test_a_missing_file_is_refused(store, write):
    states(write("feed.stix2", ONE))
    for path in (*store.folder.glob("*.parsed"), *store.folder.glob("*.feed")):
        path.unlink()

    with pytest.raises(RuleError, match="missing"):
        stored_feeds()


def test_a_folder_that_others_may_write_to_is_refused(store, write):
    states(write("feed.stix2", ONE))
    store.folder.chmod(0o770)

    with pytest.raises(UsageError, match="others may write to it"):
        stored_feeds()


def test_a_home_that_is_no_folder(store, write):
    store.folder.parent.write_bytes(b"")

    with pytest.raises(UsageError, match="cannot be used"):
        states(write("feed.stix2", ONE))


def test_a_draft_that_nobody_took_in_is_removed_after_a_day(store, write):
    states(write("feed.stix2", ONE))
    old, young = store.folder / ".draft-old", store.folder / ".draft-young"
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (1, 1))
    states(write("feed.stix2", TWO))

    assert (False, True) == (old.exists(), young.exists())


def test_what_was_read_is_kept_for_the_readers_that_read_it(store, write):
    states(write("feed.stix2", ONE))
    (path,) = store.folder.glob("*.parsed")
    other = path.with_name(path.name.replace(path.name.split(".")[1], "0" * 16))
    path.rename(other)  # as older readers left it
    (stored,) = store.catalogue().feeds

    assert ["one.example.com"] == values(load(Store(), "feed", stored.newest))
    assert (True, False) == (path.exists(), other.exists())
