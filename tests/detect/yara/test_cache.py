"""What is kept of rules: read back only where this installation wrote it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.detect.yara import YaraPack, load_yara, prepared
from scanner.detect.yara.cache import HEADER_SIZE, Cache
from scanner.pipeline.content import scan_files
from tests.detect.yara.rule_texts import ELF, files, own, pack

KEY = bytes(32)


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "cache" / "yara"


def test_a_content_comes_back(tmp_path):
    cache = Cache(tmp_path / "c", KEY)
    path = cache.put("name", b"content")

    assert b"content" == cache.get("name")
    assert path == cache.path("name")
    assert b"content" == path.read_bytes()[HEADER_SIZE:]
    assert 0o700 == (tmp_path / "c").stat().st_mode & 0o777
    assert 0o600 == path.stat().st_mode & 0o777
    assert [path] == list((tmp_path / "c").iterdir())


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: bytes(32) + data[32:],
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda _: b"",
    ],
)
def test_a_damaged_content_is_none(tmp_path, change):
    cache = Cache(tmp_path, KEY)
    path = cache.put("name", b"content of some length")
    path.write_bytes(change(path.read_bytes()))

    assert None is cache.get("name")
    assert None is cache.path("name")


def test_what_others_wrote_is_none(tmp_path):
    other = Cache(tmp_path, b"1" * 32).put("name", b"content")
    cache = Cache(tmp_path, KEY)
    assert None is cache.get("name")

    swapped = cache.put("other", b"content")
    other.write_bytes(swapped.read_bytes())
    assert None is cache.get("name")

    other.unlink()
    other.symlink_to(swapped)
    assert None is cache.get("name")


def test_the_oldest_go(tmp_path):
    cache = Cache(tmp_path, KEY)
    large = bytes(200 * 1024 * 1024)
    for number, name in enumerate(("a", "b", "c")):
        os.utime(cache.put(name, large), (number, number))

    assert [False, True, True] == [cache.path(name) is not None for name in ("a", "b", "c")]


def test_a_tampered_set_is_compiled_anew(home, tmp_path):
    loaded = pack(tmp_path / "rules", a=own())
    (tmp_path / "x.so").write_bytes(ELF)
    assert 1 == matches(loaded, tmp_path / "x.so")
    for path in home.iterdir():
        path.write_bytes(path.read_bytes()[:100])

    assert 1 == matches(load_yara(files(tmp_path / "rules", a=own())), tmp_path / "x.so")
    assert all(path.stat().st_size > 100 for path in home.iterdir())


@pytest.mark.usefixtures("home")
def test_sets_are_compiled_once(tmp_path):
    loaded = pack(tmp_path, a=own(), b=own("other", "dex", 2), c=own("third", "elf,dex,zip", 3))
    with prepared(loaded, "android") as sets:
        first = {each.path: Path(each.path).stat().st_ino for each in sets}
        assert [("elf",), ("dex",), ("zip",)] == [each.kinds for each in sets]
    with prepared(loaded, "android") as sets:
        assert first == {each.path: Path(each.path).stat().st_ino for each in sets}
    with prepared(loaded, "ios") as sets:
        assert () == sets


def test_without_a_folder_to_keep_things_in_all_works(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "file" / "home"))
    (tmp_path / "x.so").write_bytes(ELF)

    assert 1 == matches(pack(tmp_path / "rules", a=own()), tmp_path / "x.so")


def matches(loaded: YaraPack, path: Path) -> int:
    return sum(len(file.matches) for file in scan_files([path], loaded).files)
