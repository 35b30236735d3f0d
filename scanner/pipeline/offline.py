"""Examinations of recordings: no phone is there, and nothing is copied."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from msgspec import structs

from scanner.case import Case, device_key, installation_key, pseudonym
from scanner.errors import CaseError, UsageError
from scanner.model.content import Contents
from scanner.model.entities import Build, DeviceIdentity
from scanner.model.events import OnEvent
from scanner.model.evidence import Evidence, Gap
from scanner.model.privacy import PrivacyLevel
from scanner.model.recording import HOLDING_CONTENT, OF_IPHONES, Part
from scanner.model.report import Acquisition
from scanner.pipeline.compose import Examination
from scanner.pipeline.content import merged, scan_content
from scanner.pipeline.host import TOOL, host_clock, now, tool_version
from scanner.pipeline.knowledge import Indicators, Knowledge, Rules, known
from scanner.pipeline.limits import is_file
from scanner.pipeline.options import FILES, RECORDING_PROFILE, Options, Password
from scanner.pipeline.privacy import Redaction
from scanner.pipeline.read_recording import min_sdk_of, read_recording
from scanner.pipeline.reading import EvidenceReader
from scanner.pipeline.recording import Recording, opened
from scanner.report.formats import prepare

_ONE_PHONE = frozenset({"manufacturer", "model", "fingerprint"})


@contextlib.contextmanager
def examining_recording(
    path: Path,
    *,
    rules: Rules = (),
    indicators: Indicators = None,
    options: Options | None = None,
    clock: Callable[[], datetime] = now,
) -> Iterator[Examination]:
    """Read a recording, so that it can be held against rules and indicators more than once."""
    options, started = options or Options(), clock()
    with surveyed(path, rules, indicators, options) as (recording, knowledge):
        reader, evidence, contents = read_recording(recording, options, knowledge.pack)
        acquisition, key = described(recording, reader, options, started)
        yield examination_of(
            recording,
            reader,
            evidence,
            acquisition=acquisition,
            knowledge=knowledge,
            redaction=Redaction(options.privacy, key),
            started=started,
            contents=contents,
            on_event=options.on_event,
            clock=clock,
        )


@contextlib.contextmanager
def examining_again(
    case: Case,
    source: Path,
    *,
    knowledge: Knowledge,
    privacy: PrivacyLevel | None,
    jobs: int | None,
    on_event: OnEvent | None,
    password: Password | None,
    clock: Callable[[], datetime],
) -> Iterator[Examination]:
    """Read a case again whose evidence lies in a recording, as it was read for the case.

    CaseError where the recording at `source` is not the one that the case was made of.
    """
    started = clock()
    privacy = privacy or case.acquisition.privacy
    options = Options(
        privacy=privacy,
        jobs=jobs,
        on_event=on_event,
        password=password,
        min_sdk=min_sdk_of(case.evidence()),
        profile=case.acquisition.profile,
        include=case.acquisition.included,
    )
    with opened(source, options) as recording:
        _require_same(case, recording)
        reader, evidence, contents = read_recording(
            recording, options, knowledge.pack, case.acquisition.now
        )
        yield examination_of(
            recording,
            reader,
            evidence,
            acquisition=case.acquisition,
            knowledge=knowledge,
            redaction=Redaction(privacy, case.device_key),
            started=started,
            contents=contents,
            on_event=on_event,
            clock=clock,
            digest=case.digest,
        )


def unread(path: Path, password: Password | None = None) -> tuple[Part, ...]:
    """List the parts of a recording that no artifact reads."""
    with opened(path, Options(password=password)) as recording:
        return tuple(recording.unread())


def require_whole(options: Options) -> None:
    """UsageError for what can only be asked of a phone: a recording is read whole."""
    apps = None if options.apps == "auto" else options.apps
    asked = (("--user", options.users), ("--time-budget", options.time_budget), ("--apps", apps))
    for name, value in asked:
        if value is not None:
            remedy = "leave it out: a recording is read whole"
            raise UsageError(f"{name} is for phones", remedy=remedy)


@contextlib.contextmanager
def surveyed(
    path: Path,
    rules: Rules,
    indicators: Indicators,
    options: Options,
    formats: Sequence[str] = (),
) -> Iterator[tuple[Recording, Knowledge]]:
    """Survey a recording while the rules are loaded and the renderers made ready beside it."""
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as beside:
        loading = beside.submit(known, rules, indicators)
        beside.submit(prepare, formats)
        try:
            with opened(path, options) as recording:
                yield recording, loading.result()
        except CaseError:
            loading.result()  # a rule that is wrong is said before evidence that is
            raise


def described(
    recording: Recording, reader: EvidenceReader, options: Options, started: datetime
) -> tuple[Acquisition, bytes]:
    """Describe the recording as an acquisition; return it with the key of its pseudonyms."""
    identity = next(iter(reader.snapshot.every(DeviceIdentity)), DeviceIdentity())
    device_id = next(
        (each for each in (identity.udid, identity.serial) if isinstance(each, str) and each),
        _digest(recording),
    )
    key = device_key(installation_key(), device_id)
    device = pseudonym(key, "D", device_id)
    acquisition = Acquisition(
        case=f"{started:%Y%m%dT%H%M%SZ}-{device}",
        tool=TOOL,
        version=tool_version(),
        started_at=started,
        ended_at=recording.surveyed_at,
        recorded_at=recording.recorded_at,
        recording_sha256=recording.header.sha256,
        complete=True,
        platform=recording.platform,
        transport=recording.header.kind,
        device=device,
        profile=options.profile or RECORDING_PROFILE,
        included=tuple(options.include),
        privacy=options.privacy,
        users=None,
        host_clock=host_clock(),
        clock=None,
        locked_at_start=None,
        locked_at_end=None,
        host_keys=recording.header.host_keys,
        sandbox=reader.sandbox,
        **structs.asdict(options.custody),
    )
    return acquisition, key


def _digest(recording: Recording) -> str:
    """Name a device that does not state its serial by what was recorded of it."""
    sha256 = hashlib.sha256()
    for part in recording.parts:
        sha256.update((part.sha256 or "").encode())
    return sha256.hexdigest()


def examination_of(
    recording: Recording,
    reader: EvidenceReader,
    evidence: Sequence[Evidence],
    *,
    acquisition: Acquisition,
    knowledge: Knowledge,
    redaction: Redaction,
    started: datetime,
    contents: Contents,
    on_event: OnEvent | None = None,
    clock: Callable[[], datetime] = now,
    digest: str | None = None,
) -> Examination:
    """Put together what was read of a recording; rules of bytes are applied to what is in it."""
    mixed = _mixed(reader, recording.platform)
    yara = knowledge.pack.yara
    if yara is not None and _looks_into_files(acquisition):
        others = scan_content(recording, yara, hide=redaction.name, on_event=on_event)
        contents = merged((contents, others))
    return Examination(
        acquisition=acquisition,
        evidence=evidence,
        reader=reader,
        knowledge=knowledge,
        redaction=redaction,
        started_at=started,
        clock=clock,
        digest=digest,
        flaws=(*recording.gaps(redaction.name), *mixed, *_unread_content(recording)),
        whole=recording.whole and not mixed,
        contents=contents,
    )


def _looks_into_files(acquisition: Acquisition) -> bool:
    """Whether rules of bytes are applied to what no artifact reads.

    Of an iPhone on request only: its programs are read as apps, the rest is mostly personal.
    """
    if acquisition.transport in OF_IPHONES:
        return FILES in acquisition.included
    return not is_file(acquisition)


def _unread_content(recording: Recording) -> Iterator[Gap]:
    """Say that personal content, where there is any, was left alone."""
    if recording.header.kind in HOLDING_CONTENT and not recording.content:
        detail = "personal content is read on request only, and then for indicators alone"
        yield Gap(artifact="ios.content", reason="privacy_policy", detail=detail)


def _mixed(reader: EvidenceReader, platform: str) -> tuple[Gap, ...]:
    """Say where the parts of a recording are not of one phone, or not of one build of it."""
    build = next(iter(reader.snapshot.every(Build)), Build())
    if not isinstance(build.conflicts, tuple) or not _ONE_PHONE.intersection(build.conflicts):
        return ()
    detail = "its parts name different phones, or different builds of one"
    return (Gap(artifact=f"{platform}.recording", reason="parse_error", detail=detail),)


def _require_same(case: Case, recording: Recording) -> None:
    """CaseError where a recording is not the one that a case was made of.

    A folder is known by its parts alone, of which a later version may read more.
    """
    named = {(each.origin, each.sha256) for each in case.evidence()}
    found = {(each.origin, each.sha256) for each in recording.evidence()}
    _require_key_as_then(recording, lacking=bool(named - found), more=bool(found - named))
    differ = named - found
    if case.acquisition.version == tool_version():
        differ |= found - named
    digests = {case.acquisition.recording_sha256, recording.header.sha256} - {None}
    if differ or len(digests) > 1:
        raise CaseError(
            f"{recording.path}: is not the recording that this case was made of:"
            f" {f'{len(differ)} parts differ' if differ else 'its digest differs'}",
            remedy="Name the untouched recording with --source.",
        )


def _require_key_as_then(recording: Recording, *, lacking: bool, more: bool) -> None:
    """UsageError where an encrypted backup differs only by whether it was unlocked."""
    if recording.header.locked and recording.keys is None and lacking:
        raise UsageError(
            f"{recording.path}: the backup is encrypted, and no password was given",
            remedy="Give its password, as for the case: in a file, the environment or at a prompt.",
        )
    if recording.keys is not None and more and not lacking:
        raise UsageError(
            f"{recording.path}: was locked when the case was made, and is not now",
            remedy="Scan the backup anew with its password.",
        )
