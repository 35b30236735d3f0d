"""Digests of the content: pieces of a megabyte, and trees of pages."""

from __future__ import annotations

import hashlib
import mmap

import pytest

from fixtures.building.app import signed
from fixtures.building.archive import archive, files
from fixtures.building.jar_signing import entries
from fixtures.building.keys import signer
from fixtures.building.signing import merkle_tree
from scanner.formats.apk_signing.contents import PAGE, pages, root_of, tree
from tests.formats.apk_signing.judged import contents, judge, words

KEY = signer("publisher")
BIG = {"assets/big.so": bytes(range(256)) * 9000}  # 2.2 MiB: not a whole number of pieces


@pytest.mark.parametrize("size", [1, PAGE - 1, PAGE, PAGE + 1, 128 * PAGE, 129 * PAGE + 5])
def test_a_tree_is_that_of_the_other_writer(size):
    data = bytes(each % 251 for each in range(size))

    found = tree(pages(memoryview(data)))

    assert merkle_tree(data) == found
    assert hashlib.sha256(found[:PAGE]).digest() == root_of(found)


@pytest.mark.parametrize("place", ["first", "last", "none"])
def test_each_piece_of_a_large_file_counts(place):
    data = bytearray(signed(contents(min_sdk=28, **BIG), ["v3"], KEY))
    at = data.index(bytes(range(256)) * 2)
    if place != "none":
        data[at if place == "first" else at + 2_200_000] ^= 1

    verdict = judge(bytes(data))

    assert (place == "none") is verdict.verified
    assert place == "none" or [("v3", "digest_mismatch")] == words(verdict.errors)


def test_a_mapped_file_is_let_go_of(tmp_path):
    path = tmp_path / "app.apk"
    path.write_bytes(signed(contents(min_sdk=21, **BIG), ["v1", "v2", "v3"], KEY))

    with path.open("rb") as stream:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        verdict = judge(mapped)
        mapped.close()

    assert ("v1", "v2", "v3") == verdict.schemes


def test_a_mapped_file_that_is_damaged_is_let_go_of(tmp_path):
    path = tmp_path / "app.apk"
    data = bytearray(signed(contents(min_sdk=21, **BIG), ["v1"], KEY))
    data[data.index(bytes(range(256)) * 2)] ^= 0xFF
    path.write_bytes(data)

    with path.open("rb") as stream:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        verdict = judge(mapped)
        mapped.close()

    assert verdict.verified is False


@pytest.mark.parametrize("size", [9_000_000, 9_000_001])
def test_a_large_entry_is_inflated_in_parts(size):
    listed = contents(min_sdk=19, **{"assets/large.bin": bytes(9_000_000)})
    held = listed | entries(listed, KEY) | {"assets/large.bin": bytes(size)}

    verdict = judge(archive(files(held)))

    assert (size == 9_000_000) is verdict.verified


def test_a_large_entry_that_is_damaged_is_told():
    listed = contents(min_sdk=19, **{"assets/large.bin": bytes(9_000_000)})
    data = bytearray(archive(files(listed | entries(listed, KEY))))
    data[data.index(b"assets/large.bin") + 3000] ^= 0xFF

    assert judge(bytes(data)).verified is False


def test_text_that_takes_too_long_is_not_decided():
    listed = contents(min_sdk=19)
    made = entries(listed, KEY)
    long = made["META-INF/MANIFEST.MF"] + b"Name: x\r\n" + b"A: 1\r\n" * 2000

    verdict = judge(archive(files(listed | made | {"META-INF/MANIFEST.MF": long})))

    assert (None, [("archive", "over_limit")]) == (verdict.verified, words(verdict.errors))
