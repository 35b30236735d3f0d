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
from scanner.formats.ios_backup import unlock
from scanner.formats.text import safe_text
from scanner.model.artifact import Artifact
from scanner.model.content import UnlockWork
from scanner.model.evidence import Evidence, Gap, Locator, Outcome, evidence_id
from scanner.model.recording import FILES, BackupKeys, Flaw, Header, Part, platform_of
from scanner.model.requests import AnyRequest, AppBytes, GiB, MiB, Survey
from scanner.pipeline.host import now
from scanner.pipeline.options import CONTENT, RECORDING_PROFILE, Options, Password
from scanner.pipeline.options import FILES as FILES_TOO
from scanner.pipeline.plan import (
    profile_named,
    reading_any,
    selected,
    wanted_of_recordings,
)
from scanner.sources.recorded import common_top, is_given, survey
from scanner.worker import Limits, Worker

_UNLOCK_LIMITS = Limits(seconds=300.0, memory=GiB)
_LIMITS = Limits(seconds=900.0, memory=GiB, bytes=256 * MiB)
_FLAWS_SHOWN = 100
_UNTOUCHED = "Use an untouched copy of the recording."
_ONE_EACH = (
    f"{_UNTOUCHED[:-1]}; of several phones, name the folder of each by itself; a signature that"
    " lies beside its file is not read."
)
_KNOWN = (
    "Known are cases; Android bugreports (zip, folder or text), folders and zips of androidqf,"
    " folders of dumpsys outputs; iPhone backups, sysdiagnose archives and copies of an iPhone's"
    " file system (folder, tar, zip); apps (APK, IPA, their programs, and folders of them); and"
    " files with a configuration or provisioning profile of iOS. What lies in another archive is to"
    " be taken out of it."
)
_CONTENT = wanted_of_recordings(each for each in ARTIFACTS if each.opt_in == CONTENT)
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
    keys: BackupKeys | None = None  # of an encrypted backup that was unlocked
    content: bool = False  # personal content is read, for indicators

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
            evidence.request,
            *place,
            id=evidence.id,
            exit_code=code,
            sha256=evidence.sha256,
            keys=self.keys,
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
        """Whether nothing of the recording was cut off, or stayed locked."""
        return not self.header.locked and all(flaw.reason != "truncated" for flaw in self.flaws)

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
def opened(path: Path, options: Options) -> Iterator[Recording]:
    """Survey a recording, and keep the worker that reads it.

    Apps in it are verified from `options.min_sdk` on, or as they state themselves; an encrypted
    backup is unlocked by `options.password`, and without one described from outside.

    UsageError for a path of no known kind and for a wrong password; CaseError for a recording of
    which nothing is readable.
    """
    path = path.absolute()
    profile = profile_named(options.profile or RECORDING_PROFILE)
    with Worker(readable=[path], preload=["scanner.artifacts", survey.__module__]) as worker:
        surveyed_at = now()

        def chosen(platform: str) -> tuple[Artifact, ...]:
            include = options.include
            return tuple(selected(ARTIFACTS, platform, profile, include=include, recorded=True))

        wanted = wanted_of_recordings((*chosen("android"), *chosen("ios")))
        request = Survey(
            wanted=tuple(_for_sdk(each, options.min_sdk) for each in wanted),
            everything=FILES_TOO in options.include,
            closed=() if CONTENT in options.include else _CONTENT,
        )
        header, parts, flaws = _surveyed(path, worker, request)
        keys = _unlocked(path, worker, options.password) if header.locked else None
        if keys is not None:
            header, parts, flaws = _surveyed(path, worker, request, keys)
        artifacts = chosen(platform_of(header.kind))
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
            keys=keys,
            content=CONTENT in options.include,
        )


def _for_sdk(request: AnyRequest, min_sdk: int | None) -> AnyRequest:
    if isinstance(request, AppBytes):
        return structs.replace(request, min_sdk=min_sdk)
    return request


def _unlocked(path: Path, worker: Worker, password: Password | None) -> BackupKeys | None:
    """Return the keys of an encrypted backup; None where nobody gives a password."""
    given = password() if password is not None else None
    if given is None:
        return None
    try:
        work = UnlockWork(password=given.encode())
        for found in worker.work(unlock, work, path, _UNLOCK_LIMITS):
            if isinstance(found, BackupKeys):
                return found
    except NotAvailable as error:
        raise UsageError(
            f"{path}: the password does not open this backup",
            remedy="Give the password that encrypts local backups, which is not the phone's code.",
        ) from error
    except (ParseError, WorkerKilled) as error:
        raise CaseError(
            f"{path}: the keys of the backup cannot be read: {error}", remedy=_UNTOUCHED
        ) from error
    raise CaseError(f"{path}: the backup holds no keys", remedy=_UNTOUCHED)


def _surveyed(
    path: Path, worker: Worker, request: Survey, keys: BackupKeys | None = None
) -> tuple[Header, list[Part], list[Flaw]]:
    file = RecordedFile(request, path, Locator(), keys=keys)
    try:
        found = tuple(worker.survey(survey, file, _LIMITS))
    except NotAvailable as error:
        raise UsageError(f"{path}: is no recording of a known kind", remedy=_KNOWN) from error
    except (ParseError, WorkerKilled) as error:
        raise CaseError(f"{path}: nothing of it can be read: {error}", remedy=_ONE_EACH) from error
    headers = [each for each in found if isinstance(each, Header)]
    parts = [each for each in found if isinstance(each, Part)]
    if not headers or not parts:
        raise CaseError(f"{path}: nothing of it can be read", remedy=_UNTOUCHED)
    return headers[0], parts, [each for each in found if isinstance(each, Flaw)]
