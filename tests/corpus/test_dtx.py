"""The protocol of the developer services, as Apple's own programs speak it."""

import asyncio
import plistlib
import re

import pytest

from scanner.errors import ParseError
from scanner.formats import dtx
from scanner.formats.dtx import ACKNOWLEDGED, ANSWER, CALL, Assembly
from scanner.formats.keyed_archive import Opaque, unarchive
from scanner.sources.ios.allowed import PROCESSES
from scanner.sources.ios.dtx import DtxClient

from .conftest import recordings

pytestmark = pytest.mark.corpus

MAGIC = bytes.fromhex("795b3d1f")
KINDS = {ACKNOWLEDGED, CALL, ANSWER}


def messages(data):
    assembly = Assembly()
    while data:
        header = dtx.header_of(data[: dtx.HEADER_SIZE])
        end = dtx.HEADER_SIZE + header.extra + header.body
        message = assembly.feed(header, data[dtx.HEADER_SIZE + header.extra : end])
        data = data[end:]
        if message is not None:
            yield message


def captures(corpus):
    folder = corpus / "ios-device-protocol" / "dtx_codec" / "fixtures"
    for path in recordings(folder, "*", 12):
        if path.name not in ("lz4block.bin", "instruments-metrics-dtx.bin"):
            yield path.read_bytes()


def test_every_capture_is_read_to_its_end(corpus):
    for data in captures(corpus):
        found = list(messages(data))
        # Each fragment begins so; its own number follows, and the first of a message has 0.
        numbers = re.findall(re.escape(MAGIC) + rb"\x20\0\0\0(..)", data, re.DOTALL)
        begun = [number for number in numbers if number == b"\0\0"]

        assert len(begun) == len(found)
        assert {message.kind for message in found} <= KINDS


def test_every_call_names_a_selector_and_has_its_arguments(corpus):
    calls = [one for data in captures(corpus) for one in messages(data) if one.kind == CALL]
    named = [
        call
        for call in calls
        if isinstance(call.value(), str)
        and call.value().count(":") == len(dtx.unpack_arguments(call.arguments))
    ]

    assert len(calls) > 200
    assert len(calls) == len(named)


def test_every_answer_is_an_archive(corpus):
    answers = [one for data in captures(corpus) for one in messages(data) if one.kind == ANSWER]
    shapes = [type(one.value()) for one in answers]

    assert len(shapes) > 25
    assert shapes.count(Opaque) < len(shapes) / 2


def test_our_headers_are_those_that_were_captured(corpus):
    found = [
        part[: dtx.HEADER_SIZE] in data
        for data in captures(corpus)
        for message in messages(data)
        for part in dtx.encode(message)
        if len(message.payload) < 60_000
    ]

    assert len(found) > 300
    assert all(found)


def test_a_compressed_message_is_not_taken_for_an_answer(corpus):
    folder = corpus / "ios-device-protocol" / "dtx_codec" / "fixtures"
    (message,) = messages((folder / "instruments-metrics-dtx.bin").read_bytes())

    assert message.kind not in KINDS


def test_archives_are_read_or_refused(corpus):
    """Refused are the broken ones, XML, and those with several roots, which no message has."""
    folder = corpus / "ios-device-protocol" / "nskeyedarchiver" / "fixtures"
    read = refused = 0
    for path in recordings(folder, "*", 18):
        data = path.read_bytes()
        try:
            unarchive(data)
            read += 1
        except ParseError:
            refused += 1
            assert path.suffix == ".xml" or "root" not in plistlib.loads(data)["$top"]

    assert (8, 11) == (read, refused)


def test_our_client_takes_what_a_phone_answered_to_another(corpus):
    """A greeting, a channel that was opened, a first answer: calls 1, 2 and 3 of each client."""
    folder = corpus / "ios-device-protocol" / "dtx_codec" / "fixtures"
    data = (folder / "conn-in2.dump").read_bytes()

    async def serve(reader, writer):
        writer.write(data)
        await reader.read()
        writer.close()

    async def run():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        client = DtxClient(reader, writer, limit=len(data), on_bytes=lambda _data: None)
        try:
            async with asyncio.timeout(5):
                await client.greet()
                return await client.open(PROCESSES), await client.ask(1, "runningProcesses")
        finally:
            writer.close()
            await writer.wait_closed()
            server.close()
            await server.wait_closed()

    channel, answer = asyncio.run(run())

    assert 1 == channel
    assert int is type(answer)
