"""The standing of a fleet, of statements and cases in any order."""

from __future__ import annotations

import itertools

import pytest

from scanner.certify.signed import SignedFile, wrap
from scanner.certify.statement import encode
from scanner.certify.status import Fleet
from scanner.certify.verify import Refused, Terms, verify
from tests.certify.made import DAY, HOUR, NOW, facts, key, required, signers, statement

EXAMINER = key(1)
KNOWN = signers(EXAMINER)


def standing(device="d1", *, at=NOW + HOUR, by=EXAMINER, **stated):
    of = facts(of={"device": device} | stated.pop("of", {}))
    payload = encode(statement(required("complete"), of=of, **stated))
    file = SignedFile(payload=payload, envelope=wrap(payload, by))
    return verify(file, KNOWN, Terms(at=at))


def states(fleet):
    return {each.device: each.state for each in fleet.result().devices}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "certified"),
        ({"at": NOW + 31 * DAY}, "expired"),
        ({"of": {"complete": False}}, "failing"),
        ({"of": {"complete": False}, "at": NOW + 31 * DAY}, "failing"),
    ],
)
def test_the_state_of_a_device(given, expected):
    fleet = Fleet(NOW, verified=True)
    fleet.add("a.json", standing(**given))

    assert {"d1": expected} == states(fleet)


def test_the_newest_statement_counts_in_whatever_order_they_come():
    old, new = standing(), standing(issued_at=NOW + HOUR / 2, of={"complete": False})
    for order in itertools.permutations((old, new)):
        fleet = Fleet(NOW, verified=True)
        for each in order:
            fleet.add("a.json", each)

        assert {"d1": "failing"} == states(fleet)
        assert ("complete",) == fleet.result().devices[0].wanting


@pytest.mark.parametrize("given", [{"by": key(3)}, {"issued_at": NOW + DAY}])
def test_what_does_not_count_is_listed_and_does_not_stand_for_its_device(given):
    fleet = Fleet(NOW, verified=True)
    fleet.add("bad.json", standing(**given))
    fleet.add("good.json", standing())

    found = fleet.result()
    assert {"d1": "certified"} == states(fleet)
    assert ["bad.json"] == [each.path for each in found.refused]
    assert 1 == found.counts["refused"]


def test_a_device_without_a_statement_is_unseen():
    fleet = Fleet(NOW, verified=True)
    fleet.expect("d2")
    fleet.case("d3", "case-3", NOW)
    fleet.add("a.json", standing())

    assert {"d2": "unseen", "d3": "unseen", "d1": "certified"} == states(fleet)
    assert ["d2", "d3", "d1"] == [each.device for each in fleet.result().devices]


def test_a_newer_case_is_not_certified_by_an_older_statement():
    fleet = Fleet(NOW, verified=True)
    fleet.add("a.json", standing())
    fleet.case("d1", "the same case", NOW - HOUR)

    assert {"d1": "certified"} == states(fleet)

    fleet.case("d1", "a newer case", NOW)
    fleet.case("d1", "an older case", NOW - DAY)

    assert {"d1": "unseen"} == states(fleet)
    assert "the case a newer case is newer" in fleet.result().devices[0].detail


def test_nothing_is_certified_that_was_not_verified():
    fleet = Fleet(NOW, verified=False)
    fleet.add("a.json", standing())
    fleet.refuse("b.json", [Refused(reason="malformed")])
    fleet.pass_over()

    found = fleet.result()
    assert {"d1": "unverified"} == states(fleet)
    assert (1, 0, 1, 1) == (
        found.counts["unverified"],
        found.counts["certified"],
        len(found.refused),
        found.passed_over,
    )
