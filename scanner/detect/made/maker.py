"""Plain data to bytes: the kinds of files there are, and the bounds that hold for all of them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from scanner.detect.made.archive import Apk, Zip, apk, archive
from scanner.detect.made.axml import Manifest, manifest
from scanner.detect.made.dex import Dex, dex
from scanner.detect.made.elf import Elf, elf
from scanner.detect.made.image import Jpeg, Tiff, jpeg, tiff
from scanner.detect.made.macho import Macho, fat, macho
from scanner.detect.made.parts import SIZE_LIMIT, Part
from scanner.detect.made.plain import Repeat, hexadecimal, joined, repeat, text
from scanner.detect.problems import Place, Problems

TOTAL_LIMIT = 64 * 1024 * 1024  # bytes that one maker makes


class Kind(Struct, frozen=True):
    """A kind of file: what describes one, and what makes it."""

    described: Any
    build: Callable[..., bytes]


KINDS: dict[str, Kind] = {
    "apk": Kind(Apk, apk),
    "axml": Kind(Manifest, manifest),
    "dex": Kind(Dex, dex),
    "elf": Kind(Elf, elf),
    "fat": Kind(list[Part], fat),
    "hex": Kind(str, hexadecimal),
    "jpeg": Kind(Jpeg, jpeg),
    "macho": Kind(Macho, macho),
    "parts": Kind(list[Part], joined),
    "repeat": Kind(Repeat, repeat),
    "text": Kind(str, text),
    "tiff": Kind(Tiff, tiff),
    "zip": Kind(Zip, archive),
}


class Maker:
    """Makes bytes, and notes what is wrong with their descriptions."""

    def __init__(self, problems: Problems) -> None:
        self._problems, self._left = problems, TOTAL_LIMIT

    def make(self, spec: Part, place: Place) -> bytes:
        """Return the bytes that plain data describes; no bytes where something is wrong with it."""
        if isinstance(spec, str):
            spec = {"text": spec}
        if not isinstance(spec, dict) or len(spec) != 1:
            remedy = f"a text, or a map with one key: {', '.join(KINDS)}"
            self._problems.add(place, "no description of bytes", remedy)
            return b""
        ((name, value),) = spec.items()
        if name not in KINDS:
            self._problems.unknown((*place, name), "kind of bytes", name, KINDS)
            return b""
        return self._build(KINDS[name], value, (*place, name))

    def _build(self, kind: Kind, value: Any, place: Place) -> bytes:
        def nested(part: Part, *keys: str | int) -> bytes:
            return self.make(part, (*place, *keys))

        try:
            made = kind.build(msgspec.convert(value, kind.described), nested)
        except (msgspec.ValidationError, ValueError, OverflowError, struct.error) as error:
            self._problems.add(place, str(error))
            return b""
        self._left -= len(made)
        if len(made) > SIZE_LIMIT or self._left < 0:
            limits = f"more than {SIZE_LIMIT} bytes, or {TOTAL_LIMIT} bytes in all"
            self._problems.add(place, limits, "make less")
            return b""
        return made
