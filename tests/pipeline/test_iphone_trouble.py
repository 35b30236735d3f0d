"""iPhones that go away, fall silent, refuse or take too long in the middle of a scan."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.case import Case, verify
from scanner.errors import Cancelled, CaseError, DeviceBusy, DeviceError
from scanner.model.events import Event, EvidenceAdded, Started
from scanner.pipeline import Options, acquire, examine, scan
from scanner.simulate.ios import IosFaults
from tests.pipeline.iphones import CLEAN, IOS_TAMPERED, SUPERVISED, Plug, ScannedIPhone, repeatable

MakeOptions = Callable[..., Options]
APPS = "com.apple.mobile.installation_proxy"
LOG = "com.apple.os_trace_relay"
SERVICES = {
    APPS: "ios.apps",
    "com.apple.mobile.MCInstall": "ios.profiles",
    "com.apple.misagent": "ios.provisioning",
    LOG: "ios.processes",
    "com.apple.springboardservices": "ios.home_screen",
    "com.apple.crashreportcopymobile": "ios.crash_reports",
}


def test_an_iphone_that_goes_away_leaves_a_case_that_is_completed_later(
    plug: Plug, options: MakeOptions, tmp_path: Path, scanned_iphone: ScannedIPhone
):
    output = tmp_path / "case"
    gone = plug(IOS_TAMPERED, faults=IosFaults(goes_away_after=24))
    begun = scan(gone.target, options=options(usbmux=gone.mux.address, output=output))
    had = {each.id for each in Case.open(output).evidence()}
    partial = verify(output)
    again = examine(output).report

    back = plug(IOS_TAMPERED)
    ended = acquire(
        back.target, options=options(usbmux=back.mux.address, output=output, resume=True)
    )

    acquisition = begun.report.run.acquisition
    assert (False, "interrupted.device_lost") == (
        acquisition.complete,
        acquisition.interrupted.id,
    )
    assert "nothing_found_in_what_was_examined" != begun.report.verdict
    assert (False, (), None) == (partial.complete, partial.problems, begun.digest)
    assert (begun.report.gaps, begun.report.checks) == (again.gaps, again.checks)
    assert (True, 1) == (ended.acquisition.complete, ended.acquisition.resumed)
    assert had < {each.id for each in Case.open(output).evidence()}
    assert (True, ()) == (verify(output).complete, verify(output).problems)
    asked = [message for service, message in back.phone.calls if service == APPS]
    assert len(asked) <= 1
    whole = repeatable(scanned_iphone(IOS_TAMPERED).done.report)
    later = repeatable(examine(output).report)
    assert whole["findings"] == later["findings"]
    assert whole["checks"] == later["checks"]


def test_an_iphone_that_goes_away_before_anything_was_collected_is_an_error(
    plug: Plug, options: MakeOptions
):
    plugged = plug(CLEAN, faults=IosFaults(goes_away_after=6))

    with pytest.raises(DeviceError) as error:
        scan(plugged.target, options=options(usbmux=plugged.mux.address))

    assert error.value.remedy


def test_the_case_of_another_iphone_is_not_resumed(
    plug: Plug, options: MakeOptions, tmp_path: Path
):
    cancel = threading.Event()
    cancel.set()
    one, other = plug(CLEAN), plug(SUPERVISED)
    output = tmp_path / "case"
    acquire(one.target, options=options(usbmux=one.mux.address, output=output, cancel=cancel))

    with pytest.raises(CaseError, match="another device"):
        acquire(other.target, options=options(usbmux=other.mux.address, output=output, resume=True))


def test_a_cancelled_scan_leaves_a_valid_case(plug: Plug, options: MakeOptions):
    plugged, cancel = plug(CLEAN), threading.Event()

    def stop(event: Event) -> None:
        if isinstance(event, EvidenceAdded):
            cancel.set()

    chosen = options(usbmux=plugged.mux.address, cancel=cancel, on_event=stop)
    done = scan(plugged.target, options=chosen)

    assert isinstance(done.error, Cancelled)
    assert "interrupted.cancelled" == done.report.run.acquisition.interrupted.id
    assert "inconclusive" == done.report.verdict
    assert (False, ()) == (verify(done.folder).complete, verify(done.folder).problems)
    assert 0 < len(done.report.evidence) < 10


def test_a_time_budget_ends_the_acquisition_and_keeps_what_there_is(
    plug: Plug, options: MakeOptions
):
    plugged = plug(CLEAN, faults=IosFaults(slow={APPS: 30}))

    done = scan(plugged.target, options=options(usbmux=plugged.mux.address, time_budget=2))

    acquisition = done.report.run.acquisition
    assert (False, "interrupted.deadline") == (acquisition.complete, acquisition.interrupted.id)
    assert ("ios.apps", "timeout") in {(gap.artifact, gap.reason) for gap in done.report.gaps}
    assert "nothing_found_in_what_was_examined" != done.report.verdict
    assert {"build", "profile"} <= done.report.coverage.entities.keys()
    assert () == verify(done.folder).problems


def test_a_second_scan_of_the_same_iphone_at_the_same_time_is_refused(
    plug: Plug, options: MakeOptions
):
    plugged, began, go = plug(CLEAN), threading.Event(), threading.Event()

    def wait(event: Event) -> None:
        if isinstance(event, Started):
            began.set()
            go.wait(30)

    first = threading.Thread(
        target=acquire,
        args=(plugged.target,),
        kwargs={"options": options(usbmux=plugged.mux.address, on_event=wait)},
    )
    first.start()
    try:
        assert began.wait(30)
        with pytest.raises(DeviceBusy) as refused:
            scan(plugged.target, options=options(usbmux=plugged.mux.address))
    finally:
        go.set()
        first.join()

    assert refused.value.remedy


@pytest.mark.parametrize(
    "fault",
    [
        lambda service: IosFaults(refuse=(service,)),
        lambda service: IosFaults(locked_services=(service,)),
        lambda service: IosFaults(drop_after={service: 40}),
        lambda service: IosFaults(replace={service: b"<plist><dict>"}),
    ],
    ids=["refused", "locked", "dropped", "garbage"],
)
def test_a_service_that_fails_costs_itself_alone_and_nothing_passes_for_it(
    fault: Callable[[str], IosFaults],
    plug: Plug,
    options: MakeOptions,
    scanned_iphone: ScannedIPhone,
):
    whole = scanned_iphone(CLEAN).done.report
    before = {check.rule: check.status for check in whole.checks}
    broken = "com.apple.mobile.MCInstall"
    plugged = plug(CLEAN, faults=fault(broken))

    report = scan(plugged.target, options=options(usbmux=plugged.mux.address)).report

    missing = {gap.artifact for gap in report.gaps} - {gap.artifact for gap in whole.gaps}
    assert {"ios.profiles", "ios.management"} == missing
    assert [] == [
        check.rule
        for check in report.checks
        if check.status == "pass" and before[check.rule] != "pass"
    ]
    others = {k: v for k, v in whole.coverage.entities.items() if k in {"app", "process", "build"}}
    assert others == {kind: report.coverage.entities[kind] for kind in others}


def test_an_iphone_of_which_no_service_answers_is_not_found_free(plug: Plug, options: MakeOptions):
    plugged = plug(CLEAN, faults=IosFaults(refuse=tuple(SERVICES)))

    report = scan(plugged.target, options=options(usbmux=plugged.mux.address)).report

    assert "inconclusive" == report.verdict
    assert set(SERVICES.values()) <= {gap.artifact for gap in report.gaps}
    assert report.coverage.percent < report.coverage.minimum
