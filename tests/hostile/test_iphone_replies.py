"""What an iPhone says is hostile: traps instead of lists, names with escapes and markup."""

from __future__ import annotations

import os
import plistlib
import subprocess
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct, structs

import scanner
from scanner.artifacts import ARTIFACTS
from scanner.formats.plists import plist_of
from scanner.model.entities import Clock
from scanner.model.report import Report
from scanner.simulate import AdbServer, find_phone
from scanner.simulate.ios import IosFaults, IPhone, SimulatedIPhone, Usbmuxd
from tests.command import run_scanner
from tests.report.page import Page

from . import poisoned
from .iphones import (
    TAMPERED,
    Left,
    Spoilt,
    entities_of,
    iphone,
    rules_about,
    scan_all,
    services,
)

DOMAINS = tuple(
    f"lockdownd/{name}"
    for name in (
        "com.apple.mobile.wireless_lockdown",
        "com.apple.mobile.backup",
        "com.apple.security.mac.amfi",
        "com.apple.mobile.internal",
        "com.apple.mobile.chaperone",
    )
)
SPOILT = (*services(), *DOMAINS)
BEFORE = ("deep", "doubling", "a text")
READ_ELSEWHERE = {"ios.state", "ios.activation", "ios.build"}  # in the values without a domain
PATIENCE = 60.0  # seconds
UNSEEN = "\x1b\x07\u202e\u2066"


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Left]:
    """A scan for each trap, which every service and every domain of the phone is."""
    wanted = {
        name: Spoilt(IosFaults(replace=dict.fromkeys(SPOILT, trap)))
        for name, trap in poisoned.TRAPS.items()
    }
    for name in BEFORE:
        wanted[f"first {name}"] = Spoilt(IosFaults(replace={"lockdownd": poisoned.TRAPS[name]}))
    wanted |= {"mistyped": Spoilt(IosFaults(replace=mistyped())), "whole": Spoilt()}
    return scan_all(wanted, tmp_path_factory.mktemp("traps"))


def mistyped() -> dict[str, bytes]:
    """Return what each service and domain answers, with values of other types than are known."""
    recorded = IPhone.load(find_phone(TAMPERED))
    found: dict[str, bytes] = {}
    for call in recorded.calls:
        said = poisoned.mistyped(plist_of(recorded.read(call.replies[0])))
        found.setdefault(call.service, plistlib.dumps(said))
    for name in DOMAINS:
        said = poisoned.mistyped(recorded.domain(name.partition("/")[2]) or {})
        found[name] = plistlib.dumps({"Request": "GetValue", "Value": said})
    return found


def require_nothing_passes(left: Left, whole: Left) -> None:
    """No check passes of what was not read; nor one that had found something."""
    statuses, before = left.statuses(), whole.statuses()
    assert [] == [rule for rule in statuses if statuses[rule] == "pass" != before[rule]]
    assert None is left.error
    assert left.seconds < PATIENCE
    left.require_valid_case()


@pytest.mark.parametrize("name", poisoned.TRAPS)
def test_a_trap_ends_no_scan_and_passes_for_nothing(name: str, trapped: dict[str, Left]):
    left = trapped[name]
    require_nothing_passes(left, trapped["whole"])

    ours = [one for one in ARTIFACTS if one.platform == "ios"]
    told = entities_of([one for one in ours if one.name in READ_ELSEWHERE])
    read = rules_about({Clock, *told})  # of the clock it is asked before everything
    statuses = left.statuses()
    decided = {rule for rule, status in statuses.items() if status in {"pass", "finding", "review"}}
    assert decided <= read
    assert {artifact for artifact, _ in left.gaps()} >= {
        "ios.apps",
        "ios.binary_images",
        "ios.crash_reports",
        "ios.processes",
        "ios.profiles",
        "ios.provisioning",
    }


def test_values_of_another_type_pass_for_nothing(trapped: dict[str, Left]):
    left = trapped["mistyped"]

    require_nothing_passes(left, trapped["whole"])
    assert left.report.coverage.entities["app"] == trapped["whole"].report.coverage.entities["app"]


@pytest.mark.parametrize("name", BEFORE)
def test_a_trap_before_the_session_is_a_phone_that_does_not_answer(
    name: str, trapped: dict[str, Left]
):
    left = trapped[f"first {name}"]

    assert isinstance(left.error, scanner.DeviceError)
    assert left.error.remedy
    assert left.seconds < PATIENCE


class Shown(Struct, frozen=True):
    """What a command said and wrote of a phone whose names are hostile."""

    said: bytes
    folder: Path
    report: Report


def run(phone: SimulatedIPhone, folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    with Usbmuxd([phone]) as mux:
        environment = {**os.environ, "NO_COLOR": "1", "USBMUXD_SOCKET_ADDRESS": mux.address}
        return run_scanner(words, cwd=folder, env=environment, timeout=PATIENCE)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("shown")
    phone = iphone(Spoilt(recorded=poisoned.write(folder)))
    chosen = ("--privacy", "case", "-vv", "--events", "events", "-f", "html", "-f", "json")
    ran = run(phone, folder, "scan", f"ios:{phone.udid}", "-o", "case", *chosen)
    assert 0 == ran.returncode, ran.stderr
    written = (folder / "case/data/report/report.json").read_bytes()
    said = ran.stdout + ran.stderr
    return Shown(said, folder, msgspec.json.decode(written, type=Report))


def test_hostile_names_are_accused_and_shown(shown: Shown):
    """What follows would hold of a report that shows no name at all."""
    page = (shown.folder / "case/data/report/report.html").read_text("utf-8")

    assert poisoned.MARK in page
    assert "&lt;img src=x" in page
    kinds = {finding.subject.entity for finding in shown.report.findings}
    assert kinds >= {"app", "binary_image", "crash"}
    assert "\\u202e" in page or "\\x1b" in page


def test_hostile_names_have_no_power_in_a_page(shown: Shown):
    text = (shown.folder / "case/data/report/report.html").read_text("utf-8")
    page = Page(text)

    assert [] == page.problems
    assert [] == page.all("img")
    assert "<img src=x" not in text
    assert [] == [each for each in UNSEEN if each in text]


def test_hostile_names_have_no_power_in_a_terminal(shown: Shown):
    said = shown.said.decode()

    assert [] == [each for each in UNSEEN if each in said]
    assert "Traceback" not in said
    assert "an error of ours" not in said


@pytest.mark.parametrize(
    "name", ["events", "case/data/report/report.json", "case/data/report/entities.jsonl",
             "case/data/index.jsonl", "case/audit.jsonl"],
)  # fmt: skip
def test_hostile_names_are_texts_of_json(name: str, shown: Shown):
    """One line stays one value, and no raw control character is in it."""
    data = (shown.folder / name).read_bytes()
    lines = [data] if name.endswith(".json") else data.splitlines()

    assert lines
    assert b"\x1b" not in data
    assert all(isinstance(msgspec.json.decode(line), dict) for line in lines)


def test_a_phone_whose_name_is_no_udid_is_none(tmp_path: Path, adb_server: AdbServer):
    """usbmuxd says who is attached: what it says is part of file names and questions elsewhere."""
    for udid in (poisoned.MARKUP, "../../../x", "a" * 70_000):
        phone = SimulatedIPhone(IPhone.load(find_phone(TAMPERED)))
        phone.recorded = structs.replace(phone.recorded, udid=udid)
        listed = run(phone, tmp_path, "devices", "--adb-port", str(adb_server.port))
        scanned = run(phone, tmp_path, "scan", "ios:", "-o", "case")

        assert 3 == scanned.returncode, scanned.stderr
        said = (listed.stdout + listed.stderr + scanned.stdout + scanned.stderr).decode()
        assert [] == [each for each in UNSEEN if each in said]
        assert "Traceback" not in said
        assert len(said) < 5000
        assert not (tmp_path / "case").exists()


@pytest.mark.parametrize(
    ("faults", "words", "status"),
    [
        (IosFaults(locked_services=("com.apple.companion_proxy",)), (), 0),
        (IosFaults(refuse=tuple(services())), ("--require-coverage", "90"), 5),
        (IosFaults(refuse=tuple(services())), ("--fail-on", "high"), 0),
        (IosFaults(goes_away_after=45), (), 5),
        (IosFaults(goes_away_after=3), (), 3),
        (IosFaults(foreign_key=True), (), 3),
    ],
    ids=["a gap", "too little", "nothing found", "gone", "gone at once", "another phone"],
)
def test_the_command_ends_as_its_page_says(
    faults: IosFaults, words: tuple[str, ...], status: int, tmp_path: Path
):
    phone = iphone(Spoilt(faults))
    ran = run(phone, tmp_path, "scan", f"ios:{phone.udid}", "-o", "case", "-q", *words)

    assert status == ran.returncode, ran.stderr
    assert b"Traceback" not in ran.stderr
    assert (status == 3) == (not (tmp_path / "case").exists())
    if status == 3:
        assert b"" == ran.stdout
        assert ran.stderr.startswith(b"scanner: ")
        return
    assert run(phone, tmp_path, "verify", "case").returncode in {0, status}


@pytest.mark.parametrize("trust", ["unpaired", "locked"])
def test_a_phone_that_does_not_trust_is_asked_for_nothing_more(trust: str, tmp_path: Path):
    phone = iphone(Spoilt(trust=trust))
    ran = run(phone, tmp_path, "scan", f"ios:{phone.udid}", "-o", "case")

    assert 3 == ran.returncode
    assert b"\n  " in ran.stderr
    assert {"lockdownd"} >= {service for service, _ in phone.calls}
    assert "Pair" not in {message.get("Request") for _, message in phone.calls}
