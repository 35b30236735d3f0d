"""Files of the device, over one sync stream; a file that breaks it costs its own answer.

The file of an app is what the phone says it is: no link, and as many bytes as it announced. What
has more or fewer was changed while it was read, and is no whole file.
"""

from __future__ import annotations

import contextlib
import errno
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from scanner.model.evidence import Outcome, Reason
from scanner.model.requests import AppBytes, File
from scanner.sources.android import parts
from scanner.sources.android.events import Began, Event, ProtocolBreach, Skipped
from scanner.sources.android.sync import Stat, Sync, SyncRefused
from scanner.sources.android.transport import StreamRefused
from scanner.sources.live import Ended

OpenSync = Callable[[float | None], Sync]
Wanted = File | AppBytes
_CHANGED = "the file changed while it was read"
_DENIED = frozenset({errno.EACCES, errno.EPERM})


class _Broken(Exception):
    """The stream is of no use any more; where the device ended it, the device may be gone."""

    def __init__(self, *, ended: bool = False) -> None:
        super().__init__()
        self.ended = ended


def read(
    open_sync: OpenSync,
    open_exec: parts.OpenExec,
    files: Iterable[tuple[int, Wanted]],
    deadline: float | None,
) -> Iterator[Event]:
    """Read numbered files in order. DeviceLost where the phone is gone."""
    sync: Sync | None = None
    try:
        for index, file in files:
            if deadline is not None and time.monotonic() >= deadline:
                yield Skipped(index, "timeout", "the time for all requests was over")
                continue
            try:
                sync = sync or open_sync(deadline)
                due = time.monotonic() + file.timeout
                sync.channel.deadline = due if deadline is None else min(due, deadline)
                yield from _read(sync, open_exec, index, file)
            except StreamRefused:
                yield Skipped(index, "no_permission", "the phone opens no sync stream")
            except TimeoutError:
                yield Skipped(index, "timeout", "no sync stream in time")
            except _Broken as broken:
                if sync is not None:
                    sync.channel.close()
                sync = None
                if broken.ended:
                    with contextlib.suppress(TimeoutError):
                        sync = open_sync(deadline)  # DeviceLost where the phone is gone
    finally:
        if sync is not None:
            sync.channel.close()


def _read(sync: Sync, open_exec: parts.OpenExec, index: int, file: Wanted) -> Iterator[Event]:
    """Answer for one file; _Broken where the stream cannot serve another."""
    is_app = isinstance(file, AppBytes)
    try:
        found = sync.stat(file.path, follow=not is_app)
        refused = _refused(found) or (_too_large(found, file) if is_app else None)
        if refused is not None:
            yield Skipped(index, *refused, asked=True)
            return
        if isinstance(file, AppBytes) and file.ranges:
            yield from parts.read(open_exec, index, file, found.size, sync.channel.deadline)
            return
        content = sync.receive(file.path)
        first = next(content, b"")
    except SyncRefused as error:
        yield Skipped(index, *_why(str(error)), asked=True)
        return
    except ProtocolBreach as error:
        yield Skipped(index, "truncated", "the device broke the sync protocol", asked=True)
        raise _Broken from error
    except TimeoutError as error:
        yield Skipped(index, "timeout", "the device did not say what the file is", asked=True)
        raise _Broken from error
    except ConnectionError as error:
        yield Skipped(index, "truncated", "the device ended the stream", asked=True)
        raise _Broken(ended=True) from error
    pull = _Pull(sync, file, found.size if is_app else None)
    yield Began(index, datetime.now(UTC))
    yield from pull.content(first, content)
    yield Ended(pull.outcome())
    if pull.broken is not None:
        raise pull.broken


class _Pull:
    """The bytes of one file as they come, and how they ended."""

    def __init__(self, sync: Sync, file: Wanted, announced: int | None) -> None:
        self._sync, self._file, self._announced = sync, file, announced
        self._began, self._waited, self._size = time.monotonic(), 0.0, 0
        self._cut: Reason | None = None
        self._detail = ""
        self.broken: _Broken | None = None

    def content(self, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the bytes within the file's limit, and within what was announced."""
        limit = self._file.limit if self._announced is None else self._announced
        try:
            while first:
                room = limit - self._size
                self._size += len(first)
                if room > 0:
                    yield from self._given(first[:room])
                if len(first) > room:
                    self._cut = "truncated"
                    self._detail = "" if self._announced is None else _CHANGED
                    self.broken = _Broken()  # the rest would have to be received
                    break
                first = next(rest, b"")
        except TimeoutError:
            self._cut, self.broken = "timeout", _Broken()
        except (ProtocolBreach, SyncRefused):
            self._cut, self.broken = "truncated", _Broken()
        except ConnectionError:
            self._cut, self.broken = "truncated", _Broken(ended=True)
        else:
            if self._announced not in {None, self._size}:
                self._cut, self._detail = "truncated", _CHANGED

    def outcome(self) -> Outcome:
        seconds = time.monotonic() - self._began - self._waited
        return Outcome(cut=self._cut, detail=self._detail, seconds=seconds)

    def _given(self, data: bytes) -> Iterator[bytes]:
        """Give data away; the time that our reader takes is not the device's."""
        before = time.monotonic()
        yield data
        waited = time.monotonic() - before
        self._waited += waited
        if self._sync.channel.deadline is not None and self._announced is not None:
            self._sync.channel.deadline += waited


def _refused(found: Stat) -> tuple[Reason, str] | None:
    if found.error in _DENIED:
        return "no_permission", "the phone does not let its shell look at this file"
    if found.error or not found.mode:
        return "source_absent", "there is no such file"
    if not stat.S_ISREG(found.mode):
        return "source_absent", "it is no regular file"
    return None


def _too_large(found: Stat, file: Wanted) -> tuple[Reason, str] | None:
    if found.size <= file.limit or (isinstance(file, AppBytes) and file.ranges):
        return None
    return "truncated", f"it has more than {file.limit} bytes"


def _why(said: str) -> tuple[Reason, str]:
    if "ermission denied" in said or "not permitted" in said:
        return "no_permission", "the phone does not let its shell read this file"
    return "source_absent", "the phone does not give this file"
