"""The demultiplexer: any cut of the stream gives the same commands."""

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.sources.android.events import ProtocolBreach
from scanner.sources.android.split import Frames, Mark, Splitter

NONCE = "0123456789abcdef0123456789abcdef"
MARKER = f"\n{NONCE} ".encode()
OUTPUT = st.one_of(
    st.binary(max_size=64),
    st.integers(0, len(MARKER) - 1).map(lambda size: MARKER[:size]),
    st.just(b"\n" * 40),
)


def stream(outputs):
    return b"".join(
        MARKER + b"B %d\n" % number + output + MARKER + b"E %d 7\n" % number
        for number, output in enumerate(outputs)
    )


def cut(data, cuts):
    edges = [0, *sorted(at % (len(data) + 1) for at in cuts), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


def collect(parts):
    outputs = []
    for part in parts:
        if isinstance(part, bytes):
            outputs[-1] += part
        elif part.begins:
            outputs.append(b"")
    return outputs


@given(st.lists(OUTPUT, min_size=1, max_size=5), st.lists(st.integers(0, 10_000), max_size=30))
def test_any_cut_gives_the_outputs(outputs, cuts):
    splitter = Splitter(NONCE, len(outputs))

    parts = [part for piece in cut(stream(outputs), cuts) for part in splitter.feed(piece)]

    assert outputs == collect(parts)


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=50)), max_size=6), st.data())
def test_any_cut_gives_the_frames(frames, data):
    whole = b"".join(struct.pack("<BI", kind, len(body)) + body for kind, body in frames)
    found = {1: b"", 2: b""}
    reader = Frames()

    for piece in cut(whole, data.draw(st.lists(st.integers(0, 10_000), max_size=20))):
        for kind, body in reader.feed(piece):
            found[kind] += body

    assert {k: b"".join(b for kind, b in frames if kind == k) for k in (1, 2)} == found


@given(st.binary(max_size=4096))
def test_no_bytes_crash_it(data):
    for reader in (Frames(), Splitter(NONCE, 3)):
        try:
            list(reader.feed(data))
            list(reader.feed(MARKER + data))
        except ProtocolBreach:
            continue


def test_what_lies_between_commands_is_dropped():
    splitter = Splitter(NONCE, 2)

    parts = list(splitter.feed(b"noise" + stream([b"a"]) + b"noise"))

    assert [Mark(0, begins=True), b"a", Mark(0, begins=False, exit_code=7)] == parts


@pytest.mark.parametrize(
    "lie",
    [
        b"B 1\n",
        b"E 0 0\n",
        b"B 0\n" + MARKER + b"B 0\n",
        b"B 0\n" + MARKER + b"E 1 0\n",
        b"B 9999999\n",
        b"B 99999999999\n",
        b"B 0" + b" " * 64,
        b"R 0 0\n",
        b"B 0\n" + MARKER + b"E 0 0\n" + MARKER + b"B 0\n",
    ],
)
def test_a_marker_out_of_order_is_a_breach(lie):
    with pytest.raises(ProtocolBreach):
        list(Splitter(NONCE, 2).feed(MARKER + lie))


def test_no_more_than_a_marker_is_held():
    splitter = Splitter(NONCE, 1)
    list(splitter.feed(MARKER + b"B 0\n"))

    passed = sum(len(part) for part in splitter.feed(b"x" * 1_000_000 + MARKER[:-1]))

    assert passed == 1_000_000


def test_frames_of_an_unknown_kind_end_somewhere():
    reader = Frames()

    assert [(1, b"a")] == list(reader.feed(struct.pack("<BI", 77, 4) + b"what\1\1\0\0\0a"))
    with pytest.raises(ProtocolBreach):
        list(reader.feed(struct.pack("<BI", 77, 1 << 31) + b"x" * (2 << 20)))
