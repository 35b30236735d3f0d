"""What `remotectl dumpstate` prints: this device, and each one that it is connected to.

    Local device
            UUID: 1D701C76-...
            Product Type: iPhone15,2
            Properties: {
                    BuildVersion => 23B85
            }
            Services:
                    com.apple.osanalytics.logTransfer
                            Properties: {
                                    UsesRemoteXPC => true
                            }

    Found ncm-host-0 (ncm-host)

Depth is counted in tabs. Only what stands under `Local device` is read: the others are computers.

Sources: remotectl of macOS 10.15 and later, `remotectl_dumpstate.txt` of sysdiagnose of iOS 15.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.lines import text_lines
from scanner.model.evidence import EvidenceFile

SERVICES_LIMIT = 5000
PROPERTIES_LIMIT = 1000
WORD_LIMIT = 255

_LOCAL = "Local device"
_SERVICES = "Services"
_PROPERTIES = "Properties"
_PART, _ENTRY = 1, 2  # depths


class LocalDevice(Struct, frozen=True):
    """What is printed of this device."""

    properties: Mapping[str, str]
    services: tuple[str, ...] | None  # None: there is no list of them


def read(file: EvidenceFile) -> LocalDevice:
    """Return this device; ParseError where none is printed, or too much of it."""
    part = ""
    properties: dict[str, str] = {}
    services: dict[str, None] | None = None
    for depth, text in _local(file):
        if depth == _PART:
            part = text.partition(":")[0]
            services = {} if part == _SERVICES else services
        elif depth == _ENTRY and part == _PROPERTIES:
            name, arrow, value = text.partition(" => ")
            if arrow:
                properties.setdefault(name[:WORD_LIMIT], value.strip("\"'")[:WORD_LIMIT])
        elif depth == _ENTRY and part == _SERVICES and services is not None:
            services[text[:WORD_LIMIT]] = None
        if len(properties) > PROPERTIES_LIMIT or len(services or ()) > SERVICES_LIMIT:
            raise ParseError("fewer properties and services of a device expected")
    return LocalDevice(properties, None if services is None else tuple(services))


def _local(file: EvidenceFile) -> Iterator[tuple[int, str]]:
    """Yield the lines about this device, each with its depth; ParseError where there is none."""
    local = False
    for line in text_lines(file):
        text = line.strip()
        depth = _depth(line)
        if text and depth == 0:
            if local:
                return
            local = text == _LOCAL
        elif text and local:
            yield depth, text
    if not local:
        raise ParseError("a state of the local device expected")


def _depth(line: str) -> int:
    """Count the tabs at the start; eight blanks are one."""
    start = line[: len(line) - len(line.lstrip(" \t"))]
    return start.count("\t") + start.count(" ") // 8
