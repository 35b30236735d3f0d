"""Writing a case: once, in an order that a kill at any moment leaves valid.

The bytes of an evidence are hashed and written as they arrive; a thread of the case brings them to
the disk and into the lists (`contents.py` tells the order), so the device never waits for the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import structs

from scanner.case import bag, begin, seal
from scanner.case.audit import AuditLog, AuditState
from scanner.case.begin import MINIMUM_FREE, Begun
from scanner.case.contents import evidence_name, stored_files
from scanner.case.reader import evidence_file
from scanner.case.storage import (
    Journal,
    create,
    disk_errors,
    sync_file,
    sync_folder,
    write_all,
    write_file,
)
from scanner.errors import CaseError
from scanner.model.evidence import Evidence, PathFile, evidence_id
from scanner.model.report import Acquisition
from scanner.model.source import Answer, DeviceAction


class OpenCase:
    """A case that is being written; left without `close`, it is valid and incomplete.

    Every method raises CaseError where the disk refuses or is full; what was added before is kept.
    `record` may be called from any thread, the rest from one.
    """

    def __init__(self, path: Path, begun: Begun) -> None:
        self.path = path
        self.acquisition = begun.acquisition
        self.device_key = begun.device_key
        self.evidence: tuple[Evidence, ...] = begun.evidence
        self._lock = begun.lock
        self._manifest = Journal(path / bag.MANIFEST)
        self._index = Journal(path / bag.INDEX)
        self._audit = AuditLog(path / bag.AUDIT, head=begun.audit.head, lines=begun.audit.lines)
        self._reports: dict[str, str] = {}
        self._commits: dict[str, Future[None]] = {}
        self._waiting: deque[tuple[Evidence, bytes]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="case")
        self._failure: CaseError | None = None
        self._open = True

    @classmethod
    def create(
        cls,
        path: Path,
        acquisition: Acquisition,
        *,
        device_key: bytes,
        minimum_free: int = MINIMUM_FREE,
    ) -> Self:
        """Begin a case in a folder that is empty or not there; `minimum_free` is in bytes."""
        path = path.absolute()
        begun = begin.create(path, acquisition, device_key, minimum_free)
        case = cls(path, begun)
        with case._released_on_error():
            case._event("opened")
        return case

    @classmethod
    def resume(cls, path: Path, *, device_id: str, minimum_free: int = MINIMUM_FREE) -> Self:
        """Go on with an interrupted case, after verifying it.

        CaseError where it was changed, is closed, is written by another process, or belongs to
        another device than `device_id`.
        """
        path = path.absolute()
        begun = begin.resume(path, device_id, minimum_free)
        case = cls(path, begun)
        again = structs.replace(
            case.acquisition,
            resumed=case.acquisition.resumed + 1,
            ended_at=None,
            complete=False,
            interrupted=None,
        )
        with case._released_on_error():
            case._event("resumed", *begun.recovered)
            case.note(again)
        return case

    @property
    def evidence_folder(self) -> Path:
        """Where the evidence lies."""
        return self.path / bag.EVIDENCE

    @property
    def report_folder(self) -> Path:
        """Where the report lies that was made at the acquisition."""
        return self.path / bag.REPORT

    def add(self, answer: Answer) -> Evidence:
        """Write an answer as it arrives, its standard error apart; an empty one is evidence too."""
        self._require_open()
        number = len(self.evidence) + 1
        sha256, size = self._write(f"{number:06}.bin", answer.chunks())
        outcome = answer.outcome()
        errors = answer.errors()
        errors_sha256 = self._write(f"{number:06}.err", (errors,))[0] if errors else None
        evidence = Evidence(
            id=evidence_id(answer.origin, answer.request),
            request=answer.request,
            origin=answer.origin,
            name=evidence_name(number, "bin"),
            sha256=sha256,
            size=size,
            outcome=outcome,
            started_at=answer.started_at,
            errors_name=evidence_name(number, "err") if errors else None,
            errors_sha256=errors_sha256,
        )
        line = msgspec.json.encode(evidence)
        self.evidence += (evidence,)
        self._waiting.append((evidence, line))
        self._commits[evidence.id] = self._thread.submit(self._commit)
        return evidence

    def refer(self, evidence: Evidence) -> None:
        """List an evidence that stays where it lies, in a recording."""
        self._require_open()
        if evidence.locator is None or evidence.name is not None:
            raise ValueError(f"{evidence.id} does not lie in a recording")
        self.evidence += (evidence,)
        self._waiting.append((evidence, msgspec.json.encode(evidence)))
        self._commits[evidence.id] = self._thread.submit(self._commit)

    def file(self, evidence: Evidence) -> PathFile:
        """Return the bytes of an evidence of this case, once they lie where they stay."""
        if commit := self._commits.get(evidence.id):
            commit.result()
        return evidence_file(self.path, evidence)

    def record(self, action: DeviceAction) -> None:
        """Write an action on the device to the audit log, at once."""
        self._require_open()
        with disk_errors(self.path):
            self._audit.record(action)

    def note(self, acquisition: Acquisition) -> None:
        """Replace the record of the acquisition, as a whole or not at all."""
        self._require_open()
        self.acquisition = acquisition
        with disk_errors(self.path):
            seal.replace_file(self.path, bag.ACQUISITION, msgspec.json.encode(acquisition))

    def add_report(self, name: str, data: bytes | Iterable[bytes]) -> None:
        """Write a file of `data/report/`: report.json, report.html, entities.jsonl."""
        if not bag.REPORT_NAME.fullmatch(name):
            raise ValueError(f"no name of a report file: {name!r}")
        self._place(f"{bag.REPORT}/{name}", data)

    def add_facts(self, data: bytes) -> None:
        """Write `data/fleet.json`: what a comparison of many devices reads of this case."""
        self._place(bag.FACTS, data)

    def close(self) -> str:
        """Complete the case and make it read-only; return the sha256 of its tag manifest."""
        self._require_open()
        self._settle()
        self._event("closed")
        acquisition = hashlib.sha256(msgspec.json.encode(self.acquisition)).hexdigest()
        lists = [
            *sorted(self._reports.items()),
            (bag.INDEX, self._index.sha256),
            (bag.ACQUISITION, acquisition),
        ]
        with disk_errors(self.path):
            self._manifest.append(bag.manifest_lines(lists))
            self._sync()
            audit = AuditState(
                head=self._audit.head, lines=self._audit.lines, torn=False, problems=()
            )
            digest = seal.seal(self.path, self.acquisition, audit)
        self._release()
        return digest

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._open:
            return
        try:
            self._thread.shutdown()
            self._event("interrupted", kind.__name__ if kind else "not closed")
            with disk_errors(self.path):
                self._sync()
        except CaseError:
            if kind is None:
                raise
        finally:
            self._release()

    def _place(self, target: str, data: bytes | Iterable[bytes]) -> None:
        """Write a file that is made of the evidence, and have the manifest list it."""
        self._require_open()
        name, folder = Path(target).name, (self.path / target).parent
        sha256, _ = self._write(name, (data,) if isinstance(data, bytes) else data)
        with disk_errors(self.path):
            sync_file(self.path / bag.PARTIAL / name)
            (self.path / bag.PARTIAL / name).replace(self.path / target)
            sync_folder(folder)
        self._reports[target] = sha256

    def _write(self, name: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Write a file in `partial/`; return its sha256 and size."""
        path = self.path / bag.PARTIAL / name
        sha256, size = hashlib.sha256(), 0
        with disk_errors(self.path):
            descriptor = create(path)
        try:
            for chunk in chunks:  # outside of disk_errors: a source's own OSError is not the disk's
                with disk_errors(self.path):
                    write_all(descriptor, chunk)
                sha256.update(chunk)
                size += len(chunk)
        except CaseError:
            path.unlink()  # what is left of a full disk is needed to end in order
            raise
        finally:
            os.close(descriptor)
        return sha256.hexdigest(), size

    def _commit(self) -> None:
        """In the thread of the case: bring what waits to the disk and into the lists.

        All of it at once: what the disk is told for several need not be told for each.
        """
        if self._failure:
            raise self._failure  # what follows a hole would read as tampering
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            with disk_errors(self.path):
                self._store(batch)
        except CaseError as error:
            self._failure = error
            raise

    def _store(self, batch: Sequence[tuple[Evidence, bytes]]) -> None:
        partial = self.path / bag.PARTIAL
        for evidence, line in batch:
            if evidence.name is not None:
                write_file(_record(partial, evidence.name), line, sync=False)
            for name, _ in stored_files(evidence):
                sync_file(partial / Path(name).name)
        for evidence, line in batch:
            stored = stored_files(evidence)
            for name, _ in reversed(stored):
                (partial / Path(name).name).replace(self.path / name)
            if stored:
                self._manifest.append(bag.manifest_lines(stored))
            self._index.append(line + b"\n")
        sync_folder(self.path / bag.EVIDENCE)
        self._sync()
        for evidence, _ in batch:
            if evidence.name is not None:
                _record(partial, evidence.name).unlink()

    def _event(self, op: str, *words: str) -> None:
        with disk_errors(self.path):
            self._audit.record(DeviceAction(op=op, argv=words), actor="case")
            self._audit.journal.sync()

    def _require_open(self) -> None:
        if not self._open:
            raise CaseError(f"{self.path}: is closed", remedy="Begin a new case.")
        if self._failure:
            raise self._failure

    def _settle(self) -> None:
        self._thread.shutdown()
        if self._failure:
            raise self._failure

    def _sync(self) -> None:
        for journal in (self._manifest, self._index, self._audit.journal):
            journal.sync()

    @contextlib.contextmanager
    def _released_on_error(self) -> Iterator[None]:
        try:
            yield
        except CaseError:
            self._release()
            raise

    def _release(self) -> None:
        self._open = False
        for journal in (self._manifest, self._index, self._audit.journal):
            journal.close()
        os.close(self._lock)


def _record(partial: Path, name: str) -> Path:
    """Return where an evidence is described until it stands in the lists."""
    return partial / f"{Path(name).stem}.json"
