"""One service of an iPhone is silent, refused, cut or lies: it costs what it answers, no more."""

from __future__ import annotations

import pytest
from msgspec import structs

from scanner.errors import DeviceError, DeviceLost
from scanner.simulate.ios import IosFaults

from .iphones import Left, Spoilt, entities_of, longest, of_service, rules_about, scan_all, services

FAULTS = {
    "silent": lambda service: IosFaults(silent=(service,)),
    "oversized": lambda service: IosFaults(oversized=(service,)),
    "refused": lambda service: IosFaults(refuse=(service,)),
    "cut": lambda service: IosFaults(drop_after={service: 60}),
}
REASONS = {
    "silent": {"timeout"},
    "oversized": {"timeout", "truncated", "parse_error"},
    "refused": {"unsupported_version"},
    "cut": {"truncated", "source_absent"},
}
SERVICES = services()
ANSWERED_ELSEWHERE = {"com.apple.mobileactivationd"}  # lockdownd states the same
CASES = [(fault, service) for fault in FAULTS for service in SERVICES]
AWAY = (1, 4, 9, 20, 45, 70)
STANDING_IN_THE_WAY = {
    "unpaired": (Spoilt(trust="unpaired"), "has not trusted", "pair"),
    "denied": (Spoilt(trust="denied"), "has not trusted", "pair"),
    "pending": (Spoilt(trust="pending"), "has not trusted", "pair"),
    "forgotten": (Spoilt(trust="forgotten"), "has not trusted", "pair"),
    "locked": (Spoilt(trust="locked"), "is locked", "Unlock"),
    "foreign": (Spoilt(IosFaults(foreign_key=True)), "is not the phone that was paired", "cable"),
    "silent": (Spoilt(IosFaults(silent=("lockdownd",))), "does not answer", "Unlock"),
    "oversized": (Spoilt(IosFaults(oversized=("lockdownd",))), "does not answer", "Unlock"),
    "cut": (Spoilt(IosFaults(drop_after={"lockdownd": 9})), "does not answer", "Unlock"),
}
PATIENCE = 25.0  # seconds that a scan may take beside its time-outs where many run at once


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Left]:
    """All scans of this file, made once: those that wait longest first."""
    wanted = {f"{fault} {service}": Spoilt(FAULTS[fault](service)) for fault, service in CASES}
    wanted |= {f"away {calls}": Spoilt(IosFaults(goes_away_after=calls)) for calls in AWAY}
    wanted |= {f"way {name}": spoilt for name, (spoilt, _, _) in STANDING_IN_THE_WAY.items()}
    return scan_all({**wanted, "whole": Spoilt()}, tmp_path_factory.mktemp("scans"))


def changed(left: Left, whole: Left) -> dict[str, tuple[str, str]]:
    """Return what became of each rule that has another status than for the whole phone."""
    after, before = left.statuses(), whole.statuses()
    assert after.keys() == before.keys()
    return {rule: (before[rule], after[rule]) for rule in after if after[rule] != before[rule]}


@pytest.mark.parametrize(("fault", "service"), CASES)
def test_a_service_costs_what_it_answers_and_no_more(
    fault: str, service: str, scans: dict[str, Left]
):
    left, whole = scans[f"{fault} {service}"], scans["whole"]
    missing = left.gaps() - whole.gaps()
    found = changed(left, whole)
    concerned = of_service(service)

    assert None is left.error
    left.require_valid_case()
    if service in ANSWERED_ELSEWHERE:
        assert (set(), {}) == (missing, found)
        return
    assert (
        {artifact.name for artifact in concerned} >= {artifact for artifact, _ in missing} > set()
    )
    assert {reason for _, reason in missing} <= REASONS[fault]
    assert {after for _, after in found.values()} <= {"not_examined"}
    assert found.keys() <= rules_about(entities_of(concerned))


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_alone_tells_is_not_examined_where_it_says_nothing(
    service: str, scans: dict[str, Left]
):
    """Of each fault the same: nothing is taken for clean because half of an answer came."""
    whole = scans["whole"]
    silent = {
        rule for rule, status in scans[f"silent {service}"].statuses().items()
        if status == "not_examined"
    }  # fmt: skip

    for fault in FAULTS:
        statuses = scans[f"{fault} {service}"].statuses()
        assert [] == [rule for rule in silent if statuses[rule] == "pass"]
    assert "pass" in whole.statuses().values()


@pytest.mark.parametrize(("fault", "service"), CASES)
def test_a_scan_ends_in_time(fault: str, service: str, scans: dict[str, Left]):
    allowed = longest(service) if fault in {"silent", "oversized"} else 0.0

    assert scans[f"{fault} {service}"].seconds < allowed + PATIENCE


@pytest.mark.parametrize("calls", AWAY)
def test_an_iphone_that_goes_away(calls: int, scans: dict[str, Left]):
    left = scans[f"away {calls}"]

    assert left.seconds < PATIENCE
    assert isinstance(left.error, DeviceError)
    assert "went away" in str(left.error) or "does not answer" in str(left.error)
    assert left.error.remedy
    if left.done is None:
        return
    assert isinstance(left.error, DeviceLost)
    assert left.report.run.acquisition is not None
    assert not left.report.run.acquisition.complete
    left.require_valid_case()
    after = {after for _, after in changed(left, scans["whole"]).values()}
    assert after <= {"not_examined"}


def test_it_went_away_before_and_after_something_was_collected(scans: dict[str, Left]):
    assert {True, False} == {scans[f"away {calls}"].done is None for calls in AWAY}


@pytest.mark.parametrize("name", STANDING_IN_THE_WAY)
def test_what_stands_in_the_way_is_said_with_what_to_do(name: str, scans: dict[str, Left]):
    left = scans[f"way {name}"]
    _, said, remedy = STANDING_IN_THE_WAY[name]

    assert None is left.done
    assert isinstance(left.error, DeviceError)
    assert said in str(left.error)
    assert remedy in (left.error.remedy or "")
    assert not (left.folder / "bagit.txt").exists()
    assert left.seconds < 20 + PATIENCE


def test_a_service_that_wants_the_phone_unlocked_says_so(tmp_path):
    spoilt = Spoilt(IosFaults(locked_services=tuple(SERVICES)))
    left = scan_all({"locked": structs.replace(spoilt)}, tmp_path)["locked"]

    assert {reason for artifact, reason in left.gaps() if artifact != "ios.running_processes"} >= {
        "locked"
    }
    about = rules_about(entities_of(of_service("com.apple.mobile.installation_proxy")))
    assert "pass" not in {left.statuses()[rule] for rule in about & left.statuses().keys()}
