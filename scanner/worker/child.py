"""The child of a worker: reads calls from its standard input, answers on its standard output."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FunctionType, TracebackType
from typing import IO

import msgspec
from msgspec import Struct

from scanner.errors import NotAvailable, ParseError
from scanner.formats.container import RecordedFile
from scanner.model.content import Content, Scanned
from scanner.model.entities import Statement
from scanner.model.evidence import PathFile
from scanner.model.requests import Survey
from scanner.worker import sandbox
from scanner.worker.protocol import (
    MESSAGE_LIMIT,
    TASK_LIMIT,
    Call,
    Done,
    Failed,
    Ready,
    Start,
    Task,
    read_frame,
    write_frame,
)

BATCH_SIZE, BATCH_SECONDS = 64 * 1024, 0.02
_encode = msgspec.msgpack.Encoder().encode


def main(preload: Sequence[str] = ()) -> None:
    """Serve until the parent closes the pipe."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # what a parser or its library prints may be evidence: nowhere
        os.dup2(null, standard)
    for module in preload:
        importlib.import_module(module)
    if (frame := read_frame(inbox)) is None:
        return
    start = msgspec.msgpack.decode(frame, type=Start)
    sys.path.extend(start.allow.values())
    level = sandbox.enter((*start.readable, *start.allow.values()))
    write_frame(outbox, _encode(Ready(sandbox=level)))
    while (frame := read_frame(inbox, TASK_LIMIT)) is not None:
        run(msgspec.msgpack.decode(frame, type=Call | Task), outbox)


def run(call: Call | Task, outbox: IO[bytes]) -> None:
    """Answer one call with batches and an ending."""
    sandbox.limit_call(call.seconds, call.memory)
    ending: Done | Failed = Done()
    batches = _Batches(outbox, wait=isinstance(call, Call))
    try:
        for statement in _yielded(call):
            batches.add(statement)
    except ParseError as error:
        message = error.expected[:MESSAGE_LIMIT]
        ending = Failed(kind="parse", message=message, line=error.line)
    except NotAvailable as error:
        message = str(error)[:MESSAGE_LIMIT]
        ending = Failed(kind="not_available", message=message, reason=error.reason)
    except MemoryError:
        ending = Failed(kind="memory")
    except Exception as error:  # noqa: BLE001 - a parser's defect; its text may quote the evidence
        ending = Failed(kind="parse", message=_describe(error, call.module))
    batches.flush()
    write_frame(outbox, _encode(ending))


def _yielded(call: Call | Task) -> Iterator[Statement | Content]:
    function = find(call)
    if isinstance(call, Call):
        yield from function(_file(call))
    else:
        yield from function(Path(call.path) if call.path else None, call.work)


class _Batches:
    """Gathers what comes fast, and holds back nothing that comes slowly.

    Without `wait` only what says that nothing matched: what a task said before it kills the child
    tells where it was, and what was found until then stands.
    """

    def __init__(self, outbox: IO[bytes], *, wait: bool) -> None:
        self._outbox, self._wait = outbox, wait
        self._statements: list[msgspec.Raw] = []
        self._size, self._due = 0, 0.0

    def add(self, statement: Statement | Content) -> None:
        encoded = _encode(statement)
        self._statements.append(msgspec.Raw(encoded))
        self._size += len(encoded)
        held_back = self._wait or (isinstance(statement, Scanned) and not statement.matches)
        if not held_back or self._size >= BATCH_SIZE or time.monotonic() >= self._due:
            self.flush()

    def flush(self) -> None:
        if self._statements:
            write_frame(self._outbox, _encode(_Encoded(statements=self._statements)))
        self._statements, self._size = [], 0
        self._due = time.monotonic() + BATCH_SECONDS


class _Encoded(Struct, tag="batch"):
    """A Batch whose statements are encoded already."""

    statements: list[msgspec.Raw]


def find(call: Call | Task) -> Callable[..., Iterator[Statement | Content]]:
    """Return the function that a call names."""
    function = getattr(importlib.import_module(call.module), call.function)
    if not isinstance(function, FunctionType) or function.__module__ != call.module:
        raise ParseError("a function of the module expected")
    return function


def _file(call: Call) -> PathFile | RecordedFile:
    if call.locator is not None:
        place = Path(call.path), call.locator
        return RecordedFile(
            call.request,
            *place,
            id=call.id,
            exit_code=call.exit_code,
            sha256=call.sha256,
            keys=call.keys,
        )
    if isinstance(call.request, Survey):
        raise ParseError("the place of a recording expected")
    errors = Path(call.errors_path) if call.errors_path else None
    return PathFile(
        call.request,
        Path(call.path),
        errors,
        id=call.id,
        exit_code=call.exit_code,
        sha256=call.sha256,
    )


def _describe(error: BaseException, module: str) -> str:
    """Name the kind of an error and its last place in our own code; never its text."""
    place = ""
    root = Path(__file__).resolve().parents[2]
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__"))
        path = Path(trace.tb_frame.f_code.co_filename)
        ours = name == module or (name.startswith("scanner.") and name != __name__)
        if ours and path.is_relative_to(root):
            place = f" at {path.relative_to(root).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"the parser failed: {type(error).__name__}{place}"
