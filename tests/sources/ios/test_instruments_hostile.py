"""The developer services of a phone that lies, never ends, or says what nobody asked for."""

import asyncio
import plistlib
import struct

import pytest

from scanner.errors import NotAvailable, ParseError
from scanner.formats import dtx
from scanner.formats.dtx import ANSWER, CALL, Message
from scanner.formats.keyed_archive import archive
from scanner.model.requests import Instruments
from scanner.simulate.ios import IosFaults
from scanner.simulate.ios.phone import INSTRUMENTS
from tests.simulate.ios.developer_phones import developer_phone
from tests.sources.ios.developer import LIST, WATCH, ask, fields

UID = plistlib.UID


def nested(levels):
    lists = [{"NS.objects": [UID(n + 3), UID(n + 3)], "$class": UID(1)} for n in range(levels)]
    return table({"$classname": "NSArray"}, *lists, "x", root=2)


def table(*objects, root):
    document = {
        "$version": 100_000,
        "$archiver": "NSKeyedArchiver",
        "$top": {"root": UID(root)},
        "$objects": ["$null", *objects],
    }
    return plistlib.dumps(document, fmt=plistlib.FMT_BINARY)


HOSTILE = [  # each made when it is asked for: some are large
    pytest.param(lambda: b"no archive", id="no archive"),
    pytest.param(lambda: archive([]), id="no process at all"),
    pytest.param(lambda: archive("running"), id="a text"),
    pytest.param(lambda: archive({"pid": 1}), id="a dictionary"),
    pytest.param(lambda: nested(100), id="doubles on a hundred levels"),
    pytest.param(lambda: nested(20_000), id="doubles on many levels"),
    pytest.param(
        lambda: table(
            {"NS.objects": [UID(1)], "$class": UID(2)}, {"$classname": "NSArray"}, root=1
        ),
        id="holds itself",
    ),
    pytest.param(
        lambda: table(
            {"NS.objects": [UID(3)] * 1_000_000, "$class": UID(2)},
            {"$classname": "NSArray"},
            {"NS.keys": [UID(4)], "NS.objects": [UID(5)], "$class": UID(6)},
            "pid",
            7,
            {"$classname": "NSDictionary"},
            root=1,
        ),
        id="a million processes",
    ),
    pytest.param(lambda: archive([{"pid": n, "name": ""} for n in range(20_001)]), id="too many"),
    pytest.param(lambda: b"bplist00" + bytes(9 * 1024 * 1024), id="more than a message may be"),
]


@pytest.mark.parametrize("request_", [LIST, WATCH], ids=["list", "watch"])
@pytest.mark.parametrize("payload", HOSTILE)
def test_a_hostile_answer_is_an_error_in_time(tmp_path, request_, payload):
    phone = developer_phone(tmp_path, faults=IosFaults(replace={INSTRUMENTS: payload()}))
    (result,) = ask(phone, tmp_path, request_)

    assert isinstance(result.error, ParseError)
    assert [] == result.lines
    assert result.seconds < 5


def test_an_odd_process_does_not_hide_the_others(tmp_path):
    odd = [{"pid": "1", "name": "a"}, {"pid": 2, "name": "b"}, 3, {"pid": 4}, {"name": "c"}]
    phone = developer_phone(tmp_path, faults=IosFaults(replace={INSTRUMENTS: archive(odd)}))
    (result,) = ask(phone, tmp_path, LIST)

    assert [2] == [one["pid"] for one in fields(result.lines)]
    assert isinstance(result.error, ParseError)


ENDS = [bytes((16, 2)) + bytes(14)] * 2


@pytest.mark.parametrize(
    "event",
    [
        pytest.param("event", id="a text"),
        pytest.param([1], id="no fields"),
        pytest.param([3, []], id="another kind"),
        pytest.param([0, ["en0", 1]], id="an interface the wrong way round"),
        pytest.param([1, [*ENDS, 1, 2**63 - 1, 0, 0, 1, 1]], id="a pid beyond all"),
        pytest.param([1, [*ENDS, 1, "1", 0, 0, 1, 1]], id="a pid that is a text"),
        pytest.param([1, [b"", b"", 1, 1, 0, 0, 1, 1]], id="no addresses"),
        pytest.param([1, [bytes((16, 2)), *ENDS, 1, 1]], id="fields too few"),
    ],
)
def test_an_odd_event_is_told_at_the_end(tmp_path, event):
    phone = developer_phone(tmp_path, faults=IosFaults(replace={INSTRUMENTS: archive(event)}))
    (result,) = ask(phone, tmp_path, WATCH)

    assert isinstance(result.error, ParseError)
    assert [] == result.lines
    assert result.seconds >= WATCH.seconds


def talking(*messages, endless=()):
    """Return a service that greets, answers every call, and says more of its own."""

    async def serve(_phone, reader, writer):
        def send(message):
            for part in dtx.encode(message):
                writer.write(part)

        greeting = dtx.pack_arguments([{}])
        send(
            Message(CALL, 1, arguments=greeting, payload=archive("_notifyOfPublishedCapabilities:"))
        )
        for message in messages:
            send(message)
        await writer.drain()
        while endless and not writer.is_closing():
            for message in endless:
                send(message)
            await writer.drain()
            await asyncio.sleep(0)  # so that it can be stopped
        assembly = dtx.Assembly()
        while True:
            header = dtx.header_of(await reader.readexactly(32))
            message = assembly.feed(header, await reader.readexactly(header.body))
            if message.expects_answer:
                send(Message(0, message.identifier, 1, message.channel))
                await writer.drain()

    return serve


ENDLESS = [
    pytest.param(Message(ANSWER, 9, channel=-1, payload=archive([2, []])), id="events"),
    pytest.param(Message(ANSWER, 9, channel=-7, payload=archive("x")), id="of another channel"),
    pytest.param(Message(CALL, 9, payload=archive("more:")), id="calls"),
    pytest.param(
        Message(CALL, 9, expects_answer=True, payload=archive("more:")), id="calls to be answered"
    ),
    pytest.param(
        Message(ANSWER, 2**32 - 1, 2**32 - 1, -(2**31), expects_answer=True), id="extreme numbers"
    ),
    pytest.param(Message(ANSWER, 10**6, 1, payload=archive("x")), id="answers to nothing"),
    pytest.param(Message(ANSWER, 9, channel=-1, payload=bytes(5 * 1024**2)), id="large ones"),
]


@pytest.mark.parametrize("what", ["processes", "network"])
@pytest.mark.parametrize("message", ENDLESS)
def test_messages_without_end_are_bounded(tmp_path, what, message):
    request = Instruments(what=what, seconds=2, timeout=3, limit=2 * 1024**2)
    phone = developer_phone(tmp_path)
    (result,) = ask(phone, tmp_path, request, handler=talking(endless=(message,)))

    assert isinstance(result.error, NotAvailable | TimeoutError)
    assert getattr(result.error, "reason", "truncated") == "truncated"
    assert sum(len(data) for data in result.received) <= request.limit
    assert result.seconds < 5


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9, id="another protocol"),
        pytest.param(
            struct.pack("<IIHHIIIiI", 0x1F3D5B79, 32, 0, 1, 2**32 - 1, 1, 0, 0, 0), id="lie"
        ),
        pytest.param(
            struct.pack("<IIHHIIIiI", 0x1F3D5B79, 32, 0, 9, 100, 1, 0, 0, 0) * 20, id="unfinished"
        ),
    ],
)
def test_what_is_no_message_is_an_error_in_time(tmp_path, garbage):
    async def serve(_phone, reader, writer):
        writer.write(garbage)
        await writer.drain()
        await reader.read()

    (result,) = ask(developer_phone(tmp_path), tmp_path, LIST, handler=serve)

    assert isinstance(result.error, ParseError)
    assert result.seconds < 2


def test_a_refusal_is_told_as_one(tmp_path):
    async def serve(_phone, reader, writer):
        await talking(Message(dtx.ERROR, 2, 1, payload=archive("no")))(_phone, reader, writer)

    (result,) = ask(developer_phone(tmp_path), tmp_path, LIST, handler=serve)

    assert "unsupported_version" == result.error.reason
