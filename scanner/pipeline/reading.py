"""From evidence to the snapshot, and from what could not be read to gaps."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET, Struct

from scanner.errors import NotAvailable, ParseError, WorkerKilled
from scanner.formats.container import RecordedFile
from scanner.model.artifact import Artifact
from scanner.model.entities import User
from scanner.model.evidence import Evidence, Gap, PathFile, Reason, Unanswered
from scanner.model.report import Acquisition
from scanner.model.requests import AnyRequest, Glob, ProfileFile, RecordedOnly
from scanner.pipeline.plan import Reader, expand, readers, wanted
from scanner.snapshot import Snapshot
from scanner.worker import Limits, Worker

log = logging.getLogger(__name__)

LIMITS = Limits()
_WHO = "nothing says whether there are other users"
EvidenceBytes = PathFile | RecordedFile


class Attempt(Struct, frozen=True, kw_only=True):
    """One answer, as one reading of an artifact took it; no reason: it was read whole."""

    position: int
    covers: tuple[str, ...]  # parts of the artifact; empty: all of it
    of_user: int | None = None  # the only user whom the answer is about, though not asked so
    one_of_many: bool = False  # a file of several: no other answers for it
    request: AnyRequest
    reason: Reason | None = None
    detail: str = ""
    evidence: str | None = None

    @property
    def user(self) -> int | None:
        user: int | None = getattr(self.request, "user", None)
        return self.of_user if user is None else user


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

    def read(self, evidence: Evidence, file: EvidenceBytes) -> None:
        """Read one evidence with every reading that its request belongs to."""
        for reader in self._fitting(evidence):
            self._attempts[reader.artifact.name].append(self._read(reader, evidence, file))

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
                yield reader

    def _read(self, reader: Reader, evidence: Evidence, file: EvidenceBytes) -> Attempt:
        reason, detail = evidence.outcome.cut, evidence.outcome.detail
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
        return _attempt(reader, evidence, reason, detail)

    def gaps(
        self, unanswered: Iterable[Unanswered], users: Sequence[int] | None
    ) -> tuple[Gap, ...]:
        """List what was not read: per artifact, and per user where it is put for each user."""
        refused = {each.request: each for each in unanswered}
        found = [
            gap
            for artifact in self.artifacts
            for gap in _gaps_of(
                artifact, self._all_attempts(artifact, refused, users), self._known_users()
            )
        ]
        return tuple(
            sorted(found, key=lambda gap: (gap.artifact, gap.user or 0, gap.request or ""))
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
                        covers=reading.covers,
                        request=request,
                        reason=reason,
                        detail=none.detail if none else "",
                    )
                )
        return attempts


def _attempt(reader: Reader, evidence: Evidence, reason: Reason | None, detail: str) -> Attempt:
    return Attempt(
        position=reader.position,
        covers=reader.reading.covers,
        of_user=reader.reading.of_user,
        one_of_many=isinstance(reader.reading.request, Glob | ProfileFile),
        request=evidence.request,
        reason=reason,
        detail=detail,
        evidence=evidence.id,
    )


def _gaps_of(
    artifact: Artifact, attempts: list[Attempt], users: Sequence[int] | None
) -> Iterator[Gap]:
    """Yield what of an artifact nothing answered; each part of it needs one whole answer."""
    seen: set[tuple[str | None, int | None]] = set()
    for part in artifact.parts():
        concerned = [each for each in attempts if not each.covers or part in each.covers]
        for gap in _gaps_of_part(artifact.name, concerned, users):
            if (gap.request, gap.user) not in seen:
                seen.add((gap.request, gap.user))
                yield gap


def _gaps_of_part(name: str, attempts: list[Attempt], users: Sequence[int] | None) -> Iterator[Gap]:
    if not attempts:
        yield Gap(artifact=name, reason="source_absent", detail="nothing that states it is there")
        return
    answered = {each.user for each in attempts if each.reason is None}
    failed = [each for each in attempts if each.reason is not None]
    alone = [each for each in failed if each.one_of_many]
    # One reading of the whole device is enough, of several files each is needed.
    short = [] if None in answered else _first_per_user(failed, answered)
    for each in dict.fromkeys([*alone, *short]):
        yield Gap(
            artifact=name,
            reason=each.reason or "source_absent",
            request=str(each.request),
            user=each.user,
            evidence=each.evidence,
            detail=each.detail,
        )
    if None not in answered and all(each.user is not None for each in short):
        if users is None:
            yield Gap(artifact=name, reason="source_absent", detail=_WHO)
        for user in set(users or ()) - answered - {each.user for each in failed}:
            yield Gap(artifact=name, reason="source_absent", user=user)


def _first_per_user(failed: list[Attempt], answered: set[int | None]) -> list[Attempt]:
    first: dict[int | None, Attempt] = {}
    for each in sorted(failed, key=lambda attempt: attempt.position):
        if each.user not in answered:
            first.setdefault(each.user, each)
    if len(first) > 1 and None in first and answered:
        del first[None]  # the users' own readings answered for some
    return list(first.values())
