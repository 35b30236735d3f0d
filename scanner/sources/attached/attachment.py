"""What is told of phones that come and go."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.model.source import Attached, Obstacle

ServerName = Literal["adb", "usbmux"]
Kind = Literal[
    "attached",  # a phone is there, in whatever state
    "changed",  # its state, the way to it, or whether it is paired
    "detached",
    "trouble",  # a server does not answer: nothing is known of its phones
    "recovered",  # it answers again; what differs since is told next
]

DETACHED = "detached"


class Attachment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened to a phone, or to the server that reaches it.

    For each target `attached` and `detached` alternate, and each `changed` stands between them.
    usbmuxd does not say whether an iPhone is locked or paired: its state is `device`.
    """

    kind: Kind
    at: datetime
    server: ServerName
    phone: Attached | None = None  # of a phone that went: as it was last, its state `detached`
    trouble: Obstacle | None = None

    @property
    def target(self) -> str | None:
        """The name under which the phone can be scanned; None for what happened to a server."""
        return None if self.phone is None else self.phone.target

    @property
    def state(self) -> str | None:
        """device, unauthorized, offline, refused ...; `detached` for a phone that went."""
        return None if self.phone is None else self.phone.state

    @property
    def transport(self) -> Literal["usb", "tcp", "network"] | None:
        return None if self.phone is None else self.phone.transport

    @property
    def ready(self) -> bool:
        """Whether the phone is there and nothing that its server knows stands in the way."""
        return self.state == "device"


class Backoff(Struct, frozen=True, kw_only=True):
    """How long a server is left alone before it is tried again; each time twice as long."""

    first: float = 1.0  # seconds
    longest: float = 60.0  # seconds
