"""Evidence is read within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.errors import ParseError
from scanner.model.evidence import LINE_LIMIT, BytesFile, PathFile, evidence_id
from scanner.model.requests import Command, Dumpsys, for_user

REQUEST = Command(argv=("getprop",))


def test_lines_end_however_the_device_ends_them():
    file = BytesFile(REQUEST, b"one\r\ntwo\nthree")

    assert ["one", "two", "three"] == list(file.lines())


def test_undecodable_bytes_are_replaced():
    assert ["a\ufffdb"] == list(BytesFile(REQUEST, b"a\xffb\n").lines())


def test_a_line_beyond_the_limit_is_an_error_and_not_shortened():
    file = BytesFile(REQUEST, b"short\n" + b"x" * (LINE_LIMIT + 1))

    with pytest.raises(ParseError, match="line 2"):
        list(file.lines())


def test_a_line_of_the_limit_is_read():
    assert [LINE_LIMIT] == [len(line) for line in BytesFile(REQUEST, b"x" * LINE_LIMIT).lines()]


def test_reading_beyond_the_limit_is_an_error():
    file = BytesFile(REQUEST, b"12345")

    assert b"12345" == file.read(5)
    with pytest.raises(ParseError):
        file.read(4)


def test_a_file_of_a_case_reads_as_bytes_do(tmp_path: Path):
    (tmp_path / "out").write_bytes(b"a\nb\n")
    (tmp_path / "err").write_bytes(b"denied\n")
    file = PathFile(REQUEST, tmp_path / "out", tmp_path / "err")

    assert (["a", "b"], "denied\n") == (list(file.lines()), file.errors())


def test_the_id_follows_from_what_was_asked_alone():
    assert evidence_id("adb", REQUEST) == evidence_id("adb", Command(argv=("getprop",)))
    assert evidence_id("adb", REQUEST) != evidence_id("adb", Dumpsys(service="adb"))
    assert evidence_id("adb", REQUEST) != evidence_id("other", REQUEST)


def test_a_template_is_filled_in_for_a_user():
    template = Command(argv=("settings", "--user", "{user}", "list", "secure"))

    filled = for_user(template, 10)

    assert (10, "settings --user 10 list secure") == (filled.user, str(filled))


def test_an_argv_prints_as_one_shell_line_that_runs_nothing():
    assert "cat '$(reboot)' ';'" == str(Command(argv=("cat", "$(reboot)", ";")))
