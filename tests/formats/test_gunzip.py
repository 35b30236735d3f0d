"""Gzip as a stream that can be read from anywhere."""

from __future__ import annotations

import gzip
import io
import random
import zlib

import pytest

from fixtures.building.tar import gzipped
from scanner.errors import ParseError
from scanner.formats.gunzip import Gunzipped, States
from scanner.formats.inflated import FREE_SIZE
from scanner.model.requests import MiB

NOISE = random.Random(8).randbytes(3 * MiB)


def opened(data: bytes, states: States | None = None) -> Gunzipped:
    return Gunzipped(io.BytesIO(data), states or States())


def all_of(stream: Gunzipped) -> bytes:
    pieces = []
    while piece := stream.read(100_000):
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("data", [b"", b"x", b"x" * 300_000, NOISE])
def test_what_is_in_it(data):
    assert data == all_of(opened(gzipped(data)))


def test_several_members_are_one_stream():
    data = gzipped(b"one") + gzipped(b"") + gzipped(NOISE) + gzipped(b"two")

    assert b"one" + NOISE + b"two" == all_of(opened(data))


@pytest.mark.parametrize("rest", [bytes(700), b"rest", b"\x1f"])
def test_what_is_behind_the_last_member_is_none(rest):
    assert b"one" == all_of(opened(gzipped(b"one") + rest))


def test_places_are_those_of_the_content():
    stream = opened(gzipped(NOISE))
    for at in (0, 2 * MiB, 5, 3 * MiB - 1, MiB, 3 * MiB, 3 * MiB + 9):
        assert at == stream.seek(at)
        assert at == stream.tell()
        assert NOISE[at : at + 9] == stream.read(9)
        assert min(at + 9, max(len(NOISE), at)) == stream.tell()
    assert len(NOISE) == stream.seek(0, io.SEEK_END)
    assert len(NOISE) - 4 == stream.seek(-4, io.SEEK_CUR)
    with pytest.raises(ValueError, match="before the start"):
        stream.seek(-1)


class Counted(io.BytesIO):
    """Bytes that count how many of them were read."""

    taken = 0

    def read(self, size=-1):
        data = super().read(size)
        self.taken += len(data)
        return data


def test_a_place_to_come_back_to_is_near():
    packed, states = gzipped(NOISE, 0), States()
    first = Gunzipped(io.BytesIO(packed), states)
    first.seek(2 * MiB)
    first.read(64)
    first.remember(2 * MiB)
    all_of(first)
    counted = Counted(packed)
    again = Gunzipped(counted, states)
    again.seek(2 * MiB)

    assert NOISE[2 * MiB : 2 * MiB + 64] == again.read(64)
    assert 0 < counted.taken < MiB


def test_of_too_many_places_every_second_one_is_kept():
    packed, states = gzipped(bytes(40 * MiB)), States()
    stream = Gunzipped(io.BytesIO(packed), states)
    for at in range(0, 40 * MiB, 20_000):
        stream.seek(at)
        stream.read(1)
        stream.remember(at)
    again = opened(packed, states)
    again.seek(39 * MiB)

    assert bytes(9) == again.read(9)


@pytest.mark.parametrize("kept", [0, 5, 15, 3000, -9, -1])
def test_a_file_that_was_cut(kept):
    with pytest.raises(ParseError, match="gzip"):
        all_of(opened(gzipped(NOISE[:9000])[:kept]))


@pytest.mark.parametrize("data", [b"no gzip at all", zlib.compress(b"x")])
def test_other_bytes(data):
    with pytest.raises(ParseError, match="gzip data expected"):
        all_of(opened(data))


def test_what_was_altered():
    data = bytearray(gzipped(NOISE[:100_000]))
    data[-6] ^= 1  # of the checksum

    with pytest.raises(ParseError, match="gzip data expected"):
        all_of(opened(bytes(data)))


def test_a_bomb():
    piece = gzip.compress(bytes(MiB), 9, mtime=0)
    stream = opened(piece * (FREE_SIZE // MiB + 2))

    with pytest.raises(ParseError, match="at most"):
        stream.seek(0, io.SEEK_END)
