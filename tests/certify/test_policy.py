"""A policy is refused with everything that is wrong with it, each at its key."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from scanner.certify.requirements import AllowedApp, span
from scanner.detect.problems import RuleErrors
from scanner.errors import RuleError
from scanner.pipeline.certify import read_policy

OF_SHA256 = "Expected `str` matching regex '^[0-9a-f]{64}$'"
OWNERS = {"id": "a", "require": "only_owners", "allow": [{"package": "com.example.mdm"}]}
GOOD = {
    "title": "Phones of the tests",
    "platforms": ["android"],
    "requirements": [
        OWNERS,
        {"id": "b", "require": "case_age", "at_most": "3d", "models": ["Example *"]},
    ],
}


@pytest.fixture
def read(tmp_path: Path):
    def write(data: object):
        path = tmp_path / "policy.yml"
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        return read_policy(path)

    return write


def test_what_is_written_is_what_is_asked(read):
    policy = read(GOOD)

    assert ("Phones of the tests", ("android",), "30d") == (
        policy.title,
        policy.platforms,
        policy.valid_for,
    )
    owners, age = policy.requirements
    assert (AllowedApp(package="com.example.mdm"),) == owners.allow
    assert ("3d", ("Example *",)) == (age.at_most, age.models)


def test_all_that_is_wrong_is_said_at_once_with_its_place(read):
    with pytest.raises(RuleErrors) as raised:
        read(
            """\
title: 5
platform: [android]
requirements:
  - id: one
    require: case_ages
  - id: Two words
    require: case_age
    at_most: soon
  - id: three
    require: only_owners
    allow: [{package: com.example.mdm, signer_sha256: abc}, {packages: x}]
"""
        )

    said = [f"{each.where}: {each.reason}" for each in raised.value.errors]
    assert [
        "line 1, title: Expected `str`, got `int`",
        "line 2, platform: unknown key `platform`",
        "line 1, platforms: is missing",
        "line 5, requirements.0.require: unknown requirement `case_ages`",
        "line 6, requirements.1.id: Expected `str` matching regex '^[a-z0-9][a-z0-9_.-]{0,63}$'",
        "line 8, requirements.1.at_most: Expected `str` matching regex '^[1-9][0-9]{0,3}[hdw]$'",
        f"line 11, requirements.2.allow.0.signer_sha256: {OF_SHA256}",
        "line 11, requirements.2.allow.1.packages: unknown key `packages`",
        "line 11, requirements.2.allow.1.package: is missing",
    ] == said


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ({"require": "only_profiles", "platforms": ["android"]}, "is not known of android"),
        ({"require": "only_profiles", "allow": [{}]}, "allows everything"),
        ({"require": "checks_examined"}, "asks for nothing"),
        ({"require": "minimum_system"}, "asks for nothing"),
        ({"require": "apps_present", "apps": []}, "asks for nothing"),
        (
            {"require": "only_vpn_apps", "allow": [{"package": "a.b", "team": "ABCDE12345"}]},
            "is of iOS",
        ),
        ({"require": "only_owners", "allow": {"package": "a.b"}}, "a list expected"),
        ({"require": "only_owners", "allow": ["a.b"]}, "a map expected"),
        ({"require": ["complete"]}, "unknown requirement"),
        ({"require": "coverage", "percent": 101}, "<= 100"),
        ({"require": "coverage", "percent": 0}, ">= 1"),
        ({"require": "no_findings", "examined": 0}, ">= 1"),
        ({"require": "coverage"}, "percent: is missing"),
    ],
)
def test_what_means_nothing_is_refused(read, requirement, said):
    with pytest.raises(RuleError, match=said):
        read(GOOD | {"requirements": [{"id": "a"} | requirement]})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (GOOD | {"requirements": []}, "no requirement"),
        (GOOD | {"requirements": {}}, "a list expected"),
        (GOOD | {"requirements": ["x"]}, "a map expected"),
        (GOOD | {"requirements": [OWNERS] * 2}, "the id stands twice"),
        (GOOD | {"requirements": [OWNERS] * 201}, "more than 200"),
        (GOOD | {"valid_for": "forever"}, "regex"),
        (GOOD | {"platforms": []}, "no platform"),
        (GOOD | {"platforms": ["symbian"]}, "Invalid enum value 'symbian'"),
        ("a: &x [1]\nb: *x\n", "an alias"),
        ("- 1\n", "a map expected"),
        (json.dumps(GOOD) + "\n---\ntitle: x\n", "more than one document"),
        ("title: x\ntitle: y\n", "the key stands twice"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(read, data, said):
    with pytest.raises(RuleError, match=said):
        read(data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        ("8w", timedelta(weeks=8)),
        ("0d", None),
        ("30", None),
        ("30d ", None),
        ("99999d", None),
    ],
)
def test_spans(text, expected):
    assert expected == span(text)
