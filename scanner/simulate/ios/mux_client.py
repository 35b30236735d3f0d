"""usbmuxd's protocol, as one of its clients sees it.

A message is a header of 16 bytes, the smallest byte first (the length of all, the version 1, the
kind 8, a number that the reply repeats), and a property list. A client asks for what is attached or
for pair records, listens for what comes and goes, or connects to a port of a phone: then the same
socket leads there. Ports stand in network order, read as a number of this machine.
"""

from __future__ import annotations

import asyncio
import plistlib
import socket
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.plists import Map, plist_of
from scanner.simulate.ios.device import SimulatedIPhone
from scanner.simulate.ios.identity import BUID
from scanner.simulate.ios.lockdown import PORT as LOCKDOWN_PORT
from scanner.simulate.ios.lockdown import serve_lockdownd
from scanner.simulate.ios.services import Handler, answering_calls
from scanner.simulate.ios.wire import upgrade

HEADER = struct.Struct("<IIII")
_VERSION, _PLIST = 1, 8
_OK, _BAD_COMMAND, _BAD_DEVICE, _REFUSED = 0, 1, 2, 3
_LIMIT = 1024 * 1024
_PRODUCT_IDS = 0x12A8  # of every iPhone since 2010 in its usual mode


class Attachment(Struct, frozen=True):
    """A phone at one of its connections."""

    id: int
    phone: SimulatedIPhone
    connection: str

    def message(self) -> Map:
        """Return what a client is told of it."""
        properties: Map = {
            "ConnectionType": self.connection,
            "DeviceID": self.id,
            "SerialNumber": self.phone.udid,
        }
        if self.connection == "USB":
            properties |= {"ConnectionSpeed": 480_000_000, "LocationID": 0x100000 + self.id}
            properties |= {"ProductID": _PRODUCT_IDS}
        else:
            service = f"02:00:00:00:00:{self.id:02x}@fe80::1._apple-mobdev2._tcp.local."
            address = bytes((16, 2, 0, 0, 127, 0, 0, 1)) + bytes(144)
            properties |= {"EscapedFullServiceName": service, "InterfaceIndex": 1}
            properties |= {"NetworkAddress": address}
        return {"MessageType": "Attached", "DeviceID": self.id, "Properties": properties}


class Cables:
    """What all clients share: the phones, the records that are kept, who listens."""

    def __init__(self, phones: Sequence[SimulatedIPhone], services: Mapping[str, Handler]) -> None:
        self._attached: list[Attachment] = []
        self._numbered = 0
        self.services = services
        self.saved: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.listeners: set[MuxClient] = set()
        for phone in phones:
            self.plug(phone, phone.recorded.connections)

    def attached(self) -> Iterator[Attachment]:
        return (attachment for attachment in self._attached if attachment.phone.here)

    def plug(self, phone: SimulatedIPhone, connections: Sequence[str]) -> None:
        """Attach a phone, each of its connections under a number never used before."""
        there = {one.connection for one in self.attached() if one.phone is phone}
        if not there:
            self._attached = [one for one in self._attached if one.phone is not phone]
        phone.here, phone.on_gone = True, self._detaching(phone)
        for connection in connections:
            if connection not in there:
                self._numbered += 1
                attachment = Attachment(self._numbered, phone, connection)
                self._attached.append(attachment)
                self.tell(attachment.message())

    def unplug(self, phone: SimulatedIPhone, connection: str) -> None:
        """Detach one connection of a phone, which goes away with its last one."""
        of_it = [one for one in self.attached() if one.phone is phone]
        leaving = [one for one in of_it if one.connection == connection]
        if leaving == of_it:
            phone.go_away()
            return
        self._attached = [one for one in self._attached if one not in leaving]
        for one in leaving:
            self.tell({"MessageType": "Detached", "DeviceID": one.id})

    def renumber(self) -> None:
        """Count from 1 again, as a usbmuxd does that was started again."""
        self._attached = [
            Attachment(number, one.phone, one.connection)
            for number, one in enumerate(self.attached(), start=1)
        ]
        self._numbered = len(self._attached)

    def tell(self, message: Map) -> None:
        """Send a message to all who listen."""
        for listener in self.listeners:
            listener.send(message)

    def pair_record(self, udid: str) -> bytes | None:
        """Return the record of a phone in its bytes, the one last saved."""
        if udid in self.saved:
            return self.saved[udid]
        for attachment in self.attached():
            record = attachment.phone.pair_record
            if attachment.phone.udid == udid and record is not None:
                return plistlib.dumps(record)
        return None

    def _detaching(self, phone: SimulatedIPhone) -> Callable[[], None]:
        def detached() -> None:
            for attachment in self._attached:
                if attachment.phone is phone:
                    self.tell({"MessageType": "Detached", "DeviceID": attachment.id})

        return detached


class MuxClient:
    """One connection to usbmuxd."""

    def __init__(
        self, cables: Cables, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._cables, self._reader, self._writer = cables, reader, writer
        self._tag = 0

    async def run(self) -> None:
        """Answer until the client has gone, or until it has been led to a phone."""
        try:
            while True:
                message = await self._receive()
                kind = str(message.get("MessageType"))
                self._cables.requests.append(kind)
                if kind == "Connect":
                    await self._connect(message)
                    return
                self._answer(kind, message)
                await self._writer.drain()
        finally:
            self._cables.listeners.discard(self)

    def send(self, message: Map) -> None:
        payload = plistlib.dumps(message)
        header = HEADER.pack(HEADER.size + len(payload), _VERSION, _PLIST, self._tag)
        self._writer.write(header + payload)

    async def _receive(self) -> Map:
        header = await self._reader.readexactly(HEADER.size)
        length, version, kind, self._tag = HEADER.unpack(header)
        if (version, kind) != (_VERSION, _PLIST) or not HEADER.size <= length <= _LIMIT:
            raise ConnectionAbortedError("not a message of this protocol")
        try:
            message = plist_of(await self._reader.readexactly(length - HEADER.size))
        except ParseError as error:
            raise ConnectionAbortedError("not a property list") from error
        return message if isinstance(message, dict) else {}

    def _answer(self, kind: str, message: Map) -> None:
        udid = str(message.get("PairRecordID"))
        if kind == "ReadBUID":
            self.send({"BUID": BUID})
        elif kind == "ListDevices":
            listed = [attachment.message() for attachment in self._cables.attached()]
            self.send({"DeviceList": listed})
        elif kind == "Listen":
            self._listen()
        elif kind == "ReadPairRecord":
            record = self._cables.pair_record(udid)
            self._result(_BAD_DEVICE) if record is None else self.send({"PairRecordData": record})
        elif kind == "SavePairRecord" and isinstance(message.get("PairRecordData"), bytes):
            self._cables.saved[udid] = message["PairRecordData"]
            self._result(_OK)
            if isinstance(number := message.get("DeviceID"), int):
                self._cables.tell({"MessageType": "Paired", "DeviceID": number})
        else:
            self._result(_BAD_COMMAND)

    def _listen(self) -> None:
        self._result(_OK)
        self._tag = 0
        for attachment in self._cables.attached():
            self.send(attachment.message())
        self._cables.listeners.add(self)

    def _result(self, number: int) -> None:
        self.send({"MessageType": "Result", "Number": number})

    async def _connect(self, message: Map) -> None:
        wanted, port = message.get("DeviceID"), message.get("PortNumber")
        phone = next((a.phone for a in self._cables.attached() if a.id == wanted), None)
        if phone is None or not isinstance(port, int) or not 0 <= port < 1 << 16:
            self._result(_BAD_DEVICE)
            await self._writer.drain()
            return
        await phone.pace.opening()
        await phone.serving(self._writer, lambda: self._lead(phone, socket.ntohs(port)))

    async def _lead(self, phone: SimulatedIPhone, port: int) -> None:
        if port == LOCKDOWN_PORT:
            self._result(_OK)
            await serve_lockdownd(phone, self._reader, self._writer)
            return
        opened = phone.take_port(port)
        context = phone.context_of(opened.host) if opened else None
        if opened is None or context is None:
            self._result(_REFUSED)
            await self._writer.drain()
            return
        # Nothing may be waited for in between, or the client's hello is read as a message.
        self._result(_OK)
        await upgrade(self._writer, context)
        writer = phone.metered(opened.service, self._writer)
        await phone.hush(opened.service, self._reader)
        handler = self._cables.services.get(opened.service) or answering_calls(opened.service)
        await handler(phone, self._reader, writer)
