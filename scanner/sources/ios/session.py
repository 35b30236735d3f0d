"""One event loop in a thread of its own: the only place where asyncio meets the rest."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from scanner.errors import DeviceLost

T = TypeVar("T")
_PATIENCE = 10.0  # seconds that what was cancelled gets to end
_ENDED_WITHIN = 15.0  # seconds for all of it


class Session:
    """Runs coroutines for threads that know nothing of them, until it is closed."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="usbmux", daemon=True)
        self._closing = threading.Lock()
        self._thread.start()

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin to run a coroutine."""
        if self.loop.is_closed():
            work.close()
            raise _closed()
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and return what it returns; it is cancelled when the caller is."""
        future = self.start(work)
        try:
            return result_of(future)
        except BaseException:
            future.cancel()
            raise

    def close(self, within: float = _ENDED_WITHIN) -> None:
        """Cancel what still runs, and end the thread; it is left where that takes too long."""
        with self._closing:
            if self.loop.is_closed():
                return
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(within)
            if not self._thread.is_alive():  # else it ends with the program
                self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        if left:
            ended, _ = self.loop.run_until_complete(asyncio.wait(left, timeout=_PATIENCE))
            for task in ended:
                _ = task.cancelled() or task.exception()  # nobody is left to be told
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())


def result_of(future: Future[T]) -> T:
    """Wait for what a coroutine returns. DeviceLost where its session was closed meanwhile."""
    try:
        return future.result()
    except CancelledError as error:
        raise _closed() from error


def _closed() -> DeviceLost:
    return DeviceLost("The session with the iPhone was closed.", remedy="Open it again.")
