"""A recording read into a snapshot: its evidence, part by part, and its apps several at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scanner.detect import RulePack
from scanner.detect.calls import asked_calls
from scanner.model.content import Contents
from scanner.model.events import EvidenceAdded, Progress, Started
from scanner.model.evidence import Evidence
from scanner.model.requests import AppBytes
from scanner.pipeline.app_files import AppInspection
from scanner.pipeline.options import RECORDING_PROFILE, Options
from scanner.pipeline.privacy import asked_at, hidden_at
from scanner.pipeline.reading import EvidenceReader
from scanner.pipeline.recording import Recording
from scanner.snapshot import Snapshot


def read_recording(
    recording: Recording,
    options: Options,
    pack: RulePack | None = None,
    moment: datetime | None = None,
) -> tuple[EvidenceReader, tuple[Evidence, ...], Contents]:
    """Read all that artifacts know; ages are at `moment`, or when the recording was made.

    The rules of bytes are applied to the files of apps on the way.
    """
    evidence = tuple(recording.evidence())
    snapshot = Snapshot(
        recording.platform,
        now=moment or recording.recorded_at or recording.surveyed_at,
        host_keys=recording.header.host_keys,
    )
    reader = EvidenceReader(recording.artifacts, snapshot, recording.worker, recorded=True)
    profile = options.profile or RECORDING_PROFILE
    options.emit(Started(device="", profile=profile, requests=len(evidence), recorded=True))
    with AppInspection(
        reader,
        readable=[recording.path],
        platform=recording.platform,
        pack=pack.yara if pack is not None else None,
        calls=asked_calls(pack, recording.platform) if pack is not None else (),
        jobs=options.jobs,
        hide=hidden_at(options.privacy),
        on_event=options.on_event,
    ) as apps:
        for done, each in enumerate(evidence, start=1):
            if isinstance(each.request, AppBytes):
                apps.submit(each, recording.file(each))
            else:
                reader.read(each, recording.file(each))
            options.emit(
                EvidenceAdded(
                    id=each.id,
                    artifact=", ".join(reader.names_of(each.request)),
                    request=asked_at(options.privacy, each.request),
                    size=each.size,
                )
            )
            options.emit(Progress(phase="examine", done=done, total=len(evidence)))
        return reader, evidence, apps.finish()


def min_sdk_of(evidence: Iterable[Evidence]) -> int | None:
    """Return for which version of Android on the apps of a case were verified."""
    asked = (each.request for each in evidence)
    return next((each.min_sdk for each in asked if isinstance(each, AppBytes)), None)
