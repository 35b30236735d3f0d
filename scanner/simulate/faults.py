"""What can be wrong with a simulated phone, and how slow its line is.

Commands are written as a shell line (`"dumpsys package"`) that stands for exactly these words;
so all of it can also be written as JSON. `bytes` are base64 there.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from scanner.errors import UsageError
from scanner.simulate.phone import Argv

FrameFault = Literal["wrong_length", "unknown_id", "lying_exit", "no_exit"]
"""Of shell v2: more announced than sent; a stray frame; exit 0 and 1 swapped; no exit frame."""

SyncFault = Literal["stat_size", "oversized_data", "endless_data", "cut_data"]
"""Of sync: a size of 2**62; 128 KiB of DATA at once; DATA without end; no DONE."""

HOSTILE_NAMES: tuple[bytes, ...] = (
    b"",
    b"..",
    b"../escape",
    b"/absolute",
    b"nul\0byte",
    b"line\nbreak",
    b"\xff\xfe",
    b"\x1b]52;c;eA==\x07",
    b"n" * 65536,
)
"""What `hostile_names` adds to each listing of a folder."""


class Drip(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that comes `size` bytes at a time, `pause` seconds apart."""

    size: int = 1
    pause: float = 0.05


class Faults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is wrong with a simulated phone; nothing unless asked for."""

    drop_after_bytes: int | None = None  # of stream data, then the connection is gone, once
    drop_after_streams: int | None = None  # the next one finds the connection gone, once
    stays_away: bool = False  # after a drop it does not come back
    refuse_after_streams: int | None = None  # 0: every stream is refused
    lock_after_streams: int | None = None  # the phone locks itself when the next one is opened
    locked_refuses: bool = True  # as USB protection: a locked phone refuses streams and drops
    drip: dict[str, Drip] = {}
    flood: dict[str, int] = {}  # bytes of output, made while they are sent
    replace: dict[str, bytes] = {}  # another standard output, exit code 0
    exit_codes: dict[str, int] = {}  # another exit code
    absent: tuple[str, ...] = ()  # programs that the phone does not have
    hostile_names: bool = False
    frames: FrameFault | None = None
    sync: SyncFault | None = None
    clock_offset: float = 0.0  # seconds that the phone's clock is ahead

    @classmethod
    def load(cls, source: Path | str | bytes) -> Faults:
        """Read faults from JSON, or from the file at a path. UsageError says what is wrong."""
        try:
            text = source.read_bytes() if isinstance(source, Path) else source
            faults = msgspec.json.decode(text, type=cls)
            faults.commands()
        except (OSError, ValueError) as error:
            raise UsageError(f"faults: {error}") from error
        return faults

    def commands(self) -> frozenset[Argv]:
        """Every command that some fault names."""
        named = (*self.drip, *self.flood, *self.replace, *self.exit_codes)
        return frozenset(argv(line) for line in named)


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """How slow a cable is."""

    open_ms: float = 0  # milliseconds that each opened stream costs
    bytes_per_second: float | None = None  # from the phone, shared by all its streams


def argv(line: str) -> Argv:
    """Split a shell line into its words."""
    words = tuple(shlex.split(line))
    if not words:
        raise UsageError("faults: a command without words")
    return words
