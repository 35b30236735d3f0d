"""Benchmarks as a whole: counts, coverage, and what is left out."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.benchmarks import evaluate, load
from scanner.model.benchmarks import Benchmark
from scanner.model.data import data_folder
from scanner.model.entities import Build, Management, Property, Restriction
from scanner.model.evidence import Gap
from tests.benchmarks.phones import ASKED, RESTRICTIONS, by_id, catalogue, held, snapshot

SHIPPED = load(data_folder("rules") / "benchmarks")
NAMES = sorted(
    {
        condition.name
        for each in SHIPPED
        for requirement in each.requirements
        for condition in requirement.conditions
        if condition.kind == "restriction"
    }
)
TWO = (
    {"kind": "property", "name": "one", "equals": 1},
    {"kind": "property", "name": "two", "equals": 1},
)


def prop(name: str, value: int) -> Property:
    return Property(name=name, value=str(value))


@pytest.mark.parametrize(
    ("one", "two", "of_all", "of_any"),
    [
        (1, 1, "met", "met"),
        (1, 0, "not_met", "met"),
        (0, 0, "not_met", "not_met"),
        (1, None, "not_examined", "met"),
        (0, None, "not_met", "not_examined"),
    ],
)
def test_conditions_are_joined(one, two, of_all, of_any):
    stated = [prop(name, v) for name, v in (("one", one), ("two", two)) if v is not None]

    assert of_all == held(catalogue(*TWO), *stated).status
    line = held(catalogue(*TWO, join="any"), *stated)
    assert (of_any, True) == (line.status, line.any_of)


def test_what_does_not_apply_leaves_the_rest_to_decide():
    later = {"kind": "restriction", "name": "new", "equals": True, "since": "99.0"}
    phone = (Build(release="18.0"), Restriction(name="old", value=True), prop("one", 1))

    assert "not_applicable" == held(catalogue(later), *phone).status
    assert "met" == held(catalogue(later, TWO[0]), *phone).status


def test_benchmarks_ask_for_numbers_of_their_own():
    phone = snapshot(Restriction(name="minLength", value=6), Management(supervised=True))

    found = by_id(evaluate(SHIPPED, phone, statements=ASKED))

    asked = {
        id: line
        for id, each in found.items()
        for line in each.lines
        if line.requirement == "pwpolicy_minimum_length_enforce"
    }
    assert ("met", ("minLength >= 6",)) == (
        asked["stig_ios26"].status,
        asked["stig_ios26"].expected,
    )
    assert ("not_met", ("minLength >= 8",)) == (
        asked["indigo_ios26_base"].status,
        asked["indigo_ios26_base"].expected,
    )


def test_counts_and_coverage_agree_with_the_lines():
    phone = snapshot(
        Restriction(name="allowCloudBackup", value=False),
        Management(supervised=False),
        Build(release="26.1"),
    )

    for each in evaluate(SHIPPED, phone, statements=ASKED):
        counts = Counter(line.status for line in each.lines)
        assert len(each.lines) == each.applicable + each.not_applicable
        assert (each.met, each.not_met) == (counts["met"], counts["not_met"])
        assert each.percent == 100 * each.examined // each.applicable
        assert each.fits is True
        assert each.reason is None


def test_only_benchmarks_of_the_platform_are_held_against_a_phone():
    assert {"android"} == {
        each.id.split("_")[1].rstrip("14")
        for each in evaluate(SHIPPED, snapshot(platform="android"))
    }
    assert () == evaluate(SHIPPED, snapshot(platform="other"))


def test_a_benchmark_of_which_nothing_was_examined_says_why_and_has_no_lines():
    gap = Gap(artifact="ios.restrictions", reason="locked")

    found = evaluate(SHIPPED, snapshot(), gaps=[gap], statements=[RESTRICTIONS])

    for each in found:
        assert (0, 0, 0, ()) == (each.met, each.not_met, each.percent, each.lines)
        assert each.not_examined > 20
        assert "locked" == each.reason
        assert None is each.fits


def test_another_release_is_said():
    found = evaluate(SHIPPED, snapshot(Build(release="18.6.2")))

    assert {False} == {each.fits for each in found}


def test_a_benchmark_survives_its_way_into_a_report():
    phone = snapshot(Restriction(name="allowCloudBackup", value=False))

    for each in evaluate(SHIPPED, phone, statements=ASKED):
        assert each == msgspec.json.decode(msgspec.json.encode(each), type=Benchmark)


VALUES = st.one_of(st.booleans(), st.integers(-(2**63), 2**63), st.text(max_size=40), st.none())


@given(stated=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6), release=st.text())
def test_any_value_gives_a_line(stated, release):
    restrictions = (Restriction(name=name, value=value) for name, value in stated.items())
    phone = snapshot(*restrictions, Build(release=release))

    for each in evaluate(SHIPPED, phone, statements=ASKED):
        assert each.met + each.not_met + each.not_examined + each.not_applicable > 20
        assert 0 <= each.percent <= 100
