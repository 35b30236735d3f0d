"""What an examination can never see, and how far back what it read goes."""

from __future__ import annotations

from scanner.model.findings import Message
from scanner.model.recording import APP_FILES, FILES, KINDS
from scanner.model.report import Acquisition
from scanner.pipeline.options import CONTENT

_ANYWHERE = ("memory_only", "accounts", "baseband", "network", "firmware")
_CANNOT_SEE = {
    "android": ("app_code", "without_root", *_ANYWHERE),
    "ios": ("ios_claims", "profile_contents", "ios_app_code", "ios_files", *_ANYWHERE),
}
_OF_IPHONE = {
    "ios_backup": ("ios_claims", "backup_programs"),
    "sysdiagnose": ("ios_claims", "sysdiagnose_programs"),
    "ios_filesystem": ("copy_left_out", "apps_running", "apps_later"),
}
_OF_A_FILE = ("file_only", "file_history")
_OF_APPS = ("apps_running", "apps_later", "file_only", "file_history")


def is_recording(acquisition: Acquisition) -> bool:
    """Whether what was examined is a recording that somebody else made."""
    return acquisition.transport in KINDS


def is_file(acquisition: Acquisition) -> bool:
    """Whether what was examined is a file that is no phone's."""
    return acquisition.transport in FILES


def is_app_file(acquisition: Acquisition) -> bool:
    """Whether what was examined are files of apps."""
    return acquisition.transport in APP_FILES


def cannot_see(acquisition: Acquisition, *, apps_read: bool = False) -> tuple[Message, ...]:
    """List what this kind of examination can never see; `apps_read`: files of apps were read."""
    if is_app_file(acquisition):
        names: tuple[str, ...] = _OF_APPS
    elif is_file(acquisition):
        names = _OF_A_FILE
    elif acquisition.transport in _OF_IPHONE:
        content = "content_compared" if CONTENT in acquisition.included else "content"
        names = (*_OF_IPHONE[acquisition.transport], content, *_ANYWHERE)
    else:
        names = _CANNOT_SEE[acquisition.platform]
        if apps_read:
            names = tuple("apps_running" if name == "app_code" else name for name in names)
    return tuple(Message(f"cannot_see.{name}") for name in names)


def reach(acquisition: Acquisition) -> tuple[Message, ...]:
    """Say of which time the evidence tells."""
    if is_app_file(acquisition):
        return (Message("reach.apps"),)
    if is_file(acquisition):
        return (Message("reach.file"),)
    if not is_recording(acquisition):
        iphone = acquisition.platform == "ios"
        return (Message("reach.present_and_crashes" if iphone else "reach.present_state"),)
    made = acquisition.recorded_at
    return (Message("reach.recorded", {"day": f"{made:%Y-%m-%d}"} if made else {}),)
