"""One scan, from an iPhone behind usbmuxd to the report."""

from __future__ import annotations

import hashlib
import json
import plistlib
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from scanner.case import Case, verify
from scanner.errors import UsageError
from scanner.model.events import Finished, Progress, Started
from scanner.pipeline import Options, examine, read_report, scan
from scanner.simulate.ios import IosFaults
from tests.pipeline.iphones import (
    CLEAN,
    INCLUDED,
    IOS_TAMPERED,
    IPHONES,
    OfIPhone,
    Plug,
    ScannedIPhone,
    repeatable,
)
from tests.pipeline.test_scan import lasting

MakeOptions = Callable[..., Options]
CLOCK = "c8ab25be-81fa-4603-845e-98e479355e7c"
# Examines a case in a Python of its own; prints the report and what of the library was imported.
EXAMINE = """
import sys
from pathlib import Path
import msgspec, scanner
examined = scanner.examine(Path(sys.argv[1]))
loaded = sorted(name for name in sys.modules if name.split(".")[0] == "pymobiledevice3")
sys.stdout.buffer.write(msgspec.json.encode((examined.report, loaded)))
"""


@pytest.mark.parametrize("name", IPHONES)
def test_the_case_is_complete_and_its_digest_is_that_of_the_tag_manifest(
    name: str, scanned_iphone: ScannedIPhone
):
    done = scanned_iphone(name).done
    manifest = (done.folder / "tagmanifest-sha256.txt").read_bytes()

    verification = verify(done.folder)

    assert (True, ()) == (verification.complete, verification.problems)
    assert hashlib.sha256(manifest).hexdigest() == done.digest
    assert done.report == read_report(done.folder)


@pytest.mark.parametrize("name", IPHONES)
def test_examining_the_case_later_gives_the_same_report(name: str, scanned_iphone: ScannedIPhone):
    done = scanned_iphone(name).done

    def in_ninety_days() -> datetime:
        return datetime.now(tz=UTC) + timedelta(days=90)

    later = examine(done.folder, clock=in_ninety_days).report

    assert lasting(done.report) == lasting(later)
    assert (None, done.digest) == (done.report.run.case_digest, later.run.case_digest)


def test_a_case_is_examined_without_what_talks_to_iphones(scanned_iphone: ScannedIPhone):
    done = scanned_iphone(IOS_TAMPERED).done

    ran = subprocess.run(
        [sys.executable, "-c", EXAMINE, done.folder], capture_output=True, check=True
    )

    report, loaded = json.loads(ran.stdout)
    assert [] == loaded
    del report["run"]
    assert json.loads(lasting(done.report)) == report


@pytest.mark.parametrize("name", [CLEAN, IOS_TAMPERED])
def test_two_scans_of_an_unchanged_iphone_give_equal_reports(
    name: str, plug: Plug, options: MakeOptions, scanned_iphone: ScannedIPhone
):
    plugged = plug(name)

    again = scan(plugged.target, options=options(usbmux=plugged.mux.address)).report

    assert repeatable(scanned_iphone(name).done.report) == repeatable(again)


def test_entities_stand_one_a_line_with_their_evidence(scanned_iphone: ScannedIPhone):
    done = scanned_iphone(IOS_TAMPERED).done
    lines = (done.folder / "data/report/entities.jsonl").read_bytes().splitlines()
    known = {line.id for line in done.report.evidence}

    entities = [json.loads(line) for line in lines]

    counted = done.report.coverage.entities
    assert counted == {kind: sum(kind == e["type"] for e in entities) for kind in counted}
    assert {"app", "binary_image", "process", "profile"} <= counted.keys()
    for entity in entities:  # the clock's skew stands in the record of the acquisition
        assert entity["evidence"] or entity["type"] == "clock"
        assert set(entity["evidence"]) <= known


@pytest.mark.parametrize("name", IPHONES)
def test_events_come_in_their_order(name: str, scanned_iphone: ScannedIPhone):
    one = scanned_iphone(name)
    report, events = one.done.report, one.events

    assert isinstance(events[0], Started)
    finished = Finished(complete=True, verdict=report.verdict, findings=len(report.findings))
    assert [finished] == [event for event in events if isinstance(event, Finished)]
    assert finished == events[-1]
    kinds = [type(event).__name__ for event in events]
    assert kinds.count("EvidenceAdded") == len(report.evidence)
    assert kinds.count("CheckDone") == len(report.checks)
    assert kinds.index("EvidenceAdded") < kinds.index("CheckDone")
    steps = [event for event in events if isinstance(event, Progress)]
    assert all(step.done <= step.total for step in steps)


@pytest.mark.parametrize(("name", "minutes"), [(CLEAN, 0), (IOS_TAMPERED, 40)])
def test_a_clock_that_is_wrong_is_a_finding(name: str, minutes: int, scanned_iphone: ScannedIPhone):
    report = scanned_iphone(name).done.report
    acquisition = report.run.acquisition
    assert acquisition is not None
    assert acquisition.clock is not None

    found = [finding for finding in report.findings if finding.rule == CLOCK]

    assert abs(acquisition.clock.skew_seconds - 60 * minutes) < 5
    said = [match.values for finding in found for match in finding.matched]
    assert ([(40,)] if minutes else []) == said


def test_the_footprint_names_the_pairing_that_was_used(scanned_iphone: ScannedIPhone):
    report = scanned_iphone(CLEAN).done.report

    ids = [message.id for message in report.footprint]
    assert "footprint.pairing" in ids
    assert "footprint.pairing_made" not in ids
    acquisition = report.run.acquisition
    assert acquisition is not None
    assert (None, "usb") == (acquisition.paired_at, acquisition.transport)


def test_what_is_collected_on_request_only_is_not_looked_for(scanned_iphone: ScannedIPhone):
    one = scanned_iphone(CLEAN)

    lacking = {
        check.reason
        for check in one.done.report.checks
        if check.detail is not None and "ios.traffic" in str(check.detail.params.get("artifact"))
    }
    assert {"not_selected"} == lacking
    assert {"ios.traffic", "ios.sysdiagnose"}.isdisjoint(
        {*one.done.report.coverage.artifacts_read, *one.done.report.coverage.artifacts_missing}
    )
    assert "com.apple.pcapd" not in {service for service, _ in one.calls}
    assert one.done.report.run.acquisition.included == ()


def test_what_is_asked_for_is_collected_and_the_case_says_that_it_was(
    plug: Plug, options: MakeOptions
):
    plugged = plug(IOS_TAMPERED)

    chosen = options(usbmux=plugged.mux.address, include=INCLUDED)
    done = scan(plugged.target, options=chosen)

    report = done.report
    acquisition, artifacts = Case.open(done.folder).acquisition, report.coverage.artifacts_read
    sizes = {line.artifact: line.size for line in report.evidence}
    assert INCLUDED == acquisition.included == report.run.acquisition.included
    assert sizes["ios.traffic"] > 0
    assert sizes["ios.sysdiagnose"] > 0
    assert "ios.traffic" in artifacts
    assert report.coverage.entities["socket"] > 5
    assert lasting(report) == lasting(examine(done.folder).report)


def test_a_stream_that_breaks_off_is_a_gap_and_no_answer(deep: OfIPhone):
    report = deep.done.report
    of_traffic = [line for line in report.evidence if line.artifact == "ios.traffic"]

    assert INCLUDED == report.run.acquisition.included
    assert ["truncated"] == [line.cut for line in of_traffic]
    assert ("ios.traffic", "truncated") in {(gap.artifact, gap.reason) for gap in report.gaps}
    assert lasting(report) == lasting(examine(deep.done.folder).report)


@pytest.mark.parametrize("name", IPHONES)
def test_what_no_scan_of_an_iphone_can_show_is_not_said_to_be_left_out(
    name: str, scanned_iphone: ScannedIPhone
):
    chosen = {"ios.traffic", "ios.connections", "ios.sysdiagnose", "ios.running_processes"}

    for check in scanned_iphone(name).done.report.checks:
        if check.reason == "not_selected":
            assert check.detail is not None
            assert chosen >= set(str(check.detail.params["artifact"]).split(", ")), check
        if check.reason == "no_permission":
            assert "ios.profile_contents" == check.detail.params["artifact"]


def test_an_iphone_without_profiles_is_examined_whole(plug: Plug, options: MakeOptions):
    none = plistlib.dumps({"OrderedIdentifiers": [], "Status": "Acknowledged"})
    plugged = plug(CLEAN, faults=IosFaults(replace={"com.apple.mobile.MCInstall": none}))

    report = scan(plugged.target, options=options(usbmux=plugged.mux.address)).report

    assert 100 == report.coverage.percent
    assert {"ios.management"} >= {gap.artifact for gap in report.gaps}
    assert "profile" not in report.coverage.entities


def test_a_word_that_asks_for_nothing_is_refused_before_the_iphone_is_asked(
    plug: Plug, options: MakeOptions
):
    plugged = plug(CLEAN)

    with pytest.raises(UsageError, match="films") as error:
        scan(plugged.target, options=options(usbmux=plugged.mux.address, include=("films",)))

    assert "sysdiagnose, traffic" in str(error.value.remedy)
    assert [] == plugged.phone.calls


def test_without_output_the_case_lies_under_cases(
    plug: Plug, options: MakeOptions, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    services = ("com.apple.os_trace_relay", "com.apple.mobile.installation_proxy")
    plugged = plug(CLEAN, faults=IosFaults(refuse=services))

    done = scan(plugged.target, options=options(output=None, usbmux=plugged.mux.address))

    pseudonym = done.report.device.pseudonym if done.report.device else ""
    assert tmp_path / "cases" == done.folder.parent
    assert done.folder.name.endswith(f"-{pseudonym}")
    assert plugged.phone.udid not in done.folder.name
