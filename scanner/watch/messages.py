"""What the loop of a watch is told by its threads."""

from __future__ import annotations

import queue
import sys
from collections.abc import Callable

from msgspec import Struct

from scanner.sinks import Delivery
from scanner.watch.looking import Looked


class Came(Struct, frozen=True, kw_only=True):
    """A phone is there, or is there in another state."""

    target: str
    ready: bool  # it can be asked
    state: str
    obstacle: str | None = None  # what stands in the way, and what to do


class Went(Struct, frozen=True):
    """A phone is there no more."""

    target: str


class Servers(Struct, frozen=True):
    """A server of phones cannot be asked, or can be again."""

    detail: str


class ScanNow(Struct, frozen=True):
    """Somebody wants all phones scanned."""


class Stop(Struct, frozen=True):
    """The watch is to end."""


class Sent(Struct, frozen=True):
    """A sink took events, or did not."""

    delivery: Delivery


class Broken(Struct, frozen=True):
    """A thread ended by an error of ours."""

    error: BaseException


def guarded(work: Callable[[], object], inbox: Inbox) -> None:
    """Run what a thread is for; an error of ours that ends it is told to the loop, which raises."""
    ended = False
    try:
        work()
        ended = True
    finally:
        if not ended:
            error = sys.exc_info()[1]
            inbox.put(Broken(error or RuntimeError("a thread of the watch ended")))


Message = Came | Went | Servers | ScanNow | Stop | Sent | Looked | Broken
Inbox = queue.SimpleQueue[Message]
