"""Rules of bytes applied to the files of a recording, or to files that a person names.

Of a recording only whole files are looked at, never the sections of a text; and of them, what is
code or an app (`scanner/detect/yara/walk.py` decides, by content). Logs, messages and backups are
personal, and no program: no rule of bytes reads them.
"""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct, structs

from scanner.detect.yara import YaraPack, prepared
from scanner.detect.yara.kinds import FIRST, kind_of
from scanner.detect.yara.sets import applying
from scanner.errors import ParseError, UsageError, WorkerKilled
from scanner.formats.container import RecordedFile, open_at, open_container
from scanner.formats.text import safe_text
from scanner.model.content import (
    Content,
    ContentFile,
    Contents,
    Entered,
    PassedOver,
    Place,
    RuleSetFile,
    Scanned,
    ScanWork,
    Scope,
    Unscanned,
)
from scanner.model.events import OnEvent, Progress
from scanner.model.evidence import Gap, Locator, Reason, evidence_id
from scanner.model.recording import BackupKeys, Part
from scanner.model.requests import AppBytes, GiB, MiB
from scanner.pipeline.reading import EvidenceBytes
from scanner.pipeline.recording import Recording
from scanner.worker import Limits, Worker

GAPS_SHOWN = 100
_GROUP_SIZE, _GROUP_COUNT = 8 * MiB, 64
_PLACE_SECONDS = 120.0
_APP_SECONDS = 10.0  # for one file of an app, as for what else reads it
_LIMITS = Limits(seconds=_PLACE_SECONDS + 30.0, memory=3 * GiB)
_APPS = "apks/"  # where androidqf puts the files of apps
_NAME_LIMIT = 1024


class _Job(Struct, frozen=True, kw_only=True):
    """What to apply rules to."""

    root: Path
    places: tuple[Place, ...]
    scope: Scope
    artifact: str  # of the gaps
    top: str = ""  # of the names, which is left out
    evidence: dict[tuple[str, ...], str] = {}
    apps: bool = False  # whether files of apps lie in a folder of their own
    name: str = ""  # before the names of a folder that a person named, or of one file
    inside: int = 0  # names of a place that `name` stands for
    keys: BackupKeys | None = None  # of an encrypted backup


def scan_content(
    recording: Recording,
    pack: YaraPack,
    *,
    hide: Callable[[str], str] = str,
    on_event: OnEvent | None = None,
    seconds: float | None = None,
    apps: bool = False,
) -> Contents:
    """Apply rules to the files of a recording; `hide` gives what stands for a name in a gap.

    `apps`: to those as well that are looked into when they are read as files of apps. `seconds`
    bound the whole; what is left then is a gap.
    """
    if not applying(pack, recording.platform):
        return Contents()
    whole = [part for part in recording.parts if _is_file(part)]
    parts = [part for part in whole if not read_as_app(part)]
    of_apps = [part for part in whole if read_as_app(part)] if apps else []
    places = tuple(_places(parts))
    texts = {place for place in places if _is_text(recording, place)}
    job = _Job(
        root=recording.path,
        places=tuple(place for place in places if place not in texts),
        scope="code",
        artifact=f"{recording.platform}.contents",
        top=recording.top,
        evidence={
            part.locator.members: evidence_id(recording.origin(part.locator), part.request)
            for part in (*parts, *of_apps)
            if part.request is not None and part.sha256 is not None
        },
        apps=True,
        keys=recording.keys,
    )
    gathered = _Gathered(hide, on_event, seconds)
    for place in texts:
        gathered.add(job, PassedOver(place=place.locator.members, files=1))
    jobs = [job]
    if of_apps:
        alone = not of_apps[0].locator.members  # the recording is this one file
        name = recording.path.name if alone else ""
        jobs.append(structs.replace(job, places=tuple(_places(of_apps)), scope="named", name=name))
    return _scan(jobs, pack, recording.platform, gathered)


def scan_files(
    paths: Sequence[Path],
    pack: YaraPack,
    *,
    platform: str | None = None,
    on_event: OnEvent | None = None,
    seconds: float | None = None,
) -> Contents:
    """Apply rules to files and folders of this computer; without a platform, the rules of all."""
    jobs = [_named(path.absolute()) for path in paths]
    return _scan(jobs, pack, platform, _Gathered(str, on_event, seconds))


def _named(path: Path) -> _Job:
    artifact = "android.contents"
    if path.is_dir():
        folder = open_container(path)
        places = tuple(
            Place(locator=folder.locator(member.name), size=member.size)
            for member in folder.members
            if member.readable
        )
        return _Job(root=path, places=places, scope="named", artifact=artifact)
    if not path.is_file():
        raise UsageError(f"{path}: no such file or folder", remedy="name a file or a folder")
    place = Place(locator=Locator(), size=path.stat().st_size)
    return _Job(root=path, places=(place,), scope="named", artifact=artifact, name=path.name)


def scan_app(
    worker: Worker,
    sets: Sequence[RuleSetFile],
    file: EvidenceBytes,
    *,
    evidence: str,
    artifact: str,
    hide: Callable[[str], str] = str,
) -> Contents:
    """Apply compiled rules to the bytes of one file of an app, with a worker that may read it."""
    recorded = isinstance(file, RecordedFile)
    root = file.root if isinstance(file, RecordedFile) else file.path
    locator = file.locator if isinstance(file, RecordedFile) else Locator()
    request = file.request
    name = request.path if isinstance(request, AppBytes) else ""
    job = _Job(
        root=root,
        places=(Place(locator=locator, size=_size(file)),),
        scope="named",
        artifact=artifact,
        evidence={locator.members: evidence},
        apps=True,
        name=name,
        inside=len(locator.members) if recorded else 0,
        keys=file.keys if isinstance(file, RecordedFile) else None,
    )
    gathered = _Gathered(hide, None, None)
    for content in _answers(
        worker,
        job,
        ScanWork(
            places=(),
            sets=tuple(sets),
            scope="named",
            member_seconds=_APP_SECONDS,
            place_seconds=_APP_SECONDS,
        ),
        None,
    ):
        gathered.add(job, content)
    return gathered.contents()


def merged(all_of: Iterable[Contents]) -> Contents:
    """Return the contents of several scans as those of one, in their order."""
    files: list[ContentFile] = []
    gaps: list[Gap] = []
    unended_gaps: list[Gap] = []
    unended: Counter[str] = Counter()
    passed_over = 0
    for each in all_of:
        missed = len(each.gaps) - each.unended_gaps
        files += each.files
        gaps += each.gaps[:missed]
        unended_gaps += each.gaps[missed:]
        unended.update(each.unended)
        passed_over += each.passed_over
    return Contents(
        files=tuple(files),
        gaps=(*gaps[:GAPS_SHOWN], *unended_gaps[:GAPS_SHOWN]),
        unended=dict(unended),
        unended_gaps=len(unended_gaps[:GAPS_SHOWN]),
        passed_over=passed_over,
    )


def _size(file: EvidenceBytes) -> int:
    with file.open() as stream:
        return stream.seek(0, io.SEEK_END)


def read_as_app(part: Part) -> bool:
    """Whether a part is a file of an app, which is looked into when it is read."""
    return isinstance(part.request, AppBytes) and part.sha256 is not None


def _is_file(part: Part) -> bool:
    """Whether a part is a whole file of a recording, and no section of a text."""
    whole = not part.locator.offset and part.locator.length is None and not part.locator.trimmed
    return whole and part.size > 0


def _places(parts: Sequence[Part]) -> Iterator[Place]:
    seen: set[tuple[str, ...]] = set()
    for part in parts:
        if part.locator.members not in seen:
            seen.add(part.locator.members)
            yield Place(locator=part.locator, size=part.size)


def _is_text(recording: Recording, place: Place) -> bool:
    """Whether a plain file of a folder begins as a text: it needs no child to be passed over."""
    locator = place.locator
    if not recording.path.is_dir() or len(locator.members) != 1 or locator.sealed:
        return False
    try:
        with open_at(recording.path, locator) as stream:
            return kind_of(stream.read(FIRST)) == "text"
    except ParseError:
        return False


def _scan(
    jobs: Sequence[_Job], pack: YaraPack, platform: str | None, gathered: _Gathered
) -> Contents:
    gathered.total = sum(len(job.places) for job in jobs)
    if not gathered.total:
        return gathered.contents()
    with prepared(pack, platform) as sets:
        if not sets:
            return gathered.contents()
        files = (Path(path) for each in sets for path in (each.path, each.sources))
        readable = [*(job.root for job in jobs), *dict.fromkeys(files)]
        with Worker(readable=readable, preload=["scanner.detect.yara.walk"]) as worker:
            for job in jobs:
                work = ScanWork(places=(), sets=sets, scope=job.scope)
                for content in _answers(worker, job, work, gathered.deadline):
                    gathered.add(job, content)
    return gathered.contents()


def _answers(
    worker: Worker, job: _Job, work: ScanWork, deadline: float | None
) -> Iterator[Content]:
    """Yield what comes of each place; what kills a child costs one place."""
    from scanner.detect.yara.walk import scan  # noqa: PLC0415 - it loads the engine

    start = 0
    while start < len(job.places):
        if deadline is not None and time.monotonic() > deadline:
            left = len(job.places) - start
            detail = f"the time was over: {left} files were not looked into"
            yield Unscanned(place=(), reason="timeout", detail=detail)
            return
        group, at = _group(job.places, start), start
        asked = ScanWork(
            places=group,
            sets=work.sets,
            scope=work.scope,
            place_seconds=_PLACE_SECONDS,
            keys=job.keys,
        )
        try:
            for content in worker.work(scan, asked, job.root, _LIMITS):
                if isinstance(content, Entered):
                    at = min(max(start + content.number, at), start + len(group) - 1)
                yield content
        except (WorkerKilled, ParseError) as error:
            place = job.places[at].locator.members
            yield Unscanned(place=place, reason=error.reason, detail=str(error))
            start = at + 1
        else:
            start += len(group)


def _group(places: tuple[Place, ...], start: int) -> tuple[Place, ...]:
    """Return the places of the next call: many small ones, or one that is large."""
    size = 0
    for count, place in enumerate(places[start : start + _GROUP_COUNT]):
        size += place.size
        if count and size > _GROUP_SIZE:
            return places[start : start + count]
    return places[start : start + _GROUP_COUNT]


class _Gathered:
    """What came of all places."""

    def __init__(
        self, hide: Callable[[str], str], on_event: OnEvent | None, seconds: float | None
    ) -> None:
        self._hide, self._on_event = hide, on_event
        self.deadline = None if seconds is None else time.monotonic() + seconds
        self.total = self._done = 0  # places
        self._files: list[ContentFile] = []
        self._gaps: list[Gap] = []
        self._unended: Counter[str] = Counter()
        self._unended_gaps: list[Gap] = []
        self._more = 0
        self._passed_over = 0

    def add(self, job: _Job, content: Content) -> None:
        """Note what a child said."""
        if isinstance(content, Scanned):
            self._files.append(_file(job, content))
        elif isinstance(content, PassedOver):
            self._passed_over += content.files
        elif isinstance(content, Entered):
            self._done = min(self._done + 1, self.total)
            if self._on_event is not None:
                self._on_event(Progress(phase="content", done=self._done, total=self.total))
        elif isinstance(content, Unscanned) and content.files:
            self._note_unended(job, content)
        elif isinstance(content, Unscanned):
            self._miss(job, content.place, content.reason, content.detail)

    def contents(self) -> Contents:
        """Return all of it."""
        gaps = self._gaps
        if self._more:
            detail = f"and {self._more} more that could not be looked into"
            gaps = [*gaps, Gap(artifact=gaps[0].artifact, reason=gaps[0].reason, detail=detail)]
        return Contents(
            files=tuple(self._files),
            gaps=(*gaps, *self._unended_gaps),
            unended=dict(self._unended),
            unended_gaps=len(self._unended_gaps),
            passed_over=self._passed_over,
        )

    def _note_unended(self, job: _Job, missed: Unscanned) -> None:
        """Note the files of rules that did not end on a content; the others were applied."""
        self._unended.update(missed.files)
        if len(self._unended_gaps) < GAPS_SHOWN:
            first, *rest = missed.files
            more = f" and {len(rest)} more" if rest else ""
            detail = f"{safe_text(first, _NAME_LIMIT)}{more}: {missed.detail}"
            self._unended_gaps.append(self._gap(job, missed.place, missed.reason, detail))

    def _miss(self, job: _Job, place: tuple[str, ...], reason: Reason, detail: str) -> None:
        if len(self._gaps) == GAPS_SHOWN:
            self._more += 1
            return
        self._gaps.append(self._gap(job, place, reason, detail))

    def _gap(self, job: _Job, place: tuple[str, ...], reason: Reason, detail: str) -> Gap:
        names = tuple(self._hide(name) for name in _shown(job, place))
        request = "!".join(names) or None
        return Gap(artifact=job.artifact, reason=reason, request=request, detail=detail)


def _file(job: _Job, scanned: Scanned) -> ContentFile:
    names = _shown(job, scanned.place)
    of_app = job.apps and bool(names) and (bool(job.name) or names[0].startswith(_APPS))
    evidence = (
        job.evidence.get(scanned.place[:1])
        or job.evidence.get(scanned.place)
        or job.evidence.get(scanned.place[: job.inside])
    )
    return ContentFile(
        path="!/".join(names),
        entity="installed_file" if of_app else "file",
        kind=scanned.kind,
        size=scanned.size,
        sha256=scanned.sha256,
        matches=scanned.matches,
        evidence=(evidence,) if evidence else (),
    )


def _shown(job: _Job, place: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a place as a report may hold them."""
    names = (job.name, *place[job.inside :]) if job.name else place
    if names and job.top:
        names = (names[0].removeprefix(job.top), *names[1:])
    return tuple(safe_text(name, _NAME_LIMIT) for name in names)
