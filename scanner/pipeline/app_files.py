"""Files of apps, each read and looked into as soon as it is there, several at once.

A phone sends faster than one process reads, and a folder of apps is read by all cores: so each
thread has a worker of its own, which parses a file (10 s and 1 GiB at most) and then applies the
rules of bytes to it. What waits is bounded: who submits more, waits as well.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import structs

from scanner.detect.yara import YaraPack, prepared
from scanner.detect.yara.sets import applying
from scanner.model.content import Contents, RuleSetFile
from scanner.model.events import OnEvent, Progress
from scanner.model.evidence import Evidence, Gap
from scanner.model.requests import AnyRequest, AppBytes, GiB, MiB, Survey
from scanner.pipeline.content import merged, scan_app
from scanner.pipeline.reading import EvidenceBytes, EvidenceReader
from scanner.worker import Limits, Worker

LIMITS = Limits(seconds=10.0, memory=GiB, statements=200_000, bytes=64 * MiB)
JOBS = min(os.cpu_count() or 1, 8)
_WAITING = 4  # files for each thread
_PRELOAD = ("scanner.artifacts", "scanner.artifacts.apps.inspecting")


class AppInspection:
    """Reads files of apps beside other work.

    `readable` are the folders that hold them, `calls` the methods whose callers rules ask for.
    What cannot be read is a gap of the reader's.
    """

    def __init__(
        self,
        reader: EvidenceReader,
        *,
        readable: Sequence[Path],
        platform: str,
        pack: YaraPack | None = None,
        jobs: int | None = None,
        calls: tuple[str, ...] = (),
        hide: Callable[[str], str] = str,
        on_event: OnEvent | None = None,
    ) -> None:
        self._calls, self._on_event = calls, on_event
        self._reader, self._readable = reader, tuple(readable)
        self._platform, self._pack, self._hide = platform, pack, hide
        self._jobs = jobs or JOBS
        self._room = threading.BoundedSemaphore(self._jobs * (1 + _WAITING))
        self._stack = contextlib.ExitStack()
        self._done: list[tuple[str, Future[Contents]]] = []
        self._own = threading.local()
        self._sets: tuple[RuleSetFile, ...] = ()
        self._starting = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def submit(self, evidence: Evidence, file: EvidenceBytes) -> None:
        """Read a file; waits where many wait already."""
        self._room.acquire()
        pool = self._pool or self._started()
        file.request = self._with_calls(file.request)
        self._done.append((evidence.id, pool.submit(self._inspect, evidence, file)))

    def finish(self) -> Contents:
        """Wait for all files; return what the rules of bytes found in them, in a fixed order."""
        found = sorted(self._done, key=lambda each: each[0])
        self._done = []
        return merged(self._results([each for _, each in found]))

    def _results(self, waited: Sequence[Future[Contents]]) -> Iterator[Contents]:
        for done, each in enumerate(waited, start=1):
            yield each.result()
            if self._on_event is not None:
                self._on_event(Progress(phase="inspect", done=done, total=len(waited)))

    def close(self) -> None:
        """End the workers, whatever they do."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _with_calls(self, request: AnyRequest | Survey) -> AnyRequest | Survey:
        if self._calls and isinstance(request, AppBytes):
            return structs.replace(request, calls=self._calls)
        return request

    def _started(self) -> ThreadPoolExecutor:
        """Compile the rules and start the threads, once there is something to read."""
        with self._starting:
            if self._pool is None:
                if self._pack is not None and applying(self._pack, self._platform):
                    self._sets = self._stack.enter_context(prepared(self._pack, self._platform))
                self._pool = ThreadPoolExecutor(self._jobs, thread_name_prefix="app-files")
            return self._pool

    def _inspect(self, evidence: Evidence, file: EvidenceBytes) -> Contents:
        try:
            worker = self._worker()
            self._reader.read(evidence, file, worker=worker, limits=LIMITS)
            if not self._sets:
                return Contents()
            if isinstance(evidence.request, AppBytes) and evidence.request.ranges:
                return self._parts_only(evidence)
            return scan_app(
                worker,
                self._sets,
                file,
                evidence=evidence.id,
                artifact=f"{self._platform}.contents",
                hide=self._hide,
            )
        finally:
            self._room.release()

    def _parts_only(self, evidence: Evidence) -> Contents:
        gap = Gap(
            artifact=f"{self._platform}.contents",
            reason="not_selected",
            request=self._hide(str(evidence.request)),
            evidence=evidence.id,
            detail="only parts of the file were read",
        )
        return Contents(gaps=(gap,))

    def _worker(self) -> Worker:
        """Return the worker of this thread."""
        found: Worker | None = getattr(self._own, "worker", None)
        if found is None:
            files = dict.fromkeys(
                Path(name) for each in self._sets for name in (each.path, each.sources)
            )
            preload = [*_PRELOAD, *(["scanner.detect.yara.walk"] if self._sets else [])]
            found = Worker(readable=[*self._readable, *files], preload=preload)
            with self._starting:
                self._stack.callback(found.close)
            self._own.worker = found
        return found
