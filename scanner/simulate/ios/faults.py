"""What can be wrong with a simulated iPhone, as data that can also be written in JSON.

A service is named as lockdownd starts it; `lockdownd` is that daemon itself, and
`lockdownd/<domain>` its answers about one domain. `bytes` are base64 in JSON.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from scanner.errors import UsageError

LOCKDOWND = "lockdownd"
LIE = 0x7FFF_FFF0
"""The length that an oversized message announces."""


class IosFaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is wrong with a simulated iPhone; nothing unless asked for."""

    refuse: tuple[str, ...] = ()  # not there: InvalidService
    locked_services: tuple[str, ...] = ()  # only while the phone is unlocked: PasswordProtected
    silent: tuple[str, ...] = ()  # take a connection and never say a word
    slow: dict[str, float] = {}  # seconds before a connection is served
    drop_after: dict[str, int] = {}  # bytes on one connection, then it is gone
    replace: dict[str, bytes] = {}  # another reply, in the frame of the true one
    oversized: tuple[str, ...] = ()  # announce LIE bytes and send few
    goes_away_after: int | None = None  # calls; with the last of them the phone is unplugged
    foreign_key: bool = False  # TLS with a key that is not the paired phone's

    @classmethod
    def load(cls, source: Path | str | bytes) -> IosFaults:
        """Read faults from JSON, or from the file at a path. UsageError says what is wrong."""
        try:
            text = source.read_bytes() if isinstance(source, Path) else source
            return msgspec.json.decode(text, type=cls)
        except (OSError, ValueError) as error:
            raise UsageError(f"faults: {error}") from error
