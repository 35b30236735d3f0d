from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scanner.sinks import Lines, Undelivered
from tests.sinks.made import START, event

ROOT = Path(__file__).resolve().parents[2]


def ids(path: Path) -> list[int]:
    return [json.loads(line)["id"] for line in path.read_bytes().splitlines()]


def test_a_stream_gets_a_line_an_event():
    stream = io.BytesIO()
    sink = Lines(stream)
    for id in (1, 2):
        sink.send(event(id, title="two\nlines"), START)
    sink.close()

    assert [1, 2] == [json.loads(line)["id"] for line in stream.getvalue().splitlines()]
    assert not stream.closed


@pytest.mark.parametrize("closed", [True, False])
def test_a_reader_that_went_away_is_said(closed):
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb", buffering=0) as stream:
        os.close(reader)
        if closed:
            stream.close()
        with pytest.raises(Undelivered, match="nobody reads") as raised:
            Lines(stream).send(event(), START)

    assert raised.value.gone


def test_lines_are_appended_and_only_the_owner_reads_them(tmp_path):
    path = tmp_path / "events.jsonl"
    for id in (1, 2):
        with Lines.at(path) as sink:
            sink.send(event(id), START)

    assert [1, 2] == ids(path)
    assert 0o600 == path.stat().st_mode & 0o777


def test_a_line_that_was_cut_off_is_ended_first(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"id":1,"at"')
    with Lines.at(path) as sink:
        sink.send(event(2), START)
        sink.send(event(3), START)

    first, *rest = path.read_bytes().splitlines()
    assert b'{"id":1,"at"' == first
    assert [2, 3] == [json.loads(line)["id"] for line in rest]


def test_a_file_that_was_moved_or_removed_begins_anew(tmp_path):
    path = tmp_path / "events.jsonl"
    with Lines.at(path) as sink:
        sink.send(event(1), START)
        path.rename(tmp_path / "events.old")
        sink.send(event(2), START)
        path.unlink()
        sink.send(event(3), START)

    assert ([1], [3]) == (ids(tmp_path / "events.old"), ids(path))


def test_a_file_that_is_full_makes_room_for_the_next(tmp_path):
    path = tmp_path / "events.jsonl"
    size = 0
    with Lines.at(path, max_bytes=1000) as sink:
        for id in range(1, 31):
            sink.send(event(id), START)
            size = max(size, path.stat().st_size)

    old = ids(tmp_path / "events.jsonl.1")
    assert size <= 1000
    assert 30 == ids(path)[-1]
    assert [*old, *ids(path)] == list(range(old[0], 31))


def test_an_event_larger_than_the_file_may_be_is_still_written(tmp_path):
    path = tmp_path / "events.jsonl"
    with Lines.at(path, max_bytes=10) as sink:
        sink.send(event(1), START)
        sink.send(event(2), START)

    assert ([1], [2]) == (ids(tmp_path / "events.jsonl.1"), ids(path))


FULL = """
import resource, signal, sys
from pathlib import Path
from scanner.sinks import Lines, Undelivered
from tests.sinks.made import START, event

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sink = Lines.at(Path(sys.argv[1]))
sink.send(event(1), START)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (400, hard))
try:
    sink.send(event(2, detail="x" * 1000), START)
except Undelivered as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
sink.send(event(3), START)
"""


def test_what_finds_no_room_leaves_nothing_behind(tmp_path):
    """A limit on the size of files stands for a full disk: a write ends short, then fails."""
    path = tmp_path / "events.jsonl"

    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "lines in events.jsonl: File too large\n" == done.stdout
    assert [1, 3] == ids(path)


@pytest.mark.parametrize("named", [True, False])
def test_a_device_that_takes_nothing(named):
    with open("/dev/full", "wb", buffering=0) as stream:  # noqa: PTH123  no path of ours
        sink = Lines.at(Path("/dev/full")) if named else Lines(stream)
        with pytest.raises(Undelivered, match="No space left on device") as raised:
            sink.send(event(), START)
        sink.close()

    assert not raised.value.gone


@pytest.mark.parametrize("name", ["no-such-folder/events.jsonl", "."])
def test_a_file_that_cannot_be_written(tmp_path, name):
    with Lines.at(tmp_path / name) as sink, pytest.raises(Undelivered) as raised:
        sink.send(event(), START)

    assert not raised.value.gone


def test_a_pipe_with_a_name_is_written_while_somebody_reads(tmp_path):
    path = tmp_path / "events"
    os.mkfifo(path)
    with Lines.at(path) as sink:
        with pytest.raises(Undelivered, match="No such device or address"):
            sink.send(event(1), START)
        got: list[bytes] = []
        opened = threading.Event()

        def read() -> None:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
                os.set_blocking(reader.fileno(), True)
                opened.set()
                written.wait(5)
                got.append(reader.readline())

        written = threading.Event()
        thread = threading.Thread(target=read)
        thread.start()
        assert opened.wait(5)
        sink.send(event(2), START)
        written.set()
        thread.join(5)
        with pytest.raises(Undelivered) as raised:
            sink.send(event(3), START)

    assert 2 == json.loads(got[0])["id"]
    assert raised.value.gone
