"""com.apple.os_trace_relay: the list of processes, and the records of the system log.

PidList: a byte 0x01, then a property list with its length before it, the largest byte first.
StartActivity: the size of a length (4 bytes, the smallest byte first), that length, a property
list; then records without end, each a byte 0x02, a length (the smallest byte first), a header of
129 bytes and the texts, each ended by a NUL: the path of the process, that of the image that wrote
the record, the message, its subsystem and category.
"""

from __future__ import annotations

import asyncio
import struct
import time
import uuid

from scanner.formats.plists import Map
from scanner.simulate.ios.device import SimulatedIPhone
from scanner.simulate.ios.faults import LIE
from scanner.simulate.ios.phone import OS_TRACE, LogRecord
from scanner.simulate.ios.wire import receive, xml

HEADER = struct.Struct("<BIIIQ16sHQQQIBB6xQII16sHIIHHHHI")
"""The layout of libimobiledevice's ostrace.h: marker and type (left at 0), size of this header,
pid, unique pid, UUID of the process' image, size of its path, activity and its parent, seconds,
microseconds, level, ticks, thread, UUID of the sender's image, sizes of its path and of the
message, offset in the image, sizes of subsystem and category. Sizes count the NUL.
"""

BATCH = 50
PAUSE = 0.05
_ACCEPTED = xml({"Status": "RequestSuccessful"})
_REFUSED = xml({"Status": "RequestFailed"})
_EVERY_PROCESS = -1


async def serve_os_trace(
    phone: SimulatedIPhone, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer one request; a stream of records ends with the connection."""
    message = await receive(reader)
    phone.called(OS_TRACE, message)
    if message.get("Request") == "StartActivity" and phone.recorded.log is not None:
        await _stream(phone, message, writer)
    payload = phone.recorded_reply(OS_TRACE, message)
    writer.write(b"\x01" + phone.frame(OS_TRACE, payload or _REFUSED))
    await writer.drain()
    await reader.read()


async def _stream(phone: SimulatedIPhone, message: Map, writer: asyncio.StreamWriter) -> None:
    writer.write(struct.pack("<II", 4, len(_ACCEPTED)) + _ACCEPTED)
    await writer.drain()
    if OS_TRACE in phone.faults.replace:
        writer.write(phone.faults.replace[OS_TRACE])
        await writer.drain()
    pid = message.get("Pid", _EVERY_PROCESS)
    records = [
        record for record in phone.recorded.log_records() if pid in {record.pid, _EVERY_PROCESS}
    ]
    lie = OS_TRACE in phone.faults.oversized
    while True:  # until the connection breaks
        for start in range(0, len(records), BATCH):
            batch = (encoded(record) for record in records[start : start + BATCH])
            writer.write(
                b"".join(
                    b"\x02" + struct.pack("<I", LIE if lie else len(record)) + record
                    for record in batch
                )
            )
            await writer.drain()
            await asyncio.sleep(PAUSE)
        if not records:
            await asyncio.sleep(PAUSE)
            await writer.drain()


def encoded(record: LogRecord) -> bytes:
    """Return a record as the phone sends it, of this moment."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    process, sender, message, subsystem, category = (
        text.encode() + b"\0" if text or needed else b""
        for text, needed in (
            (record.process, True),
            (record.sender, True),
            (record.message, True),
            (record.subsystem, False),
            (record.category, False),
        )
    )
    header = HEADER.pack(
        *(0, 0, HEADER.size),
        *(record.pid, record.pid, _uuid(record.process_uuid), len(process)),
        *(0, 0, seconds, nanoseconds // 1000, 0, record.level),
        *(nanoseconds, record.pid, 0),
        *(_uuid(record.sender_uuid), len(sender), len(message), 0),
        *(len(subsystem), 0, len(category), 0, 0),
    )
    return header + process + sender + message + subsystem + category


def _uuid(text: str | None) -> bytes:
    return uuid.UUID(text).bytes if text else bytes(16)
