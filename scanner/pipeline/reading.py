"""From evidence to the snapshot, and from what could not be read to gaps."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET

from scanner.errors import NotAvailable, ParseError, WorkerKilled
from scanner.formats.container import RecordedFile
from scanner.model.artifact import Artifact
from scanner.model.entities import Statement, User
from scanner.model.evidence import Evidence, Gap, PathFile, Reason, Unanswered
from scanner.model.report import Acquisition
from scanner.model.requests import (
    AnyRequest,
    AppBytes,
    Diagnostic,
    Glob,
    ProfileFile,
    RecordedOnly,
    as_planned,
)
from scanner.pipeline.gaps import Attempt, folded, gaps_of, reads_apps
from scanner.pipeline.plan import Reader, awaited, expand, readers, wanted
from scanner.pipeline.privacy import asked_at
from scanner.snapshot import Snapshot
from scanner.worker import Limits, Worker

log = logging.getLogger(__name__)

LIMITS = Limits()
EvidenceBytes = PathFile | RecordedFile


def snapshot_of(acquisition: Acquisition, *, recorded: bool = False) -> Snapshot:
    """Return a snapshot that still lacks what the evidence states; ages are at its *now*."""
    clock = acquisition.clock
    skew = clock.skew_seconds if clock else None
    return Snapshot(
        acquisition.platform,
        now=acquisition.now,
        host_keys=acquisition.host_keys,
        skew_seconds=UNSET if recorded else skew,
    )


class EvidenceReader:
    """Reads evidence into a snapshot, one at a time, and keeps account of what failed.

    `recorded`: the evidence is a recording, which nobody can be asked for more.
    """

    def __init__(
        self,
        artifacts: Sequence[Artifact],
        snapshot: Snapshot,
        worker: Worker,
        *,
        recorded: bool = False,
    ) -> None:
        self.artifacts, self.snapshot, self._worker = tuple(artifacts), snapshot, worker
        self._recorded = recorded
        # A phone's own answer may fit what is written for recordings; it is read the phone's way.
        self._readers = [
            reader
            for reader in readers(artifacts)
            if recorded or not isinstance(reader.reading.request, RecordedOnly)
        ]
        self._attempts: dict[str, list[Attempt]] = defaultdict(list)
        self.artifact_of: dict[str, Artifact] = {}
        self.read_by: dict[str, set[str]] = {}  # names of all artifacts that read an evidence
        self._adding = threading.Lock()

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

    def read(
        self,
        evidence: Evidence,
        file: EvidenceBytes,
        *,
        worker: Worker | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        """Read one evidence with every reading that its request belongs to.

        Threads may read at once, each with a worker of its own.
        """
        for reader in self._fitting(evidence):
            stated = (worker or self._worker).call(reader.reading.parse, file, limits)
            attempt = self._taken(reader, evidence, stated)
            self._attempts[reader.artifact.name].append(attempt)

    def miss(self, evidence: Evidence, reason: Reason, detail: str) -> None:
        """Take note of an evidence that exists and cannot be read now."""
        for reader in self._fitting(evidence):
            attempt = _attempt(reader, evidence, reason, detail)
            self._attempts[reader.artifact.name].append(attempt)

    def _fitting(self, evidence: Evidence) -> Iterator[Reader]:
        """Yield the readings that an evidence is for; the first gives it its artifact."""
        for reader in self._readers:
            if reader.fits(evidence.request):
                self.artifact_of.setdefault(evidence.id, reader.artifact)
                self.read_by.setdefault(evidence.id, set()).add(reader.artifact.name)
                yield reader

    def _taken(
        self, reader: Reader, evidence: Evidence, statements: Iterator[Statement]
    ) -> Attempt:
        reason, detail = evidence.outcome.cut, evidence.outcome.detail
        elsewhere = False
        try:
            for statement in statements:
                with self._adding:
                    self.snapshot.add(
                        statement,
                        evidence=evidence.id,
                        provenance=reader.artifact.provenance,
                        rank=reader.rank,
                    )
        except (NotAvailable, ParseError, WorkerKilled) as error:
            reason, detail = reason or error.reason, str(error)
            elsewhere = isinstance(error, NotAvailable)  # another file may answer for it
            asked = asked_at("share", evidence.request)  # a log is of no level
            log.info("%s: %s is not read: %s", reader.artifact.name, asked, detail)
        return _attempt(reader, evidence, reason, detail, elsewhere=elsewhere)

    def gaps(
        self, unanswered: Iterable[Unanswered], users: Sequence[int] | None
    ) -> tuple[Gap, ...]:
        """List what was not read: per artifact, and per user where it is put for each user."""
        refused = {as_planned(each.request): each for each in unanswered}
        found: list[Gap] = []
        for artifact in self.artifacts:
            attempts = self._all_attempts(artifact, refused, users)
            if not attempts and self._holds_nothing(artifact):
                continue
            gaps = gaps_of(artifact, attempts, self._known_users())
            found += folded(gaps) if reads_apps(artifact) else gaps
        return tuple(
            sorted(found, key=lambda gap: (gap.artifact, gap.user or 0, gap.request or ""))
        )

    def _holds_nothing(self, artifact: Artifact) -> bool:
        """Whether a phone has no file of the kind: what lists them was read, and names none."""
        if self._recorded or not reads_apps(artifact):
            return False
        listed = {name for each in artifact.readings for name in awaited(each)}
        return bool(listed) and all(
            any(attempt.reason is None for attempt in self._attempts[name]) for name in listed
        )

    def _known_users(self) -> list[int] | None:
        """List the users of a recording; None where it does not say who they are."""
        users = [user.id for user in self.snapshot.every(User)] if self._recorded else []
        return users if users or not self._recorded else None

    def _all_attempts(
        self,
        artifact: Artifact,
        refused: dict[AnyRequest, Unanswered],
        users: Sequence[int] | None,
    ) -> list[Attempt]:
        attempts = list(self._attempts[artifact.name])
        if self._recorded:
            return attempts  # nothing was asked: what is there is there
        answered = {(each.position, as_planned(each.request)) for each in attempts}
        for position, reading in enumerate(artifact.readings):
            for request in expand(reading, self.snapshot):
                if (position, as_planned(request)) in answered:
                    continue
                none = refused.get(as_planned(request))
                reason: Reason = none.reason if none else "source_absent"
                if not wanted(request, users):
                    reason = "not_selected"
                attempts.append(
                    Attempt(
                        position=position,
                        covers=reading.covers,
                        request=request,
                        reason=reason,
                        detail=none.detail if none else "",
                        one_of_many=isinstance(request, AppBytes),
                    )
                )
        return attempts


def _attempt(
    reader: Reader,
    evidence: Evidence,
    reason: Reason | None,
    detail: str,
    *,
    elsewhere: bool = False,
) -> Attempt:
    return Attempt(
        position=reader.position,
        covers=reader.reading.covers,
        of_user=reader.reading.of_user,
        one_of_many=isinstance(evidence.request, AppBytes)
        or (isinstance(reader.reading.request, Glob | ProfileFile | Diagnostic) and not elsewhere),
        request=evidence.request,
        reason=reason,
        detail=detail,
        evidence=evidence.id,
    )
