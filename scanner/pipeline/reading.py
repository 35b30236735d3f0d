"""From evidence to the snapshot, and from what could not be read to gaps."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from scanner.errors import NotAvailable, ParseError, WorkerKilled
from scanner.model.artifact import Artifact
from scanner.model.evidence import Evidence, Gap, PathFile, Reason, Unanswered
from scanner.model.requests import AnyRequest
from scanner.pipeline.plan import Reader, expand, readers, wanted
from scanner.snapshot import Snapshot
from scanner.worker import Limits, Worker

log = logging.getLogger(__name__)

LIMITS = Limits()


class Attempt(Struct, frozen=True, kw_only=True):
    """One answer, as one reading of an artifact took it; no reason: it was read whole."""

    position: int
    request: AnyRequest
    reason: Reason | None = None
    detail: str = ""
    evidence: str | None = None

    @property
    def user(self) -> int | None:
        return getattr(self.request, "user", None)


class EvidenceReader:
    """Reads evidence into a snapshot, one at a time, and keeps account of what failed."""

    def __init__(self, artifacts: Sequence[Artifact], snapshot: Snapshot, worker: Worker) -> None:
        self.artifacts, self.snapshot, self._worker = tuple(artifacts), snapshot, worker
        self._readers = readers(artifacts)
        self._attempts: dict[str, list[Attempt]] = defaultdict(list)
        self.artifact_of: dict[str, Artifact] = {}

    @property
    def sandbox(self) -> str:
        """How far the parsers are confined: full, partial or none."""
        try:
            return self._worker.sandbox
        except WorkerKilled:
            return "none"  # it never started: nothing was read, and every gap says so

    def names_of(self, request: AnyRequest) -> list[str]:
        """Return the names of the artifacts that read the answer to a request."""
        return [each.artifact.name for each in self._readers if each.fits(request)]

    def read(self, evidence: Evidence, file: PathFile) -> None:
        """Read one evidence with every reading that its request belongs to."""
        for reader in self._readers:
            if reader.fits(evidence.request):
                self.artifact_of.setdefault(evidence.id, reader.artifact)
                self._attempts[reader.artifact.name].append(self._read(reader, evidence, file))

    def _read(self, reader: Reader, evidence: Evidence, file: PathFile) -> Attempt:
        reason, detail = evidence.outcome.cut, ""
        try:
            for statement in self._worker.call(reader.reading.parse, file, LIMITS):
                self.snapshot.add(
                    statement,
                    evidence=evidence.id,
                    provenance=reader.artifact.provenance,
                    rank=reader.rank,
                )
        except (NotAvailable, ParseError, WorkerKilled) as error:
            reason, detail = reason or error.reason, str(error)
            log.info("%s: %s is not read: %s", reader.artifact.name, evidence.request, detail)
        return Attempt(
            position=reader.position,
            request=evidence.request,
            reason=reason,
            detail=detail,
            evidence=evidence.id,
        )

    def gaps(
        self, unanswered: Iterable[Unanswered], users: Sequence[int] | None
    ) -> tuple[Gap, ...]:
        """List what was not read: per artifact, and per user where it is put for each user."""
        refused = {each.request: each for each in unanswered}
        found = [
            gap
            for artifact in self.artifacts
            for gap in _gaps_of(artifact, self._all_attempts(artifact, refused, users))
        ]
        return tuple(
            sorted(found, key=lambda gap: (gap.artifact, gap.user or 0, gap.request or ""))
        )

    def _all_attempts(
        self,
        artifact: Artifact,
        refused: dict[AnyRequest, Unanswered],
        users: Sequence[int] | None,
    ) -> list[Attempt]:
        attempts = list(self._attempts[artifact.name])
        answered = {(each.position, each.request) for each in attempts}
        for position, reading in enumerate(artifact.readings):
            for request in expand(reading, self.snapshot):
                if (position, request) in answered:
                    continue
                none = refused.get(request)
                reason: Reason = none.reason if none else "source_absent"
                if not wanted(request, users):
                    reason = "not_selected"
                attempts.append(
                    Attempt(
                        position=position,
                        request=request,
                        reason=reason,
                        detail=none.detail if none else "",
                    )
                )
        return attempts


def _gaps_of(artifact: Artifact, attempts: list[Attempt]) -> Iterator[Gap]:
    if not attempts:
        yield Gap(artifact=artifact.name, reason="source_absent", detail="nothing could be asked")
        return
    whole = [each for each in attempts if each.reason is None]
    failed = [each for each in attempts if each.reason is not None]
    if not artifact.joined:
        answered = {each.user for each in whole}
        # One reading of the whole device, or of this user, is enough.
        failed = [] if None in answered else _first_per_user(failed, answered)
    for each in failed:
        yield Gap(
            artifact=artifact.name,
            reason=each.reason or "source_absent",
            request=str(each.request),
            user=each.user,
            evidence=each.evidence,
            detail=each.detail,
        )


def _first_per_user(failed: list[Attempt], answered: set[int | None]) -> list[Attempt]:
    first: dict[int | None, Attempt] = {}
    for each in sorted(failed, key=lambda attempt: attempt.position):
        if each.user not in answered:
            first.setdefault(each.user, each)
    if len(first) > 1 and None in first and answered:
        del first[None]  # the users' own readings answered for some
    return list(first.values())
