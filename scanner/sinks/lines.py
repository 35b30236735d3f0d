"""Events as lines of JSON, appended to a file or written to a stream."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self

from scanner.model.watch import WatchEvent
from scanner.sinks.event import document
from scanner.sinks.sink import Undelivered, key_of


class Lines:
    """Writes one line an event, whole and at once, to a stream that somebody else closes."""

    def __init__(self, stream: BinaryIO, *, name: str = "standard output") -> None:
        self._stream = stream
        self.name = name
        self.key = key_of("lines", name)

    @classmethod
    def at(cls, path: Path, *, max_bytes: int | None = None) -> FileLines:
        """Append to a file; above `max_bytes` it becomes `NAME.1`, and a new one begins."""
        return FileLines(path, max_bytes=max_bytes)

    def wants(self, event: WatchEvent) -> bool:
        """Take all."""
        return True

    def send(self, event: WatchEvent, now: datetime) -> None:
        """Write and flush a line. Undelivered, `gone` where nobody reads it."""
        try:
            self._stream.write(document(event) + b"\n")
            self._stream.flush()
        except (BrokenPipeError, ValueError) as error:  # ValueError: the stream is closed
            raise Undelivered("nobody reads the lines any more", gone=True) from error
        except OSError as error:
            raise Undelivered(f"cannot write: {error.strerror}") from error

    def close(self) -> None:
        """Leave the stream open: it is not ours."""


class FileLines:
    """Appends to a file that others may read, rotate or remove meanwhile.

    A line that does not fit on the disk leaves nothing behind, and one that a kill cut off is ended
    before the next begins.
    """

    def __init__(self, path: Path, *, max_bytes: int | None = None) -> None:
        self._path, self._max_bytes = path, max_bytes
        self._fd: int | None = None
        self.name = f"lines in {path.name}"
        self.key = key_of("lines", str(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wants(self, event: WatchEvent) -> bool:
        """Take all."""
        return True

    def send(self, event: WatchEvent, now: datetime) -> None:
        """Append a line. Undelivered, `gone` where it is a pipe that nobody reads."""
        line = document(event) + b"\n"
        try:
            self._append(line)
        except BrokenPipeError as error:
            self.close()
            raise Undelivered(f"{self.name}: nobody reads any more", gone=True) from error
        except OSError as error:
            self.close()
            raise Undelivered(f"{self.name}: {error.strerror}") from error

    def close(self) -> None:
        """Close the file."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _append(self, line: bytes) -> None:
        fd = self._opened()
        about = os.fstat(fd)
        if not stat.S_ISREG(about.st_mode):
            _write(fd, line)
            return
        size = about.st_size
        if self._max_bytes is not None and size > 0 and size + len(line) > self._max_bytes:
            self.close()
            self._path.replace(f"{self._path}.1")
            fd, size = self._opened(), 0
        if size and os.pread(fd, 1, size - 1) != b"\n":
            line = b"\n" + line
        try:
            _write(fd, line)
        except OSError:
            with suppress(OSError):
                os.ftruncate(fd, size)
            raise

    def _opened(self) -> int:
        """Return the file that has the name now: somebody may have moved the one we hold."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            there = None
        if self._fd is not None and there is not None:
            ours = os.fstat(self._fd)
            if (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino):
                return self._fd
        self.close()
        if there is None or stat.S_ISREG(there.st_mode):
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            self._fd = os.open(self._path, flags | os.O_CLOEXEC, 0o600)
            return self._fd
        # A pipe without a reader is an error at once, instead of a wait without end.
        self._fd = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        os.set_blocking(self._fd, True)
        return self._fd


def _write(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
