"""The cache of apps' files: what is used, what never is, and how large it grows."""

from __future__ import annotations

import hashlib
import os

import pytest
from msgspec import structs

from scanner.pipeline.app_cache import AppCache, Identity, StaleCopy

KEY = bytes(32)
DATA = b"bytes of an app" * 1000
FILE = Identity(
    path="/data/app/com.example/base.apk",
    size=len(DATA),
    modified=1_700_000_000,
    inode=7,
    version=3,
    signer="1a2b3c4d",
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "apps"


@pytest.fixture
def cache(folder):
    return AppCache(folder, KEY)


@pytest.fixture
def keep(tmp_path):
    """Keep bytes under an identity: `keep(cache, identity, data)`; return their digest."""

    def kept(cache, identity=FILE, data=DATA):
        source = tmp_path / f"source-{len(list(tmp_path.iterdir()))}"
        source.write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        cache.keep(identity, sha256, source)
        return sha256

    return kept


def files(folder):
    return {path.name for path in (folder / "files").iterdir()}


def test_the_same_file_is_found(cache, keep):
    sha256 = keep(cache)

    copy = cache.find(FILE)

    assert (sha256, len(DATA)) == (copy.sha256, copy.size)
    assert DATA == b"".join(copy.chunks())


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/data/app/com.example.other/base.apk"},
        {"size": len(DATA) + 1},
        {"modified": 1_700_000_001},
        {"inode": 8},
        {"inode": None},
        {"version": 4},
        {"signer": "99999999"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_any_difference_is_another_file(cache, keep, other):
    keep(cache)

    assert None is cache.find(structs.replace(FILE, **other))


def test_a_signer_that_is_not_stated_now_is_no_difference(cache, keep):
    keep(cache)

    assert None is not cache.find(structs.replace(FILE, signer=None))


def test_another_device_has_other_files(cache, keep, folder):
    keep(cache)

    assert None is AppCache(folder, b"1" * 32).find(FILE)


def test_nothing_is_found_in_an_empty_place(cache):
    assert None is cache.find(FILE)
    cache.trim()


def test_bytes_of_another_digest_are_stale(cache, keep, folder):
    sha256 = keep(cache)
    (folder / "files" / sha256).unlink()
    (folder / "files" / sha256).write_bytes(DATA[::-1])
    copy = cache.find(FILE)

    with pytest.raises(StaleCopy):
        list(copy.chunks())


def test_a_copy_of_another_size_is_dropped(cache, keep, folder):
    sha256 = keep(cache)
    with (folder / "files" / sha256).open("ab") as stream:
        stream.write(b"x")

    assert None is cache.find(FILE)
    assert set() == files(folder)


@pytest.mark.parametrize("what", ["link", "folder", "pipe"])
def test_what_is_no_plain_file_is_never_opened(cache, keep, folder, tmp_path, what):
    sha256 = keep(cache)
    path = folder / "files" / sha256
    path.unlink()
    if what == "link":
        (tmp_path / "elsewhere").write_bytes(DATA)
        path.symlink_to(tmp_path / "elsewhere")
    elif what == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)

    assert None is cache.find(FILE)


@pytest.mark.parametrize(
    "text", [b"", b"{}", b'{"sha256":"../../x","size":1}', b"\xff", b"[" * 5000]
)
def test_an_index_of_noise_names_nothing(cache, keep, folder, text):
    keep(cache)
    (entry,) = (folder / "index").iterdir()
    entry.write_bytes(text)

    assert None is cache.find(FILE)
    cache.trim()
    assert [] == list((folder / "index").iterdir())


def test_a_folder_that_others_may_write_to_is_not_used(cache, keep, folder):
    keep(cache)
    folder.chmod(0o777)

    assert None is cache.find(FILE)
    keep(cache, structs.replace(FILE, path="/other.apk"), DATA * 2)
    assert 1 == len(files(folder))


def test_what_was_not_used_for_longest_goes_first(keep, folder):
    cache = AppCache(folder, KEY, limit=2 * len(DATA))
    kept = {}
    for number in range(3):
        identity = structs.replace(FILE, path=f"/{number}.apk")
        kept[number] = keep(cache, identity, bytes([number]) * len(DATA))
        for entry in (folder / "index").iterdir():
            moment = entry.stat().st_mtime - 100
            os.utime(entry, (moment, moment))
    cache.find(structs.replace(FILE, path="/0.apk"))

    cache.trim()

    assert {kept[0], kept[2]} == files(folder)


def test_one_content_of_two_places_counts_once(keep, folder):
    cache = AppCache(folder, KEY, limit=len(DATA))
    places = [structs.replace(FILE, path=f"/{number}.apk") for number in range(2)]
    for identity in places:
        keep(cache, identity)

    cache.trim()

    assert all(cache.find(identity) for identity in places)


def test_a_file_larger_than_the_cache_is_not_kept(keep, folder):
    cache = AppCache(folder, KEY, limit=10)
    keep(cache)

    assert not folder.exists()


def test_keeping_changes_nothing_of_what_is_kept(cache, tmp_path):
    source = tmp_path / "evidence.bin"
    source.write_bytes(DATA)
    source.chmod(0o600)
    before = source.stat()

    cache.keep(FILE, hashlib.sha256(DATA).hexdigest(), source)
    list(cache.find(FILE).chunks())

    after = source.stat()
    assert (before.st_mtime_ns, before.st_mode, DATA) == (
        after.st_mtime_ns,
        after.st_mode,
        source.read_bytes(),
    )


def test_a_place_that_cannot_be_made_is_no_error(tmp_path, keep):
    (tmp_path / "apps").write_bytes(b"a file stands here")
    cache = AppCache(tmp_path / "apps", KEY)

    keep(cache)

    assert None is cache.find(FILE)
