"""Which release of iOS holds a fix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from scanner.detect import RuleErrors
from scanner.detect.exposure import exposures, load
from scanner.detect.releases import fixing, has_fix, release, within
from scanner.model.entities import Build
from scanner.model.exposure import Exposure

FIXES = ("15.8.5", "16.7.12", "17.7.10", "18.6.2")


def write(folder: Path, **changed: Any) -> Path:
    entry = {
        "cve": "CVE-2020-12345",
        "title": "A parser writes out of bounds",
        "component": "ImageIO",
        "affected": {},
        "known_exploited": "2020-06-01",
        "references": ["https://example.org/bulletin"],
        "fixed_releases": ["18.7.2", "26.1"],
    }
    path = folder / "ios.yml"
    path.write_text(
        json.dumps({"platform": "ios", "vulnerabilities": [entry | changed]}), encoding="utf-8"
    )
    return path


def held(folder: Path, build: Build | None, **changed: Any) -> Exposure:
    (exposure,) = exposures(build, load(write(folder, **changed)), "ios")
    return exposure


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("18.6.2", True),
        ("18.6.1", False),
        ("18.7", True),
        ("26.0", True),  # a branch newer than all fixes began with it
        ("17.7.10", True),
        ("17.7.9", False),
        ("16.7.12", True),
        ("14.8", False),  # older than every branch that got one
        ("15.8.10", True),  # numbers, not texts, are compared
    ],
)
def test_each_branch_has_its_own_first_release_with_the_fix(own: str, expected: bool):
    assert expected is has_fix(FIXES, release(own))


def test_a_branch_between_two_that_got_a_fix_has_none():
    assert has_fix(("16.7.5", "18.1"), release("17.9")) is False


def test_a_rapid_response_counts_on_top_of_its_release():
    fixes = ("16.5.1 (c)",)

    assert not has_fix(fixes, release("16.5.1"))
    assert not has_fix(fixes, release("16.5.1 (a)"))
    assert has_fix(fixes, release("16.5.1 (c)"))
    assert has_fix(fixes, release("16.6"))


@pytest.mark.parametrize(
    "text", ["", "18.", "18..1", "18.7b", "18.1.1.1.1", "\u0661\u0668.1", None, 18]
)
def test_what_is_no_release_cannot_be_compared(text: Any):
    assert release(text) is None


def test_the_fix_that_concerns_a_release_is_that_of_its_branch_or_the_next_above():
    assert "17.7.10" == fixing(FIXES, release("17.2"))
    assert "15.8.5" == fixing(FIXES, release("14.0"))
    assert "18.6.2" == fixing(FIXES, release("26.0"))


@pytest.mark.parametrize(
    ("own", "status"),
    [("18.5", "lacks_fix"), ("18.7.2", "has_fix"), ("26.0.1", "lacks_fix"), ("26.1", "has_fix")],
)
def test_the_release_decides(tmp_path: Path, own: str, status: str):
    exposure = held(tmp_path, Build(release=own))

    assert (status, own) == (exposure.status, exposure.release)


@pytest.mark.parametrize("own", [UNSET, None, "", "beta"])
def test_without_a_release_nothing_is_said(tmp_path: Path, own: Any):
    exposure = held(tmp_path, Build(release=own))

    assert ("not_examined", "release") == (exposure.status, exposure.unstated)


def test_releases_bound_what_is_concerned(tmp_path: Path):
    affected = {"release_from": "18.4", "release_to": "18.7"}

    assert "not_concerned" == held(tmp_path, Build(release="18.3"), affected=affected).status
    assert "lacks_fix" == held(tmp_path, Build(release="18.4.1"), affected=affected).status
    assert within(Build(), "18.4", None) is None


def test_vulnerabilities_of_another_platform_are_not_held_against_a_build(tmp_path: Path):
    assert [] == list(exposures(Build(release="18.5"), load(write(tmp_path)), "android"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"fixed_releases": []}, "fixed_releases"),
        ({"fixed_releases": ["soon"]}, "fixed_releases"),
        ({"fixed_in": "2020-06-05"}, "fixed_in"),
        ({"affected": {"release_from": "x"}}, "release_from"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(tmp_path: Path, changed: dict[str, Any], said: str):
    with pytest.raises(RuleErrors, match=said):
        load(write(tmp_path, **changed))


def test_a_campaign_is_named_while_it_has_a_way_in(tmp_path: Path):
    campaign: dict[str, Any] = {"campaigns": ["Example"]}
    entry = json.loads(write(tmp_path).read_text())["vulnerabilities"][0]
    way = entry | campaign | {"way_in": True, "fixed_releases": ["18.6"]}
    later = entry | campaign | {"cve": "CVE-2020-12346", "fixed_releases": ["26.3"]}
    path = tmp_path / "both.yml"
    path.write_text(json.dumps({"platform": "ios", "vulnerabilities": [way, later]}))
    both = load(path)

    before = {each.cve: each for each in exposures(Build(release="18.5"), both, "ios")}
    after = {each.cve: each for each in exposures(Build(release="18.6"), both, "ios")}

    assert [("Example",), ("Example",)] == [each.campaigns for each in before.values()]
    assert ("lacks_fix", ()) == (after["CVE-2020-12346"].status, after["CVE-2020-12346"].campaigns)


def test_a_branch_for_which_no_fix_is_named_may_not_have_the_hole(tmp_path: Path):
    assert held(tmp_path, Build(release="18.5")).limited_to is None
    assert "iOS 16" in str(held(tmp_path, Build(release="16.7")).limited_to)
