"""Tools that give root, by their paths."""

from __future__ import annotations

import json
import shlex
import subprocess
from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.android.file_entries import STAT
from scanner.artifacts.android.root_paths import ROOT_PATHS
from scanner.artifacts.android.root_traces import ROOT_TRACES, WITNESS, parse, parse_list
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import FileEntry

from .evidence import evidence

SHELL = f"81ed 307208 0 root 1230768000 u:object_r:shell_exec:s0 {WITNESS}\n"
SU = "8ded 59 0 root 1230768000 u:object_r:su_exec:s0 /system/xbin/su\n"
LINK = "a1ff 13 0 root 1230768000 ? /sbin/su\n"
COMPLAINTS = b"""\
stat: '/su/bin/su': No such file or directory
stat: '/data/adb/magisk': Permission denied
"""


def stated(data, **kinds):
    return list(parse(evidence(data, "stat", errors=COMPLAINTS, exit_code=1, **kinds)))


def test_all_fields():
    assert [
        FileEntry(
            path="/system/xbin/su",
            area="root",
            kind="file",
            ending=None,
            size=59,
            mode="6755",
            executable=True,
            setuid=True,
            uid=0,
            owner="root",
            label="u:object_r:su_exec:s0",
            modified_at=datetime(2009, 1, 1, tzinfo=UTC),
        )
    ] == stated(SHELL + SU)


def test_the_toybox_of_android_8_states_no_label():
    (found,) = stated(SHELL + LINK)

    assert ("/sbin/su", "link", UNSET) == (found.path, found.kind, found.label)


def test_nothing_there_is_an_answer():
    assert [] == stated(SHELL)


def test_paths_that_were_not_asked_for_are_not_believed():
    assert [] == stated(SHELL + SU.replace("/system/xbin/su", "/data/local/tmp/mine"))


def test_without_the_shell_nothing_was_looked_at():
    with pytest.raises(ParseError, match=WITNESS):
        stated(SU)


def test_complaints_alone_are_a_refusal():
    with pytest.raises(NotAvailable):
        stated("")


def test_the_paths_are_absolute_and_each_stands_once():
    assert len(ROOT_PATHS) == len(set(ROOT_PATHS)) > 50
    assert [] == [path for path in ROOT_PATHS if not path.startswith("/") or path.endswith("/")]
    assert [] == [path for path in ROOT_PATHS if path != shlex.quote(path)]


def test_a_list_of_strings_that_may_hold_several_lines():
    data = json.dumps(["/system/bin/su\n/system/xbin/su\n", "", "su not found", "/sbin/su"])

    assert [
        FileEntry(path=path, area="root", kind="file", ending=None, executable=True)
        for path in ("/system/bin/su", "/system/xbin/su", "/sbin/su")
    ] == list(parse_list(evidence(data)))


@pytest.mark.parametrize("data", ["[]", "null", " [ ]\n"])
def test_an_empty_list_is_an_answer(data):
    assert [] == list(parse_list(evidence(data)))


@pytest.mark.parametrize("data", ["", "{}", "[1]", "[", "su"])
def test_another_list_is_an_error(data):
    with pytest.raises(ParseError):
        list(parse_list(evidence(data)))


def test_too_many_paths_are_an_error():
    with pytest.raises(ParseError, match="at most"):
        list(parse_list(evidence(json.dumps([f"/{number}" for number in range(10_001)]))))


def test_the_real_toybox_of_this_machine(tmp_path):
    request = ROOT_TRACES.readings[0].request
    witness = tmp_path / "sh"
    witness.write_bytes(b"12345")
    witness.chmod(0o4750)
    done = subprocess.run(
        ["toybox", *STAT, witness, "/nonexistent"], capture_output=True, check=False
    )
    text = done.stdout.decode().replace(str(witness), "/system/xbin/su")
    (found,) = stated(SHELL + text)

    assert STAT == request.argv[:3]
    assert 1 == done.returncode
    assert ("4750", 5, True) == (found.mode, found.size, found.setuid)
    assert int(witness.stat().st_mtime) == int(found.modified_at.timestamp())
