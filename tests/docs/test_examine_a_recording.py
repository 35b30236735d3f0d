"""The page on recordings: its commands work, and its table says what artifacts can read."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scanner import pipeline
from scanner.artifacts import ARTIFACTS
from scanner.model.artifact import Planned
from scanner.model.requests import (
    AnyRequest,
    AppBytes,
    Collected,
    Command,
    Dumpsys,
    Glob,
    Section,
    ServiceDump,
)
from tests.pipeline.recordings import bugreport, made
from tests.sources.recorded.collected import generator

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "examine-a-recording.md").read_text(encoding="utf-8")
PHONE = "android-14-tampered"
# What the table calls the artifacts; each stands in one row.
ROWS = {
    "properties, build, users, what a management forbids": (
        "getprop",
        "users",
        "user_restrictions",
    ),
    "settings": ("settings",),
    "apps, their origin and permissions": ("packages", "package_details"),
    "files of apps: digests and signers": ("installed_files",),
    "files of apps, by their bytes": ("app_files",),
    "files of apps that the system came with, by their bytes": ("system_app_files",),
    "calls in the code of apps, where a rule asks": ("app_calls",),
    "processes": ("processes",),
    "accessibility, administrators, app operations, notification listeners, jobs, alarms,"
    " who sees the screen": (
        *("accessibility", "device_policy", "app_operations", "notification_listeners"),
        *("schedules", "media_projection"),
    ),
    "keyboards": ("input_methods",),
    "roles (SMS, calls, home)": ("roles",),
    "computers that may debug": ("adb_keys",),
    "networks in use, private DNS, proxies": ("connectivity",),
    "VPN": ("vpn",),
    "saved Wi-Fi networks, how they are secured": ("wifi",),
    "USB and debugging": ("debugging",),
    "updates and removals of apps by day": ("battery_daily",),
    "apps that the battery's history names": ("battery_history",),
    "packages whose databases were open": ("databases",),
    "compatibility overrides": ("platform_compat",),
    "mounts": ("mounts",),
    "crashes of native code": ("tombstones",),
    "sockets": ("sockets",),
    "SELinux mode": ("selinux",),
    "tools of rooting, by path": ("root_traces",),
    "files in temporary and shared folders": ("files",),
    "added certificate authorities": ("certificates",),
}


def cells() -> dict[str, list[str]]:
    """Return the table on what each kind can answer: by the first cell, the others."""
    part = PAGE.split("## What each kind can answer")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return {first: others for first, *others in rows[1:]}


def requests(name: str) -> list[AnyRequest]:
    (artifact,) = (each for each in ARTIFACTS if each.name == f"android.{name}")
    return [
        each.request.template if isinstance(each.request, Planned) else each.request
        for each in artifact.readings
    ]


def in_bugreport(asked: AnyRequest) -> bool:
    return isinstance(asked, Section | ServiceDump | Glob) or (
        isinstance(asked, Dumpsys) and not asked.arguments
    )


def in_androidqf(asked: AnyRequest) -> bool:
    collected = isinstance(asked, Collected) and asked.collector == "androidqf"
    copied = isinstance(asked, AppBytes) and not asked.shipped  # it does not say which are
    return in_bugreport(asked) or collected or copied or asked == Command(argv=("getenforce",))


def test_every_artifact_stands_in_one_row():
    named = [f"android.{name}" for names in ROWS.values() for name in names]
    of_android = [artifact.name for artifact in ARTIFACTS if artifact.platform == "android"]

    assert list(ROWS) == list(cells())
    assert sorted(of_android) == sorted(named)


@pytest.mark.parametrize("row", ROWS)
def test_a_no_is_a_no(row):
    of_bugreport, of_androidqf, _ = cells()[row]
    for name in ROWS[row]:
        asked = requests(name)

        assert any(map(in_bugreport, asked)) == (of_bugreport != "no"), name
        assert any(map(in_androidqf, asked)) == (of_androidqf != "no"), name


def test_its_commands_work_on_a_bugreport(tmp_path):
    first, again = (
        block
        for block in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
        if "adb shell" not in block
    )
    (tmp_path / "bugreport.zip").write_bytes(bugreport(PHONE))
    script = (first + again.replace("CASE", "case")).replace(
        ".venv/bin/scanner", f"'{sys.executable}' -m scanner"
    )
    done = subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert 2 == len(list((tmp_path / "reports").glob("*/report.html")))
    assert 1 == len(list((tmp_path / "cases").glob("*/data/report/report.html")))
    assert [] == list((tmp_path / "case" / "data" / "report").iterdir())


def test_the_outputs_that_it_names_are_recognised(tmp_path):
    """Whatever of them is not read is not a whole file."""
    printed = {each.argv: each.stdout for each in generator("folder").answers(made(PHONE))}
    collected = generator("androidqf").files(made(PHONE), processes="ps.txt")
    printed["dumpsys",] = collected["dumpsys.txt"].decode() + "\n"
    printed["ps", "-A"] = collected["ps.txt"].decode() + "\n"
    commands = re.findall(r"^adb shell (.+) > (\S+)$", PAGE, flags=re.MULTILINE)
    for words, name in commands:
        (tmp_path / name).write_text(printed[tuple(shlex.split(words))], encoding="utf-8")

    assert 8 == len(commands)
    assert set() == {part.title for part in pipeline.unread(tmp_path)} & {
        name for _, name in commands
    }
