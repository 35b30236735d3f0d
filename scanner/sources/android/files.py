"""Files of the device, over one sync stream; a file that breaks it costs its own answer."""

from __future__ import annotations

import contextlib
import errno
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from scanner.model.evidence import Outcome, Reason
from scanner.model.requests import File
from scanner.sources.android.events import Began, Event, ProtocolBreach, Skipped
from scanner.sources.android.sync import Stat, Sync, SyncRefused
from scanner.sources.android.transport import StreamRefused
from scanner.sources.live import Ended

OpenSync = Callable[[float | None], Sync]
_DENIED = frozenset({errno.EACCES, errno.EPERM})


class _Broken(Exception):
    """The stream is of no use any more; where the device ended it, the device may be gone."""

    def __init__(self, *, ended: bool = False) -> None:
        super().__init__()
        self.ended = ended


def read(open_sync: OpenSync, files: Sequence[File], deadline: float | None) -> Iterator[Event]:
    """Read files in order. DeviceLost where the phone is gone."""
    sync: Sync | None = None
    try:
        for index, file in enumerate(files):
            if deadline is not None and time.monotonic() >= deadline:
                yield Skipped(index, "timeout", "the time for all requests was over")
                continue
            try:
                sync = sync or open_sync(deadline)
                due = time.monotonic() + file.timeout
                sync.channel.deadline = due if deadline is None else min(due, deadline)
                yield from _read(sync, index, file)
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


def _read(sync: Sync, index: int, file: File) -> Iterator[Event]:
    """Answer for one file; _Broken where the stream cannot serve another."""
    try:
        refused = _refused(sync.stat(file.path))
        if refused is not None:
            yield Skipped(index, *refused, asked=True)
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
    yield from _content(index, file, first, content)


def _content(index: int, file: File, first: bytes, content: Iterator[bytes]) -> Iterator[Event]:
    began, size = time.monotonic(), 0
    cut: Reason | None = None
    broken: _Broken | None = None
    yield Began(index, datetime.now(UTC))
    try:
        while first:
            room = file.limit - size
            size += len(first)
            if room > 0:
                yield first[:room]
            if len(first) > room:
                cut, broken = "truncated", _Broken()  # the rest would have to be received
                break
            first = next(content, b"")
    except TimeoutError:
        cut, broken = "timeout", _Broken()
    except (ProtocolBreach, SyncRefused):
        cut, broken = "truncated", _Broken()
    except ConnectionError:
        cut, broken = "truncated", _Broken(ended=True)
    yield Ended(Outcome(cut=cut, seconds=time.monotonic() - began))
    if broken is not None:
        raise broken


def _refused(found: Stat) -> tuple[Reason, str] | None:
    if found.error in _DENIED:
        return "no_permission", "the phone does not let its shell look at this file"
    if found.error or not found.mode:
        return "source_absent", "there is no such file"
    if not stat.S_ISREG(found.mode):
        return "source_absent", "it is no regular file"
    return None


def _why(said: str) -> tuple[Reason, str]:
    if "ermission denied" in said or "not permitted" in said:
        return "no_permission", "the phone does not let its shell read this file"
    return "source_absent", "the phone does not give this file"
