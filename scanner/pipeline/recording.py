"""A recording that somebody else made: surveyed once, then read in place."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct, structs

from scanner.artifacts import ARTIFACTS
from scanner.errors import CaseError, NotAvailable, ParseError, UsageError, WorkerKilled
from scanner.formats.container import RecordedFile
from scanner.formats.text import safe_text
from scanner.model.artifact import Artifact, Profile
from scanner.model.evidence import Evidence, Gap, Locator, Outcome, evidence_id
from scanner.model.recording import FILES, Flaw, Header, Part, platform_of
from scanner.model.requests import AppBytes, GiB, MiB, Survey
from scanner.pipeline.host import now
from scanner.pipeline.plan import reading_any, selected, wanted_of_recordings
from scanner.sources.recorded import common_top, is_given, survey
from scanner.worker import Limits, Worker

_LIMITS = Limits(seconds=900.0, memory=GiB, bytes=256 * MiB)
_FLAWS_SHOWN = 100
_FIRST_ANDROID = datetime(2008, 9, 1, tzinfo=UTC)


class Recording(Struct, frozen=True, kw_only=True):
    """What a survey showed of a recording."""

    path: Path
    worker: Worker
    artifacts: tuple[Artifact, ...]
    header: Header
    parts: tuple[Part, ...]
    flaws: tuple[Flaw, ...]
    surveyed_at: datetime
    top: str = ""  # the one folder in which all lies, with its slash

    def evidence(self) -> Iterator[Evidence]:
        """Yield the parts that some artifact reads, in the order of the recording.

        They are those of which the survey took a digest.
        """
        for part in self.parts:
            if part.request is not None and part.sha256 is not None:
                origin = self.origin(part.locator)
                yield Evidence(
                    id=evidence_id(origin, part.request),
                    request=part.request,
                    origin=origin,
                    locator=part.locator,
                    sha256=part.sha256,
                    size=part.size,
                    outcome=_outcome(part),
                    started_at=self.surveyed_at,
                )

    def unread(self) -> Iterator[Part]:
        """Yield the parts that no artifact reads, and what could not be opened."""
        yield from (part for part in self.parts if part.sha256 is None)
        known = {part.locator.members for part in self.parts}
        for flaw in self.flaws:
            if flaw.locator.members and flaw.locator.members not in known:
                yield Part(
                    title=safe_text(self.origin(flaw.locator)),
                    locator=flaw.locator,
                    size=0,
                    cut=flaw.reason,
                    detail=flaw.detail,
                )

    def origin(self, locator: Locator) -> str:
        """Print where something lies, without the name that a person gave to the recording.

        Nor that of the one folder in which all of it lies, which is mostly the same.
        """
        if locator.members:
            first, *inner = locator.members
            members = (first.removeprefix(self.top), *inner)
            locator = structs.replace(locator, members=members)
        return f"{self.header.kind}{'!' if locator.members else ''}{locator}"

    def file(self, evidence: Evidence) -> RecordedFile:
        """Return the bytes of an evidence that lies in this recording."""
        if evidence.locator is None:
            raise ValueError(f"{evidence.id} does not lie in a recording")
        code = evidence.outcome.exit_code
        place = self.path, evidence.locator
        return RecordedFile(
            evidence.request, *place, id=evidence.id, exit_code=code, sha256=evidence.sha256
        )

    def gaps(self, hide: Callable[[str], str]) -> tuple[Gap, ...]:
        """Return what of the recording itself could not be looked into.

        `hide` gives what stands for a name that somebody chose.
        """
        shown = [
            Gap(
                artifact=f"{self.platform}.recording",
                reason=flaw.reason,
                request=self.origin(self._hidden(flaw.locator, hide)),
                detail=flaw.detail,
            )
            for flaw in self.flaws[:_FLAWS_SHOWN]
        ]
        if (more := len(self.flaws) - _FLAWS_SHOWN) > 0:
            reason = self.flaws[_FLAWS_SHOWN].reason
            detail = f"and {more} more that could not be looked into"
            artifact = f"{self.platform}.recording"
            shown.append(Gap(artifact=artifact, reason=reason, detail=detail))
        return tuple(shown)

    @property
    def platform(self) -> str:
        """The platform of the phone that it is of, or for."""
        return platform_of(self.header.kind)

    @property
    def whole(self) -> bool:
        """Whether nothing of the recording was cut off."""
        return all(flaw.reason != "truncated" for flaw in self.flaws)

    @property
    def recorded_at(self) -> datetime | None:
        """When the recording was made, as it says itself; None where that cannot be.

        A time without an offset is the device's local one and taken for UTC: ages count in days.
        """
        try:
            moment = datetime.fromisoformat(self.header.recorded_at or "")
            moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        tomorrow = self.surveyed_at + timedelta(days=1)
        return moment if _FIRST_ANDROID <= moment <= tomorrow else None

    def _hidden(self, locator: Locator, hide: Callable[[str], str]) -> Locator:
        members = (each.removeprefix(self.top) for each in locator.members)
        shown = tuple(each if is_given(each) else hide(each) for each in members)
        return structs.replace(locator, members=shown)


def _outcome(part: Part) -> Outcome:
    """Describe how a part ended; one that was cut has no exit status, and states no absence."""
    return Outcome(exit_code=None if part.cut else 0, cut=part.cut, detail=part.detail)


@contextlib.contextmanager
def opened(path: Path, *, min_sdk: int | None = None) -> Iterator[Recording]:
    """Survey a recording, and keep the worker that reads it.

    Apps in it are verified from `min_sdk` on, or as they state themselves.

    UsageError for a path of no known kind; CaseError for a recording of which nothing is readable.
    """
    path = path.absolute()
    with Worker(readable=[path], preload=["scanner.artifacts", survey.__module__]) as worker:
        surveyed_at = now()
        header, parts, flaws = _survey(path, worker, min_sdk)
        artifacts = tuple(
            selected(ARTIFACTS, platform_of(header.kind), Profile.DEEP, recorded=True)
        )
        if header.kind in FILES:  # what it is not, it does not lack
            artifacts = reading_any(artifacts, (part.request for part in parts if part.request))
        yield Recording(
            path=path,
            worker=worker,
            artifacts=artifacts,
            header=header,
            parts=tuple(parts),
            flaws=tuple(flaws),
            surveyed_at=surveyed_at,
            top=common_top(each.locator.members[0] for each in parts if each.locator.members),
        )


def _survey(
    path: Path, worker: Worker, min_sdk: int | None
) -> tuple[Header, list[Part], list[Flaw]]:
    wanted = tuple(
        structs.replace(each, min_sdk=min_sdk) if isinstance(each, AppBytes) else each
        for each in wanted_of_recordings(ARTIFACTS)
    )
    file = RecordedFile(Survey(wanted=wanted), path, Locator())
    try:
        found = tuple(worker.survey(survey, file, _LIMITS))
    except NotAvailable as error:
        raise UsageError(
            f"{path}: is no recording of a known kind",
            remedy="Known are cases, Android bugreports (zip, folder or text), folders and zips of"
            " androidqf, folders of dumpsys outputs, apps (APK, IPA, their programs, and folders of"
            " them), and files with a configuration or provisioning profile of iOS.",
        ) from error
    except (ParseError, WorkerKilled) as error:
        raise CaseError(
            f"{path}: nothing of it can be read: {error}",
            remedy="Use an untouched copy of the recording; of several phones, name the folder of"
            " each by itself; a signature that lies beside its file is not read.",
        ) from error
    headers = [each for each in found if isinstance(each, Header)]
    parts = [each for each in found if isinstance(each, Part)]
    if not headers or not parts:
        raise CaseError(f"{path}: nothing of it can be read", remedy="Use an untouched copy.")
    return headers[0], parts, [each for each in found if isinstance(each, Flaw)]
