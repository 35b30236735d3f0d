"""The parent's side: starts the child, bounds every call, kills it when it goes beyond."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from types import FunctionType, TracebackType
from typing import Self

import msgspec

from scanner.errors import NotAvailable, ParseError, WorkerKilled
from scanner.formats.container import RecordedFile
from scanner.model.artifact import Parser
from scanner.model.content import (
    Checked,
    CompiledPiece,
    Content,
    Entered,
    PassedOver,
    Scanned,
    Unscanned,
    Work,
)
from scanner.model.entities import Statement
from scanner.model.evidence import PathFile
from scanner.model.recording import BackupKeys, Flaw, Header, Part, Surveyed
from scanner.model.requests import MiB
from scanner.worker.protocol import (
    Batch,
    Call,
    Done,
    Failed,
    FromChild,
    Limits,
    Ready,
    SandboxLevel,
    Start,
    Task,
    read_frame,
    write_frame,
)

Surveyor = Callable[[RecordedFile], Iterator[Surveyed]]
Worked = Callable[[Path | None, Work], Iterator[Content]]
Received = Statement | Surveyed | Content

_Contents = Checked | CompiledPiece | Entered | Scanned | Unscanned | PassedOver | BackupKeys

START_SECONDS = 20.0
WAITING_FRAMES = 8
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); sys.path.append(sys.argv[2]);"
    " from scanner.worker.child import main; main(sys.argv[3:])"
)
_encode = msgspec.msgpack.Encoder().encode
_decode: Callable[[bytes], FromChild] = msgspec.msgpack.Decoder(FromChild).decode
# Where this very package was found, and what it needs, should it not come by itself.
_FOUND_IN = tuple(
    str(Path(file).resolve().parents[up]) for file, up in ((__file__, 2), (msgspec.__file__, 1))
)


class Worker:
    """Runs parsers over evidence in a child process; one call at a time, from any one thread.

    `readable` are the folders whose files may be examined: the child can open no other; None: they
    are not known yet, and `confine` will tell. Functions come from the package `scanner` only.
    `allow` names further modules, each with the folder it is found in, for the tests of the worker
    itself. The child starts at once, and again after a kill; it imports `preload` on the way.
    """

    def __init__(
        self,
        *,
        readable: Sequence[Path] | None = (),
        allow: Mapping[str, Path] | None = None,
        preload: Sequence[str] = (),
    ) -> None:
        self._allow = {name: str(path.absolute()) for name, path in (allow or {}).items()}
        self._preload = tuple(preload)
        self._start: Start | None = None
        self._busy = False
        self._child: _Child | None = None
        if readable is None:
            self._child = _Child(self._preload)
        else:
            self.confine(readable)

    def confine(self, readable: Sequence[Path]) -> None:
        """Tell the child which folders or files it may read; only then it enters its sandbox."""
        if missing := [path for path in readable if not path.exists()]:
            raise ValueError(f"no such path: {missing[0]}")
        self._start = Start(
            readable=tuple(str(path.absolute()) for path in readable), allow=self._allow
        )
        self._child = self._child or _Child(self._preload)
        self._child.begin(self._start)

    @property
    def sandbox(self) -> SandboxLevel:
        """What the child really achieved; waits until it has started."""
        return self._running().sandbox()

    def call(
        self, function: Parser, file: PathFile | RecordedFile, limits: Limits | None = None
    ) -> Iterator[Statement]:
        """Run a module-level function over a file; yield what it yields, as it comes.

        ParseError and NotAvailable are the function's own; a defect in it is a ParseError that
        names its place. WorkerKilled where it exceeds the limits, dies, or sends what is no
        statement: what was yielded before stands.
        """
        limits = limits or Limits()
        return _statements(self._run(self._request(function, file, limits), limits))

    def survey(
        self, function: Surveyor, file: RecordedFile, limits: Limits | None = None
    ) -> Iterator[Surveyed]:
        """Run a module-level function over a whole recording; as `call` but for what it yields."""
        limits = limits or Limits()
        return _surveyed(self._run(self._request(function, file, limits), limits))

    def work(
        self, function: Worked, work: Work, path: Path | None = None, limits: Limits | None = None
    ) -> Iterator[Content]:
        """Run a module-level function on rules, or on contents below a path; as `call` else.

        What it yields comes at once: the last of it tells where a child was that was killed.
        """
        limits = limits or Limits()
        module, name = self._named(function)
        task = Task(
            module=module,
            function=name,
            path=None if path is None else str(path.absolute()),
            work=work,
            seconds=limits.seconds,
            memory=limits.memory,
        )
        return _contents(self._run(task, limits))

    def _run(self, call: Call | Task, limits: Limits) -> Iterator[Received]:
        if self._busy:
            raise RuntimeError("a worker runs one call at a time")
        child, reusable = self._running(), False
        self._busy = True
        try:
            child.sandbox()
            child.send(call)
            ending = yield from _receive(child, limits)
            reusable = True
        finally:
            self._busy = False
            if not reusable:  # an abandoned call too: the child is in the middle of it
                self._restart(child)
        if isinstance(ending, Failed):
            raise _error(ending)

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _request(
        self, function: Parser | Surveyor, file: PathFile | RecordedFile, limits: Limits
    ) -> Call:
        module, name = self._named(function)
        if isinstance(file, RecordedFile):
            path, locator, errors = file.root, file.locator, None
        else:
            path, locator, errors = file.path, None, file.errors_path
        return Call(
            module=module,
            function=name,
            path=str(path.absolute()),
            locator=locator,
            errors_path=str(errors.absolute()) if errors else None,
            request=file.request,
            id=file.id,
            exit_code=file.exit_code,
            sha256=file.sha256,
            keys=file.keys if isinstance(file, RecordedFile) else None,
            seconds=limits.seconds,
            memory=limits.memory,
        )

    def _named(self, function: Parser | Surveyor | Worked) -> tuple[str, str]:
        """Return module and name of a function; ValueError where it is none of the scanner."""
        module = function.__module__
        ours = module in self._allow or module.split(".")[0] == "scanner"
        if not (
            ours and isinstance(function, FunctionType) and function.__qualname__.isidentifier()
        ):
            raise ValueError(f"no module-level function of the scanner: {module}.{function!r}")
        return module, function.__qualname__

    def _running(self) -> _Child:
        if self._child is None or self._start is None:
            raise RuntimeError("the worker is closed, or was not told what it may read")
        return self._child

    def _restart(self, child: _Child) -> None:
        if self._child is child:
            child.kill()
            self._child = _Child(self._preload)
            if self._start is not None:
                self._child.begin(self._start)


def _receive(child: _Child, limits: Limits) -> Generator[Received, None, Done | Failed]:
    """Yield what the child sends until its ending, within the limits of one call."""
    seconds, statements, size = limits.seconds, 0, 0
    while True:
        asked = time.monotonic()
        message, length = child.receive(seconds)
        seconds -= time.monotonic() - asked
        size += length
        if isinstance(message, Done):
            return message
        if isinstance(message, Failed):
            if message.kind == "memory":
                raise WorkerKilled(f"the parser needs more than {limits.memory // MiB} MiB")
            return message
        if not isinstance(message, Batch):
            raise _garbage()
        statements += len(message.statements)
        if statements > limits.statements or size > limits.bytes:
            raise WorkerKilled(
                f"the parser yields more than {limits.statements} statements"
                f" or {limits.bytes // MiB} MiB"
            )
        yield from message.statements


def _statements(received: Iterator[Received]) -> Iterator[Statement]:
    for each in received:
        if isinstance(each, Header | Part | Flaw | _Contents):
            raise _garbage()
        yield each


def _surveyed(received: Iterator[Received]) -> Iterator[Surveyed]:
    for each in received:
        if not isinstance(each, Header | Part | Flaw):
            raise _garbage()
        yield each


def _contents(received: Iterator[Received]) -> Iterator[Content]:
    for each in received:
        if not isinstance(each, _Contents):
            raise _garbage()
        yield each


def _error(ending: Failed) -> ParseError | NotAvailable:
    if ending.kind == "not_available":
        return NotAvailable(ending.reason, ending.message)
    return ParseError(ending.message, line=ending.line)


def _garbage() -> WorkerKilled:
    return WorkerKilled("the parser's process sent what is no statement")


class _Child:
    """One process. A thread reads its frames, so that waiting for one can end on every system."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, *_FOUND_IN, *preload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(sys.executable).anchor,
            env={name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ},
            start_new_session=True,  # Ctrl-C is for the parent; and a kill takes its children too
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise WorkerKilled("the parser's process has no pipes")
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._frames: queue.Queue[bytes | None] = queue.Queue(WAITING_FRAMES)
        self._thread = threading.Thread(target=self._read, name="worker", daemon=True)
        self._thread.start()
        self._level: SandboxLevel | None = None

    def begin(self, start: Start) -> None:
        """Let the child enter its sandbox."""
        with contextlib.suppress(WorkerKilled):  # the first call tells
            self.send(start)

    def sandbox(self) -> SandboxLevel:
        """Return the sandbox that the child is in, once it has started."""
        if self._level is None:
            message, _ = self.receive(START_SECONDS)
            if not isinstance(message, Ready):
                raise _garbage()
            self._level = message.sandbox
        return self._level

    def send(self, message: Start | Call | Task) -> None:
        try:
            write_frame(self._stdin, _encode(message))
        except OSError as error:
            raise WorkerKilled("the parser's process died") from error

    def receive(self, seconds: float) -> tuple[FromChild, int]:
        """Return the next message and its size; WorkerKilled where none comes in time."""
        try:
            frame = self._frames.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            raise WorkerKilled("the parser took too long") from None
        if frame is None:
            raise WorkerKilled("the parser's process died")
        try:
            return _decode(frame), len(frame)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise _garbage() from None  # its text may quote the evidence

    def kill(self) -> None:
        """End the process, and all that it started."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        while self._thread.is_alive():  # it may wait for room in the queue
            with contextlib.suppress(queue.Empty):
                self._frames.get(timeout=0.05)
        self._process.wait()
        with contextlib.suppress(OSError):
            self._stdin.close()
        self._stdout.close()

    def _read(self) -> None:
        frame: bytes | None = b""
        while frame is not None:
            frame = read_frame(self._stdout)
            self._frames.put(frame)
