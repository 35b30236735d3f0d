from __future__ import annotations

import itertools

import bagit
import msgspec
import pytest

from scanner.case import Case, verify
from scanner.detect import RulePack
from scanner.fleet.facts import facets
from scanner.model.fleet import DeviceFacts
from scanner.pipeline.examination import examining
from scanner.pipeline.knowledge import Knowledge
from scanner.pipeline.plan import selected_for
from scanner.simulate.fleet import KINDS, Fleet, in_case, write_cases

NO_RULES = RulePack(rules=(), unusable=(), digest="")
ODDNESS = 30  # so that every kind of odd thing stands on some phone


@pytest.fixture(scope="module")
def fleet():
    return Fleet(60, seed=4, planted=len(KINDS), oddness=ODDNESS)


@pytest.fixture(scope="module")
def devices(fleet):
    return list(fleet.at(7))


@pytest.fixture(scope="module")
def paths(devices, tmp_path_factory):
    return list(write_cases(tmp_path_factory.mktemp("fleet") / "cases", devices))


def examined(path, platform):
    """Return the facets that the evidence of a case states."""
    with examining(path, Knowledge(pack=NO_RULES), jobs=1) as examination:
        asked = [artifact.name for artifact in selected_for(examination.acquisition)]
        state = examination.reader.snapshot
        return facets(state, platform, asked=asked, gaps=examination.gaps())


def in_order(device):
    return {
        name: msgspec.structs.replace(
            facet, facts=tuple(sorted(facet.facts, key=lambda f: f.value))
        )
        for name, facet in device.facets.items()
    }


def test_a_case_is_closed_and_verified_by_us_and_by_others(paths):
    for path in paths[:4]:
        verification = verify(path)
        assert verification.complete
        assert not verification.problems
        assert bagit.Bag(str(path)).is_valid()


def test_facts_stand_in_the_case_under_its_own_pseudonym(devices, paths):
    for device, path in zip(devices, paths, strict=True):
        case = Case.open(path)
        stated = msgspec.json.decode(case.facts.read_bytes(), type=DeviceFacts)

        assert in_case(device) == stated
        assert case.acquisition.device == stated.device
        assert device.device != stated.device
        assert case.acquisition.now == stated.taken_at


def test_two_cases_of_one_device_have_one_pseudonym(fleet, tmp_path):
    days = (next(fleet.at(1)), next(fleet.at(2)))
    cases = [Case.open(path) for path in write_cases(tmp_path, days)]

    assert 1 == len({case.acquisition.device for case in cases})
    assert 2 == len({case.acquisition.case for case in cases})


def test_the_evidence_states_the_same_facts(fleet, devices, paths):
    chosen = [
        (device, path)
        for number, (device, path) in enumerate(zip(devices, paths, strict=True))
        if device.device in fleet.deviants or number < 6
    ]
    for device, path in chosen:
        mine = in_order(device)
        stated = examined(path, device.platform)

        assert mine == {name: stated[name] for name in mine}
        for name in stated.keys() - mine.keys():
            assert stated[name].unread
            assert not stated[name].facts


def test_facts_may_be_left_out(devices, tmp_path):
    (path,) = write_cases(tmp_path, itertools.islice(devices, 1), facts=False)

    assert not Case.open(path).facts.exists()
    assert not verify(path).problems
