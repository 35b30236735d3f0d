"""Traces of protectors: names that `packers.toml` lists, of files, classes and sections."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

import msgspec
from msgspec import Struct

from scanner.formats.programs.api_use import descriptor

_UPX_MAGIC = b"UPX!"
_UPX_REACH = 4096  # bytes at either end in which UPX writes its headers


class Packer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One protector, and what it leaves in the apps that it protects."""

    source: str
    libraries: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


class _Traces(Struct, frozen=True):
    """The protectors by what they leave."""

    libraries: dict[str, str]
    files: dict[str, str]
    folders: tuple[tuple[str, str], ...]
    prefixes: tuple[tuple[str, str], ...]
    classes: dict[bytes, str]
    sections: dict[str, str]


@cache
def packers() -> dict[str, Packer]:
    """Read the protectors that are known, by name."""
    text = resources.files("scanner.formats").joinpath("data/packers.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Packer])


@cache
def _traces() -> _Traces:
    known = packers().items()
    return _Traces(
        libraries={one: name for name, packer in known for one in packer.libraries},
        files={one: name for name, packer in known for one in packer.files if one[-1] != "/"},
        folders=tuple(
            (one, name) for name, packer in known for one in packer.files if one[-1] == "/"
        ),
        prefixes=tuple((one, name) for name, packer in known for one in packer.prefixes),
        classes={descriptor(one): name for name, packer in known for one in packer.classes},
        sections={one: name for name, packer in known for one in packer.sections},
    )


def packers_of_paths(paths: Iterable[str]) -> set[str]:
    """Return the protectors that the names in an archive tell of."""
    known, found = _traces(), set()
    starts = tuple(start for start, _ in known.folders)
    for path in paths:
        if packer := known.files.get(path):
            found.add(packer)
        elif path.startswith(starts):
            found.update(name for start, name in known.folders if path.startswith(start))
        if path.endswith(".so"):
            found |= packers_of_library(path.rpartition("/")[2])
    return found


def packers_of_library(name: str) -> set[str]:
    """Return the protectors that the name of a native library tells of."""
    known = _traces()
    if packer := known.libraries.get(name):
        return {packer}
    return {packer for start, packer in known.prefixes if name.startswith(start)}


def packer_classes() -> dict[bytes, str]:
    """Return the protectors by the classes of theirs, as code writes them."""
    return _traces().classes


def packers_of_program(data: bytes, sections: Iterable[str]) -> set[str]:
    """Return the protectors that the sections of an ELF, or marks at its ends, tell of."""
    known = _traces().sections
    found = {known[name] for name in sections if name in known}
    if _UPX_MAGIC in data[:_UPX_REACH] or _UPX_MAGIC in data[-_UPX_REACH:]:
        found.add("upx")
    return found
