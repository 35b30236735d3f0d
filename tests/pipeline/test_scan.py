"""One scan, from a phone behind a real adb server to the report."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from scanner.case import verify
from scanner.cli.demo import compare
from scanner.errors import DeviceBusy
from scanner.model.events import Event, Finished, Progress, Started
from scanner.model.report import Report
from scanner.pipeline import Options, Scanned, examine, read_report, scan
from scanner.simulate import Line, Phone, SimulatedPhone, find_phone
from tests.pipeline.conftest import CURRENT, OLD, PHONES, TAMPERED

Simulate = Callable[..., SimulatedPhone]


def lasting(report: Report) -> bytes:
    """What of a report must not depend on when, where and how often it is made."""
    document = msgspec.json.decode(msgspec.json.encode(report))
    del document["run"]
    return msgspec.json.encode(document)


@pytest.mark.parametrize("name", PHONES)
def test_what_was_planted_is_found_and_nothing_else_is_accused(
    name: str, scanned: Callable[[str], Scanned]
):
    comparison = compare(find_phone(name), scanned(name))

    assert comparison.as_expected, comparison.text()


@pytest.mark.parametrize("name", PHONES)
def test_the_case_is_complete_and_its_digest_is_that_of_the_tag_manifest(
    name: str, scanned: Callable[[str], Scanned]
):
    done = scanned(name)
    manifest = (done.folder / "tagmanifest-sha256.txt").read_bytes()

    verification = verify(done.folder)

    assert (True, ()) == (verification.complete, verification.problems)
    assert hashlib.sha256(manifest).hexdigest() == done.digest


def test_a_quick_scan_stays_within_twelve_round_trips(simulate: Simulate, options):
    phone = simulate(Phone.load(find_phone(CURRENT)))

    scan(f"android:{phone.address}", options=options())

    opened = phone.opened
    assert opened["shell"] + opened["exec"] <= 12
    assert set(opened) <= {"shell", "exec", "sync"}


@pytest.mark.parametrize("profile", ["quick", "standard", "deep"])
def test_the_phone_is_only_read_from(profile: str, simulate: Simulate, options):
    phone = simulate(Phone.load(find_phone(TAMPERED)))

    scan(f"android:{phone.address}", options=options(profile=profile))

    programs = {argv[0] for argv in phone.commands}
    assert programs <= {"cat", "cmd", "dpm", "dumpsys", "getenforce", "getprop", "pm", "ps"} | {
        "find",
        "ls",
        "settings",
        "stat",
    }
    asked = [argv for argv in phone.commands if argv[0] in {"cmd", "dpm", "pm", "settings"}]
    assert all({"list", "list-networks", "list-owners"} & set(argv) for argv in asked)
    found = [argv[2:] for argv in phone.commands if argv[0] == "find"]
    assert all(("-exec", "stat", "-c") == words[:3] for words in found)
    assert bool(found) is (profile != "quick")
    assert not [kind for kind in phone.refused if "SEND" in kind]


@pytest.mark.parametrize("name", PHONES)
def test_examining_the_case_later_gives_the_same_report(
    name: str, scanned: Callable[[str], Scanned]
):
    done = scanned(name)

    def in_ninety_days() -> datetime:
        return datetime.now(tz=UTC) + timedelta(days=90)

    later = examine(done.folder, clock=in_ninety_days).report

    assert lasting(done.report) == lasting(later)
    assert later.run.started_at - done.report.run.started_at > timedelta(days=89)
    assert (None, done.digest) == (done.report.run.case_digest, later.run.case_digest)


def test_the_report_in_the_case_is_the_report(scanned: Callable[[str], Scanned]):
    done = scanned(TAMPERED)

    assert done.report == read_report(done.folder)
    html = (done.folder / "data/report/report.html").read_text("utf-8")
    assert html.startswith(("<!doctype html>", "<!DOCTYPE html>"))


def test_entities_stand_one_a_line_with_their_evidence(scanned: Callable[[str], Scanned]):
    done = scanned(CURRENT)
    lines = (done.folder / "data/report/entities.jsonl").read_bytes().splitlines()
    known = {line.id for line in done.report.evidence}

    entities = [msgspec.json.decode(line) for line in lines]

    installed = [e for e in entities if e["type"] == "app" and e.get("installed") is not False]
    assert done.report.coverage.entities["app"] == len(installed)
    for entity in entities:  # the clock's skew stands in the record of the acquisition
        assert entity["evidence"] or entity["type"] == "clock"
        assert set(entity["evidence"]) <= known


def test_two_phones_in_two_threads_give_the_reports_that_each_gives_alone(
    simulate: Simulate, options, scanned: Callable[[str], Scanned]
):
    done: dict[str, Report] = {}

    def run(name: str, phone: SimulatedPhone, chosen: Options) -> None:
        done[name] = scan(f"android:{phone.address}", options=chosen).report

    threads = [
        threading.Thread(target=run, args=(name, simulate(Phone.load(find_phone(name))), options()))
        for name in (CURRENT, TAMPERED)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {name: lasting(scanned(name).report) for name in (CURRENT, TAMPERED)} == {
        name: lasting(report) for name, report in done.items()
    }


def test_a_second_scan_of_the_same_phone_at_the_same_time_is_refused(simulate: Simulate, options):
    phone = simulate(Phone.load(find_phone(OLD)), line=Line(open_ms=500))
    began, refusal = threading.Event(), threading.Event()

    def notice(event: Event) -> None:
        if isinstance(event, Started):
            began.set()
            refusal.wait(60)

    first = threading.Thread(
        target=scan,
        args=(f"android:{phone.address}",),
        kwargs={"options": options(on_event=notice)},
    )
    first.start()
    began.wait(60)
    with pytest.raises(DeviceBusy) as refused:
        scan(f"android:{phone.address}", options=options())
    refusal.set()
    first.join()

    assert refused.value.remedy


def test_a_scan_runs_inside_a_running_event_loop(simulate: Simulate, options):
    phone = simulate(Phone.load(find_phone(OLD)))

    async def main() -> Scanned:
        return scan(f"android:{phone.address}", options=options())

    assert asyncio.run(main()).report.verdict


def test_events_come_in_their_order(simulate: Simulate, options):
    phone = simulate(Phone.load(find_phone(OLD)))
    events: list[Event] = []

    done = scan(f"android:{phone.address}", options=options(on_event=events.append))

    assert isinstance(events[0], Started)
    assert [
        Finished(complete=True, verdict=done.report.verdict, findings=len(done.report.findings))
    ] == [event for event in events if isinstance(event, Finished)]
    assert isinstance(events[-1], Finished)
    kinds = [type(event).__name__ for event in events]
    assert kinds.index("EvidenceAdded") < kinds.index("CheckDone")
    steps = [event for event in events if isinstance(event, Progress)]
    assert all(step.done <= step.total for step in steps)


def test_only_the_users_asked_for_are_read(simulate: Simulate, options):
    phone = simulate(Phone.load(find_phone(TAMPERED)))

    done = scan(f"android:{phone.address}", options=options(users=(0,)))

    asked = [line.request for line in done.report.evidence]
    assert not [request for request in asked if "--user 10" in request]
    assert {("not_selected", 10)} == {(gap.reason, gap.user) for gap in done.report.gaps}


def test_without_output_the_case_lies_under_cases(
    simulate: Simulate, options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    phone = simulate(Phone.load(find_phone(OLD)))

    done = scan(f"android:{phone.address}", options=options(output=None))

    pseudonym = done.report.device.pseudonym if done.report.device else ""
    assert tmp_path / "cases" == done.folder.parent
    assert done.folder.name.endswith(f"-{pseudonym}")
