"""Files of apps from a phone: a copy from before, the whole file, or parts of it.

What is asked for first comes first, in batches that grow. After each it is known how fast the phone
gives: where that is too slow for what is left, or where the disk has no room for it, only the parts
are read that tell what a file is and who signed it. The evidence says which of the three it is.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import UNSET, Struct, structs

from scanner.model.artifact import Known
from scanner.model.entities import App, InstalledFile
from scanner.model.evidence import Outcome, Unanswered
from scanner.model.requests import AppBytes, MiB
from scanner.model.source import Answer, Source
from scanner.pipeline.app_cache import AppCache, Copy, Identity
from scanner.pipeline.options import AppTransfer

SLOW = 4 * MiB
"""Bytes a second: below that, parts are read of what would take more than a minute."""

_PATIENCE = 60.0  # seconds that a slow phone may take for whole files
_FIRST, _GROWTH = 16 * MiB, 4
_MANY = 64  # files of one batch whose sizes are not known
_TELLING = MiB  # bytes from which on a batch tells how fast the phone gives
_COPY = "a copy of an earlier acquisition: path, size, time, inode and version are the same"
_NOT_ASKED = "files of apps were not asked for"
_CACHE = "cache"


class Room(Struct, frozen=True):
    """What there is for the files."""

    deadline: float | None  # on the monotonic clock
    free: Callable[[], int]  # bytes of the disk


class AppPulls:
    """Answers requests for files of apps; one thread uses it."""

    def __init__(
        self,
        source: Source,
        known: Known,
        room: Room,
        *,
        transfer: AppTransfer = "auto",
        min_sdk: int | None = None,
        cache: AppCache | None = None,
    ) -> None:
        self._source, self._known, self._room = source, known, room
        self._transfer, self._min_sdk, self._cache = transfer, min_sdk, cache
        self._slow = ""  # why only parts are read from now on
        self._identities: dict[AppBytes, Identity] = {}

    def answers(self, asked: Sequence[AppBytes]) -> Iterator[Answer | Unanswered]:
        """Answer each request once, copies first."""
        if self._transfer == "none":
            yield from (_unanswered(one, _NOT_ASKED) for one in asked)
            return
        wanted = [structs.replace(one, min_sdk=self._min_sdk) for one in asked]
        if self._cache is not None:
            self._identities = dict(_identities(wanted, self._known))
        left: list[AppBytes] = []
        for request in wanted:
            copy = self._copy(request)
            if copy is not None:
                yield copy
            if copy is None or not copy.whole:
                left.append(request)
        size = _FIRST
        while left:
            batch, left = _parted(left, size)
            yield from self._pulled(batch, sum(one.size or 0 for one in left))
            size *= _GROWTH

    def identity(self, request: AppBytes) -> Identity | None:
        """Return what the phone states of a file, where that is enough to know it again."""
        return self._identities.get(structs.replace(request, ranges=False))

    def _copy(self, request: AppBytes) -> _Copied | None:
        identity = self._identities.get(request)
        if self._cache is None or identity is None:
            return None
        found = self._cache.find(identity)
        return _Copied(request, found, self._cache) if found else None

    def _pulled(self, batch: Iterable[AppBytes], later: int) -> Iterator[Answer | Unanswered]:
        requests: list[AppBytes] = []
        free = self._room.free()
        for request in batch:
            free -= request.size or 0
            if free >= 0 or self._transfer == "parts" or self._slow:
                requests.append(self._whole_or_parts(request))
            elif self._transfer == "auto":
                requests.append(structs.replace(request, ranges=True))
            else:
                yield _unanswered(request, "the disk of the case has no room for it", no_room=True)
        began, received = time.monotonic(), 0
        with contextlib.closing(
            self._source.fetch_all(requests, deadline=self._room.deadline)
        ) as answers:
            for answer in answers:
                if isinstance(answer, Unanswered):
                    yield answer
                    continue
                given = _Given(answer, self._slow)
                yield given
                received += given.size
        self._judge(received, time.monotonic() - began, later)

    def _whole_or_parts(self, request: AppBytes) -> AppBytes:
        parts = self._transfer == "parts" or bool(self._slow)
        return structs.replace(request, ranges=True) if parts else request

    def _judge(self, received: int, seconds: float, later: int) -> None:
        """Decide whether what is left comes whole."""
        if self._transfer != "auto" or self._slow or received < _TELLING:
            return
        rate = received / max(seconds, 1e-3)
        needed, deadline = later / rate, self._room.deadline
        if deadline is not None and needed > deadline - time.monotonic():
            self._slow = "the time budget is shorter than all files take"
        elif rate < SLOW and needed > _PATIENCE:
            self._slow = f"the phone gives {rate / MiB:.1f} MiB a second"


class _Given(Answer):
    """An answer of the phone, counted; `why` it is of parts only goes into its outcome."""

    def __init__(self, answer: Answer, why: str) -> None:
        super().__init__(answer.request, answer.origin, answer.started_at)
        self._answer, self._why = answer, why
        self.size = 0

    def chunks(self) -> Iterator[bytes]:
        for chunk in self._answer.chunks():
            self.size += len(chunk)
            yield chunk

    def outcome(self) -> Outcome:
        outcome = self._answer.outcome()
        if outcome.detail or not (isinstance(self.request, AppBytes) and self.request.ranges):
            return outcome
        why = f": {self._why}" if self._why else ""
        return structs.replace(outcome, detail=f"only parts of it were read{why}")

    def errors(self) -> bytes:
        return self._answer.errors()


class _Copied(Answer):
    """An answer from the cache; `whole` once its bytes gave their digest again."""

    def __init__(self, request: AppBytes, copy: Copy, cache: AppCache) -> None:
        super().__init__(request, _CACHE, datetime.now(UTC))
        self._copy, self._cache, self.whole = copy, cache, False

    def chunks(self) -> Iterator[bytes]:
        try:
            yield from self._copy.chunks()
            self.whole = True
        finally:
            if not self.whole:
                self._cache.drop(self._copy.sha256)

    def outcome(self) -> Outcome:
        return Outcome(detail=_COPY)

    def errors(self) -> bytes:
        return b""


def _identities(wanted: Iterable[AppBytes], known: Known) -> Iterator[tuple[AppBytes, Identity]]:
    inodes = {(each.package, each.path): each.inode for each in known.every(InstalledFile)}
    signers = {each.package: each.signer for each in known.every(App) if each.signer is not UNSET}
    for request in wanted:
        if request.size is None or request.modified is None or request.package is None:
            continue
        inode = inodes.get((request.package, request.path))
        yield (
            request,
            Identity(
                path=request.path,
                size=request.size,
                modified=request.modified,
                inode=None if inode is UNSET else inode,
                version=request.version,
                signer=signers.get(request.package),
            ),
        )


def _parted(requests: Sequence[AppBytes], size: int) -> tuple[list[AppBytes], list[AppBytes]]:
    """Part requests where those before have `size` bytes, or are many; at least one is there."""
    taken = unknown = 0
    for number, request in enumerate(requests, start=1):
        taken += request.size or 0
        unknown += request.size is None
        if taken >= size or unknown >= _MANY:
            return list(requests[:number]), list(requests[number:])
    return list(requests), []


def _unanswered(request: AppBytes, detail: str, *, no_room: bool = False) -> Unanswered:
    return Unanswered(
        request=request, reason="truncated" if no_room else "not_selected", detail=detail
    )
