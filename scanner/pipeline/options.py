"""What a caller may choose for an acquisition."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from scanner.model.events import Event, OnEvent
from scanner.model.privacy import PrivacyLevel
from scanner.model.requests import GiB

AppTransfer = Literal["auto", "whole", "parts", "none"]
"""auto: whole, and of what is slow to come the parts that tell what it is and who signed it."""


PHONE_PROFILE, RECORDING_PROFILE = "quick", "deep"  # where none is named
CONTENT = "content"  # the word that asks for personal content
FILES = "files"  # and for rules of bytes on every file of a backup, sysdiagnose or file system

Password = Callable[[], str | None]
"""Asked for the password of a backup that turns out to be encrypted; None: there is none."""


class Custody(Struct, frozen=True, kw_only=True):
    """Who examines which device, why, and with whose consent: recorded once and for good."""

    operator: str | None = None
    case_number: str | None = None
    purpose: str | None = None  # or legal basis
    consent: str | None = None
    debugging_before: bool | None = None  # was it on when the device was handed over?


class AdbServer(Struct, frozen=True, kw_only=True):
    """Where the adb server listens; None: where the environment says, as adb itself does."""

    host: str | None = None
    port: int | None = None
    keys: Sequence[Path] | None = None  # its public keys; None: where adb keeps this user's


class Options(Struct, frozen=True, kw_only=True):
    """How much to ask for, where to put it, and what to tell whom."""

    output: Path | None = None  # None: ./cases/<time>-<device pseudonym>/
    profile: str | None = None  # None: quick of a phone; of a recording all, which is deep
    users: Sequence[int] | None = None  # None: all
    privacy: PrivacyLevel = "share"
    time_budget: float | None = None  # seconds for the whole acquisition
    custody: Custody = Custody()
    adb: AdbServer = AdbServer()
    usbmux: str | None = None  # address of usbmuxd; None: where the environment says, or the usual
    apps: AppTransfer = "auto"  # how the files of apps come from a phone, where a profile asks
    app_cache: int = 4 * GiB  # bytes of copies of files of apps that are kept; 0: none
    min_sdk: int | None = None  # verify apps for this version of Android on; None: as they state
    jobs: int | None = None  # files of apps that are read at once; None: one for each core
    include: Sequence[str] = ()  # what is read only on request: traffic, content ...
    password: Password | None = None  # of an encrypted backup
    resume: bool = False  # go on with an acquisition that was interrupted
    on_event: OnEvent | None = None  # called by threads of the scan, one event at a time
    cancel: threading.Event | None = None

    def emit(self, event: Event) -> None:
        if self.on_event is not None:
            self.on_event(event)
