"""The developer services of a simulated iPhone: its processes, and its connections.

`instruments.processes` and `instruments.network` of a recorded phone name JSON files: lists of what
`scanner.formats.instruments` calls a running process and a connection.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from scanner.formats.instruments import Connection, RunningProcess
from scanner.formats.keyed_archive import archive
from scanner.simulate.ios.device import SimulatedIPhone
from scanner.simulate.ios.dtx_server import DtxServer, Selector, Tell
from scanner.simulate.ios.phone import INSTRUMENTS

DEVICE_INFO = "com.apple.instruments.server.services.deviceinfo"
NETWORKING = "com.apple.instruments.server.services.networking"

_KINDS = {"tcp": 1, "tcp6": 1, "udp": 2, "udp6": 2}
_FAMILIES = {4: (16, 2), 6: (28, 30)}  # bytes of a sockaddr of Darwin, and its family
_BUFFER = 65536

T = TypeVar("T")


async def serve_instruments(
    phone: SimulatedIPhone,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    service: str = INSTRUMENTS,
) -> None:
    """Serve one connection until it ends; `service` is what it is called in faults and calls.

    Faults: `replace` is the answer to a list, and each event.
    """

    def called(channel: str, selector: str) -> None:
        phone.called(service, {"channel": channel, "selector": selector})

    def faulty(value: Any) -> bytes:
        return phone.faults.replace.get(service) or archive(value)

    await DtxServer(reader, writer, _services(phone, faulty), called).run()


def _services(
    phone: SimulatedIPhone, faulty: Callable[[Any], bytes]
) -> Mapping[str, Mapping[str, Selector]]:
    async def processes(_tell: Tell) -> bytes:
        return faulty([_process(one) for one in _recorded(phone, "processes", RunningProcess)])

    async def start(tell: Tell) -> None:
        for event in _events(_recorded(phone, "network", Connection)):
            await tell(faulty(event))

    async def stop(_tell: Tell) -> None:
        return

    return {
        DEVICE_INFO: {"runningProcesses": processes},
        NETWORKING: {"startMonitoring": start, "stopMonitoring": stop},
    }


def _recorded(phone: SimulatedIPhone, what: str, type: type[T]) -> Sequence[T]:
    instruments = phone.recorded.instruments
    name = getattr(instruments, what) if instruments is not None else None
    if name is None:
        return ()
    return msgspec.json.decode(phone.recorded.read(name), type=list[type])  # type: ignore[valid-type]


def _process(process: RunningProcess) -> dict[str, Any]:
    described: dict[str, Any] = {"pid": process.pid, "name": process.name}
    described["realAppName"] = process.path or ""
    described["isApplication"] = bool(process.application)
    if process.started is not None:
        described["startDate"] = datetime.fromisoformat(process.started)
    return described


def _events(connections: Sequence[Connection]) -> Iterator[list[Any]]:
    """Yield the interfaces, then each connection, and a little of its traffic."""
    names = dict.fromkeys(one.interface or "" for one in connections)
    numbers = {name: number for number, name in enumerate(names, start=1)}
    for name, number in numbers.items():
        yield [0, [number, name]]
    for serial, one in enumerate(connections, start=1):
        remote = one.remote_address or ("::" if ":" in one.local_address else "0.0.0.0")  # noqa: S104 - as the phone states "none"
        yield [
            1,
            [
                _endpoint(one.local_address, one.local_port),
                _endpoint(remote, one.remote_port or 0),
                numbers[one.interface or ""],
                one.pid,
                _BUFFER,
                0,
                serial,
                _KINDS.get(one.protocol, 0),
            ],
        ]
        yield [2, [1, 100, 1, 100, 0, 0, 0, 0, 0, serial, 0]]


def _endpoint(text: str, port: int) -> bytes:
    address = ipaddress.ip_address(text)
    size, family = _FAMILIES[address.version]
    start = bytes((size, family)) + port.to_bytes(2, "big")
    return (start + bytes(4 * (address.version == 6)) + address.packed).ljust(size, b"\0")  # noqa: PLR2004 - of IPv6
