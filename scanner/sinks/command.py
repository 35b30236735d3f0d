"""A command of the user's, started for a finding: the event is its standard input, nothing else.

No shell, and nothing of an event in the words of the command or in its environment: a name that a
phone made up must not become a word that a program obeys.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from scanner.formats.text import safe_text
from scanner.model.findings import LEVELS, Level
from scanner.model.watch import WatchEvent
from scanner.sinks.event import document
from scanner.sinks.sink import Undelivered, key_of

_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
_OUTPUT = 1024 * 1024  # bytes, thrown away
_CHUNK = 64 * 1024
_LOOK = 0.05  # seconds between looks whether it has ended, where its output stays open
_AT_ONCE = 4  # processes


class Command:
    """Runs a command for each finding; an exit status of 0 means that it took the event."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        least: Level = "informational",
        seconds: float = 30.0,
        at_once: int = _AT_ONCE,
    ) -> None:
        """`least` is the lowest level of a finding that starts it.

        `seconds` bounds one run, `at_once` how many run beside each other.
        """
        self._argv, self._seconds, self._least = tuple(argv), seconds, LEVELS.index(least)
        self._slots = threading.BoundedSemaphore(at_once)
        # Words after the first may be secrets.
        self.name = f"command {safe_text(Path(self._argv[0]).name, 40)}"
        self.key = key_of("command", *self._argv)

    def __repr__(self) -> str:
        return f"Command({self.name!r})"

    def wants(self, event: WatchEvent) -> bool:
        """Take findings that nobody has acknowledged or suppressed."""
        if event.event != "finding" or event.suppressed:
            return False
        return LEVELS.index(event.level or "informational") >= self._least

    def send(self, event: WatchEvent, now: datetime) -> None:
        """Run the command, and end what it leaves running. Undelivered unless it exits with 0."""
        if not self._slots.acquire(timeout=self._seconds):
            raise Undelivered("too many runs of the command have not ended")
        try:
            self._run(document(event))
        finally:
            self._slots.release()

    def close(self) -> None:
        """Nothing stays open between events."""

    def _run(self, data: bytes) -> None:
        try:
            process = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it cannot be started"
            raise Undelivered(f"the command does not start: {reason}", refused=True) from error
        with process:
            try:
                written = _fed(process, data, time.monotonic() + self._seconds)
            finally:
                _end(process)
        if process.returncode == 0:
            return
        if written is None:
            reason = f"did not end within {self._seconds:g} seconds"
        elif written > _OUTPUT:
            reason = f"was stopped after {written} bytes of output"
        else:
            reason = f"ended with status {process.returncode} ({written} bytes of output)"
        raise Undelivered(f"the command {reason}", refused=True)


def _fed(process: subprocess.Popen[bytes], data: bytes, ends: float) -> int | None:
    """Write the input and throw the output away. Bytes of output; None where time ran out."""
    into, out = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    rest, written = memoryview(data), 0
    with selectors.DefaultSelector() as ready:
        for pipe, event in ((into, selectors.EVENT_WRITE), (out, selectors.EVENT_READ)):
            os.set_blocking(pipe.fileno(), False)
            ready.register(pipe, event)
        while _running(process):
            left = ends - time.monotonic()
            if left <= 0:
                return None
            for key, _ in ready.select(min(left, _LOOK)):
                if key.fileobj is into:
                    rest = _write(key.fd, rest)
                    if not rest:
                        ready.unregister(key.fileobj)
                        into.close()
                elif came := len(os.read(key.fd, _CHUNK)):
                    written += came
                    if written > _OUTPUT:
                        return written
                else:
                    ready.unregister(key.fileobj)
    return written + _left(out.fileno())


def _left(fd: int) -> int:
    """Count what it wrote last; what a child of its own goes on to write is not waited for."""
    left = 0
    with suppress(BlockingIOError):
        while left <= _OUTPUT and (came := len(os.read(fd, _CHUNK))):
            left += came
    return left


def _write(fd: int, rest: memoryview) -> memoryview:
    try:
        return rest[os.write(fd, rest) :]
    except BrokenPipeError:
        return rest[:0]  # it does not read its input, and may be right


def _running(process: subprocess.Popen[bytes]) -> bool:
    if sys.platform == "darwin":  # no waitid before Python 3.13
        return process.poll() is None
    # Left unreaped: so its number, which is that of its group, belongs to nobody else.
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:  # we were started with children ignored: nobody knows its status
        return process.poll() is None


def _end(process: subprocess.Popen[bytes]) -> None:
    # Its own session: the group holds whatever it started, and only that.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
