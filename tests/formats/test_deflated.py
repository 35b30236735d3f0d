from __future__ import annotations

import random
import zlib

import pytest

from scanner.formats.deflated import InflateError, inflater

TEXT = b"".join(b"%d %d\n" % (number, number * number) for number in range(600))


def deflated(level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    deflater = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, 8, strategy)
    return deflater.compress(TEXT) + deflater.flush()


STREAMS = {
    "stored": deflated(0),
    "fixed": deflated(strategy=zlib.Z_FIXED),
    "letters": deflated(strategy=zlib.Z_HUFFMAN_ONLY),
    "fast": deflated(1),
    "best": deflated(9),
}


def outcome(stream, error, data, limit):
    """Return what becomes of a stream: its bytes, whether they end, what is left; or no more."""
    try:
        found = stream.decompress(data, limit)
    except error:
        return None
    return found, stream.eof, stream.unconsumed_tail


def both(data, limit):
    return (
        outcome(zlib.decompressobj(-zlib.MAX_WBITS), zlib.error, data, limit),
        outcome(inflater(), InflateError, data, limit),
    )


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream(name):
    assert (TEXT, True, b"") == outcome(inflater(), InflateError, STREAMS[name], len(TEXT) + 1)


@pytest.mark.parametrize("name", STREAMS)
def test_a_cut_stream_as_by_the_library_of_python(name):
    data = STREAMS[name]
    for size in range(0, len(data), 7):
        expected, actual = both(data[:size], len(TEXT) + 1)
        assert expected == actual


def test_a_damaged_stream_as_by_the_library_of_python():
    chosen = random.Random(8)
    refused = 0
    for _ in range(2000):
        data = bytearray(STREAMS[chosen.choice(list(STREAMS))])
        data[chosen.randrange(min(len(data), 300))] ^= 1 << chosen.randrange(8)
        expected, actual = both(bytes(data), chosen.choice((len(TEXT) + 1, 1000, 1 << 20)))
        assert expected == actual
        refused += expected is None
    assert refused > 100


def test_no_more_than_asked_for():
    stream = inflater()

    assert (TEXT[:100], False) == (stream.decompress(STREAMS["best"], 100), stream.eof)
