"""Bytes with random access: mapped where they are a file, held where they are not."""

from __future__ import annotations

import mmap

import pytest

from scanner.formats.buffer import buffered
from scanner.formats.container import RecordedFile
from scanner.formats.inflated import TooLarge
from scanner.model.evidence import BytesFile, Locator
from scanner.model.requests import AppBytes

APP = AppBytes(path="a.apk")


def test_a_file_of_this_computer_is_mapped(tmp_path):
    path = tmp_path / "a.apk"
    path.write_bytes(b"some bytes")
    with buffered(RecordedFile(APP, path, Locator())) as data:
        assert isinstance(data, mmap.mmap)
        assert (b"some", 10, 5) == (data[0:4], len(data), data.find(b"bytes"))


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_what_is_no_file_is_held(size):
    with buffered(BytesFile(APP, bytes(size)), limit=size) as data:
        assert bytes(size) == data


def test_an_empty_file_is_held(tmp_path):
    (tmp_path / "a.apk").touch()
    with buffered(RecordedFile(APP, tmp_path / "a.apk", Locator())) as data:
        assert b"" == data


def test_more_than_may_be_held_is_an_error():
    with pytest.raises(TooLarge), buffered(BytesFile(APP, bytes(11)), limit=10):
        pass
