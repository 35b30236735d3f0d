"""Evidence: one acquired file with its provenance, and the reading of it within bounds."""

from __future__ import annotations

import hashlib
import io
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import msgspec
from msgspec import Struct

from scanner.errors import ParseError
from scanner.model.requests import AnyRequest, MiB, Survey

if TYPE_CHECKING:
    import sqlite3

Reason = Literal[
    "no_permission",
    "source_absent",
    "locked",
    "timeout",
    "truncated",
    "parse_error",
    "unsupported_version",
    "not_selected",
    "privacy_policy",
    "sandbox_kill",
    "field_not_stated",
]
"""Why something was not examined: a closed set."""

Provenance = Literal["hw_attested", "derived_from_bytes", "os_claimed", "user_stated"]
"""Who vouches for a fact, the strongest first: also the precedence when sources disagree."""

LINE_LIMIT = MiB


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a request ended on the device."""

    exit_code: int | None = None
    cut: Reason | None = None  # why the answer is not whole: timeout, truncated, source_absent
    detail: str = ""  # of the cut, in our words
    seconds: float = 0.0
    received: int | None = None  # bytes, where they were reduced before anything was stored
    received_sha256: str | None = None  # of those bytes


class Locator(Struct, frozen=True, omit_defaults=True):
    """Where in a recording some bytes lie.

    `members` are the names from the outside in: a file of the folder or archive that the recording
    is, then the member of that archive, and so on; none: the recording is one plain file.
    """

    members: tuple[str, ...] = ()
    offset: int = 0  # bytes, from the start of the innermost member
    length: int | None = None  # bytes; None: to its end
    trimmed: bool = False  # the collector cut off the end of the last line: it is read with one
    sealed: str = ""  # hex: the wrapped key of a file of an encrypted backup, its class before it
    log: Locator | None = None  # of the write-ahead log of the database that it is

    def __str__(self) -> str:
        name = "!".join(self.members)
        if self.length is None and not self.offset:
            return name
        return f"{name}[{self.offset}:{'' if self.length is None else self.length}]"


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One acquired file, or one part of a recording; a line of `data/index.jsonl`."""

    id: str
    request: AnyRequest
    origin: str  # where the answer came from: `adb`, or a locator into a recording, printed
    name: str | None = None  # path in the case, of our making; None: it lies in a recording
    locator: Locator | None = None  # where in the recording
    sha256: str
    size: int
    outcome: Outcome
    started_at: datetime
    errors_name: str | None = None  # the standard error, where the device wrote any
    errors_sha256: str | None = None


NEVER_HELD = "no recording of this kind holds it"
"""Detail of a gap that says nothing of this phone: whoever records in this way lacks it."""
NOT_GIVEN = "the recording was not given"
"""Detail of a gap of a case whose evidence lies in a recording that nobody named."""


class Gap(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that could not be acquired, parsed or inspected, and why."""

    artifact: str
    reason: Reason
    request: str | None = None
    user: int | None = None  # the user it is limited to; None: the whole device
    evidence: str | None = None
    detail: str = ""  # in our words only, never the device's
    count: int = 1  # requests that it stands for


class Unanswered(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request that the source could not put, or that the device refused to run at all."""

    request: AnyRequest
    reason: Reason
    detail: str = ""  # in our words


def evidence_id(origin: str, request: AnyRequest | Survey) -> str:
    """Derive the id of an evidence from where and what was asked, so arrival order never shows."""
    digest = hashlib.sha256(origin.encode() + b"\0" + msgspec.json.encode(request))
    return f"e-{digest.hexdigest()[:12]}"


class EvidenceFile(ABC):
    """The bytes of one evidence, read within bounds."""

    def __init__(
        self,
        request: AnyRequest | Survey,
        *,
        id: str = "",
        exit_code: int | None = 0,
        sha256: str | None = None,
    ) -> None:
        self.request = request
        self.id = id or evidence_id("", request)
        self.exit_code = exit_code
        self.sha256 = sha256  # of its bytes, where they were read before

    @abstractmethod
    def open(self) -> BinaryIO:
        """Open the bytes for reading."""

    @abstractmethod
    def errors(self) -> str:
        """Return what the device wrote to standard error, at most 64 KiB of it."""

    def beside(self) -> EvidenceFile | None:
        """Return the write-ahead log of the database that it is; None where none is known."""
        return None

    def read(self, limit: int = 16 * MiB) -> bytes:
        """Return all bytes; ParseError where there are more than `limit`."""
        with self.open() as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise ParseError(f"at most {limit} bytes expected")
        return data

    def sqlite(
        self, wal: EvidenceFile | None = None, *, seconds: float = 10.0, limit: int = 256 * MiB
    ) -> AbstractContextManager[sqlite3.Connection]:
        """Open a database, with its `-wal` where there is one, for reading only and in memory.

        The log of a recording's database is known to it; any other is given.

        Its schema is not trusted. ParseError for a damaged one, for more than `limit` bytes, and
        where the statements of the block take longer than `seconds`.
        """
        from scanner.model.database import open_database  # noqa: PLC0415 - few parsers need it

        wal = wal or self.beside()
        log = wal.read(limit) if wal else b""
        return open_database(self._held(limit), log, seconds=seconds, limit=limit)

    def _held(self, limit: int) -> bytearray:
        """Return all bytes, held once; ParseError where there are more than `limit`."""
        held = bytearray()
        with self.open() as stream:
            while piece := stream.read(MiB):
                held += piece
                if len(held) > limit:
                    raise ParseError(f"at most {limit} bytes expected")
        return held

    def lines(self) -> Iterator[str]:
        """Yield lines without their end; undecodable bytes become U+FFFD.

        ParseError for a line above 1 MiB: dropping its rest would read as "not there".
        """
        with self.open() as stream:
            number = 0
            while line := stream.readline(LINE_LIMIT + 1):
                number += 1
                if len(line) > LINE_LIMIT:
                    raise ParseError(f"a line of at most {LINE_LIMIT} bytes expected", line=number)
                yield line.decode("utf-8", "replace").rstrip("\r\n")


class BytesFile(EvidenceFile):
    """Evidence held in memory."""

    def __init__(
        self,
        request: AnyRequest,
        data: bytes,
        errors: bytes = b"",
        *,
        id: str = "",
        exit_code: int | None = 0,
        sha256: str | None = None,
    ) -> None:
        super().__init__(request, id=id, exit_code=exit_code, sha256=sha256)
        self._data, self._errors = data, errors

    def open(self) -> BinaryIO:
        return io.BytesIO(self._data)

    def errors(self) -> str:
        return self._errors[: 64 * 1024].decode("utf-8", "replace")


class PathFile(EvidenceFile):
    """Evidence that lies in a file."""

    def __init__(
        self,
        request: AnyRequest,
        path: Path,
        errors_path: Path | None = None,
        *,
        id: str = "",
        exit_code: int | None = 0,
        sha256: str | None = None,
    ) -> None:
        super().__init__(request, id=id, exit_code=exit_code, sha256=sha256)
        self.path, self.errors_path = path, errors_path

    def open(self) -> BinaryIO:
        return self.path.open("rb")

    def errors(self) -> str:
        if self.errors_path is None:
            return ""
        with self.errors_path.open("rb") as stream:
            return stream.read(64 * 1024).decode("utf-8", "replace")
