"""Where cases are read: in this process, in several of this computer, or by a cluster.

All give the same results; only their order differs, and nothing that is made of them depends on it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any, Protocol, TypeVar

from scanner.errors import UsageError, WorkerKilled

Piece = tuple[str, ...]  # paths
Result = TypeVar("Result")

LOCAL = "local"
_AHEAD = 3  # pieces of work that wait for each process
_PATIENCE = 10  # seconds for a scheduler to answer, and for a worker to come
_DEATHS = 64  # of processes, after which it is this computer and not the cases
_INTERVAL = 1.0  # seconds between two questions to a scheduler
_PAUSE = 0.01  # seconds between two looks for results
_GONE = "a worker of the cluster died, or its scheduler went away"
_LESS = "is there memory enough? --jobs 1 reads one case at a time"


class Executor(Protocol):
    """Applies a function of a file of ours to pieces of work, and yields results as they come.

    What `lost` says of a path takes the place of a result where the process died that read it.
    """

    def map_unordered(
        self,
        function: Callable[[Piece], Result],
        items: Iterable[Piece],
        lost: Callable[[str], Result],
    ) -> Iterator[Result]: ...


class Serial:
    """Reads one case after the other, in this process."""

    def map_unordered(
        self,
        function: Callable[[Piece], Result],
        items: Iterable[Piece],
        lost: Callable[[str], Result],
    ) -> Iterator[Result]:
        yield from map(function, items)


class Pool:
    """Reads cases in several processes of this computer."""

    def __init__(self, jobs: int, *, deaths: int = _DEATHS) -> None:
        self._jobs, self._most = jobs, deaths
        self._deaths = 0

    def map_unordered(
        self,
        function: Callable[[Piece], Result],
        items: Iterable[Piece],
        lost: Callable[[str], Result],
    ) -> Iterator[Result]:
        """Yield results as they come; what waits is bounded. WorkerKilled where many die."""
        rest = iter(items)
        while undone := (yield from self._until_one_dies(function, rest)):
            for piece in undone:
                yield from self._alone(function, piece, lost)

    def _until_one_dies(
        self, function: Callable[[Piece], Result], rest: Iterator[Piece]
    ) -> Generator[Result, None, list[Piece]]:
        """Yield results; return the pieces of which one made a process die."""
        with _processes(self._jobs) as pool:
            running: dict[Future[Result], Piece] = {}
            try:
                while True:
                    for piece in islice(rest, self._jobs * _AHEAD - len(running)):
                        running[pool.submit(function, piece)] = piece
                    if not running:
                        return []
                    for each in wait(running, return_when=FIRST_COMPLETED).done:
                        result = each.result()
                        del running[each]
                        yield result
            except BrokenProcessPool:
                return self._died([*running.values()])
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _alone(
        self,
        function: Callable[[Piece], Result],
        piece: Piece,
        lost: Callable[[str], Result],
    ) -> Iterator[Result]:
        """Yield the results of a piece that may make its process die, one half after the other."""
        try:
            with _processes(1) as pool:
                result = pool.submit(function, piece).result()
        except BrokenProcessPool:
            self._died([piece])
            half = len(piece) // 2
            if half == 0:
                yield lost(piece[0])
                return
            yield from self._alone(function, piece[:half], lost)
            yield from self._alone(function, piece[half:], lost)
        else:
            yield result

    def _died(self, pieces: list[Piece]) -> list[Piece]:
        self._deaths += 1
        if self._deaths > self._most:
            raise WorkerKilled(f"{self._deaths} processes that read cases died", remedy=_LESS)
        return pieces


def _processes(jobs: int) -> ProcessPoolExecutor:
    # Spawned and not forked: the caller may have threads.
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


class Dask:
    """Reads cases by a Dask cluster, whose workers see the same folders and have the scanner."""

    def __init__(self, address: str, jobs: int, *, patience: float = _PATIENCE) -> None:
        self._address, self._jobs, self._patience = address, jobs, patience

    def map_unordered(
        self,
        function: Callable[[Piece], Result],
        items: Iterable[Piece],
        lost: Callable[[str], Result],
    ) -> Iterator[Result]:
        """Yield results as they come; UsageError where no scheduler answers.

        WorkerKilled where the scheduler goes away, or workers die again and again.
        """
        try:
            import distributed  # noqa: PLC0415 - an extra
            from dask import config  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise UsageError(
                "Dask is not installed", remedy="pip install 'phone-integrity-scanner[cluster]'"
            ) from error
        cluster: Any = distributed
        with contextlib.ExitStack() as stack:
            stack.enter_context(
                config.set({"distributed.comm.timeouts.connect": f"{self._patience}s"})
            )
            target: Any = self._address
            if target == LOCAL:
                target = stack.enter_context(
                    cluster.LocalCluster(
                        n_workers=self._jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0",
                        host="127.0.0.1", silence_logs=50,
                    )
                )  # fmt: skip
            client = stack.enter_context(_reached(cluster.Client, target, self._patience))
            futures = client.map(function, list(items), pure=False, retries=0)
            completed = cluster.as_completed(futures, loop=client.loop, with_results=True)
            yield from _results(completed, len(futures), _Workers(client, self._patience))


class _Workers:
    """Knows how long a cluster has been without anybody who works."""

    def __init__(self, client: Any, patience: float) -> None:
        self._client, self._patience = client, patience
        self._asked = self._there = time.monotonic()

    def require(self) -> None:
        """WorkerKilled where nobody has been there for too long, or nobody answers."""
        now = time.monotonic()
        if now - self._asked < _INTERVAL:
            return
        self._asked = now
        if self._client.nthreads():
            self._there = now
        elif now - self._there > self._patience:
            raise WorkerKilled(
                "the cluster has no workers", remedy="start some: dask worker ADDRESS"
            )


def _reached(client: Callable[..., Any], target: Any, patience: float) -> Any:
    try:
        return client(target, timeout=patience, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {target}",
            remedy="start one (dask scheduler), or give --dask local",
        ) from error


def _results(completed: Any, count: int, workers: _Workers) -> Iterator[Any]:
    from distributed import KilledWorker  # noqa: PLC0415 - an extra

    try:
        while count > 0:
            for future, result in completed.next_batch(block=False):
                if future.status != "finished":  # where the scheduler is gone, it is cancelled
                    raise WorkerKilled(_GONE, remedy=_LESS)
                future.release()
                count -= 1
                yield result
            if not completed.has_ready():
                workers.require()
                time.sleep(_PAUSE)
    except (KilledWorker, CancelledError, OSError) as error:
        raise WorkerKilled(_GONE, remedy=_LESS) from error


def executor(jobs: int | None = None, dask: str | None = None) -> Executor:
    """Choose where cases are read; `jobs` are processes, by default one for each core."""
    jobs = jobs or os.cpu_count() or 1
    if dask is not None:
        return Dask(dask, jobs)
    return Pool(jobs) if jobs > 1 else Serial()
