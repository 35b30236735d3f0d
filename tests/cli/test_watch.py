"""`scanner watch`: one round, what it keeps, and the end by a signal."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.simulate import AdbServer, Phone, SimulatedPhone
from tests.cli.conftest import Run


@pytest.fixture
def small(record_phone: Callable[..., Phone]) -> Phone:
    properties = b"[ro.serialno]: [WATCHEDCLI]\n[ro.build.version.release]: [16]\n"
    return record_phone(
        {"getprop": properties, "settings list global": b"adb_enabled=1\n"}, serial="WATCHEDCLI"
    )


@pytest.fixture
def home(tmp_path: Path, warm_home: Path) -> dict[str, str]:
    """An installation of its own, and no usbmuxd."""
    return {
        "SCANNER_HOME": str(warm_home),
        "USBMUXD_SOCKET_ADDRESS": str(tmp_path / "no-usbmuxd"),
    }


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_one_round_and_what_it_keeps(
    run: Run, simulate: Callable[..., SimulatedPhone], small: Phone, home: dict[str, str]
):
    simulate(small)

    first = run("watch", "--once", "--json", "--fail-on", "low", env=home)
    second = run("watch", "--once", "--fail-on", "low", "--events", "events.jsonl", env=home)
    status = run("watch", "status", "--json", env=home)

    told = lines(first.stdout)
    found = [event for event in told if event["event"] == "finding"]
    assert 10 == first.returncode, first.stderr
    assert "USB debugging is on" in [event["title"] for event in found]
    assert 0 == second.returncode, second.stderr
    assert "A scan can be noticed" in second.stderr
    assert "0 new" in second.stdout
    (phone,) = json.loads(status.stdout)
    raised = [event for event in found if not event.get("suppressed")]  # but for the scan's own
    assert (True, len(raised)) == (phone["present"], phone["unseen"])

    device, finding = phone["device"], found[0]["fingerprint"]
    calls = (
        run("watch", "ack", device, finding, "--note", "it is mine", env=home),
        run("watch", "suppress", device[:6], finding[:8], "--for", "2d", env=home),
        run("watch", "unsuppress", device, finding, env=home),
        run("watch", "baseline", device, "--set", "last", env=home),
        run("watch", "prune", "--keep-days", "1", env=home),
        run("watch", "timeline", device, "-f", "json", "-o", "line.json", env=home),
        run("watch", "timeline", device, env=home),
    )
    assert [0] * len(calls) == [call.returncode for call in calls], [c.stderr for c in calls]
    assert device in calls[-1].stdout
    assert 2 == run("watch", "ack", device, "nothing", env=home).returncode
    assert 0 == run("watch", "forget", device, env=home).returncode
    assert "[]" == run("watch", "status", "--json", env=home).stdout.strip()


def test_no_phone_is_there(run: Run, home: dict[str, str]):
    with AdbServer() as alone:
        env = {**home, "ANDROID_ADB_SERVER_PORT": str(alone.port)}
        assert 3 == run("watch", "--once", "-q", env=env).returncode


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("watch", "bugreport.zip"), "is not the name of a phone"),
        (("watch", "--interval", "often"), "is no time"),
        (("watch", "--interval", "0"), "longer than nothing"),
        (("watch", "--on-finding", "no-such-program-anywhere"), "no program"),
        (("watch", "--events", "no-such-folder/events.jsonl"), "no file of that name"),
        (("watch", "--webhook", "https://hooks.example.org/x"), "--webhook-secret-file"),
        (("watch", "status"), "no watch has run yet"),
        (("watch", "ack", "abcd", "f1"), "no watch has run yet"),
    ],
)
def test_what_is_wrong_is_said(run: Run, home: dict[str, str], words: tuple[str, ...], says: str):
    done = run(*words, env=home)

    assert 2 == done.returncode
    assert says in done.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_in_order(tmp_path: Path, home: dict[str, str], number: int, status: int):
    with AdbServer() as alone:
        child = subprocess.Popen(
            [sys.executable, "-m", "scanner", "watch", "android:NOTTHERE", "--json", "-q"],
            cwd=tmp_path, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **home, "ANDROID_ADB_SERVER_PORT": str(alone.port)},
        )  # fmt: skip
        assert child.stdout is not None
        first = child.stdout.readline()
        child.send_signal(number)
        rest, _ = child.communicate(timeout=30)

    assert ["started", "stopped"] == [each["event"] for each in lines(first + rest)]
    assert status == child.returncode


def test_where_events_go(
    tmp_path: Path, home: dict[str, str], simulate: Callable[..., SimulatedPhone], small: Phone,
    adb_server: AdbServer,
):  # fmt: skip
    """A file, a program and syslog; SIGUSR1 has a phone scanned that has not come yet."""
    phone = simulate(small, connect=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as logs:
        logs.bind(("127.0.0.1", 0))
        logs.settimeout(10)
        child = subprocess.Popen(
            [sys.executable, "-m", "scanner", "watch", f"android:{phone.address}", "--json", "-q",
             "--on-finding", "tee -a found", "--on-finding-at", "medium",
             "--events", "events.jsonl", "--syslog", f"127.0.0.1:{logs.getsockname()[1]}"],
            cwd=tmp_path, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **home, "ANDROID_ADB_SERVER_PORT": str(adb_server.port)},
        )  # fmt: skip
        assert child.stdout is not None
        told = child.stdout.readline()
        child.send_signal(signal.SIGUSR1)
        adb_server.connect(phone.address)
        while '"scanned"' not in (line := child.stdout.readline()):
            told += line
        child.terminate()
        rest = child.stdout.read()
        child.stdout.close()
        assert 0 == child.wait(timeout=30)
        events = lines(told + line + rest)
        received = [logs.recv(4096) for _ in events]
    adb_server.disconnect(phone.address)

    assert "manual" == json.loads(line)["trigger"]
    found = [event for event in events if event["event"] == "finding"]
    assert {"low", "medium"} <= {event["level"] for event in found}
    started = documents((tmp_path / "found").read_text())
    assert [event for event in found if event["level"] == "medium"] == started
    assert events == lines((tmp_path / "events.jsonl").read_text())
    assert [f'- {event["event"]} [event@32473 id="{event["id"]}"' for event in events] == [
        each.decode()[: each.index(b'"', each.index(b"id=") + 4) + 1].partition(" scanner ")[2]
        for each in received
    ]


def test_a_full_disk_behind_its_output_ends_no_watch(
    tmp_path: Path, home: dict[str, str], simulate: Callable[..., SimulatedPhone], small: Phone,
    adb_server: AdbServer,
):  # fmt: skip
    """What it was asked to write into a file is there all the same."""
    simulate(small)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "scanner", "watch", "--once", "-q", "--events", "events.jsonl"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            env={**os.environ, **home, "ANDROID_ADB_SERVER_PORT": str(adb_server.port)},
        )  # fmt: skip

    assert 1 == done.stderr.count("standard output cannot be written")
    assert "an error of ours" not in done.stderr
    kinds = [event["event"] for event in lines((tmp_path / "events.jsonl").read_text())]
    assert ["started", "attached", "scanned"] == kinds[:3]
    assert "stopped" == kinds[-1]


def documents(text: str) -> list[dict[str, Any]]:
    """Return documents of JSON that stand one behind the other."""
    found, at = [], 0
    while at < len(text):
        document, at = json.JSONDecoder().raw_decode(text, at)
        found.append(document)
    return found
