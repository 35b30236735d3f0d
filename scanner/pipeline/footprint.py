"""What the acquisition itself left on the device."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scanner.model.evidence import Evidence
from scanner.model.findings import Message
from scanner.model.report import Acquisition
from scanner.model.requests import (
    AppBytes,
    AppFolders,
    Command,
    CrashReports,
    Dumpsys,
    ServiceCall,
)
from scanner.pipeline.limits import is_file, is_recording
from scanner.pipeline.privacy import Redaction


def footprint(
    acquisition: Acquisition, evidence: Iterable[Evidence], redaction: Redaction
) -> tuple[Message, ...]:
    """List what the acquisition itself left on the device."""
    if is_file(acquisition):
        return (Message("footprint.file"),)
    if is_recording(acquisition):
        return (Message("footprint.recording"),)
    keys = tuple(redaction.identifier(key) or "" for key in acquisition.host_keys or ())
    if acquisition.platform == "ios":
        return _on_iphone(keys, acquisition.paired_at, tuple(evidence))
    return _on_android(keys, tuple(evidence))


def _on_android(keys: tuple[str, ...], evidence: tuple[Evidence, ...]) -> tuple[Message, ...]:
    commands = sum(map(_is_command, evidence))
    return (
        *(Message("footprint.adb_key", {"fingerprint": key}) for key in keys),
        Message("footprint.connection_time"),
        Message("footprint.log_lines", {"commands": commands}),
        Message("footprint.security_log"),
        Message("footprint.process_lists"),
    )


def _is_command(evidence: Evidence) -> bool:
    """Whether a shell of the phone ran something for it; the sync service runs nothing."""
    request = evidence.request
    if isinstance(request, AppBytes):
        return request.ranges
    return isinstance(request, AppFolders | Command | Dumpsys)


def _on_iphone(
    keys: tuple[str, ...], paired_at: datetime | None, evidence: tuple[Evidence, ...]
) -> tuple[Message, ...]:
    made = {} if paired_at is None else {"day": f"{paired_at:%Y-%m-%d}"}
    pairing = "footprint.pairing" if paired_at is None else "footprint.pairing_made"
    services = {each.request.service for each in evidence if isinstance(each.request, ServiceCall)}
    crash_area = any(isinstance(each.request, CrashReports) for each in evidence)
    return (
        *(Message(pairing, {"fingerprint": key, **made}) for key in keys),
        Message("footprint.lockdown_log", {"services": len(services) + crash_area}),
        Message("footprint.trusted_host"),
    )
