"""Folders with links, pipes and names that lead out of them or stop whoever opens them: group 2."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.pipeline.conftest import TAMPERED
from tests.pipeline.recordings import androidqf, bugreport, members
from tests.sources.recorded.collected import write


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    return write(tmp_path / "collection", androidqf(TAMPERED, nested=False))


def test_links_are_not_followed(scan, collection: Path, secret: Path):
    for name in ("getprop.txt", "bugreport.zip", "acquisition.json", "new.txt"):
        (collection / name).unlink(missing_ok=True)
        (collection / name).symlink_to(secret)
    (collection / "apks").symlink_to("/etc")
    (collection / "logs/up").symlink_to("..")
    (collection / "logs/itself").symlink_to("itself")

    left = scan(collection)

    assert 0 == left.status
    assert left.read("dumpsys package")
    assert not left.read("getprop")
    assert {("parse_error", "a link, which is not followed")} == left.gaps
    assert b"root:x:0" not in left.written + left.said


def test_a_bugreport_s_text_that_is_a_link(scan, tmp_path, secret: Path):
    folder = write(tmp_path / "report", members(bugreport(TAMPERED)))
    (main,) = folder.glob("bugreport-*.txt")
    main.unlink()
    main.symlink_to(secret)

    assert 4 == scan(folder).status


def test_pipes_and_sockets_stop_nobody(scan, collection: Path, monkeypatch):
    (collection / "getprop.txt").unlink()
    os.mkfifo(collection / "getprop.txt")
    os.mkfifo(collection / "logs/pipe")
    monkeypatch.chdir(collection)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")

        left = scan(collection)

    assert 0 == left.status
    assert not left.read("getprop")
    assert {("parse_error", "no plain file")} == left.gaps


@pytest.mark.parametrize("kind", ["pipe", "device", "link"])
def test_the_recording_itself_is_no_plain_file(kind: str, scan, tmp_path):
    path = tmp_path / "recording"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/zero")
    else:
        path.symlink_to(tmp_path / "nowhere")

    assert scan(path, reads=False).status in {2, 4}


def test_names_that_are_no_text_and_folders_without_end(scan, collection: Path):
    (collection / os.fsdecode(b"\xff\xfe\x1b[2J")).mkdir()
    (collection / "logs/\x1b]0;owned\x07\n<img src=x onerror=alert(1)>.txt").write_bytes(b"x")
    deep = collection
    for _ in range(40):
        deep /= "d"
    deep.mkdir(parents=True)
    (deep / "x").write_bytes(b"x")

    left = scan(collection)

    assert 0 == left.status
    assert left.read("getprop")
    details = {detail for _, detail in left.gaps}
    assert {"a name that is no text", "a folder that lies too deep"} == details
    assert b"\x1b" not in left.said
    assert b"<img src=x" not in left.written


def test_a_folder_that_cannot_be_opened(scan, tmp_path):
    """A path of which nothing can be listed is of no known kind."""
    (tmp_path / "closed").mkdir(mode=0o000)

    assert scan(tmp_path / "closed", reads=False).status in {2, 4}
