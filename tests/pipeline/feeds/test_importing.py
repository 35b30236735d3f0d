from __future__ import annotations

import multiprocessing
import os
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from scanner.detect.problems import RuleErrors
from scanner.errors import RuleError, UsageError
from scanner.pipeline.feeds import stored_feeds
from scanner.pipeline.feeds.catalogue import OLD_BYTES, VERSIONS, Version, kept
from scanner.pipeline.feeds.importing import import_feed, remove
from scanner.pipeline.feeds.receive import Terms
from tests.formats.signing import Signer
from tests.pipeline.feeds.made import DAY, LATER, at, bundle, states, values

pytestmark = pytest.mark.usefixtures("store")

SIGNER = Signer(b"1" * 32)
ONE = bundle("one.example.com")
TWO = bundle("one.example.com", "two.example.com", modified=LATER)


def test_nothing_was_imported(store):
    assert () == stored_feeds()
    assert not store.folder.exists()


def test_a_file_is_imported(write):
    path = write("Mobile Feed.stix2", ONE)

    assert [("mobile-feed", "new")] == states(path)

    (feed,) = stored_feeds()
    assert ("mobile-feed", "stix", "none") == (feed.id, feed.kind, feed.signature)
    assert (str(path), len(ONE), at(DAY)) == (feed.origin, feed.size, feed.published_at)
    assert feed.fetched_at is not None
    assert ["one.example.com"] == values(feed)


def test_the_store_is_private(store, write):
    states(write("feed.stix2", ONE))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in store.folder.iterdir()}

    assert 0o700 == stat.S_IMODE(store.folder.stat().st_mode)
    assert {0o600} == modes


def test_files_are_named_by_digest(store, write):
    states(write("..%2f..%2fx y.stix2", ONE))
    (version,) = store.catalogue().feeds[0].versions

    assert store.file(version.sha256).read_bytes() == ONE
    assert all(
        path.name in {"feeds.json", ".lock"} or path.name.startswith(version.sha256)
        for path in store.folder.iterdir()
    )


def test_the_same_again_is_unchanged(store, write):
    path = write("feed.stix2", ONE)
    states(path)
    (before,) = store.catalogue().feeds

    assert [("feed", "unchanged")] == states(path)

    (after,) = store.catalogue().feeds
    assert before.versions == after.versions
    assert before.checked_at < after.checked_at


def test_a_newer_version_counts_and_the_earlier_one_is_kept(store, write):
    states(write("feed.stix2", ONE))
    (before,) = stored_feeds()

    assert [("feed", "updated")] == states(write("feed.stix2", TWO))

    (after,) = stored_feeds()
    assert ["one.example.com", "two.example.com"] == values(after)
    first, second = (each.fetched_at for each in store.catalogue().feeds[0].versions)
    assert () == stored_feeds(first - timedelta(microseconds=1))
    assert (before,) == stored_feeds(first)
    assert (before,) == stored_feeds(second - timedelta(microseconds=1))
    assert (after,) == stored_feeds(second)


def test_a_state_that_is_no_longer_kept_is_not_guessed(store, write):
    for number in range(VERSIONS + 1):
        states(write("feed.txt", f"{number}.example.com\n".encode()))
    (feed,) = store.catalogue().feeds

    assert VERSIONS == len(feed.versions)
    with pytest.raises(UsageError, match="no longer kept"):
        stored_feeds(feed.first_at)


def test_older_versions_are_kept_as_far_as_they_fit():
    def version(number: int, size: int) -> Version:
        return Version(
            sha256=f"{number:064x}",
            size=size,
            kind="plain",
            title="x",
            indicators=1,
            fetched_at=at(DAY),
            origin="x",
            name="x",
        )

    versions = tuple(version(number, OLD_BYTES // 2) for number in range(5))

    assert versions[2:] == kept(versions)
    assert versions[-1:] == kept((version(9, OLD_BYTES + 1), versions[-1]))


@pytest.mark.parametrize("date", [DAY, None])
def test_a_rollback_is_refused(write, date):
    older = bundle("old.example.com") if date else b"old.example.com\n"
    states(write("feed.stix2", TWO))

    with pytest.raises(RuleError, match=r"older|no date"):
        states(write("feed.stix2", older))

    assert ["one.example.com", "two.example.com"] == values(*stored_feeds())
    assert [("feed", "updated")] == states(
        write("feed.stix2", older), Terms(id="", allow_older=True)
    )


def test_an_earlier_file_is_a_rollback_without_any_date(write):
    states(write("feed.txt", b"one.example.com\n"))
    states(write("feed.txt", b"two.example.com\n"))

    with pytest.raises(RuleError, match="an earlier version"):
        states(write("feed.txt", b"one.example.com\n"))


def test_a_date_from_the_future_does_not_bar_what_follows(store, write):
    states(write("feed.stix2", bundle("one.example.com", modified="2199-01-01T00:00:00Z")))
    (feed,) = store.catalogue().feeds
    next_day = (feed.first_at + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert [("feed", "updated")] == states(
        write("feed.stix2", bundle("two.example.com", modified=next_day))
    )


def test_a_malformed_file_changes_nothing(store, write):
    states(write("feed.stix2", ONE))
    before = sorted(store.folder.iterdir())

    with pytest.raises(RuleErrors) as raised:
        states(write("feed.stix2", TWO[:-20]))

    assert "feed.stix2" in str(raised.value.path)
    assert ".draft-" not in str(raised.value)
    assert before == sorted(store.folder.iterdir())
    assert ["one.example.com"] == values(*stored_feeds())


def test_a_file_over_the_limit_is_refused(store, write):
    with pytest.raises(RuleError, match="larger than 100 bytes"):
        states(write("feed.stix2", ONE), Terms(id="", limit=100))

    assert () == stored_feeds()
    assert [".lock"] >= [path.name for path in store.folder.iterdir()]


def test_the_name_of_a_file_tells_what_its_lines_alone_do_not(store, write):
    """Also when it is read again, under an id that tells nothing."""
    states(write("package_names.txt", b"com.example.one\ncom.example.two\n"), Terms(id="x"))
    (before,) = stored_feeds()
    for path in store.folder.glob("*.parsed"):
        path.unlink()

    assert {"package"} == {each.type for each in before.indicators}
    assert (before,) == stored_feeds()


def test_a_folder_is_imported(write):
    write("all/a/feed.stix2", ONE)
    write("all/b/feed.txt", b"b.example.com\n")
    write("all/README.md", b"# no feed\n")
    write("all/.git/feed.txt", b"c.example.com\n")
    folder = write("all/b/feed.stix2", TWO).parent.parent

    assert [("a-feed", "new"), ("b-feed", "new"), ("b-feed-2", "new")] == states(folder)
    assert [("x-a-feed", "new"), ("x-b-feed", "new"), ("x-b-feed-2", "new")] == states(
        folder, Terms(id="x")
    )


def test_a_file_of_a_folder_that_is_refused_stops_no_other(write):
    write("all/a.txt", b"\0")
    write("all/b.stix2", ONE[:-20])
    folder = write("all/c.txt", b"c.example.com\n").parent

    with pytest.raises(RuleErrors) as raised:
        states(folder)

    assert ["a.txt", "b.stix2"] == [Path(each.path).name for each in raised.value.errors]
    assert ["c"] == [feed.id for feed in stored_feeds()]


def test_what_is_no_feed_in_a_folder_is_passed_over(write):
    write("all/a.txt", b"one word\n")
    write("all/b.json", b"")
    folder = write("all/c.txt", b"c.example.com\n").parent
    outcomes = list(import_feed(folder))

    assert [
        ("passed_over", f"{folder}/a.txt: of no known kind"),
        ("passed_over", f"{folder}/b.json: empty"),
        ("new", None),
    ] == [(each.state, each.reason) for each in outcomes]
    assert ["c"] == [feed.id for feed in stored_feeds()]


def test_a_folder_of_other_files_is_an_error_and_so_is_such_a_file(write):
    path = write("all/a.txt", b"one word\n")

    with pytest.raises(UsageError, match="no files of indicators there"):
        states(path.parent)
    with pytest.raises(RuleErrors, match="of no known kind"):
        states(path)


def test_the_name_of_a_file_tells_the_type_of_names_without_dots(write):
    states(write("processes.txt", b"bh\nroleaccountd\n"))
    (feed,) = stored_feeds()

    assert ["process", "process"] == [each.type for each in feed.indicators]


def test_another_file_of_the_same_name_is_told(write):
    states(write("a/feed.txt", b"a.example.com\n"))
    (outcome,) = import_feed(write("b/feed.txt", b"b.example.com\n"))

    assert "updated" == outcome.state
    assert "came from" in (outcome.reason or "")
    assert "a/feed.txt" in (outcome.reason or "")


def test_a_pipe_that_ends_is_a_file_like_another(tmp_path):
    """What is named is read once, as a stream."""
    pipe = tmp_path / "feed.txt"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"a.example.com\n",))
    writer.start()
    found = states(pipe)
    writer.join()

    assert [("feed", "new")] == found


def test_a_folder_without_feeds(write):
    with pytest.raises(UsageError, match="no files of indicators"):
        states(write("none/README.md", b"x").parent)


@pytest.mark.parametrize("id", ["../x", "A", "-"])
def test_no_id(write, id):
    with pytest.raises(UsageError, match="no id of a feed"):
        states(write("feed.stix2", ONE), Terms(id=id))


def test_what_an_importer_says_counts(write):
    path = write("feed.txt", b"one.example.com\n")
    states(path, Terms(id="own", title="Own list", tlp="red"))
    (feed,) = stored_feeds()

    assert ("own", "Own list", "red") == (feed.id, feed.title, feed.tlp)

    assert [("own", "unchanged")] == states(path, Terms(id="own", tlp="amber"))
    (feed,) = stored_feeds()
    assert "amber" == feed.tlp


# --- removing, and many at once -----------------------------------------------------------------


def test_a_removed_feed_leaves_nothing(store, write):
    states(write("feed.stix2", ONE))
    states(write("feed.stix2", TWO))
    states(write("other.txt", b"other.example.com\n"))
    remove("feed")

    assert ["other.example.com"] == values(*stored_feeds())
    (other,) = store.catalogue().feeds
    assert {".lock", "feeds.json"} == {
        path.name
        for path in store.folder.iterdir()
        if not path.name.startswith(other.newest.sha256)
    }
    with pytest.raises(UsageError, match="no feed 'feed' was imported"):
        remove("feed")


def test_two_feeds_of_one_file_are_kept_when_one_is_removed(write):
    path = write("feed.stix2", ONE)
    states(path, Terms(id="a"))
    states(path, Terms(id="b"))
    remove("a")

    assert ["one.example.com"] == values(*stored_feeds())


def _import(home: Path, path: Path) -> None:
    os.environ["SCANNER_HOME"] = str(home)
    list(import_feed(path))


def test_imports_at_the_same_time_are_all_kept(store, write):
    paths = [write(f"feed{n}.txt", f"{n}.example.com\n".encode()) for n in range(6)]
    home = store.folder.parent
    processes = [
        multiprocessing.get_context("spawn").Process(target=_import, args=(home, path))
        for path in paths[:2]
    ]
    threads = [threading.Thread(target=states, args=(path,)) for path in paths[2:]]
    for process in processes:
        process.start()
    for thread in threads:
        thread.start()
    for process in processes:
        process.join(60)
    for thread in threads:
        thread.join(60)

    assert sorted(f"{n}.example.com" for n in range(6)) == values(*stored_feeds())
