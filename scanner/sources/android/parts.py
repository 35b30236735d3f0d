"""Parts of a file of an app: `dd` on the device reads them, a few at a time.

The sync protocol knows whole files only. Each step asks for what the steps before showed to be
worth it (`scanner/formats/apk_parts.py`), with one `exec` stream for all its ranges: whole pages,
one `dd` for each range. What comes must have exactly the size that was asked for.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from scanner.formats import apk_parts
from scanner.formats.ranges import Parts, Range, header, joined, with_more
from scanner.model.evidence import Outcome, Reason
from scanner.model.requests import AppBytes
from scanner.sources.android.events import Began, Event
from scanner.sources.android.transport import Channel, StreamRefused
from scanner.sources.live import Ended

OpenExec = Callable[[str, float | None], Channel]
_PAGE = 4096
_STEPS = 4  # the end; the directory; what stands before it; the entries
_NEAR = 16 * 1024  # bytes between two ranges that are cheaper read than passed over
_RANGES = 512  # of one step: they must fit into one command


def read(
    open_exec: OpenExec, index: int, file: AppBytes, size: int, deadline: float | None
) -> Iterator[Event]:
    """Answer with a container of what was read; it holds less where the device gave less."""
    began, parts = time.monotonic(), Parts(size)
    ran: list[str] = []
    cut: Reason | None = None
    detail = ""
    yield Began(index, datetime.now(UTC))
    try:
        for _ in range(_STEPS):
            asked = _pages(parts, apk_parts.wanted(parts))
            if not asked:
                break
            ran.append(command(file.path, asked))
            parts = _with(parts, open_exec, ran[-1], asked, deadline)
    except StreamRefused:
        cut, detail = "no_permission", "the phone opens no stream for a part of it"
    except TimeoutError:
        cut = "timeout"
    except ConnectionError:
        cut, detail = "truncated", "the phone gave another size than was asked for"
    yield header(parts)
    yield from parts.pieces()
    seconds = time.monotonic() - began
    yield Ended(Outcome(cut=cut, detail=detail, seconds=seconds), argv=("sh", "-c", "\n".join(ran)))


def command(path: str, ranges: Sequence[Range]) -> str:
    """Return the command that prints ranges of a file, which begin with a page."""
    reads = (
        f'dd if="$f" bs={_PAGE} skip={start // _PAGE} count={-(-(end - start) // _PAGE)}'
        for start, end in ranges
    )
    return f"f={shlex.quote(path)}; {{ {'; '.join(reads)}; }} 2>/dev/null"


def _with(
    parts: Parts,
    open_exec: OpenExec,
    words: str,
    asked: Sequence[Range],
    deadline: float | None,
) -> Parts:
    wanted = sum(end - start for start, end in asked)
    data = bytearray()
    channel = open_exec(words, deadline)
    try:
        while len(data) <= wanted and (piece := channel.receive()):
            data += piece
    finally:
        channel.close()
    if len(data) != wanted:  # which range is short cannot be told
        raise ConnectionError("another size than was asked for")
    return with_more(parts, _sliced(bytes(data), asked))


def _sliced(data: bytes, ranges: Sequence[Range]) -> Iterator[tuple[Range, bytes]]:
    at = 0
    for start, end in ranges:
        yield (start, end), data[at : at + end - start]
        at += end - start


def _pages(parts: Parts, ranges: Sequence[Range]) -> tuple[Range, ...]:
    """Return the pages of some ranges that are not here yet."""
    near = ((start // _PAGE * _PAGE, -(-(end + _NEAR) // _PAGE) * _PAGE) for start, end in ranges)
    merged = joined(near, len(parts))
    return parts.missing(merged)[:_RANGES]
