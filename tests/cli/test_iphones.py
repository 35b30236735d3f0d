"""iPhones on the command line: pairing, listing, simulating, and what would be asked."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.case.pseudonym import home
from scanner.simulate.ios import IosFaults, Usbmuxd
from tests.pipeline.iphones import CLEAN, IOS_TAMPERED, Plugged, simulated

QUIET = IosFaults(refuse=("com.apple.os_trace_relay", "com.apple.mobile.installation_proxy"))
PROFILES = ("quick", "standard", "deep")


@pytest.fixture
def plugged(request: pytest.FixtureRequest) -> Iterator[Plugged]:
    """The ordinary iPhone at the cable; the parameter is how it meets this computer."""
    phone = simulated(CLEAN, trust=getattr(request, "param", "paired"), faults=QUIET)
    with Usbmuxd([phone]) as mux:
        yield Plugged(phone, mux)


@contextlib.contextmanager
def serving(folder: Path, *words: str) -> Iterator[str]:
    """Run `scanner simulate WORDS...` until the end; yield the address of its usbmuxd."""
    log = folder / "phone.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "scanner", "simulate", *words], stderr=stream
        )
        try:
            while not (found := re.search(r"USBMUXD_SOCKET_ADDRESS=(\S+)\n", log.read_text())):
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
            yield found[1]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    assert process.returncode in {0, 130}, log.read_text()


def remembered() -> list[dict[str, Any]]:
    path = home() / "pairings.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


# --- pairing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("plugged", ["unpaired"], indirect=True)
def test_pairing_says_what_it_changes_and_stands_in_the_footprint(
    run, plugged: Plugged, tmp_path: Path
):
    before = remembered()
    ran = run("pair", plugged.target, "--yes", "--usbmux", plugged.mux.address)
    scanned = run(
        "scan", plugged.target, "--usbmux", plugged.mux.address, "--json", "-q",
        "-o", tmp_path / "case",
    )  # fmt: skip

    assert 0 == ran.returncode, ran.stderr
    made = remembered()[len(before) :]
    assert [f"paired as {each['fingerprint']}" for each in made] == ran.stdout.splitlines()[:1]
    assert "to undo" in ran.stdout
    assert "Pairing leaves on the iPhone" in ran.stderr
    assert "tap Trust" in ran.stderr
    assert plugged.phone.udid in plugged.mux.saved
    said = {each["id"] for each in json.loads(scanned.stdout)["footprint"]}
    assert "footprint.pairing_made" in said


@pytest.mark.parametrize("plugged", ["unpaired"], indirect=True)
def test_a_pairing_is_printed_for_programs(run, plugged: Plugged):
    ran = run("pair", plugged.target, "-y", "--json", "--usbmux", plugged.mux.address)

    paired = json.loads(ran.stdout)
    assert 0 == ran.returncode, ran.stderr
    assert remembered()[-1] == paired
    assert {"fingerprint", "paired_at", "saved_to", "already"} == paired.keys()


@pytest.mark.parametrize("plugged", ["unpaired"], indirect=True)
def test_nobody_is_asked_for_an_iphone_without_a_yes(run, plugged: Plugged):
    ran = run("pair", plugged.target, "--usbmux", plugged.mux.address)

    assert 0 != ran.returncode
    assert "Traceback" not in ran.stderr
    assert "" == ran.stdout
    assert [] == plugged.phone.calls


def test_an_iphone_that_is_paired_is_left_as_it_is(run, plugged: Plugged):
    before = remembered()

    ran = run("pair", plugged.target, "-y", "--usbmux", plugged.mux.address)

    assert 0 == ran.returncode, ran.stderr
    assert "nothing was changed" in ran.stdout
    assert before == remembered()
    assert "Pair" not in {message.get("Request") for _, message in plugged.phone.calls}


@pytest.mark.parametrize(
    ("plugged", "says"),
    [("denied", "Don't Trust"), ("pending", "Nobody tapped Trust"), ("locked", "locked")],
    indirect=["plugged"],
)
def test_an_iphone_that_is_not_paired_gives_status_3(run, plugged: Plugged, says: str):
    before = remembered()

    ran = run("pair", plugged.target, "-y", "--seconds", 2, "--usbmux", plugged.mux.address)

    assert (3, "") == (ran.returncode, ran.stdout), ran.stderr
    assert says in ran.stderr
    assert ran.stderr.splitlines()[-1].startswith("  ")
    assert before == remembered()
    assert {} == plugged.mux.saved


@pytest.mark.parametrize("target", ["android:R5CT123", "demo:ios-26-clean"])
def test_only_iphones_are_paired(run, target: str):
    ran = run("pair", target)

    assert 2 == ran.returncode
    assert "only iPhones" in ran.stderr
    assert "Pairing leaves" not in ran.stderr


# --- simulating and listing ---------------------------------------------------------------------


def test_a_simulated_iphone_is_listed_and_scanned_by_its_address(run, tmp_path: Path):
    with serving(tmp_path, CLEAN) as address:
        env = {"USBMUXD_SOCKET_ADDRESS": address}
        (listed,) = [
            each
            for each in json.loads(run("devices", "--json", env=env).stdout)
            if each["platform"] == "ios"
        ]
        shown = run("devices", env=env)
        scanned = run("scan", f"ios:{listed['serial']}", "--json", "-o", "case", env=env)

    assert ("device", "usb") == (listed["state"], listed["transport"])
    assert f"ios:{listed['serial']}  usb  device" in shown.stdout
    assert 0 == scanned.returncode, scanned.stderr
    assert "nothing_found_in_what_was_examined" == json.loads(scanned.stdout)["verdict"]
    assert "Digest:" in scanned.stderr


def test_what_stands_in_the_way_is_listed_with_what_to_do(run, tmp_path: Path):
    with serving(tmp_path, CLEAN, "--trust", "locked") as address:
        env = {"USBMUXD_SOCKET_ADDRESS": address}
        listed = json.loads(run("devices", "--json", env=env).stdout)
        scanned = run("scan", f"ios:{listed[-1]['serial']}", "-q", "-o", "case", env=env)

    assert "locked" == listed[-1]["state"]
    assert listed[-1]["obstacle"]["remedy"]
    assert 3 == scanned.returncode
    assert listed[-1]["obstacle"]["message"] in scanned.stderr
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((CLEAN, "--auth", "unauthorized"), "--auth is not for an iPhone"),
        ((CLEAN, "--allow-after", "1"), "--allow-after is not for an iPhone"),
        ((CLEAN, "--state", "offline"), "--state is not for an iPhone"),
        ((CLEAN, "--shell", "host"), "--shell is not for an iPhone"),
        (("android-8-clean", "--trust", "locked"), "--trust is not for an Android phone"),
    ],
)
def test_an_option_of_the_other_kind_of_phone_is_refused(run, words: tuple[str, ...], says: str):
    ran = run("simulate", *words)

    assert 2 == ran.returncode
    assert says in ran.stderr


# --- what would be asked ------------------------------------------------------------------------


def test_a_dry_run_prints_each_request_once_and_opens_nothing(run, plugged: Plugged):
    asked, words = {}, ("acquire", "ios:", "--dry-run", "--usbmux", plugged.mux.address)
    for profile in PROFILES:
        ran = run(*words, "--profile", profile)
        assert (0, "") == (ran.returncode, ran.stderr)
        asked[profile] = ran.stdout.splitlines()
        assert len(set(asked[profile])) == len(asked[profile]) > 10

    assert set(asked["quick"]) <= set(asked["standard"]) <= set(asked["deep"])
    assert "com.apple.mobile.MCInstall RequestType=GetProfileList" in asked["quick"]
    assert not [line for line in asked["deep"] if "packet" in line or "mobileconfig" in line]
    assert ([], ()) == (plugged.phone.calls, plugged.mux.requests)


def test_a_dry_run_names_what_is_collected_on_request_only(run):
    words = ("acquire", "ios:", "--dry-run", "--json")
    plain = json.loads(run(*words).stdout)
    more = json.loads(run(*words, "--include", "traffic", "--include", "sysdiagnose").stdout)

    added = {each["artifact"] for each in more} - {each["artifact"] for each in plain}
    assert {"ios.traffic", "ios.sysdiagnose"} == added


@pytest.mark.parametrize("command", ["scan", "acquire"])
def test_a_word_that_includes_nothing_gives_status_2(run, command: str, plugged: Plugged):
    ran = run(command, plugged.target, "--include", "films", "--usbmux", plugged.mux.address)

    assert 2 == ran.returncode
    assert "films" in ran.stderr
    assert [] == plugged.phone.calls


# --- several ------------------------------------------------------------------------------------


def test_several_phones_are_scanned_at_once_into_folders_of_their_own(run, tmp_path: Path):
    names = ("demo:android-14-tampered", f"demo:{CLEAN}")

    ran = run("scan", *names, "-o", "cases", "--fail-on", "medium")

    assert 10 == ran.returncode, ran.stderr
    lines = ran.stdout.splitlines()
    assert [*names] == [line.split()[0] for line in lines]
    verdicts = [line.split()[1] for line in lines]
    assert ["suspicious", "nothing_found_in_what_was_examined"] == verdicts
    assert {"01", "02"} == {path.name for path in (tmp_path / "cases").iterdir()}
    assert [0, 0] == [run("verify", f"cases/{name}").returncode for name in ("01", "02")]


def test_of_several_phones_the_gravest_status_counts_and_none_is_kept_from_being_scanned(
    run, tmp_path: Path, plugged: Plugged
):
    ran = run(
        "scan", "ios:00008030-0000000000000000", plugged.target, "--json",
        "--usbmux", plugged.mux.address, "-o", "cases",
    )  # fmt: skip

    assert 3 == ran.returncode
    assert "No iPhone with the UDID" in ran.stderr
    absent, scanned = json.loads(ran.stdout)
    assert "No iPhone with the UDID" in absent["error"]
    assert absent["remedy"]
    assert (None, None) == (absent["report"], absent["case"])
    assert plugged.target == scanned["target"]
    assert ("ios", None) == (scanned["report"]["device"]["platform"], scanned["error"])
    assert scanned["case"].endswith("02")
    assert ["02"] == [path.name for path in (tmp_path / "cases").iterdir()]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ios:00008030-0000000000000000"] * 2, "named twice"),
        (["demo:ios-26-clean", "ios:x", "--events", "-"], "--events is for one phone"),
    ],
)
def test_what_several_phones_cannot_be_asked_together_gives_status_2(run, words, says: str):
    ran = run("scan", *words, "-q")

    assert 2 == ran.returncode
    assert says in ran.stderr


def test_an_iphone_that_goes_away_gives_status_5(run):
    phone = simulated(IOS_TAMPERED, faults=IosFaults(goes_away_after=24))
    with Usbmuxd([phone]) as mux:
        ran = run("scan", f"ios:{phone.udid}", "-o", "case", "--usbmux", mux.address)

    assert 5 == ran.returncode, ran.stderr
    assert "scanner acquire --resume" in ran.stderr
    assert 5 == run("verify", "case").returncode


def test_no_usbmuxd_is_said(run, tmp_path: Path):
    ran = run("scan", "ios:00008030-0000000000000000", "--usbmux", tmp_path / "none")
    wrong = run("devices", env={"USBMUXD_SOCKET_ADDRESS": "localhost:many"})

    assert (3, True) == (ran.returncode, "usbmuxd does not run" in ran.stderr)
    assert (2, True) == (wrong.returncode, "USBMUXD_SOCKET_ADDRESS" in wrong.stderr)
    assert "Traceback" not in ran.stderr + wrong.stderr
