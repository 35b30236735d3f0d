"""The page on iPhones: its commands work, and its tables hold what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest

from scanner.artifacts import ARTIFACTS
from scanner.formats.chains import Chain
from scanner.formats.cms import Signature
from scanner.model.artifact import Artifact, Planned, Profile
from scanner.model.requests import (
    AppBytes,
    BackupFile,
    CrashReports,
    Diagnostic,
    FileList,
    Glob,
    Instruments,
    Lockdown,
    ProfileFile,
    ServiceCall,
)
from scanner.simulate import find_phone
from scanner.simulate.ios import IPhone, SimulatedIPhone, Usbmuxd
from scanner.sources.ios.allowed import CRASH_AREA, LOG, PACKETS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "examine-an-iphone.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
UDID = "00008140-001A2B3C4D5E6F70"
RECORDED = (BackupFile, Diagnostic, FileList, Glob)  # told of on the page about recordings
OF_IOS = [
    artifact
    for artifact in ARTIFACTS
    if artifact.platform == "ios"
    if not all(isinstance(reading.request, RECORDED) for reading in artifact.readings)
]
STREAMS = {"log_stream": LOG, "packets": PACKETS}


def cells() -> Mapping[str, list[str]]:
    """Return the table on artifacts: by the name of each, the other cells."""
    rows = re.findall(r"^\| `(ios\.\w+)` \| (.*) \|$", PAGE, flags=re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split(" |")] for name, rest in rows}


def services(artifact: Artifact) -> set[str]:
    """Return what the page has to say of where an artifact asks."""
    found = set()
    for reading in artifact.readings:
        match reading.request:
            case ServiceCall(service=service):
                found.add(f"`{service}`")
            case Lockdown():
                found.add("lockdownd")
            case Instruments():
                found.add("developer services")
            case CrashReports() | Planned():
                found.add(f"`{CRASH_AREA}`")
            case AppBytes() | ProfileFile() | BackupFile() | Diagnostic() | FileList() | Glob():
                pass
            case request:
                found.add(f"`{STREAMS[str(request.__struct_config__.tag)]}`")
    return found or {"none: a file"}


def ran(
    script: str, folder: Path, variables: Mapping[str, str], *, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run commands of the page in a folder."""
    return subprocess.run(
        ["sh", "-e", "-c", script.replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SCANNER_HOME": str(folder / "home"),
            **variables,
        },
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_artifact_stands_in_one_row():
    assert sorted(artifact.name for artifact in OF_IOS) == sorted(cells())


@pytest.mark.parametrize("artifact", OF_IOS, ids=lambda artifact: artifact.name)
def test_a_row_says_where_an_artifact_asks_and_what_it_needs(artifact):
    asks, needs, _ = cells()[artifact.name]

    assert services(artifact) == set(asks.split(", "))
    assert (artifact.profile == Profile.STANDARD) == ("profile *standard*" in needs)
    assert artifact.opt_in == "".join(re.findall(r"`--include (\w+)`", needs))


@pytest.mark.parametrize("word", [*get_args(Signature), *get_args(Chain)])
def test_every_word_for_a_signature_is_explained(word):
    assert re.search(rf"^\| `{word}` \|", PAGE, flags=re.MULTILINE)


def test_its_commands_work_on_an_iphone(tmp_path, adb_server):
    phone = SimulatedIPhone(IPhone.load(find_phone("ios-26-clean")))
    script = "".join(
        line + "\n" for line in BLOCKS[0].splitlines() if "--include traffic" not in line
    )
    with Usbmuxd([phone]) as usbmuxd:
        where = {
            "USBMUXD_SOCKET_ADDRESS": usbmuxd.address,
            "ANDROID_ADB_SERVER_PORT": str(adb_server.port),  # `devices` asks for Androids, too
        }
        done = ran(script.replace(UDID, phone.udid), tmp_path, where)

    assert 0 == done.returncode, done.stderr
    assert phone.udid in done.stdout
    assert 1 == len(list((tmp_path / "cases").glob("*/data/report/report.html")))


def test_the_phone_is_paired_where_a_person_says_yes(tmp_path):
    (block,) = (block for block in BLOCKS if "scanner pair" in block)
    phone = SimulatedIPhone(IPhone.load(find_phone("ios-26-clean")), trust="unpaired")
    with Usbmuxd([phone]) as usbmuxd:
        where = {"USBMUXD_SOCKET_ADDRESS": usbmuxd.address}
        refused = ran(block.replace(UDID, phone.udid), tmp_path, where, typed="n\n")
        before = [message["Request"] for _, message in phone.calls if "Request" in message]
        done = ran(block.replace(UDID, phone.udid), tmp_path, where, typed="y\n")

    assert "Pair" not in before
    assert (True, 0) == (refused.returncode != 0, done.returncode), done.stderr
    assert "Reset Location & Privacy" in done.stdout


def test_its_commands_work_on_files(tmp_path):
    (block,) = (block for block in BLOCKS if "profile.mobileconfig" in block)
    profiles = ROOT / "fixtures" / "profiles"
    shutil.copytree(profiles, tmp_path / "downloads")
    shutil.copy(profiles / "name-server.mobileconfig", tmp_path / "profile.mobileconfig")
    done = ran(block, tmp_path, {})

    assert 0 == done.returncode, done.stderr
    assert 1 == len(list((tmp_path / "cases").glob("*/data/report/report.html")))
    assert 1 == len(list((tmp_path / "reports").glob("*/report.html")))
