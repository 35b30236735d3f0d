"""Hostile feeds through the real command: refused before any phone is asked anything."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.command import run_scanner_text
from tests.pipeline.feeds.made import bundle

ONE = bundle("one.example.com")
BOUND = 60  # seconds for a command, by the process' own time-out


def forged() -> bytes:
    """Return a bundle with two objects of one id and one date that say different things."""
    made = json.loads(ONE)
    other = made["objects"][0] | {"pattern": "[domain-name:value = 'other.example.com']"}
    made["objects"].append(other)
    return json.dumps(made).encode()


HOSTILE = {
    "nested.stix2": b'{"type":"bundle","objects":' + b"[" * 100_000,
    "nested-pattern.stix2": ONE.replace(b"[domain", b"(" * 100_000 + b"[domain"),
    "forged.stix2": forged(),
    "truncated.stix2": ONE[:-30],
    "nul.txt": b"one.example.com\n\0\n",
    "utf-16.txt": "one.example.com\n".encode("utf-16"),
    "empty.txt": b"",
    "aliases.yaml": b"- name: &a [x, x]\n  packages: " + b"[*a, *a, *a]\n",
    "large.stix2": ONE + b" " * 2_000_000,
}
USABLE = {"nested-pattern.stix2"}  # the pattern is listed, the file is good


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SCANNER_HOME": str(folder / "home"), "NO_COLOR": "1"}
    return run_scanner_text(words, cwd=folder, env=environment, timeout=BOUND)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_feed_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(HOSTILE[name])
    done = run(tmp_path, "indicators", "import", name, "--max-feed-bytes", "1000000")

    assert "Traceback" not in done.stderr
    assert "an error of ours" not in done.stderr
    if name in USABLE:
        assert 0 == done.returncode
        assert "1 object of it cannot be evaluated" in done.stderr
    else:
        assert 6 == done.returncode
        assert not (tmp_path / "home" / "indicators" / "feeds.json").exists()


@pytest.mark.parametrize("name", ["nested.stix2", "forged.stix2", "large.stix2"])
def test_no_phone_is_asked_anything(tmp_path, name):
    """The target is a phone that nothing answers for: to look for it would be another status."""
    (tmp_path / name).write_bytes(HOSTILE[name])
    words = ("scan", "android:127.0.0.1:1", "--indicators", name, "--max-feed-bytes", "1000000")
    done = run(tmp_path, *words)

    assert 6 == done.returncode
    assert name in done.stderr
    assert not (tmp_path / "cases").exists()


def test_a_damaged_store_stops_a_scan_and_says_how_to_go_on(tmp_path):
    (tmp_path / "feed.stix2").write_bytes(ONE)
    run(tmp_path, "indicators", "import", "feed.stix2")
    (tmp_path / "home" / "indicators" / "feeds.json").write_bytes(b"{")
    done = run(tmp_path, "scan", "android:127.0.0.1:1")

    assert 6 == done.returncode
    assert "--no-feeds" in done.stderr
    assert not (tmp_path / "cases").exists()


def test_a_link_to_a_folder_above_is_not_followed_for_ever(tmp_path):
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "one.txt").write_bytes(b"one.example.com\n")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    done = run(tmp_path, "indicators", "import", "feeds")

    assert (0, "one: imported (1 indicators)\n") == (done.returncode, done.stderr)


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path):
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "one.txt").write_bytes(b"one.example.com\n")
    os.mkfifo(folder / "two.txt")
    done = run(tmp_path, "indicators", "check", "feeds")

    assert (0, "") == (done.returncode, done.stderr)
