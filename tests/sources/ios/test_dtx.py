"""The client of DTX against the library's implementation of the other side."""

import asyncio

import pytest
from pymobiledevice3.dtx import DTXConnection, DTXService
from pymobiledevice3.dtx.service import dtx_on_invoke
from pymobiledevice3.exceptions import ConnectionTerminatedError

from scanner.errors import NotAvailable
from scanner.formats import dtx
from scanner.formats.dtx import ACKNOWLEDGED, Message
from scanner.sources.ios.allowed import NETWORK, PROCESSES
from scanner.sources.ios.dtx import DtxClient

LISTED = [{"pid": 1, "name": "example", "there": True}]
LARGE = [f"text {number}" for number in range(20_000)]


def listing(answer):
    """Return a service of the library's making, with one list to ask for."""

    class Processes(DTXService):
        IDENTIFIER = PROCESSES

        @dtx_on_invoke("runningProcesses")
        async def list(self):
            return answer

    return Processes


class Network(DTXService):
    """A service of the library's making that tells without being asked; it has no end of that."""

    IDENTIFIER = NETWORK

    @dtx_on_invoke("startMonitoring")
    async def start(self):
        for number in range(3):
            await self.send_notification([number, ["event"]], expects_reply=number == 1)


def talk(use, answer=LISTED, *, limit=8 * 1024**2):
    """Return what comes of using a client that is connected to the library's server."""

    async def serve(reader, writer):
        connection = DTXConnection(reader, writer)
        connection.register_service(listing(answer))
        connection.register_service(Network)
        try:
            await connection.connect()
            await connection.wait_disconnected()
        except ConnectionTerminatedError:
            pass

    async def run():
        serving = set()

        def connected(reader, writer):
            serving.add(asyncio.create_task(serve(reader, writer)))

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        client = DtxClient(reader, writer, limit=limit, on_bytes=lambda _data: None)
        try:
            async with asyncio.timeout(10):
                await client.greet()
                return await use(client)
        finally:
            writer.close()
            await writer.wait_closed()
            await asyncio.gather(*serving)
            server.close()
            await server.wait_closed()

    return asyncio.run(run())


@pytest.mark.parametrize("answer", [LISTED, LARGE, None], ids=["small", "large", "none"])
def test_an_answer_of_any_size(answer):
    async def use(client):
        return await client.ask(await client.open(PROCESSES), "runningProcesses")

    assert answer == talk(use, answer)


def test_what_is_told_without_being_asked():
    async def use(client):
        channel = await client.open(NETWORK)
        await client.tell(channel, "startMonitoring")
        return [await client.told(channel) for _ in range(3)]

    assert [[number, ["event"]] for number in range(3)] == talk(use)


def test_waiting_can_be_given_up_and_begun_again():
    async def use(client):
        channel = await client.open(PROCESSES)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.told(channel)
        return await client.ask(channel, "runningProcesses")

    assert LISTED == talk(use)


def test_an_unknown_selector_is_a_refusal():
    async def use(client):
        with pytest.raises(NotAvailable) as caught:
            await client.ask(await client.open(NETWORK), "stopMonitoring")
        return caught.value.reason

    assert "unsupported_version" == talk(use)


def test_no_more_is_read_than_is_taken():
    async def use(client):
        with pytest.raises(NotAvailable) as caught:
            await client.ask(await client.open(PROCESSES), "runningProcesses")
        return caught.value.reason

    assert "truncated" == talk(use, LARGE, limit=100_000)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda client: client.open("com.apple.instruments.server.services.processcontrol"),
        lambda client: client.open(""),
        lambda client: client.ask(0, "runningProcesses"),
        lambda client: client.ask(1, "startMonitoring"),
        lambda client: client.tell(1, "killPid:"),
        lambda client: client.tell(1, "_requestChannelWithCode:identifier:"),
    ],
)
def test_what_is_not_on_the_list_is_never_sent(wrong):
    class Writer:
        """Takes what is sent."""

        sent = b""

        def write(self, data):
            self.sent += data

        async def drain(self):
            """Wait for nothing."""

    async def use():
        reader, writer = asyncio.StreamReader(), Writer()
        for part in dtx.encode(Message(ACKNOWLEDGED, 1, 1)):
            reader.feed_data(part)
        client = DtxClient(reader, writer, limit=1000, on_bytes=lambda _data: None)
        await client.open(PROCESSES)
        before = writer.sent
        with pytest.raises(ValueError, match="may not be"):
            await wrong(client)
        return before, writer.sent

    before, after = asyncio.run(use())

    assert before == after
    assert PROCESSES.encode() in before
