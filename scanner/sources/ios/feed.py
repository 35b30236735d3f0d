"""What one request brings, on its way into a lane, within its bounds of size and time."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from scanner.model.evidence import Outcome, Reason
from scanner.model.requests import AnyRequest
from scanner.sources.ios.lanes import Began, Lane, Skipped
from scanner.sources.ios.refusals import reason_of
from scanner.sources.live import Ended


class LimitReached(Exception):
    """As much of the answer as is kept has come."""


class Feed:
    """The answer to one request, as it comes.

    `deadline` is on the monotonic clock. Only waiting for the phone counts as time: what its reader
    takes is not the phone's.
    """

    def __init__(self, lane: Lane, request: AnyRequest, deadline: float | None) -> None:
        self.request = request
        self.incomplete = ""  # why it is not whole though the phone answered to the end
        self.silent = False  # the phone had its time and said nothing
        self._lane, self._deadline = lane, deadline
        self._left = request.timeout
        self._at, self._started = datetime.now(tz=UTC), time.monotonic()
        self._asked, self._began, self._size = False, False, 0
        self._received, self._digest = 0, hashlib.sha256()
        self._reduced = False

    @asynccontextmanager
    async def waiting(self, at_most: float | None = None) -> AsyncIterator[None]:
        """Wait for the phone; TimeoutError when it has had its time, or after `at_most` seconds."""
        began = time.monotonic()
        left = self.left() if at_most is None else min(self.left(), at_most)
        if left <= 0:
            raise TimeoutError
        if not self._asked:
            self.asked_now()
        try:
            async with asyncio.timeout(left):
                yield
        finally:
            self._left -= time.monotonic() - began

    def asked_now(self) -> None:
        """Note when the phone is asked: the time of the question, not of the way to it."""
        self._asked, self._at = True, datetime.now(tz=UTC)

    def left(self) -> float:
        """Return the seconds that the phone still has."""
        if self._deadline is None:
            return max(0.0, self._left)
        return max(0.0, min(self._left, self._deadline - time.monotonic()))

    def is_over(self) -> bool:
        """Whether no request gets any more time."""
        return self._deadline is not None and time.monotonic() >= self._deadline

    def received(self, data: bytes) -> None:
        """Count bytes that are reduced before anything of them is kept."""
        self._reduced = True
        self._received += len(data)
        self._digest.update(data)

    async def write(self, data: bytes) -> None:
        """Pass a piece of the answer on. LimitReached after as much as is kept."""
        if not data:
            return
        await self._begin()
        room = self.request.limit - self._size
        self._size += len(data)
        await self._lane.put(data[:room])
        if len(data) > room:
            raise LimitReached

    async def end(self) -> None:
        """Say that the answer is whole, or why not, with `incomplete`."""
        await self._begin()
        await self._lane.put(Ended(self._outcome("truncated" if self.incomplete else None)))

    async def end_at_limit(self) -> None:
        """Say that no more of the answer is kept."""
        self.incomplete = f"more than {self.request.limit} bytes"
        await self.end()

    async def break_off(self, error: BaseException) -> None:
        """Say why there is no answer, or no more of it."""
        reason, detail = reason_of(error, began=self._began)
        self.silent = reason == "timeout" and not self._began
        if self._began:
            self.incomplete = detail
            await self._lane.put(
                Ended(self._outcome("timeout" if reason == "timeout" else "truncated"))
            )
            return
        await self._lane.put(Skipped(self.request, reason, detail, self._seconds(), self._asked))

    async def _begin(self) -> None:
        if not self._began:
            self._began = True
            await self._lane.put(Began(self.request, self._at))

    def _outcome(self, cut: Reason | None) -> Outcome:
        return Outcome(
            cut=cut,
            detail=self.incomplete,
            seconds=round(self._seconds(), 6),
            received=self._received if self._reduced else None,
            received_sha256=self._digest.hexdigest() if self._reduced else None,
        )

    def _seconds(self) -> float:
        return time.monotonic() - self._started
