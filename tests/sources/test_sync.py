"""Files over sync: sizes, lies and names."""

import os
import socket
import struct
import time

import pytest

from scanner.errors import DeviceLost
from scanner.model.requests import Command, File
from scanner.simulate import Faults
from scanner.sources.android.events import ProtocolBreach
from scanner.sources.android.sync import Sync, SyncRefused
from scanner.sources.android.transport import Channel, open_stream

V1 = frozenset[str]()
V2 = frozenset({"stat_v2", "ls_v2", "sendrecv_v2"})
BOTH = pytest.mark.parametrize("features", [V1, V2], ids=["v1", "v2"])
STAT2 = struct.Struct("<IQQIIIIQqqq")


@pytest.fixture
def say():
    """A session whose other end has said all it will say."""
    opened = []

    def start(said, features=V2):
        ours, theirs = socket.socketpair()
        opened.extend([ours, theirs])
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
        return Sync(Channel(ours, time.monotonic() + 2), features)

    yield start
    for one in opened:
        one.close()


def stat2(error=0, mode=0o100644, size=0, modified=0):
    return STAT2.pack(error, 0, 0, mode, 1, 0, 0, size, 0, modified, 0)


def test_sizes_have_64_bits(say):
    found = say(b"STA2" + stat2(size=5 << 32, modified=1 << 33)).stat("/a")

    assert (5 << 32, 1 << 33) == (found.size, found.modified)


@BOTH
def test_another_answer_than_asked_for_is_a_breach(say, features):
    with pytest.raises(ProtocolBreach):
        say(b"WHAT" + bytes(100), features).stat("/a")


def test_names_that_are_none_are_left_out(say):
    names = [b"a", b"", b".", b"..", b"../x", b"/abs", b"nul\0", b"line\nbreak", b"\xff\xfe"]
    said = b"".join(b"DNT2" + stat2() + struct.pack("<I", len(n)) + n for n in names)

    found = [entry.name for entry in say(said + b"DONE" + bytes(72)).list("/a")]

    assert [b"a", b"line\nbreak", b"\xff\xfe"] == found


def test_a_name_without_end_is_a_breach(say):
    with pytest.raises(ProtocolBreach):
        list(say(b"DNT2" + stat2() + struct.pack("<I", 65_536)).list("/a"))


def test_an_entry_of_an_unknown_kind_is_a_breach(say):
    with pytest.raises(ProtocolBreach):
        list(say(b"WHAT" + bytes(80)).list("/a"))


@pytest.mark.parametrize("size", [64 * 1024 + 1, 0xFFFFFFFF])
def test_more_than_64_kib_at_once_is_a_breach(say, size):
    with pytest.raises(ProtocolBreach):
        list(say(b"DATA" + struct.pack("<I", size) + b"x").receive("/a"))


def test_a_stream_that_ends_is_no_whole_file(say):
    with pytest.raises(ConnectionError):
        list(say(b"DATA" + struct.pack("<I", 3) + b"abc").receive("/a"))


@pytest.mark.parametrize("path", ["/" + "x" * 1024, "/nul\0byte"])
def test_a_path_that_is_none_is_not_asked(say, path):
    with pytest.raises(SyncRefused):
        say(b"").stat(path)


@BOTH
def test_files_of_a_phone(record_phone, simulate, open_source, read, features):
    noise = os.urandom(300_000)
    phone = record_phone(
        files={"sdcard/noise": noise, "sdcard/empty": b"", "sdcard/folder/x": b""},
        features=("shell_v2", *sorted(features)),
    )
    names = ("noise", "empty", "folder", "none")
    source = open_source(simulate(phone))

    found = read(source, *(File(path=f"/sdcard/{name}") for name in names))

    assert {
        "/sdcard/noise": (noise, None, None, b""),
        "/sdcard/empty": (b"", None, None, b""),
        "/sdcard/folder": "source_absent",
        "/sdcard/none": "source_absent",
    } == found


def test_a_file_beyond_its_limit_is_cut_and_the_next_is_read(
    record_phone, simulate, open_source, read
):
    source = open_source(simulate(record_phone(files={"a": b"x" * 500_000, "b": b"y"})))

    found = read(source, File(path="/a", limit=1000), File(path="/b"))

    assert (b"x" * 1000, None, "truncated", b"") == found["/a"]
    assert (b"y", None, None, b"") == found["/b"]


@pytest.mark.parametrize(
    ("fault", "cut"),
    [("oversized_data", None), ("endless_data", "truncated"), ("cut_data", "truncated")],
)
def test_a_phone_that_breaks_the_protocol(record_phone, simulate, open_source, *, fault, cut):
    source = open_source(simulate(record_phone(files={"a": b"x" * 9}), faults=Faults(sync=fault)))
    shell = Command(argv=("echo", "a"))
    began = time.monotonic()

    answers = {
        str(answer.request): answer
        for answer in read_what_comes(source, [File(path="/a", limit=1 << 20), shell])
    }

    assert time.monotonic() - began < 10
    if cut is None:
        assert "truncated" == answers["/a"].reason
    else:
        assert cut == answers["/a"].outcome().cut


def read_what_comes(source, requests):
    try:
        yield from source.fetch_all(requests)
    except DeviceLost:
        return


def test_a_lie_about_the_size_does_not_matter(record_phone, simulate, open_source, read):
    phone = simulate(record_phone(files={"a": b"x"}), faults=Faults(sync="stat_size"))

    assert (b"x", None, None, b"") == read(open_source(phone), File(path="/a"))["/a"]


def test_hostile_names_of_a_phone(record_phone, simulate, open_source):
    phone = simulate(record_phone(files={"d/good": b"x"}), faults=Faults(hostile_names=True))
    source = open_source(phone)
    channel = open_stream(source.server, source.serial, "sync:", time.monotonic() + 5)
    found = []

    with pytest.raises(ProtocolBreach):  # one of the names has 64 KiB
        found.extend(Sync(channel, V2).list("/d"))
    channel.close()
    assert b"good" in {entry.name for entry in found}
    assert not [entry for entry in found if b"/" in entry.name or b"\0" in entry.name]
