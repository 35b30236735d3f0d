import struct
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymobiledevice3.remote.xpc_message import XpcWrapper, create_xpc_wrapper, decode_xpc_object

from scanner.errors import ParseError
from scanner.formats import remote_xpc
from scanner.formats.remote_xpc import ALWAYS, HAS_DATA, Messages

HEADER = struct.Struct("<IIQQ")
MAGIC = 0x29B00B92

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
LEAVES = st.none() | st.booleans() | st.integers(0, 2**64 - 1) | TEXTS | st.binary() | st.uuids()
TREES = st.recursive(
    LEAVES, lambda below: st.lists(below) | st.dictionaries(TEXTS, below), max_leaves=12
)
VALUE = {
    "MessageType": "Handshake",
    "Properties": {"OSVersion": "18.5", "flags": 7, "there": True, "UUID": uuid.UUID(int=5)},
    "Services": {"com.example": {"Port": "1234", "Features": ["a", b"bc", None]}},
}


def read(data):
    return list(Messages().feed(data))


@given(st.dictionaries(TEXTS, TREES))
def test_a_message_is_read_as_it_was_written(value):
    assert [value] == read(remote_xpc.message(ALWAYS | HAS_DATA, 1, value))


def test_another_reader_reads_the_same():
    wrapper = XpcWrapper.parse(remote_xpc.message(ALWAYS | HAS_DATA, 7, VALUE))

    assert VALUE == decode_xpc_object(wrapper.payload)
    assert (7, ALWAYS | HAS_DATA) == (wrapper.message_id, wrapper.flags)


def test_what_another_writer_wrote_is_read():
    assert [{"a": "text", "b": [b"data", True, None, 1.5], "c": uuid.UUID(int=1)}] == read(
        create_xpc_wrapper({"a": "text", "b": [b"data", True, None, 1.5], "c": uuid.UUID(int=1)})
    )


def test_a_message_may_come_in_pieces():
    data = remote_xpc.message(ALWAYS, 1, VALUE) + remote_xpc.message(0x201)
    messages = Messages()

    assert [VALUE] == [
        value for at in range(len(data)) for value in messages.feed(data[at : at + 1])
    ]


def test_frames_are_those_of_http_2():
    data = remote_xpc.frame(remote_xpc.SETTINGS, 0, remote_xpc.settings(streams=100), flags=0)

    assert bytes.fromhex("000006 04 00 00000000 0003 00000064") == data
    assert (6, 4, 0, 0) == remote_xpc.frame_header(data[:9])
    assert (70_000, 0, 4, 3) == remote_xpc.frame_header(
        remote_xpc.frame(0, 3, bytes(70_000), 4)[:9]
    )


def body(*numbers, data=b""):
    payload = struct.pack("<II", 0x42133742, 5) + struct.pack(f"<{len(numbers)}I", *numbers) + data
    return HEADER.pack(MAGIC, 0x101, len(payload), 1) + payload


def nested(levels):
    data = struct.pack("<I", 0x1000)
    for _ in range(levels):
        data = struct.pack("<III", 0xE000, 4 + len(data), 1) + data
    return body(data=data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(HEADER.pack(1, 0, 0, 0), id="another magic"),
        pytest.param(HEADER.pack(MAGIC, 0, 2**20 + 1, 0), id="too large"),
        pytest.param(HEADER.pack(MAGIC, 0, 4, 0) + bytes(4), id="too short"),
        pytest.param(HEADER.pack(MAGIC, 0, 12, 0) + bytes(12), id="another payload"),
        pytest.param(body(), id="no object"),
        pytest.param(body(0x99), id="an unknown type"),
        pytest.param(body(0x9000, 2**32 - 1), id="a text without end"),
        pytest.param(body(0xE000, 4, 2**32 - 1), id="a list of four thousand million"),
        pytest.param(body(0xF000, 4, 1, data=b"name"), id="a name without end"),
        pytest.param(body(0xF000, 4, 2**32 - 1, data=b"\0" * 1000), id="a lying count"),
        pytest.param(body(0xA000, 1), id="half a UUID"),
        pytest.param(nested(17), id="too deep"),
        pytest.param(nested(50_000), id="far too deep"),
    ],
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(ParseError):
        read(data)


def test_a_frame_that_is_too_long_is_refused():
    with pytest.raises(ParseError):
        remote_xpc.frame_header(b"\xff\xff\xff\0\0\0\0\0\0")


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(data):
    try:
        read(body(data=data))
        read(data)
    except ParseError:
        pass
