"""Sources: whatever answers requests. A simulated phone is a peer of a real one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from scanner.model.evidence import Outcome, Unanswered
from scanner.model.report import ClockReading
from scanner.model.requests import AnyRequest


class Answer(ABC):
    """The answer to one request. Its chunks are read once, before the next answer is asked for."""

    def __init__(self, request: AnyRequest, origin: str, started_at: datetime) -> None:
        self.request, self.origin, self.started_at = request, origin, started_at

    @abstractmethod
    def chunks(self) -> Iterator[bytes]:
        """Yield the answer in pieces, within the request's bounds; a limit or a drop ends them."""

    @abstractmethod
    def outcome(self) -> Outcome:
        """How it ended; only after the last chunk."""

    @abstractmethod
    def errors(self) -> bytes:
        """What the device wrote to standard error, at most 64 KiB; only after the last chunk."""


class DeviceAction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing done to a device: a line of the audit log."""

    op: str  # connect, shell, sync, disconnect ...
    argv: tuple[str, ...] = ()
    exit_code: int | None = None
    bytes: int = 0
    sha256: str | None = None
    milliseconds: int = 0
    changes_device: bool = False


OnAction = Callable[[DeviceAction], None]
"""Is told each thing done to a device."""


class Probe(Struct, frozen=True, kw_only=True):
    """The device's own state at one moment."""

    clock: ClockReading | None
    locked: bool | None


class Source(Protocol):
    """Answers requests in its own order, in one pass."""

    platform: str  # android, ios
    transport: str  # usb, tcp, case
    device_id: str  # what tells the device from all others: its serial

    def fetch_all(
        self, requests: Sequence[AnyRequest], *, deadline: float | None = None
    ) -> Generator[Answer | Unanswered]:
        """Answer each request once. DeviceLost when the device goes away in the middle.

        `deadline` is on the host's monotonic clock; what is not answered by then is `timeout`.
        """
        ...

    def close(self) -> None: ...


class Obstacle(Struct, frozen=True):
    """Why a phone cannot be examined now, and what to do."""

    message: str
    remedy: str


class Attached(Struct, frozen=True, kw_only=True):
    """A phone as adb or usbmuxd sees it. Its words are the device's own: not for display."""

    platform: Literal["android", "ios"] = "android"
    serial: str  # of an iPhone its UDID
    state: str  # device, unauthorized, offline, recovery, unpaired, locked ...
    transport: Literal["usb", "tcp", "network"]  # network: an iPhone by way of usbmuxd
    product: str | None = None
    model: str | None = None
    release: str | None = None
    obstacle: Obstacle | None = None

    @property
    def target(self) -> str:
        """The name under which it can be scanned: android:SERIAL, ios:UDID."""
        return f"{self.platform}:{self.serial}"
