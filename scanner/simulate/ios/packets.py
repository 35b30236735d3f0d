"""com.apple.pcapd: the frames of the network interfaces, with their processes.

From the moment of connecting, without a request: property lists that are data, each a header of 95
bytes and a frame. The header is XNU's iptap_hdr_t (bsd/net/iptap.h: the largest byte first,
outgoing 0x01, incoming 0x10) and, after it, the process, the process on whose behalf it works (both
ids with the smallest byte first) and the moment.
"""

from __future__ import annotations

import asyncio
import plistlib
import re
import struct
import time

from scanner.simulate.ios.device import SimulatedIPhone
from scanner.simulate.ios.phone import PCAPD, Packet

TAP = struct.Struct(">IBIBHBIII16s")
"""Length of all headers, version, length of the frame, type of the interface, its unit, direction,
family, bytes before and after the IP packet, name of the interface.
"""
HEADER_SIZE = 95
OUTGOING, INCOMING = 0x01, 0x10
BATCH = 10
PAUSE = 0.05
_VERSION = 2
_ETHERNET_HEADER = 14
_IPV6 = 6
_FAMILIES = {4: 2, _IPV6: 30}  # AF_INET, AF_INET6 of XNU
_TYPES = {"en": 6, "lo": 24, "utun": 1, "ipsec": 1, "pdp_ip": 255}  # IANA's ifType, as XNU has them


async def serve_packets(
    phone: SimulatedIPhone, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Send each recorded frame once, then be still until the connection ends."""
    phone.called(PCAPD, {})
    frames = phone.recorded.frames()
    for start in range(0, len(frames), BATCH):
        for packet in frames[start : start + BATCH]:
            payload = plistlib.dumps(encoded(packet), fmt=plistlib.FMT_BINARY)
            writer.write(phone.frame(PCAPD, payload))
        await writer.drain()
        await asyncio.sleep(PAUSE)
    await reader.read()


def encoded(packet: Packet) -> bytes:
    """Return a frame with its header, of this moment."""
    name = re.sub(r"[0-9]+$", "", packet.interface)
    before = _ETHERNET_HEADER if packet.link == "ethernet" else 0
    version = packet.frame[before] >> 4 if len(packet.frame) > before else 0
    seconds, microseconds = divmod(time.time_ns() // 1000, 1_000_000)
    tap = TAP.pack(
        HEADER_SIZE,
        _VERSION,
        len(packet.frame),
        _TYPES.get(name, 1),
        int(packet.interface[len(name) :] or 0),
        OUTGOING if packet.outgoing else INCOMING,
        _FAMILIES.get(version, 0),
        before,
        0,
        packet.interface.encode(),
    )
    work = struct.pack("<I17s", packet.pid, _name(packet.process))
    behalf = struct.pack("<I17s", packet.effective_pid, _name(packet.effective_process))
    moment = struct.pack(">II", seconds, microseconds)
    return tap + work + bytes(4) + behalf + moment + packet.frame


def _name(process: str) -> bytes:
    return process.encode()[:16]  # as long as the kernel keeps it
