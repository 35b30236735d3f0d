"""Records of the log stream, laid out as a phone sends them."""

from __future__ import annotations

import struct
import uuid

import pytest
from pymobiledevice3.services.os_trace import parse_syslog_entry

from scanner.errors import ParseError
from scanner.formats import log_stream
from scanner.formats.log_stream import LogReduction, LogSource, read
from scanner.model.evidence import BytesFile
from scanner.model.requests import LogStream

PROGRAM = "11111111-2222-3333-4444-5555AAAABBBB"
IMAGE = "66666666-7777-8888-9999-0000CCCCDDDD"
SECRET = "nobody may keep this"


def record(
    process="/usr/libexec/exampled",
    sender="/usr/lib/libexample.dylib",
    *,
    pid=321,
    program=PROGRAM,
    image=IMAGE,
    first=None,
    size=None,
    header_size=129,
    more=b"",
):
    """Return a record; the sizes of its texts count the NUL of each."""
    texts = [f"{text}\0".encode() if text else b"" for text in (process, sender, SECRET)]
    texts += [b"com.example\0", b"example\0"]
    sizes = [len(text) for text in texts]
    header = b"".join(
        (
            struct.pack("<BII", 2, 8, header_size),
            struct.pack("<IQ", pid, pid),
            uuid.UUID(program).bytes,
            struct.pack("<HQQ", sizes[0] if first is None else first, 0, 0),
            struct.pack("<QI2B6x", 1_790_000_000, 5, 0, 0x10),
            struct.pack("<QII", 7, 8, 0),
            uuid.UUID(image).bytes,
            struct.pack("<HII", sizes[1] if size is None else size, sizes[2], 4096),
            struct.pack("<HHHHI", sizes[3], 0, sizes[4], 0, 0),
        )
    )
    assert len(header) == 129
    return header + more + b"".join(texts)


def reduced(*records):
    reduction = LogReduction()
    return b"".join(map(reduction.feed, records))


def sources(data):
    return list(read(BytesFile(LogStream(), data)))


def test_a_record():
    expected = LogSource(
        pid=321,
        process="/usr/libexec/exampled",
        process_uuid=PROGRAM,
        sender="/usr/lib/libexample.dylib",
        sender_uuid=IMAGE,
    )

    assert sources(reduced(record())) == [expected]


def test_no_message_is_kept():
    data = reduced(record())

    assert data.endswith(b"\n")
    assert not any(word in data for word in (SECRET.encode(), b"com.example"))


def test_the_same_source_is_kept_once():
    one, other = record(), record(pid=322)

    assert [source.pid for source in sources(reduced(one, other, one, one))] == [321, 322]


def test_zeros_are_no_uuid():
    nothing = str(uuid.UUID(int=0))
    (source,) = sources(reduced(record(program=nothing, image=nothing)))

    assert (source.process_uuid, source.sender_uuid) == (None, None)


@pytest.mark.parametrize(
    ("process", "sender"),
    [("/usr/libexec/exampled", ""), ("", "/usr/lib/libexample.dylib"), ("", "")],
)
def test_a_record_that_names_not_both(process, sender):
    (source,) = sources(reduced(record(process, sender)))

    assert (source.process, source.sender) == (process, sender)


def test_a_longer_header():
    assert sources(reduced(record(header_size=137, more=bytes(8)))) == sources(reduced(record()))


def test_a_header_that_states_neither_its_size_nor_that_of_the_first_path():
    assert sources(reduced(record(header_size=0, first=0))) == sources(reduced(record()))


def test_undecodable_paths_are_kept_apart_from_no_path():
    data = record().replace(b"libexample", b"lib\xff\xfe\xfdmple")
    (source,) = sources(reduced(data))

    assert source.sender == "/usr/lib/lib\ufffd\ufffd\ufffdmple.dylib"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        record()[:128],
        record()[:129],
        record()[:140],  # within the path of the process
        record()[:160],  # within the path of the image
        record(size=25),  # ends within a text
        record(size=26 + 21),  # holds the message, too
        record(process="Hello you", sender="/a"),
        record(process="/a", sender="Hello you"),
        record(size=60_000),
        record(first=10),
        record(first=60_000),
        record(header_size=128),
        record(header_size=2**32 - 1),
        record(header_size=0, first=0)[:140],
        record(process="/" + "x" * 1100),
        record(sender="/" + "x" * 1100),
    ],
)
def test_a_malformed_record(data):
    with pytest.raises(ParseError):
        LogReduction().feed(data)


def test_more_sources_than_any_phone_has():
    reduction = LogReduction()
    for pid in range(log_stream.SOURCES_LIMIT):
        reduction.feed(record("/a", "/b", pid=pid))

    assert reduction.feed(record("/a", "/b", pid=0)) == b""
    with pytest.raises(ParseError, match="at most 20000"):
        reduction.feed(record("/a", "/b", pid=2**31))


def test_half_a_last_line_states_nothing():
    whole = reduced(record(), record(pid=2))

    assert len(sources(whole)) == 2
    assert len(sources(whole[:-1])) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"x",
        b"{}",
        b"[]",
        b'{"pid":-1,"process":"/a","process_uuid":null,"sender":"","sender_uuid":null}',
        b'{"pid":1,"process":"/a","process_uuid":"a","sender":"","sender_uuid":null}',
        b'{"pid":1,"process":"\xff","process_uuid":null,"sender":"","sender_uuid":null}',
        b'{"pid":1,"process":"/%s","process_uuid":null,"sender":"","sender_uuid":null}'
        % (b"x" * 2000),
        b'{"a":' * 5000,
    ],
)
def test_a_line_of_another_shape(line):
    with pytest.raises(ParseError, match="line 1: "):
        sources(line + b"\n")


@pytest.mark.parametrize("path", ["/usr/lib/libexample.dylib", "/", "/é"])
def test_another_reader_of_records_agrees(path):
    other = parse_syslog_entry(record(sender=path))
    (source,) = sources(reduced(record(sender=path)))

    assert (source.pid, source.process, source.sender) == (other.pid, other.filename, path)
    assert other.image_name == path
    assert source.process_uuid == str(other.process_image_uuid).upper()
    assert source.sender_uuid == str(other.image_uuid).upper()
