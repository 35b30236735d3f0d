"""The audit log: one line for each action on the device, each with the sha256 of the line before.

A line that is edited, removed, added or moved breaks the chain at the next one; the last line is
held by `Audit-Head` in bag-info.txt once the case is closed.
"""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from scanner.case.bag import AUDIT, Problem
from scanner.case.storage import Journal
from scanner.case.tree import open_file
from scanner.model.source import DeviceAction

START = "0" * 64
LINE_LIMIT = 2**20
PROBLEM_LIMIT = 100


class AuditLine(Struct, frozen=True, kw_only=True):
    """One action, and the sha256 of the line before it (without its line end)."""

    seq: int  # from 0
    prev: str
    t: str  # UTC, ISO 8601, milliseconds
    mono: float  # seconds on the host's monotonic clock
    actor: Literal["source", "case"]  # who acted: on the device, or on this folder
    op: str
    argv: tuple[str, ...]
    rc: int | None
    bytes: int
    out_sha256: str | None
    ms: int
    changes_device: bool


class AuditLog:
    """Appends to the log; may be used from several threads."""

    def __init__(self, path: Path, *, head: str = START, lines: int = 0) -> None:
        self.journal = Journal(path)
        self.head, self.lines = head, lines
        self._lock = threading.Lock()

    def record(self, action: DeviceAction, actor: Literal["source", "case"] = "source") -> None:
        """Append one action at once; `journal.sync()` brings it to the disk."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self._lock:
            line = msgspec.json.encode(
                AuditLine(
                    seq=self.lines,
                    prev=self.head,
                    t=now,
                    mono=round(time.monotonic(), 6),
                    actor=actor,
                    op=action.op,
                    argv=tuple(map(_encodable, action.argv)),
                    rc=action.exit_code,
                    bytes=action.bytes,
                    out_sha256=action.sha256,
                    ms=action.milliseconds,
                    changes_device=action.changes_device,
                )
            )
            self.journal.append(line + b"\n")
            self.head = hashlib.sha256(line).hexdigest()
            self.lines += 1


def _encodable(word: str) -> str:
    """A device's name may hold bytes that are no text: an action is never left out for it."""
    return word.encode("utf-8", "backslashreplace").decode()


class AuditState(Struct, frozen=True, kw_only=True):
    """What a log holds."""

    head: str
    lines: int
    torn: bool  # the last line has no end: a kill in the middle of a write
    problems: tuple[Problem, ...]


def check_audit(root: Path) -> AuditState:
    """Follow the chain from the first line to the last, in bounded memory."""
    head, number, expected, torn = START, 0, 0, False
    problems: list[Problem] = []
    decoder = msgspec.json.Decoder(AuditLine)
    with open_file(root, AUDIT) as stream:
        while line := stream.readline(LINE_LIMIT + 1):
            if not line.endswith(b"\n"):
                torn = True
                break
            number += 1
            body = line[:-1]
            try:
                entry = decoder.decode(body)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                problems.append(Problem(AUDIT, "edited", f"line {number} is no audit line"))
            else:
                if problem := _check(entry, number, expected, head):
                    problems.append(problem)
                expected = entry.seq
            expected += 1
            head = hashlib.sha256(body).hexdigest()
            if len(problems) >= PROBLEM_LIMIT:
                break
    return AuditState(head=head, lines=number, torn=torn, problems=tuple(problems))


def _check(entry: AuditLine, number: int, expected: int, head: str) -> Problem | None:
    if entry.seq > expected:
        what = f"line {number}: {entry.seq - expected} lines before it are missing"
        return Problem(AUDIT, "removed", what)
    if entry.seq < expected:
        return Problem(AUDIT, "reordered", f"line {number} stands in the wrong place")
    if entry.prev != head:
        edited = f"line {number - 1} was edited" if number > 1 else "line 1 was edited"
        return Problem(AUDIT, "edited", f"{edited}: the chain breaks at line {number}")
    return None
