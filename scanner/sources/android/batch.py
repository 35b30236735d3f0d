"""Many commands in one round trip: a script on the standard input of one shell of the device.

The device is hostile: every wait has an end, memory does not grow with what is sent, and a command
that hangs, floods or breaks its stream costs its own answer; the rest goes on in a new stream.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from scanner.errors import DeviceLost
from scanner.model.evidence import Outcome, Reason
from scanner.model.requests import MiB
from scanner.sources.android import script
from scanner.sources.android.events import Began, Event, ProtocolBreach, Skipped
from scanner.sources.android.split import (
    CLOSE_STDIN,
    HEADER,
    STDERR,
    STDIN,
    STDOUT,
    Frames,
    Mark,
    Splitter,
)
from scanner.sources.android.transport import Channel
from scanner.sources.live import Ended

SERVICE = "shell,v2,raw:sh"
ERRORS_LIMIT = 64 * 1024
GRACE = 5.0  # seconds beyond a command's time until the host gives it up itself
_SILENCE = 15.0  # seconds for the next command to begin
_PARTING = 1.0  # seconds for the shell to end after its last command
_OVERRUN = 64 * MiB  # beyond the limit; what is longer costs less as a new stream
_AHEAD = 32 * 1024  # bytes of script sent before they run: more could block both ends
_HELD = 4 * MiB  # of the next answers, while the errors of this one are awaited


class Asked(NamedTuple):
    """One command, its seconds on the device and the bytes of its output to keep."""

    argv: Sequence[str]
    timeout: float
    limit: int


OpenShell = Callable[[float | None], Channel]


def run(open_shell: OpenShell, asked: Sequence[Asked], deadline: float | None) -> Iterator[Event]:
    """Run commands in order. DeviceLost where no stream can be opened, or none leads on.

    `open_shell` takes the deadline of the new stream.
    """
    first = 0
    while first < len(asked):
        if deadline is not None and time.monotonic() >= deadline:
            yield from _skip(first, len(asked), "timeout", "the time for all requests was over")
            return
        try:
            channel = open_shell(deadline)
        except TimeoutError:
            continue
        try:
            stream = _Stream(channel, asked, first, deadline)
            yield from stream.events()
        finally:
            channel.close()
        done = stream.done
        if stream.breach:
            yield from _skip(done, len(asked), "truncated", "the device broke the protocol before")
            return
        if done == first and (deadline is None or time.monotonic() < deadline):
            raise DeviceLost(
                "The phone opens a shell, but runs nothing in it.",
                remedy="Unlock the phone, keep it unlocked, and start again.",
            )
        first = done
        if stream.dropped and first == len(asked):
            with contextlib.suppress(TimeoutError):
                open_shell(deadline).close()  # was it the shell, or the phone? DeviceLost tells


def _skip(first: int, last: int, reason: Reason, detail: str) -> Iterator[Skipped]:
    for index in range(first, last):
        yield Skipped(index, reason, detail)


class _Stream:
    """One shell, and the commands that run in it until all did or one broke it."""

    def __init__(
        self, channel: Channel, asked: Sequence[Asked], first: int, deadline: float | None
    ) -> None:
        self._channel, self._deadline = channel, deadline
        self._asked = asked
        self._first, self._sent, self.done = first, first, first
        self.breach, self.dropped = False, False
        nonce = secrets.token_hex(16)
        self._preamble = script.preamble(nonce)
        count = len(asked) - first
        self._frames, self._out, self._err = (
            Frames(),
            Splitter(nonce, count),
            Splitter(nonce, count),
        )
        self._lengths: dict[int, int] = {}  # of lines sent and not yet run
        self._errors: dict[int, bytearray] = {}
        self._errors_done = first - 1
        self._running: int | None = None
        self._ended: Mark | None = None  # on standard output; its errors may still come
        self._held: list[bytes | Mark] = []
        self._held_size = 0
        self._size, self._began_at = 0, 0.0
        self._due = time.monotonic() + _SILENCE
        self._over = False

    def events(self) -> Iterator[Event]:
        cut: Reason = "truncated"
        try:
            while self.done < len(self._asked) and not self._over:
                self._channel.deadline = self._limit()
                self._send_ahead()
                data = self._channel.receive()
                if not data:
                    self.dropped = True
                    break
                received = time.monotonic()
                for kind, piece in self._frames.feed(data):
                    yield from self._piece(kind, piece)
                self._due += time.monotonic() - received  # our consumer's time is not the device's
            if self.done == len(self._asked) and not self._over:
                self._leave()
        except TimeoutError:
            cut = "timeout"
        except ProtocolBreach:
            self.breach = True
        if self._running is not None:
            yield self._end(None, cut)

    def _leave(self) -> None:
        """Let the shell end by itself; a shell that is cut off would be a trace of its own."""
        end = time.monotonic() + _PARTING
        self._channel.deadline = end if self._deadline is None else min(end, self._deadline)
        while self._channel.receive():
            pass

    def _limit(self) -> float:
        return self._due if self._deadline is None else min(self._due, self._deadline)

    def _send_ahead(self) -> None:
        """Send as much script as both ends can hold, and a longer line only when nothing runs."""
        lines, self._preamble = bytearray(self._preamble), b""
        while self._sent < len(self._asked):
            one = self._asked[self._sent]
            line = script.line(self._sent - self._first, one.argv, one.timeout)
            waiting = sum(self._lengths.values())
            if waiting and waiting + len(line) > _AHEAD:
                break
            self._lengths[self._sent] = len(line)
            lines += line
            self._sent += 1
        if not lines:
            return
        if self._sent == len(self._asked):
            lines += script.CLOSING
        ending = HEADER.pack(CLOSE_STDIN, 0) if self._sent == len(self._asked) else b""
        try:
            self._channel.send(HEADER.pack(STDIN, len(lines)) + lines + ending)
        except ConnectionError:
            self._sent = len(self._asked)  # what the shell said before it left can still be read

    def _piece(self, kind: int, piece: bytes) -> Iterator[Event]:
        if kind == STDOUT:
            for part in self._out.feed(piece):
                yield from self._output(part)
        elif kind == STDERR:
            for part in self._err.feed(piece):
                self._error(part)
                yield from self._settle()

    def _output(self, part: bytes | Mark) -> Iterator[Event]:
        if self._over:
            return
        if self._ended is not None:
            self._held.append(part)
            self._held_size += len(part) if isinstance(part, bytes) else 1
            if self._held_size > _HELD:
                raise ProtocolBreach("output of the next command before the end of this one")
        elif isinstance(part, bytes):
            yield from self._data(part)
        elif part.begins:
            self._running = self._first + part.number
            self._size, self._began_at = 0, time.monotonic()
            self._due = self._began_at + self._asked[self._running].timeout + GRACE
            yield Began(self._running, datetime.now(UTC))
        else:
            self._ended = part
            yield from self._settle()

    def _data(self, data: bytes) -> Iterator[Event]:
        limit = self._asked[self.done].limit
        room = limit - self._size
        self._size += len(data)
        if room > 0:
            yield data[:room]
        self._over = self._size > limit + _OVERRUN

    def _error(self, part: bytes | Mark) -> None:
        index = self._errors_done + 1
        if isinstance(part, bytes):
            errors = self._errors.setdefault(index, bytearray())
            errors += part[: max(0, ERRORS_LIMIT - len(errors))]
        elif not part.begins:
            self._errors_done = index

    def _settle(self) -> Iterator[Event]:
        """End the command whose markers both came; then what was held of the next ones."""
        while self._ended is not None and self._errors_done >= self.done:
            mark, self._ended = self._ended, None
            self._over = mark.timed_out
            yield self._end(mark.exit_code, "timeout" if mark.timed_out else None)
            held, self._held, self._held_size = self._held, [], 0
            for part in held:
                yield from self._output(part)

    def _end(self, exit_code: int | None, cut: Reason | None) -> Ended:
        index, self._running = self.done, None
        if cut is None and self._size > self._asked[index].limit:
            cut = "truncated"
        self._lengths.pop(index, None)
        self.done += 1
        self._due = time.monotonic() + _SILENCE
        seconds = time.monotonic() - self._began_at
        errors = bytes(self._errors.pop(index, b""))
        return Ended(Outcome(exit_code=exit_code, cut=cut, seconds=seconds), errors)
