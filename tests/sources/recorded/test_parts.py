"""Parts of members that are altered, too large, or not to be read."""

from __future__ import annotations

import hashlib
import os
import zipfile

import pytest

from scanner.errors import NotAvailable
from scanner.model.requests import Command, Dumpsys, MiB

from .collected import Seen, androidqf, write

GETPROP = Command(argv=("getprop",))
PS_TEXT = b"USER PID PPID VSZ RSS WCHAN ADDR S NAME\nroot 1 0 1 1 0 0 S init\n"


def altered(path, files, name):
    """Write an archive in which one byte at the end of a member is not as it was packed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for each, content in files.items():
            archive.writestr(each, content)
        entry = archive.getinfo(name)
        at = entry.header_offset + 30 + len(entry.filename) + entry.file_size - 1
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    return path


def test_a_member_that_is_altered_is_cut(tmp_path):
    path = altered(tmp_path / "x.zip", androidqf(), "getprop.txt")
    part = Seen(path, (GETPROP,)).only(lambda each: each.request == GETPROP)

    assert "parse_error" == part.cut
    assert part.detail
    assert part.sha256


@pytest.mark.parametrize("hashes", [True, False])
def test_services_in_an_altered_member_are_cut(tmp_path, hashes):
    path = altered(tmp_path / "x.zip", androidqf(hashes=hashes), "dumpsys.txt")
    seen = Seen(path, (Dumpsys(service="user"),))

    assert ("dumpsys.txt",) in {each.locator.members for each in seen.flaws}
    assert all(each.cut for each in seen.parts if isinstance(each.request, Dumpsys))


@pytest.mark.parametrize("name", ["acquisition.json", "hashes.csv"])
def test_what_a_collection_says_of_itself_may_be_altered(tmp_path, name):
    seen = Seen(altered(tmp_path / "x.zip", androidqf(), name))

    assert (name,) in {each.locator.members for each in seen.flaws}
    assert "androidqf" == seen.header.kind


def test_a_collection_of_altered_lists_only_is_none(tmp_path):
    files = {"packages.json": b"[", "getprop.txt": b"x"}

    with pytest.raises(NotAvailable):
        Seen(altered(tmp_path / "x.zip", files, "packages.json"))


def test_an_altered_loose_file_is_a_flaw_and_listed(tmp_path):
    files = {"a": PS_TEXT, "b": b"something\n", "c.txt": b"something\n"}
    for name in ("b", "c.txt"):
        seen = Seen(altered(tmp_path / "x.zip", files, name))

        assert {(name,)} == {each.locator.members for each in seen.flaws}
        assert {"b", "c.txt"} == seen.unread()


def test_what_lies_beyond_the_limit_is_not_read(tmp_path):
    folder = write(tmp_path, androidqf(hashes=False))
    os.truncate(folder / "getprop.txt", GETPROP.limit + 1)
    seen = Seen(folder, (GETPROP,))
    part = seen.only(lambda each: each.request == GETPROP)
    kept = (folder / "getprop.txt").read_bytes()[: GETPROP.limit]

    assert ("truncated", GETPROP.limit) == (part.cut, part.size)
    assert GETPROP.limit == part.locator.length
    assert hashlib.sha256(kept).hexdigest() == part.sha256


@pytest.mark.parametrize("name", ["acquisition.json", "hashes.csv"])
def test_what_a_collection_says_of_itself_may_be_too_large(tmp_path, name):
    folder = write(tmp_path, androidqf())
    os.truncate(folder / name, 33 * MiB)
    seen = Seen(folder)

    assert {(name,)} == {each.locator.members for each in seen.flaws} - {("dumpsys.txt",)}


def test_a_file_that_nobody_reads_has_no_digest(tmp_path):
    seen = Seen(write(tmp_path, {"a": PS_TEXT}))
    (part,) = seen.parts

    assert (None, len(PS_TEXT)) == (part.sha256, part.size)
