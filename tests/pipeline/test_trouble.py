"""Phones that die, drip, lie, refuse or flood in the middle of a scan."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.case import Case, verify
from scanner.errors import CaseError, DeviceError, RuleError
from scanner.model.events import Event, EvidenceAdded
from scanner.model.evidence import Gap
from scanner.pipeline import Options, acquire, examine, scan
from scanner.simulate import Drip, Faults, Line, Phone, SimulatedPhone, find_phone
from tests.pipeline.conftest import CURRENT, OLD, TAMPERED

Simulate = Callable[..., SimulatedPhone]
MakeOptions = Callable[..., Options]
DETAILS = "dumpsys package"
BROKEN = (
    DETAILS,
    "getprop",
    "settings list global",
    "settings --user 0 list secure",
    "ps -A",
    "dumpsys appops",
    "dumpsys connectivity",
    "cat /proc/mounts",
    "cat /proc/net/tcp6",
    "stat -c",
)


def phone_with(simulate: Simulate, faults: Faults, name: str = OLD) -> str:
    return f"android:{simulate(Phone.load(find_phone(name)), faults=faults).address}"


def asked(beginning: str, name: str = OLD) -> str:
    """Return the one command of a phone that begins like this."""
    answers = Phone.load(find_phone(name)).answers
    (found,) = (a.argv for a in answers if " ".join(a.argv).startswith(beginning))
    return shlex.join(found)


def gaps_about(gaps: tuple[Gap, ...], request: str) -> set[str]:
    return {gap.reason for gap in gaps if gap.request == request}


def test_a_phone_that_vanishes_leaves_a_valid_case_that_says_so(
    simulate: Simulate, options: MakeOptions
):
    target = phone_with(simulate, Faults(drop_after_bytes=200_000, stays_away=True), CURRENT)

    done = scan(target, options=options())

    verification = verify(done.folder)
    assert (False, ()) == (verification.complete, verification.problems)
    acquisition = done.report.run.acquisition
    assert acquisition is not None
    assert acquisition.interrupted is not None
    assert (False, "interrupted.device_lost") == (
        acquisition.complete,
        acquisition.interrupted.id,
    )
    assert (None, True) == (done.digest, bool(done.report.evidence))
    assert "nothing_found_in_what_was_examined" != done.report.verdict


def test_what_a_vanished_phone_gave_can_be_examined_again(simulate: Simulate, options: MakeOptions):
    target = phone_with(simulate, Faults(drop_after_bytes=200_000, stays_away=True), CURRENT)
    done = scan(target, options=options())

    again = examine(done.folder).report

    assert (done.report.gaps, done.report.checks) == (again.gaps, again.checks)
    assert (done.report.findings, done.report.verdict) == (again.findings, again.verdict)


def test_a_phone_that_dies_before_anything_was_collected_is_an_error(
    simulate: Simulate, options: MakeOptions
):
    target = phone_with(simulate, Faults(refuse_after_streams=0))

    with pytest.raises(DeviceError) as error:
        scan(target, options=options())

    assert error.value.remedy


def test_no_gap_makes_a_check_pass(simulate: Simulate, options: MakeOptions):
    whole = scan(phone_with(simulate, Faults()), options=options()).report
    for beginning in BROKEN:
        faults = Faults(replace={asked(beginning): b"\xff\xfe garbage\n"})
        broken = scan(phone_with(simulate, faults), options=options()).report
        assert len(broken.gaps) > len(whole.gaps), beginning
        before = {check.rule: check.status for check in whole.checks}
        appeared = [
            check.rule
            for check in broken.checks
            if check.status == "pass" and before[check.rule] != "pass"
        ]
        assert [] == appeared


def test_an_endless_answer_is_cut_and_said(simulate: Simulate, options: MakeOptions):
    target = phone_with(simulate, Faults(flood={"getprop": 2 * 1024**3}))

    done = scan(target, options=options())

    assert gaps_about(done.report.gaps, "getprop") >= {"truncated"}
    assert max(line.size for line in done.report.evidence) <= 256 * 1024**2
    assert verify(done.folder).complete


def test_a_dripping_answer_ends_with_its_time_out(simulate: Simulate, options: MakeOptions):
    slow = Faults(drip={"getprop": Drip(size=1, pause=0.2)})

    done = scan(phone_with(simulate, slow), options=options())

    assert gaps_about(done.report.gaps, "getprop") == {"timeout"}
    assert done.report.coverage.entities["app"] > 100


def test_a_time_budget_ends_the_acquisition_and_keeps_what_there_is(
    simulate: Simulate, options: MakeOptions
):
    slow = Faults(drip={DETAILS: Drip(size=1000, pause=0.2)})

    done = scan(phone_with(simulate, slow), options=options(time_budget=3))

    acquisition = done.report.run.acquisition
    assert acquisition is not None
    assert (False, "interrupted.deadline") == (
        acquisition.complete,
        acquisition.interrupted.id if acquisition.interrupted else None,
    )
    assert done.report.evidence


def test_a_wrong_exit_code_changes_nothing(simulate: Simulate, options: MakeOptions):
    honest = scan(phone_with(simulate, Faults()), options=options()).report
    lying = scan(
        phone_with(simulate, Faults(exit_codes={"getprop": 77, DETAILS: 1})), options=options()
    ).report

    assert honest.checks == lying.checks


def test_a_phone_that_locks_itself_midway_is_incomplete(simulate: Simulate, options: MakeOptions):
    target = phone_with(simulate, Faults(lock_after_streams=4))

    done = scan(target, options=options())

    assert done.digest is None
    assert verify(done.folder).problems == ()


def test_a_cancelled_acquisition_is_valid_and_can_be_resumed(
    simulate: Simulate, options: MakeOptions, tmp_path: Path
):
    phone = simulate(Phone.load(find_phone(OLD)), line=Line(open_ms=20))
    target, cancel = f"android:{phone.address}", threading.Event()

    def stop(event: Event) -> None:
        if isinstance(event, EvidenceAdded):
            cancel.set()

    begun = acquire(target, options=options(output=tmp_path / "case", cancel=cancel, on_event=stop))
    had = len(Case.open(begun.folder).evidence())
    resumed = acquire(target, options=options(output=tmp_path / "case", resume=True))

    assert (None, False) == (begun.digest, begun.acquisition.complete)
    assert (True, 1) == (resumed.acquisition.complete, resumed.acquisition.resumed)
    assert len(Case.open(resumed.folder).evidence()) > had > 0
    assert (True, ()) == (verify(resumed.folder).complete, verify(resumed.folder).problems)


def test_a_case_of_another_phone_is_not_resumed(
    simulate: Simulate, options: MakeOptions, tmp_path: Path
):
    cancel = threading.Event()
    cancel.set()
    first = simulate(Phone.load(find_phone(OLD)))
    acquire(f"android:{first.address}", options=options(output=tmp_path / "case", cancel=cancel))
    other = simulate(Phone.load(find_phone(TAMPERED)))

    with pytest.raises(CaseError, match="another device"):
        acquire(f"android:{other.address}", options=options(output=tmp_path / "case", resume=True))


def test_a_changed_case_is_not_examined(simulate: Simulate, options: MakeOptions):
    done = scan(phone_with(simulate, Faults()), options=options())
    evidence = done.folder / "data/evidence/000001.bin"
    evidence.chmod(0o600)
    evidence.write_bytes(evidence.read_bytes()[:-1] + b"x")

    with pytest.raises(CaseError, match=r"000001\.bin") as error:
        examine(done.folder)

    assert error.value.remedy


def test_wrong_rules_are_refused_before_the_phone_is_touched(
    simulate: Simulate, options: MakeOptions, tmp_path: Path
):
    phone = simulate(Phone.load(find_phone(OLD)))
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "broken.yml").write_text("title: [\n")

    with pytest.raises(RuleError):
        scan(f"android:{phone.address}", options=options(), rules=[tmp_path / "rules"])

    assert not phone.opened


def test_an_output_folder_that_holds_something_is_refused(
    simulate: Simulate, options: MakeOptions, tmp_path: Path
):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")

    with pytest.raises(CaseError) as error:
        scan(phone_with(simulate, Faults()), options=options(output=tmp_path / "full"))

    assert error.value.remedy
    assert ["mine.txt"] == [path.name for path in (tmp_path / "full").iterdir()]
