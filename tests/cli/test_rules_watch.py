"""`scanner rules test --watch`: a real process, files that are really saved."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_rules_check import NAME, RIGHT
from tests.detect.rule_files import rule_data, write

WAIT = 60.0  # seconds


class Watching:
    """A process that watches, and what it has printed."""

    def __init__(self, *words: str, cwd: Path) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-u",
                "-m",
                "scanner",
                "rules",
                "test",
                *words,
                "--watch",
                "--no-clean",
            ],
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "NO_COLOR": "1"},
        )
        assert self.process.stdout is not None
        self._ready = selectors.DefaultSelector()
        self._ready.register(self.process.stdout, selectors.EVENT_READ)
        self._text = b""

    def until_summary(self) -> list[str]:
        """Return what is printed up to the next summary."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + WAIT
        while b" rules: " not in self._text or not self._text.endswith(b"\n"):
            assert time.monotonic() < deadline, self._text
            if self._ready.select(timeout=1.0):
                self._text += os.read(self.process.stdout.fileno(), 65536)
        lines, self._text = self._text.decode().splitlines(), b""
        return lines

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=WAIT)
        return self.process.returncode


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Any]:
    started: list[Watching] = []

    def start(*words: str) -> Watching:
        started.append(Watching(*words, cwd=tmp_path))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.communicate()


@pytest.mark.parametrize("target", [NAME, "."])
def test_a_save_is_seen_and_only_what_changed_is_said(target: str, watching, tmp_path: Path):
    right, wrong = rule_data(**RIGHT), rule_data(**RIGHT, references=["http://example.org/"])
    write(tmp_path, right, NAME)
    watch = watching(target)

    (first,) = watch.until_summary()
    write(tmp_path, wrong, NAME)
    problem, second = watch.until_summary()
    write(tmp_path, wrong | {"title": "An app can be debugged", "level": "severe"}, NAME)
    error, third = watch.until_summary()
    write(tmp_path, right, NAME)
    mended, gone, fourth = watch.until_summary()

    assert first.endswith("1 rules: all of it holds")
    assert problem.startswith("+ ")
    assert "references" in problem
    assert second.endswith("1 rules: 1 problems")
    assert error.startswith("+ ")
    assert "level" in error
    assert third.endswith("no rules: 1 errors, and nothing else was looked at")
    assert mended.startswith("- ")
    assert "level" in mended
    assert gone.startswith("- ")  # of what does not load, nothing is said to be mended
    assert "references" in gone
    assert fourth.endswith("1 rules: all of it holds")
    assert 130 == watch.stop()


def test_a_new_file_in_a_folder_is_seen_and_one_that_goes(watching, tmp_path: Path):
    write(tmp_path, rule_data(**RIGHT), NAME)
    watch = watching(".")
    watch.until_summary()

    other = write(tmp_path, "title: [\n", "android/app/other.yml")
    added = watch.until_summary()
    other.unlink()
    removed = watch.until_summary()

    assert added[0].startswith("+ android/app/other.yml: line ")
    assert removed[0].startswith("- android/app/other.yml: line ")
    assert 130 == watch.stop()


def test_the_only_file_may_go_and_come_back(watching, tmp_path: Path):
    path = write(tmp_path, rule_data(**RIGHT), NAME)
    watch = watching(NAME)
    watch.until_summary()

    path.unlink()
    gone = watch.until_summary()
    write(tmp_path, rule_data(**RIGHT), NAME)
    back = watch.until_summary()

    assert f"+ {NAME}: is not there" == gone[0]
    assert back[-1].endswith("1 rules: all of it holds")
    assert 130 == watch.stop()
