"""Numbers of Mach-O for machines, platforms and kinds of file, and their words.

Sources: Apple's mach/machine.h, mach-o/loader.h and mach-o/fat.h.
"""

from __future__ import annotations

import struct

MAGICS = {  # as the first four bytes read, big-endian: is it of 64 bits, and in which byte order
    0xFEEDFACE: (False, ">"),
    0xFEEDFACF: (True, ">"),
    0xCEFAEDFE: (False, "<"),
    0xCFFAEDFE: (True, "<"),
}
FAT, FAT_64 = 0xCAFEBABE, 0xCAFEBABF  # always big-endian
SLICE_LIMIT = 40  # of a fat file; a class of Java begins alike, and has at least 45 there

_TYPE_MASK = 0x00FFFFFF  # the highest byte of a subtype is made of flags
_WIDE, _WIDE_32 = 0x01000000, 0x02000000
_X86, _ARM, _POWER = 7, 12, 18
_MACHINES = {
    (_X86, None): "i386",
    (_X86 | _WIDE, None): "x86_64",
    (_X86 | _WIDE, 8): "x86_64h",
    (_ARM, None): "arm",
    (_ARM, 6): "armv6",
    (_ARM, 9): "armv7",
    (_ARM, 10): "armv7f",
    (_ARM, 11): "armv7s",
    (_ARM, 12): "armv7k",
    (_ARM, 13): "armv8",
    (_ARM | _WIDE, None): "arm64",
    (_ARM | _WIDE, 2): "arm64e",
    (_ARM | _WIDE_32, None): "arm64_32",
    (_POWER, None): "ppc",
    (_POWER | _WIDE, None): "ppc64",
}
_SIMULATED = {"i386", "x86_64"}  # machines that no phone is
PLATFORMS = {
    1: "macos",
    2: "ios",
    3: "tvos",
    4: "watchos",
    5: "bridgeos",
    6: "catalyst",
    7: "simulator",
    8: "tvos_simulator",
    9: "watchos_simulator",
    10: "driverkit",
    11: "visionos",
    12: "visionos_simulator",
}
_OLD_PLATFORMS = {0x24: "macos", 0x25: "ios", 0x2F: "tvos", 0x30: "watchos"}  # by load command
_KINDS = {1: "object", 2: "executable", 6: "library", 8: "bundle", 9: "library", 10: "symbols"}


def is_macho(head: bytes) -> bool:
    """Whether a file that begins so may be a Mach-O, fat or thin."""
    if len(head) < 8:  # noqa: PLR2004  a magic, and the number of slices
        return False
    magic, count = struct.unpack_from(">II", head)
    return magic in MAGICS or (magic in {FAT, FAT_64} and 0 < count <= SLICE_LIMIT)


def architecture(machine: int, subtype: int) -> str:
    """Return the word for a machine, or its numbers where there is none."""
    subtype &= _TYPE_MASK
    found = _MACHINES.get((machine, subtype)) or _MACHINES.get((machine, None))
    return found or f"{machine}.{subtype}"


def platform(number: int) -> str:
    """Return the word for a platform, or its number where there is none."""
    return PLATFORMS.get(number, f"platform {number}")


def old_platform(command: int, machine: str) -> str | None:
    """Return the platform that a load command without a number of its own stands for."""
    found = _OLD_PLATFORMS.get(command)
    return "simulator" if found == "ios" and machine in _SIMULATED else found


def kind(number: int) -> str:
    """Return the word for a kind of file."""
    return _KINDS.get(number, "other")


def version(number: int) -> str:
    """Write a version: sixteen bits, and twice eight of which the last are left out if zero."""
    major, minor, patch = number >> 16, number >> 8 & 0xFF, number & 0xFF
    return f"{major}.{minor}.{patch}" if patch else f"{major}.{minor}"
