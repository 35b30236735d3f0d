"""DEX: the code of an Android app, and what it can do.

The tables of classes and methods tell what it can call; the bytes, what addresses it names. No
instruction is read here. Source of the format: see `dex_tables`.
"""

from __future__ import annotations

import hashlib
import zlib

from msgspec import Struct

from scanner.formats.programs.api_use import Api, KnownClass, api, of_providers
from scanner.formats.programs.dex_tables import (
    CONTAINER_HEADER_SIZE,
    HEADER_SIZE,
    Header,
    Tables,
    read_headers,
)
from scanner.formats.programs.observables import Observables
from scanner.formats.programs.packers import packer_classes

ANOMALIES = {
    "appended_data": "Bytes lie behind the end that the header states.",
    "checksum_mismatch": "The checksum is not that of the content; Android refuses such code.",
    "digest_mismatch": "The digest is not that of the content: it was changed by a tool.",
    "header_size": "The header has another size than its version has.",
    "index_outside": "A table points to what is not there.",
    "link_section": "It has a section of statically linked data, which no tool writes.",
    "map_mismatch": "The list of what lies where contradicts the header, or is not there.",
    "name_too_long": "The name of a class or method has more than a thousand bytes, or no end.",
    "table_outside": "A table is declared longer than the file.",
    "tables_overlap": "Files of a container claim the same bytes over and over.",
    "too_many_types": "It has more types than code can refer to.",
    "truncated": "The file is shorter than its header states.",
    "unknown_version": "Its version is none that is described.",
}
_VERSIONS = frozenset({"035", "036", "037", "038", "039", "040", "041"})
_CONTAINER = "041"


class DexFacts(Struct, frozen=True, kw_only=True):
    """What one DEX file is; in a container, all of its files together."""

    version: str
    files: int  # in the container; 1 in versions before 041
    class_count: int  # that are defined
    method_count: int  # that are defined or called
    string_count: int
    capabilities: tuple[str, ...]
    packers: tuple[str, ...]
    urls: tuple[str, ...]
    domains: tuple[str, ...]
    addresses: tuple[str, ...]
    anomalies: tuple[str, ...]


def read_dex(data: bytes) -> DexFacts:
    """Read a DEX file; ParseError where it is none."""
    headers = read_headers(data)
    anomalies = _of_header(data, headers[0])
    use = _Use(api())
    counts, left = [0, 0, 0], 2 * len(data)
    start, end = len(data), 0
    for header in headers:
        tables = Tables(data, header)
        left -= tables.size
        if left < 0:  # the same bytes are claimed over and over
            anomalies.add("tables_overlap")
            break
        use.add(tables)
        if tables.map_differs():
            anomalies.add("map_mismatch")
        anomalies |= tables.anomalies
        for at, kind in enumerate((5, 4, 0)):  # classes, methods, strings
            counts[at] += tables.counts[kind]
        first, last = tables.strings_range()
        start, end = min(start, first), max(end, last)
    seen = Observables()
    seen.add_dex(data, start, end)
    return DexFacts(
        version=headers[0].version,
        files=len(headers),
        class_count=counts[0],
        method_count=counts[1],
        string_count=counts[2],
        capabilities=tuple(sorted(use.capabilities | of_providers(seen.providers))),
        packers=tuple(sorted(use.packers)),
        urls=tuple(seen.urls),
        domains=tuple(seen.domains),
        addresses=tuple(seen.addresses),
        anomalies=tuple(sorted(anomalies)),
    )


def _of_header(data: bytes, header: Header) -> set[str]:
    """Return how the header departs from the format, or from the bytes behind it."""
    found: set[str] = set()
    if header.version not in _VERSIONS:
        found.add("unknown_version")
    expected = CONTAINER_HEADER_SIZE if header.version == _CONTAINER else HEADER_SIZE
    if header.header_size != expected:
        found.add("header_size")
    if header.is_linked:
        found.add("link_section")
    if header.version == _CONTAINER:
        return found  # its checksums cover parts of the container
    if header.size > len(data):
        return found | {"truncated"}
    if header.size < len(data):
        found.add("appended_data")
    rest = memoryview(data)[12 : header.size]
    if zlib.adler32(rest) != header.checksum:
        found.add("checksum_mismatch")
    elif hashlib.sha1(rest[20:], usedforsecurity=False).digest() != header.signature:
        found.add("digest_mismatch")
    return found


class _Use:
    """Gathers what the tables of one or more files tell of capabilities and packers."""

    def __init__(self, known: Api) -> None:
        self._known = known.classes
        self.capabilities: set[str] = set()
        self.packers: set[str] = set()

    def add(self, tables: Tables) -> None:
        wanted: dict[int, KnownClass] = {}
        loaders = packer_classes()
        for number, descriptor in enumerate(tables.descriptors()):
            if known := self._known.get(descriptor):
                wanted[number] = known
            elif packer := loaders.get(descriptor):
                self.packers.add(packer)
        derived = tables.derived(wanted)  # they inherit what the known class can be called for
        for known in derived.values():
            self.capabilities.update(known.extends)
        wanted.update(derived)
        self._members(tables, wanted, "method")
        self._members(tables, wanted, "field")

    def _members(self, tables: Tables, wanted: dict[int, KnownClass], kind: str) -> None:
        owners, names = tables.members(kind)
        texts: dict[int, bytes] = {}
        for owner, number in zip(owners, names, strict=True):
            if owner not in wanted:
                continue
            if number not in texts:
                texts[number] = tables.string(number)
            known = wanted[owner]
            named = known.methods if kind == "method" else known.fields
            self.capabilities.update(named.get(texts[number], ()))
