"""Packets of an iPhone (com.apple.pcapd), reduced to flows: which process talks to whom.

A record is a header, then the packet as it went over the interface. The header is big endian but
for the pids, and states its own length, 95 bytes or more:

| offset | size | field                                                                    |
|--------|------|--------------------------------------------------------------------------|
| 0      | 4    | length of the header                                                     |
| 10     | 2    | unit of the interface: 0 of en0                                          |
| 12     | 1    | direction: 0x01 out, 0x10 in                                             |
| 17     | 4    | bytes before the IP header: 14 of Ethernet, 4 of tunnels, or 0           |
| 25     | 16   | interface, with or without its unit                                      |
| 41     | 4    | pid, little endian                                                       |
| 45     | 17   | name of the process, cut at 16 bytes                                     |
| 66     | 4    | effective pid, little endian: whom a daemon works for, or the same       |
| 70     | 17   | name of that process                                                     |

(pymobiledevice3 11.45, services/pcapd.py; iptap.h of xnu-2050 for the direction.) Where a process
works for another the flow is that other's: nsurlsessiond fetches for apps.

A flow counts packets and bytes, those of the IP header on. Nothing above TCP's and UDP's ports is
looked at: no content, no names. What has no ports is `raw`, a later fragment of a packet too.
Stored is a JSON line for each flow, and one at the end with what was counted otherwise.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterator
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, Struct

from scanner.errors import ParseError
from scanner.formats.json_lines import json_line, json_lines
from scanner.model.evidence import EvidenceFile

FLOWS_LIMIT = 20_000
HEADER_SIZE = 95

_HEADER = struct.Struct(">I6xHB4xI4x16s4s17s4x4s17s")
_OUT, _IN = 0x01, 0x10
_ETHERNET = 14  # bytes of its header
_VLANS = {b"\x81\x00", b"\x88\xa8"}  # tags of 4 bytes before the type (IEEE 802.1Q)
_VLANS_LIMIT = 2
_EXTENSIONS = {0, 43, 60}  # of IPv6: hop by hop, routing, destination (RFC 8200)
_EXTENSIONS_LIMIT = 8
_FRAGMENT = 44
_WITH_PORTS = {6: "tcp", 17: "udp"}
_IPV4, _IPV6 = 4, 6
_IPV4_SIZE, _IPV6_SIZE = 20, 40

Pid = Annotated[int, Meta(ge=0, lt=2**32)]
Port = Annotated[int, Meta(ge=0, lt=2**16)]
Count = Annotated[int, Meta(ge=0, lt=2**62)]
Word = Annotated[str, Meta(max_length=64)]


class Flow(Struct, frozen=True, tag_field="kind", tag="flow"):
    """Packets between two ends, of one process over one interface."""

    interface: Word  # en0, pdp_ip0, utun2
    pid: Pid | None  # None: no process is named
    process: Word | None  # its name, at most 16 bytes
    protocol: Word  # tcp, tcp6, udp, udp6, raw, raw6
    local_address: Word
    local_port: Port  # 0: the protocol has none
    remote_address: Word
    remote_port: Port
    packets: Count
    bytes_in: Count
    bytes_out: Count


class Rest(Struct, frozen=True, tag_field="kind", tag="rest"):
    """The end of a reduced stream: packets that no flow counts."""

    unread: Count  # no IP, of no direction, or too short
    left_out: Count  # of flows beyond the first 20,000


_DECODER: msgspec.json.Decoder[Flow | Rest] = msgspec.json.Decoder(Flow | Rest)


class _Packet(NamedTuple):
    protocol: int
    version: int
    source: bytes
    destination: bytes
    ports: tuple[int, int]
    size: int


_Key = tuple[str, int | None, str | None, str, bytes, int, bytes, int]


class FlowReduction:
    """Reduces packets to flows."""

    def __init__(self) -> None:
        self._flows: dict[_Key, list[int]] = {}  # packets, bytes in, bytes out
        self._unread = self._left_out = 0

    def feed(self, record: bytes) -> None:
        """Count one packet; ParseError for a record without the header of one."""
        if len(record) < HEADER_SIZE:
            raise ParseError(f"a packet record of at least {HEADER_SIZE} bytes expected")
        length, unit, direction, before, *owner = _HEADER.unpack_from(record)
        if not HEADER_SIZE <= length <= len(record):
            raise ParseError("a packet below its header expected")
        interface, *process = owner
        packet = _packet(record[length:], before)
        if packet is None or direction not in {_OUT, _IN}:
            self._unread += 1
            return
        out = direction == _OUT
        pid, name = _process(*process)
        ends = ((packet.source, packet.ports[0]), (packet.destination, packet.ports[1]))
        local, remote = ends if out else ends[::-1]
        key = (_interface(interface, unit), pid, name, _protocol(packet), *local, *remote)
        self._count(key, packet.size, out=out)

    def lines(self) -> Iterator[bytes]:
        """Yield the line of each flow, then that of the rest."""
        for key, (packets, bytes_in, bytes_out) in self._flows.items():
            interface, pid, process, protocol, local, local_port, remote, remote_port = key
            flow = Flow(
                interface=interface,
                pid=pid,
                process=process,
                protocol=protocol,
                local_address=_address(local),
                local_port=local_port,
                remote_address=_address(remote),
                remote_port=remote_port,
                packets=packets,
                bytes_in=bytes_in,
                bytes_out=bytes_out,
            )
            yield json_line(flow)
        yield json_line(Rest(self._unread, self._left_out))

    def _count(self, key: _Key, size: int, *, out: bool) -> None:
        counts = self._flows.get(key)
        if counts is None:
            if len(self._flows) >= FLOWS_LIMIT:
                self._left_out += 1
                return
            counts = self._flows[key] = [0, 0, 0]
        counts[0] += 1
        counts[2 if out else 1] += size


def read(file: EvidenceFile) -> Iterator[Flow | Rest]:
    """Yield the flows of a reduced stream, and the rest; ParseError for anything else."""
    return json_lines(file, _DECODER, limit=FLOWS_LIMIT + 1)


def _packet(frame: bytes, before: int) -> _Packet | None:
    """Return what is read of a packet; None where it is none of IP, or too short to say."""
    if before == _ETHERNET:
        for _ in range(_VLANS_LIMIT):
            if frame[before - 2 : before] in _VLANS:
                before += 4
    data = frame[before:]
    version = data[0] >> 4 if data else 0
    if version == _IPV4 and len(data) >= _IPV4_SIZE:
        return _ipv4(data)
    return _ipv6(data) if version == _IPV6 and len(data) >= _IPV6_SIZE else None


def _ipv4(data: bytes) -> _Packet:
    start = (data[0] & 0x0F) * 4
    is_later = int.from_bytes(data[6:8]) & 0x1FFF
    ports = b"" if is_later or start < _IPV4_SIZE else data[start : start + 4]
    return _of(_IPV4, data[9], (data[12:16], data[16:20]), ports, len(data))


def _ipv6(data: bytes) -> _Packet:
    protocol, start, is_later = data[6], _IPV6_SIZE, 0
    for _ in range(_EXTENSIONS_LIMIT):
        header = data[start : start + 8]
        if len(header) < 8 or protocol not in {*_EXTENSIONS, _FRAGMENT}:  # noqa: PLR2004  the least
            break
        if protocol == _FRAGMENT:
            is_later |= int.from_bytes(header[2:4]) >> 3
            start += 8
        else:
            start += 8 + header[1] * 8
        protocol = header[0]
    ports = b"" if is_later else data[start : start + 4]
    return _of(_IPV6, protocol, (data[8:24], data[24:40]), ports, len(data))


def _of(version: int, protocol: int, ends: tuple[bytes, bytes], ports: bytes, size: int) -> _Packet:
    if protocol not in _WITH_PORTS or len(ports) < 4:  # noqa: PLR2004  two of 16 bits
        return _Packet(-1, version, *ends, (0, 0), size)
    pair = (int.from_bytes(ports[:2]), int.from_bytes(ports[2:]))
    return _Packet(protocol, version, *ends, pair, size)


def _protocol(packet: _Packet) -> str:
    name = _WITH_PORTS.get(packet.protocol, "raw")
    return name if packet.version == _IPV4 else f"{name}6"


def _process(
    pid: bytes, name: bytes, effective_pid: bytes, effective: bytes
) -> tuple[int | None, str | None]:
    """Return the process that a packet is of: the one that another works for, where it is named."""
    for number, text in ((effective_pid, effective), (pid, name)):
        if word := _text(text):
            found = int.from_bytes(number, "little")
            return (None if found == 2**32 - 1 else found), word
    return None, None


def _interface(name: bytes, unit: int) -> str:
    text = _text(name)
    return text if not text or text[-1].isdigit() else f"{text}{unit}"


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "replace")


def _address(data: bytes) -> str:
    return str(ipaddress.ip_address(data))
