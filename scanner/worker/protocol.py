"""What goes through the pipes between a worker and its child: msgpack behind a 4-byte length.

The child is not trusted: the parent decodes strictly, into these types only, within bounds.
"""

from __future__ import annotations

import struct
from typing import IO, Literal

from msgspec import Struct

from scanner.model.content import Content, Work
from scanner.model.entities import Statement
from scanner.model.evidence import Locator, Reason
from scanner.model.recording import BackupKeys, Surveyed
from scanner.model.requests import AnyRequest, MiB, Survey

SandboxLevel = Literal["full", "partial", "none"]
"""full: files outside of the evidence and every network are out of reach. partial: some of it."""

FRAME_LIMIT = 16 * MiB
TASK_LIMIT = 128 * MiB  # of what the parent sends: the texts of all rules are among it
MESSAGE_LIMIT = 500
_LENGTH = struct.Struct("!I")


class Limits(Struct, frozen=True, kw_only=True):
    """The bounds of one call; beyond any of them the child is killed."""

    seconds: float = 30.0  # that the caller waits for the child; its own time does not count
    memory: int = 1024 * MiB  # bytes of address space
    statements: int = 1_000_000
    bytes: int = 512 * MiB  # of what comes back, encoded


class Start(Struct, frozen=True, kw_only=True, tag="start"):
    """To the child, once: what it may read, and whose functions it may run."""

    readable: tuple[str, ...]
    allow: dict[str, str]  # module outside of `scanner` -> folder it is found in


class Call(Struct, frozen=True, kw_only=True, tag="call"):
    """To the child: run `module.function` over a file."""

    module: str
    function: str
    path: str
    locator: Locator | None  # where in the recording at `path`; None: the file itself
    errors_path: str | None
    request: AnyRequest | Survey
    id: str
    exit_code: int | None
    sha256: str | None = None  # of the file, where its bytes were read before
    keys: BackupKeys | None = None  # of an encrypted backup
    seconds: float
    memory: int


class Task(Struct, frozen=True, kw_only=True, tag="task"):
    """To the child: run `module.function` on a work; `path` is what it is about, if anything."""

    module: str
    function: str
    path: str | None
    work: Work
    seconds: float
    memory: int


class Ready(Struct, frozen=True, kw_only=True, tag="ready"):
    """From the child, once: the sandbox that it really is in."""

    sandbox: SandboxLevel


class Batch(Struct, frozen=True, kw_only=True, tag="batch"):
    """From the child: some of what the function yielded, in its order."""

    statements: tuple[Statement | Surveyed | Content, ...]


class Done(Struct, frozen=True, kw_only=True, tag="done"):
    """From the child: the function has ended."""


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """From the child: the function raised; `message` is in our words, never the evidence's."""

    kind: Literal["parse", "not_available", "memory"]
    message: str = ""
    reason: Reason = "parse_error"
    line: int = 0


FromChild = Ready | Batch | Done | Failed


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Write one frame."""
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes], limit: int = FRAME_LIMIT) -> bytes | None:
    """Read one frame; None where the stream ends, is cut, or announces more than the limit."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > limit:
        return None
    data = stream.read(length)
    return data if len(data) == length else None
