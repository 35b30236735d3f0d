"""What of this computer helps or hinders an examination; nothing is started or changed."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Literal

import adbutils
from msgspec import Struct

from scanner.case.pseudonym import home
from scanner.detect import load
from scanner.errors import ScannerError, UsageError
from scanner.pipeline.host import host_clock
from scanner.sources.ios import mux
from scanner.worker import Worker

_ENOUGH = 2 * 1024**3  # bytes; a deep acquisition needs about one


class Diagnosis(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "note", "missing"]  # missing: no phone can be examined without it
    text: str
    remedy: str = ""


def diagnose() -> tuple[Diagnosis, ...]:
    """Look at everything that an examination needs."""
    return (
        _python(),
        _adb(),
        _server(),
        _usbmuxd(),
        _sandbox(),
        _clock(),
        _home(),
        _rules(),
        _disk(),
    )


def _python() -> Diagnosis:
    return Diagnosis(name="python", state="ok", text=sys.version.split()[0])


def _adb() -> Diagnosis:
    try:
        path = Path(adbutils.adb_path())
    except (RuntimeError, OSError):
        return Diagnosis(
            name="adb", state="missing", text="no adb program", remedy="install Android's adb"
        )
    return Diagnosis(name="adb", state="ok", text=str(path))


def _server() -> Diagnosis:
    host = os.environ.get("ANDROID_ADB_SERVER_HOST", "127.0.0.1")
    port = os.environ.get("ANDROID_ADB_SERVER_PORT", "5037")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return Diagnosis(name="server", state="ok", text=f"an adb server runs at {host}:{port}")
    except (OSError, ValueError):
        text = f"no adb server at {host}:{port}; the first scan starts one"
        return Diagnosis(name="server", state="note", text=text)


def _usbmuxd() -> Diagnosis:
    try:
        address = mux.address_of(None)
        runs = mux.is_running(address)
    except UsageError as error:
        return Diagnosis(name="usbmuxd", state="note", text=str(error), remedy=error.remedy)
    if runs:
        return Diagnosis(name="usbmuxd", state="ok", text=f"usbmuxd listens at {address}")
    return Diagnosis(
        name="usbmuxd",
        state="note",
        text=f"no usbmuxd at {address}: no iPhone can be reached",
        remedy="install usbmuxd, which macOS has; it may start only with an iPhone plugged in",
    )


def _sandbox() -> Diagnosis:
    with Worker() as worker:
        level = worker.sandbox
    if level == "full":
        return Diagnosis(name="sandbox", state="ok", text="parsers run fully confined")
    return Diagnosis(
        name="sandbox",
        state="note",
        text=f"parsers run {'partly' if level == 'partial' else 'not'} confined on this system",
        remedy="examine hostile evidence on Linux with Landlock and user namespaces",
    )


def _clock() -> Diagnosis:
    clock = host_clock()
    if clock.synchronized:
        return Diagnosis(name="clock", state="ok", text=f"synchronized, zone {clock.zone}")
    state = "not synchronized" if clock.synchronized is False else "synchronization unknown"
    return Diagnosis(
        name="clock",
        state="note",
        text=f"{state}, zone {clock.zone}",
        remedy="compare this computer's clock with a known one and note the difference",
    )


def _home() -> Diagnosis:
    folder = home()
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    if os.access(nearest, os.W_OK):
        return Diagnosis(name="home", state="ok", text=str(folder))
    return Diagnosis(
        name="home",
        state="missing",
        text=f"{folder} cannot be written",
        remedy="set SCANNER_HOME to a private folder of yours",
    )


def _rules() -> Diagnosis:
    try:
        pack = load()
    except ScannerError as error:
        return Diagnosis(name="rules", state="missing", text=str(error), remedy=error.remedy)
    return Diagnosis(name="rules", state="ok", text=f"{len(pack.rules)} rules, {pack.digest[:12]}")


def _disk() -> Diagnosis:
    free = shutil.disk_usage(Path.cwd()).free
    text = f"{free / 1024**3:.1f} GiB free here"
    if free >= _ENOUGH:
        return Diagnosis(name="disk", state="ok", text=text)
    return Diagnosis(
        name="disk", state="note", text=text, remedy="put the case on a larger disk with -o"
    )
