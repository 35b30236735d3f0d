"""Rules compiled out of harm's way: by a child of a worker, once for each text."""

from __future__ import annotations

import contextlib
import time
from importlib import metadata
from types import TracebackType
from typing import Self

import msgspec

from scanner.detect.yara.cache import Cache, own_cache
from scanner.errors import ParseError, RuleError, WorkerKilled
from scanner.model.content import Checked, CheckWork, CompiledPiece, CompileWork, RuleText
from scanner.model.requests import GiB
from scanner.worker import Limits, Worker

_FILE = Limits(seconds=20.0, memory=GiB)
_SET = Limits(seconds=180.0, memory=2 * GiB)
_ALL_SECONDS = 900.0
_FORMAT = "1"  # of what is kept
_decode = msgspec.msgpack.Decoder(Checked).decode


def engine() -> str:
    """Name the engine that rules are compiled with, without loading it."""
    return f"yara-x {metadata.version('yara-x')} format {_FORMAT}"


class Checker:
    """Compiles and times files; what was done once is read back."""

    def __init__(self, cache: Cache | None = None, *, limits: Limits = _FILE) -> None:
        self._limits = limits  # of one file
        self._cache = cache or own_cache()
        self._engine = engine()
        self._worker: Worker | None = None
        self._deadline = time.monotonic() + _ALL_SECONDS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._worker is not None:
            self._worker.close()

    def check(self, path: str, source: RuleText) -> Checked:
        """Return what came of a file; RuleError where it cannot be compiled within bounds."""
        name = f"check {self._engine} {source.text}"
        if (kept := self._kept(name)) is not None:
            return kept
        if time.monotonic() > self._deadline:
            reason = f"compiling all rules takes more than {_ALL_SECONDS:.0f} s"
            raise RuleError(path, "file", reason, remedy="load fewer files")
        checked = self._compiled(path, source)
        if self._cache is not None:
            with contextlib.suppress(OSError):
                self._cache.put(name, msgspec.msgpack.encode(checked))
        return checked

    def compile_set(self, sources: tuple[RuleText, ...]) -> bytes:
        """Return a compiled set of files that were checked; RuleError where that cannot be done."""
        from scanner.detect.yara.compiling import compile_set  # noqa: PLC0415 - loads the engine

        work = CompileWork(sources=sources)
        try:
            found = list(self._running().work(compile_set, work, None, _SET))
        except (WorkerKilled, ParseError) as error:
            reason = f"{len(sources)} files cannot be compiled together: {error}"
            raise RuleError("rules", "path", reason, remedy="load fewer files") from error
        return b"".join(each.data for each in found if isinstance(each, CompiledPiece))

    def _kept(self, name: str) -> Checked | None:
        data = self._cache.get(name) if self._cache is not None else None
        try:
            return None if data is None else _decode(data)
        except msgspec.MsgspecError:
            return None

    def _compiled(self, path: str, source: RuleText) -> Checked:
        from scanner.detect.yara.compiling import check  # noqa: PLC0415 - loads the engine

        work = CheckWork(source=source)
        reason = "the compiler gave no answer"
        try:
            for each in list(self._running().work(check, work, None, self._limits)):
                if isinstance(each, Checked):
                    return each
        except (WorkerKilled, ParseError) as error:
            reason = f"it cannot be compiled within its bounds: {error}"
        raise RuleError(path, "line 1, file", reason, remedy="write simpler strings and conditions")

    def _running(self) -> Worker:
        if self._worker is None:
            self._worker = Worker(preload=["scanner.detect.yara.compiling"])
        return self._worker
