import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymobiledevice3.dtx.message_aux import MessageAux
from pymobiledevice3.dtx.primitives import PDouble, PInt32, PInt64, PStr

from scanner.errors import ParseError
from scanner.formats import dtx
from scanner.formats.dtx import ANSWER, CALL, Assembly, Message
from scanner.formats.keyed_archive import archive

HEADER = struct.Struct("<IIHHIIIiI")
MAGIC = 0x1F3D5B79


def header(*, magic=MAGIC, length=32, part=0, parts=1, size=16, identifier=1, flags=0):
    return HEADER.pack(magic, length, part, parts, size, identifier, 0, 0, flags)


def body(kind=ANSWER, arguments=0, total=0, data=b""):
    return struct.pack("<BBBBIII", kind, 0, 0, 0, arguments, total, 0) + data


def fed(stream, assembly=None):
    assembly, found = assembly or Assembly(), []
    while stream:
        head = dtx.header_of(stream[:32])
        end = 32 + head.extra + head.body
        found.append(assembly.feed(head, stream[32 + head.extra : end]))
        stream = stream[end:]
    return [message for message in found if message is not None]


@pytest.mark.parametrize("size", [0, 1, 65_519, 65_520, 65_521, 300_000])
def test_a_message_of_any_size_arrives_as_it_was_sent(size):
    message = Message(
        CALL,
        7,
        conversation=1,
        channel=-3,
        expects_answer=True,
        arguments=b"arguments",
        payload=b"p" * size,
    )

    assert [message] == fed(b"".join(dtx.encode(message)))


def test_the_first_of_several_fragments_has_no_body_and_the_size_of_the_whole():
    first, *others = dtx.encode(Message(ANSWER, 1, payload=b"p" * 100_000))

    assert (32, 100_016) == (len(first), struct.unpack_from("<I", first, 12)[0])
    assert 2 == len(others)


def test_fragments_of_two_messages_may_take_turns():
    one, two = (Message(ANSWER, number, payload=b"p" * 100_000) for number in (1, 2))
    parts = [part for pair in zip(dtx.encode(one), dtx.encode(two), strict=True) for part in pair]

    assert [one, two] == fed(b"".join(parts))


def test_a_longer_header_is_skipped():
    assert [Message(ANSWER, 1)] == fed(header(length=40) + bytes(8) + body())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(header(magic=1), id="another magic"),
        pytest.param(header(length=31), id="a header that is too short"),
        pytest.param(header(length=0xFFFFFFFF), id="a header without end"),
        pytest.param(header(parts=0), id="no fragments"),
        pytest.param(header(part=2, parts=2), id="a fragment too many"),
        pytest.param(header(size=0), id="empty"),
        pytest.param(header(size=15), id="too short for a message"),
        pytest.param(header(size=0xFFFFFFFF), id="without end"),
        pytest.param(header(parts=3, size=dtx.MESSAGE_LIMIT + 1), id="too large in fragments"),
        pytest.param(header() + body(total=1), id="a size inside that is too large"),
        pytest.param(header() + body(arguments=1), id="arguments beyond the message"),
        pytest.param(header(part=1, parts=2) + body(), id="no first fragment"),
        pytest.param(header(parts=3) * 2, id="a message begun twice"),
        pytest.param(header(parts=3) + header(part=2, parts=3) + body(), id="one left out"),
        pytest.param(header(parts=3) + header(part=1, parts=4) + body(), id="another count"),
        pytest.param(
            header(parts=2, size=17) + header(part=1, parts=2) + body(), id="less than stated"
        ),
        pytest.param(
            b"".join(header(parts=2, identifier=number) for number in range(100)),
            id="messages begun and never ended",
        ),
    ],
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(ParseError):
        fed(data)


def test_unfinished_messages_are_bounded():
    size = 4 * 1024 * 1024
    parts = [
        header(parts=4, identifier=number)
        + header(part=1, parts=4, size=size, identifier=number)
        + bytes(size)
        for number in range(6)
    ]
    assembly = Assembly()

    for part in parts[:4]:
        assert [] == fed(part, assembly)
    with pytest.raises(ParseError):
        fed(parts[4], assembly)


def test_arguments_are_read_as_they_were_written():
    arguments = [3, "com.example", {"a": 1}, None, ["b"]]

    assert arguments == dtx.unpack_arguments(dtx.pack_arguments(arguments))
    assert [] == dtx.unpack_arguments(dtx.pack_arguments([]))


def test_another_reader_reads_the_same_arguments():
    arguments = [3, "com.example", {"a": 1}]

    assert arguments == MessageAux.parse(dtx.pack_arguments(arguments))


def test_arguments_of_another_writer_are_read():
    data = MessageAux.build([PInt32(-1), PInt64(2**40), PDouble(1.5), PStr("text"), None, ["a"]])

    assert [-1, 2**40, 1.5, "text", None, ["a"]] == dtx.unpack_arguments(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xf0", id="cut"),
        pytest.param(struct.pack("<IIQ", 0x1F0, 0, 1), id="cut after its size"),
        pytest.param(struct.pack("<IIQ", 0x1F1, 0, 0), id="another type"),
        pytest.param(struct.pack("<IIQI", 0x1F0, 0, 4, 10), id="a key without a value"),
        pytest.param(struct.pack("<IIQII", 0x1F0, 0, 8, 10, 99), id="an unknown type"),
        pytest.param(struct.pack("<IIQIII", 0x1F0, 0, 12, 10, 2, 2**32 - 1), id="a lying size"),
        pytest.param(struct.pack("<IIQIIIH", 0x1F0, 0, 14, 10, 2, 2, 0), id="no archive"),
    ],
)
def test_what_are_no_arguments_is_refused(data):
    with pytest.raises(ParseError):
        dtx.unpack_arguments(data)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_a_message(data):
    try:
        message = dtx.message_of(dtx.header_of(header(size=len(data) + 16)), body() + data)
        dtx.unpack_arguments(data)
        message.value()
    except ParseError:
        pass


def test_the_value_of_a_message_is_its_payload():
    assert "runningProcesses" == Message(CALL, 1, payload=archive("runningProcesses")).value()
    assert Message(CALL, 1).value() is None
