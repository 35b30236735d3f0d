"""The icon of an app: the largest bitmap that a reference leads to."""

from __future__ import annotations

import hashlib

from scanner.errors import ParseError
from scanner.formats.apk import attributes as a
from scanner.formats.apk.archive import ApkArchive, Entry
from scanner.formats.apk.arsc import ANY_DENSITY, Candidate, Resources
from scanner.formats.apk.axml import BinaryXml, Start
from scanner.model.requests import MiB

SIZE_LIMIT = 4 * MiB  # bytes of a bitmap
DRAWING_LIMIT = 16  # drawings that lead to others
DRAWING_SIZE_LIMIT = 256 * 1024

_BITMAPS = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8")


def icon_sha256(archive: ApkArchive, resources: Resources, reference: int) -> str | None:
    """Return the digest of an icon's largest bitmap; None where it has none, or only drawings."""
    todo, seen = [reference], {reference}
    left = DRAWING_LIMIT
    while todo and left:
        files = sorted(resources.files(todo.pop(0)), key=_by_size, reverse=True)
        drawings: list[Entry] = []
        for entry in filter(None, (archive.get(each.value.text or "") for each in files)):
            try:
                if archive.head(entry, 4).startswith(_BITMAPS):
                    return hashlib.sha256(archive.read(entry, SIZE_LIMIT)).hexdigest()
            except ParseError:
                continue
            drawings.append(entry)
        for drawing in drawings[:left]:
            left -= 1
            todo.extend(each for each in _drawn(archive, drawing) if each not in seen)
            seen.update(todo)
    return None


def _by_size(candidate: Candidate) -> int:
    return candidate.density if candidate.density < ANY_DENSITY else 0


def _drawn(archive: ApkArchive, entry: Entry) -> list[int]:
    """Return the drawings that a drawing is made of, the ground of an icon last."""
    found: list[tuple[bool, int]] = []
    try:
        for event in BinaryXml(archive.read(entry, DRAWING_SIZE_LIMIT)).elements():
            if isinstance(event, Start):
                for key in (a.DRAWABLE, a.SOURCE):
                    value = event.attributes.get(key)
                    if value is not None and value.reference is not None:
                        found.append((event.name == "background", value.reference))
    except ParseError:
        return []
    return [reference for _, reference in sorted(found, key=lambda each: each[0])[:DRAWING_LIMIT]]
