"""Texts that are too long, in the wrong encoding, or that steer whoever shows them: 9, 10, 21."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.command import run_scanner
from tests.formats.archives import packed, stated
from tests.pipeline.conftest import TAMPERED
from tests.pipeline.recordings import androidqf, bugreport, bugreport_text, members
from tests.sources.recorded.collected import write

GIGABYTE = 2**30
PACKAGES = b"DUMP OF SERVICE package:\n"
EVIL = "\x1b]0;owned\x07\x1b[2J\u202e[red]<img src=x onerror=alert(1)>{{7*7}}"


def given(folder: Path, text: bytes) -> Path:
    path = folder / "recording.txt"
    path.write_bytes(text)
    return path


def after(mark: bytes, added: bytes) -> bytes:
    """Return the tampered phone's bugreport with something after a line of it."""
    head, found, tail = bugreport_text(TAMPERED).partition(mark)
    assert found
    return head + mark + added + tail


def test_a_section_of_two_gigabytes(scan, tmp_path):
    """One line of zeros, twice as long as the memory of whoever reads it."""
    head, mark, tail = bugreport_text(TAMPERED).partition(PACKAGES)
    path = given(tmp_path, head + mark)
    with path.open("r+b") as stream:
        stream.seek(2 * GIGABYTE)
        stream.write(b"\n" + tail)

    left = scan(path, reads=False)

    assert 0 == left.status
    assert ["truncated"] == left.cut("dumpsys package")
    assert [None] == left.cut("dumpsys accessibility")
    assert 2 * GIGABYTE + len(tail) + 1 == path.stat().st_size


def test_more_parts_than_there_can_be_are_a_gap(scan, tmp_path):
    added = "".join(f"------ A{number} (x) ------\n" for number in range(120_000))

    left = scan(given(tmp_path, after(b"pid=9731 dry_run=0", b"\n" + added.encode())))

    assert 0 == left.status
    assert {("truncated", "the text has too many parts")} == left.gaps
    assert not left.read("dumpsys package")
    assert "pass" not in left.statuses().values()


def test_a_text_that_only_begins_like_a_bugreport_s(scan, tmp_path):
    assert 2 == scan(given(tmp_path, b"==== dumpstate\nDear diary,\n" * 1000)).status
    assert 2 == scan(given(tmp_path, b"------ it was a dark night ------\n" * 1000)).status


def test_a_bugreport_in_utf_16(scan, tmp_path):
    text = bugreport_text(TAMPERED).decode()

    assert 4 == scan(given(tmp_path, text.encode("utf-16"))).status


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_properties_in_another_encoding_are_read(encoding: str, scan, tmp_path):
    """PowerShell writes UTF-16 where somebody redirects into a file."""
    files = dict(androidqf(TAMPERED, nested=False))
    files.pop("hashes.csv")  # the collector would have written the digest of these bytes
    files["getprop.txt"] = files["getprop.txt"].decode().encode(encoding)

    left = scan(write(tmp_path / "collection", files))

    assert 0 == left.status
    assert left.read("getprop")
    assert "Ejemplar" == left.report["device"]["manufacturer"]


@pytest.mark.parametrize("damage", [b"\xff\xfe\0\xd8", b"\0" * 4096, b"\xed\xa0\x80\xc3", b"\x80"])
def test_bytes_that_are_no_text_within_one(damage: bytes, scan, tmp_path):
    left = scan(given(tmp_path, after(b"[ro.product.model]: [", damage)))

    assert 0 == left.status
    assert [None] == left.cut("dumpsys package")


def test_names_that_the_phone_chose_do_not_steer_what_shows_them(scan, tmp_path):
    """In a section's title, a property, a package, a member's name that becomes a gap."""
    text = after(b"[ro.product.model]: [", EVIL.encode())
    text = text.replace(b"com.android.syncservice.update", f"com.evil{EVIL}".encode())
    text = text.replace(b"------ UPTIME (", f"------ {EVIL} (".encode())
    files = members(bugreport(TAMPERED))
    (main,) = [name for name in files if name.startswith("bugreport-")]
    name = f"FS/data/{EVIL}"
    data = packed([*{**files, main: text}.items(), (name, b"x")])
    path = tmp_path / "recording.zip"
    path.write_bytes(stated(data, name, flags=1))

    left = scan(path)

    assert 0 == left.status
    assert "locked" in {reason for reason, _ in left.gaps}
    page = (tmp_path / "work/case/data/report/report.html").read_bytes()
    assert b"owned" in page
    assert b"owned" in left.said
    for steering in (b"\x1b", b"\x07", "\u202e".encode()):
        assert steering not in page + left.said
    assert b"<img src=x" not in page
    assert b"{{7*7}}" in page


def test_what_no_artifact_reads_is_listed_without_its_powers(tmp_path):
    path = given(tmp_path, bugreport_text(TAMPERED).replace(b"--- UPTIME (", EVIL.encode()))
    for words in ([], ["--json"]):
        asked = ("artifacts", "list", "--unread", path, *words)
        ran = run_scanner(asked, cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"})
        assert 0 == ran.returncode
        assert b"\x1b" not in ran.stdout + ran.stderr
    assert json.loads(ran.stdout)
