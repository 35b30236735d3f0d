"""Which files of a folder any process opens or makes, as the kernel says: inotify(7), of Linux."""

from __future__ import annotations

import ctypes
import os
import select
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OPEN, CREATE = 0x20, 0x100
_DIRECTORY = 0x40000000
_HEAD = struct.Struct("iIII")
_SIZE = 1 << 16


@contextmanager
def opened_files(folder: Path, events: int = OPEN) -> Iterator[set[str]]:
    """Gather the names, below a folder, of files that are opened while the block runs.

    With CREATE: of what is made in it.
    """
    library = ctypes.CDLL(None, use_errno=True)
    watching = library.inotify_init1(os.O_NONBLOCK)
    if watching < 0:
        raise OSError(ctypes.get_errno(), "inotify_init1")
    places: dict[int, Path] = {}
    names: set[str] = set()
    try:
        for place in (folder, *(each for each in folder.rglob("*") if each.is_dir())):
            number = library.inotify_add_watch(watching, os.fsencode(place), events)
            if number < 0:
                raise OSError(ctypes.get_errno(), "inotify_add_watch")
            places[number] = place.relative_to(folder)
        yield names
        while select.select([watching], [], [], 0)[0]:
            names |= set(_names(os.read(watching, _SIZE), places))
    finally:
        os.close(watching)


def _names(data: bytes, places: dict[int, Path]) -> Iterator[str]:
    at = 0
    while at < len(data):
        number, mask, _, length = _HEAD.unpack_from(data, at)
        name = data[at + _HEAD.size : at + _HEAD.size + length].rstrip(b"\0")
        at += _HEAD.size + length
        if name and (mask & CREATE or not mask & _DIRECTORY) and number in places:
            yield str(places[number] / os.fsdecode(name))
