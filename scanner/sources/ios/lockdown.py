"""lockdownd of an iPhone, asked only what may be asked, by a computer that is paired already.

The client of pymobiledevice3 is what its services expect; pairing by itself, looking for records in
folders and reading all values of the phone are taken out of it. One request waits for the other:
an answer that does not come costs the connection, and the next request opens another.
"""

from __future__ import annotations

import asyncio
import re
import ssl

from pymobiledevice3.exceptions import (
    ConnectionTerminatedError,
    IncorrectModeError,
    InvalidConnectionError,
    InvalidHostIDError,
    NotPairedError,
    ProtocolError,
)
from pymobiledevice3.lockdown import SERVICE_PORT, UsbmuxLockdownClient
from pymobiledevice3.service_connection import create_ssl_context
from pymobiledevice3.usbmux import MuxDevice

from scanner.errors import NotAvailable
from scanner.formats.plists import Map
from scanner.sources.ios.allowed import require_lockdown
from scanner.sources.ios.connection import Connection, ForeignPeer, map_of
from scanner.sources.ios.pairing_record import PairingRecord, damaged

LABEL = "phone-integrity-scanner"
_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,3}")
_OLDEST = "7.0"  # before it sessions begin otherwise
_HIGHEST_PORT = 0xFFFF


class Lockdown(UsbmuxLockdownClient):
    """A session with lockdownd. Open it with `connect`; it is closed by who opened it."""

    further: frozenset[str] = frozenset()  # requests beyond those that read

    def __init__(self, service: Connection, device: MuxDevice, address: str) -> None:
        super().__init__(service, "", identifier=device.serial, label=LABEL, usbmux_address=address)
        self.device, self.address = device, address
        self.udid = device.serial
        self.record: PairingRecord | None = None
        self.requests = 0
        self._context: ssl.SSLContext | None = None
        self._turn = asyncio.Lock()
        self._usable = True

    @classmethod
    async def connect(cls, device: MuxDevice, address: str) -> Lockdown:
        """Connect without a session. ConnectionTerminatedError, MuxException where that fails."""
        service = await Connection.open(device, SERVICE_PORT, address, device_key=None)
        made = cls(service, device, address)
        try:
            made.require_lockdownd(map_of(await made.reply("QueryType")))
            made.all_values["ProductVersion"] = await made.public_value("ProductVersion")
        except BaseException:
            await made.close()
            raise
        return made

    def require_lockdownd(self, answered: Map) -> None:
        """IncorrectModeError where another daemon answers: a phone that restores its system."""
        if answered.get("Type") != "com.apple.mobile.lockdown":
            raise IncorrectModeError

    async def begin(self, record: PairingRecord) -> bool:
        """Begin the session of a paired computer; False where the phone knows of no pairing.

        ForeignPeer where another than the paired phone answers.
        """
        self.record = record
        self.host_id, self.system_buid = record.host_id, record.system_buid
        self.pair_record = {
            "HostID": record.host_id,
            "SystemBUID": record.system_buid,
            "HostCertificate": record.host_certificate,
            "HostPrivateKey": record.host_key,
        }
        try:
            with self.ssl_file() as path:
                self._context = create_ssl_context(path)
        except (ssl.SSLError, ValueError) as error:
            raise damaged() from error
        return await self.validate_pairing()

    @property
    def product_version(self) -> str:
        """The version of iOS, for services that speak otherwise in old ones."""
        stated = self.all_values.get("ProductVersion")
        found = _VERSION.fullmatch(stated) if isinstance(stated, str) else None
        return found[0] if found and int(found[0].split(".")[0]) >= int(float(_OLDEST)) else _OLDEST

    async def public_value(self, key: str) -> str | None:
        """Return a text that lockdownd tells everyone; None where it does not."""
        value = map_of(await self.reply("GetValue", {"Key": key})).get("Value")
        return value[:100] if isinstance(value, str) else None

    async def reply(self, request: str, options: Map | None = None) -> bytes:
        """Put one request and return the answer as it came, whatever it says."""
        message = {"Label": self.label, **(options or {}), "Request": request}
        require_lockdown(message, self.further)
        async with self._turn:
            if not self._usable:
                await self.areestablish_connection()
            try:
                return await self._exchange(message)
            except ConnectionTerminatedError:
                await self.areestablish_connection()
                return await self._exchange(message)

    async def ask(self, request: str, options: Map) -> Map:
        """Put one request. An error of pymobiledevice3 where the phone refuses it."""
        return self._verified(request, await self.reply(request, options))

    async def validate_pairing(self) -> bool:
        """Begin the session, encrypted; False where the phone knows of no pairing."""
        if self.record is None or self._context is None:
            return False
        message = {
            "Label": self.label,
            "Request": "StartSession",
            "HostID": self.record.host_id,
            "SystemBUID": self.record.system_buid,
        }
        require_lockdown(message, self.further)
        try:
            started = self._verified("StartSession", await self._exchange(message))
        except (InvalidHostIDError, InvalidConnectionError):
            return False
        if started.get("EnableSessionSSL") is not True:
            raise ForeignPeer  # no phone offers a session that anyone could have
        self._connection().device_key = self.record.device_key
        await self._connection().start_tls(self._context)
        session = started.get("SessionID")
        self.session_id = session if isinstance(session, str) else None  # type: ignore[assignment]
        self.paired = True
        return True

    async def areestablish_connection(self) -> None:
        """Connect anew, and begin the session again where there was one."""
        await self.service.close()
        was_paired, self.paired = self.paired, False
        self.service = await Connection.open(
            self.device, SERVICE_PORT, self.address, device_key=None
        )
        self._usable = True
        if was_paired and not await self.validate_pairing():
            raise NotPairedError

    async def create_service_connection(
        self, port: int, ssl_context: ssl.SSLContext | None = None, strip_ssl: bool = False
    ) -> Connection:
        """Connect to a service that lockdownd started. NotAvailable for one without encryption."""
        if self._context is None or self.record is None:
            raise NotPairedError
        if ssl_context is None or strip_ssl:
            raise NotAvailable(
                "unsupported_version", "the phone offers this service without encryption"
            )
        if not isinstance(port, int) or not 0 < port <= _HIGHEST_PORT:
            raise ProtocolError("a port expected")
        return await Connection.open(
            self.device,
            port,
            self.address,
            device_key=self.record.device_key,
            context=self._context,
        )

    async def start(self, service: str) -> Connection:
        """Start a service and connect to it."""
        attributes = await self.get_service_connection_attributes(service)
        encrypted = attributes.get("EnableServiceSSL") is True
        return await self.create_service_connection(
            attributes.get("Port", 0), ssl_context=self._context if encrypted else None
        )

    async def start_lockdown_service(
        self, name: str, include_escrow_bag: bool = False
    ) -> Connection:
        """Start a service, as classes of pymobiledevice3 ask for it."""
        return await self.start(name)

    async def leave(self) -> None:
        """End the session, where there is one, and close."""
        if self.paired and self.session_id is not None and self._usable:
            message = {"Label": self.label, "Request": "StopSession", "SessionID": self.session_id}
            require_lockdown(message, self.further)
            self._usable = False
            try:
                async with asyncio.timeout(1.0), self._turn:
                    await self._connection().send_message(message)
                    await self._connection().recv_prefixed()
            except (TimeoutError, ConnectionTerminatedError, ProtocolError):
                pass  # it is gone already, which is as good
        await self.close()

    async def _request(
        self, request: str, options: Map | None = None, verify_request: bool = True
    ) -> Map:
        return await self.ask(request, options or {})

    async def _exchange(self, message: Map) -> bytes:
        connection = self._connection()
        self._usable = False
        self.requests += 1
        await connection.send_message(message)
        data = await connection.recv_prefixed()
        self._usable = True
        return data

    def _verified(self, request: str, data: bytes) -> Map:
        """Return an answer. An error of pymobiledevice3 for one that is a refusal."""
        answered = map_of(data)
        if not isinstance(answered.get("Error", ""), str):
            raise ProtocolError("an error that is a text expected")
        return self._verify_request_response(request, answered)

    def _connection(self) -> Connection:
        if not isinstance(self.service, Connection):
            raise TypeError("a connection of ours expected")
        return self.service


async def begun(device: MuxDevice, address: str, record: PairingRecord) -> Lockdown:
    """Connect and begin a session. NotPairedError where the phone knows of no pairing."""
    lockdown = await Lockdown.connect(device, address)
    try:
        if await lockdown.begin(record):
            return lockdown
    except BaseException:
        await lockdown.close()
        raise
    await lockdown.close()
    raise NotPairedError
