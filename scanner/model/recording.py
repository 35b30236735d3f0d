"""Recordings: evidence that somebody else collected, and where in it each part lies.

A recording is never copied. A part of it is named by a locator, read in place, and told by its
digest from any other.
"""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from scanner.model.evidence import Locator, Reason
from scanner.model.requests import AnyRequest

RecordingKind = Literal[
    "bugreport",
    "androidqf",
    "dumps",
    "mobileconfig",
    "mobileprovision",
    "app_files",
    "ios_app_files",
    "ios_backup",
    "sysdiagnose",
    "ios_filesystem",
]
KINDS: tuple[RecordingKind, ...] = get_args(RecordingKind)
PROFILE_FILES: tuple[RecordingKind, ...] = ("mobileconfig", "mobileprovision")
APP_FILES: tuple[RecordingKind, ...] = ("app_files", "ios_app_files")
FILES: tuple[RecordingKind, ...] = (*PROFILE_FILES, *APP_FILES)
"""Files that are no phone's: what would be installed on one."""


OF_IPHONES: tuple[RecordingKind, ...] = ("ios_backup", "sysdiagnose", "ios_filesystem")
HOLDING_CONTENT: tuple[RecordingKind, ...] = ("ios_backup", "ios_filesystem")
_FOR_IPHONES = frozenset((*PROFILE_FILES, "ios_app_files", *OF_IPHONES))


def platform_of(kind: RecordingKind) -> str:
    """Return the platform of the phone that a recording is of, or that a file is for."""
    return "ios" if kind in _FOR_IPHONES else "android"


class BackupKeys(Struct, frozen=True, kw_only=True, tag_field="type", tag="backup_keys"):
    """The keys of the protection classes of an unlocked backup: secret, and never printed."""

    classes: dict[int, bytes]

    def __repr__(self) -> str:
        return f"BackupKeys({len(self.classes)} classes)"


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="part"):
    """One part of a recording: a section of a text, a file of an archive or folder."""

    title: str  # as the recording names it, bounded; data, never a path of the host
    locator: Locator
    size: int  # bytes
    request: AnyRequest | None = None  # what it answers; None: nothing that is known
    sha256: str | None = None  # of what was read; None: it was not asked for
    cut: Reason | None = None  # why it is not whole
    detail: str = ""  # of the cut, in our words


class Flaw(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="flaw"):
    """Something of a recording that could not be looked into, and why."""

    reason: Reason
    detail: str  # in our words, never the recording's
    locator: Locator


class Header(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="header"):
    """What a recording says of its own making."""

    kind: RecordingKind
    recorded_at: str | None = None  # ISO 8601; without an offset it is the device's own zone
    host_keys: tuple[str, ...] | None = None  # fingerprints of the collecting computer's adb keys
    sha256: str | None = None  # of the container, where it is one file that was read whole
    locked: bool = False  # it is encrypted, and was not unlocked


Surveyed = Header | Part | Flaw
"""What a survey of a recording yields: one header first, then parts and flaws as they stand."""
