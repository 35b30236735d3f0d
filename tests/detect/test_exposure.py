"""Exposure: which known holes a build has not closed, and what cannot be said of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from scanner.detect import RuleErrors
from scanner.detect.exposure import Vulnerability, exposures, load
from scanner.model.data import data_folder
from scanner.model.entities import Build
from scanner.model.exposure import Exposure

SHIPPED = data_folder("rules") / "exposure" / "android.yml"


def entry(**changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "cve": "CVE-2020-12345",
        "title": "A parser writes out of bounds",
        "component": "kernel",
        "affected": {},
        "fixed_in": "2020-06-05",
        "known_exploited": "2020-06-01",
        "references": ["https://example.org/bulletin"],
    }
    return data | changed


def write(folder: Path, *entries: dict[str, Any], **others: Any) -> Path:
    path = folder / "android.yml"
    data = {"platform": "android", "vulnerabilities": list(entries)} | others
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    return path


def loaded(folder: Path, **changed: Any) -> Vulnerability:
    (vulnerability,) = load(write(folder, entry(**changed)))
    return vulnerability


def held(folder: Path, build: Build | None, **changed: Any) -> Exposure:
    """Hold one vulnerability against a build."""
    (exposure,) = exposures(build, [loaded(folder, **changed)])
    return exposure


# --- evaluation ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        ("2020-06-01", "lacks_fix"),
        ("2020-06-05", "has_fix"),
        ("2026-11-05", "has_fix"),
        ("2016-01-01", "lacks_fix"),
    ],
)
def test_the_patch_level_decides(tmp_path: Path, patch: str, status: str):
    exposure = held(tmp_path, Build(security_patch=patch))

    assert (status, patch, "2020-06-05") == (
        exposure.status,
        exposure.security_patch,
        exposure.fixed_in,
    )


@pytest.mark.parametrize(
    "patch", [UNSET, None, "", "June 2020", "2020-13-45", "2020-06-05x", "\u0662020-06-05"]
)
def test_without_a_patch_level_nothing_is_said(tmp_path: Path, patch: Any):
    exposure = held(tmp_path, Build(security_patch=patch))

    assert ("not_examined", "field_not_stated") == (exposure.status, exposure.reason)
    assert "security_patch" == exposure.unstated


def test_without_a_build_nothing_is_said(tmp_path: Path):
    assert "not_examined" == held(tmp_path, None).status


@pytest.mark.parametrize(
    ("stated", "status"),
    [
        ({"manufacturer": "SAMSUNG"}, "lacks_fix"),
        ({"manufacturer": "Google"}, "not_concerned"),
        ({"manufacturer": None}, "not_examined"),
        ({}, "not_examined"),
    ],
)
def test_a_makers_own_hole_concerns_its_own_builds(
    tmp_path: Path, stated: dict[str, Any], status: str
):
    build = Build(security_patch="2020-01-01", **stated)

    assert status == held(tmp_path, build, affected={"manufacturers": ["samsung"]}).status


def test_a_build_with_the_fix_has_it_whoever_made_it(tmp_path: Path):
    exposure = held(
        tmp_path,
        Build(security_patch="2021-01-01"),
        affected={"manufacturers": ["samsung"]},
    )

    assert "has_fix" == exposure.status


@pytest.mark.parametrize(
    ("sdk", "status"),
    [(27, "not_concerned"), (28, "lacks_fix"), (30, "lacks_fix"), (31, "not_concerned")],
)
def test_api_levels_bound_what_is_concerned(tmp_path: Path, sdk: int, status: str):
    build = Build(security_patch="2020-01-01", sdk=sdk)

    assert status == held(tmp_path, build, affected={"sdk_from": 28, "sdk_to": 30}).status


def test_an_api_level_that_is_not_stated_is_named(tmp_path: Path):
    exposure = held(tmp_path, Build(security_patch="2020-01-01"), affected={"sdk_to": 30})

    assert ("not_examined", "sdk") == (exposure.status, exposure.unstated)


@pytest.mark.parametrize(
    ("model", "status"),
    [("SM-G991B", "lacks_fix"), ("sm-g9910", "lacks_fix"), ("SM-A515F", "not_concerned")],
)
def test_models_begin_alike(tmp_path: Path, model: str, status: str):
    build = Build(security_patch="2020-01-01", model=model)

    assert status == held(tmp_path, build, affected={"models": ["SM-G99"]}).status


@pytest.mark.parametrize(
    ("maker", "status", "fixed_in"),
    [
        ("google", "has_fix", "2020-02-05"),
        ("Other", "lacks_fix", "2020-06-05"),
        (UNSET, "not_examined", "2020-06-05"),
    ],
)
def test_a_maker_may_be_earlier(tmp_path: Path, maker: Any, status: str, fixed_in: str):
    build = Build(security_patch="2020-03-01", manufacturer=maker)

    exposure = held(tmp_path, build, fixed_for={"Google": "2020-02-05"})

    assert (status, fixed_in) == (exposure.status, exposure.fixed_in)


def test_what_no_build_states_is_said_in_words(tmp_path: Path):
    exposure = held(tmp_path, Build(security_patch="2020-01-01"), limited_to="phones with a dial")

    assert "phones with a dial" == exposure.limited_to


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"cve": "2020-12345"}, "CVE-<year>-<number> expected"),
        ({"fixed_in": "2020-06"}, "a day expected"),
        ({"fixed_in": "2020-02-30"}, "a day expected"),
        ({"known_exploited": "yes"}, "a day expected"),
        ({"fixed_for": {"Google": "2021-01-01"}}, "days not after"),
        ({"references": []}, "at least one https address"),
        ({"references": ["http://example.org/"]}, "https addresses expected"),
        ({"title": " "}, "a text of at most"),
        ({"affected": {"sdk_from": 30, "sdk_to": 28}}, "is above"),
        ({"affected": {"maker": ["samsung"]}}, "unknown field `maker`"),
        ({"affected": {"sdk_from": "28"}}, "Expected `int"),
        ({"severity": "high"}, "unknown field `severity`"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, changed: dict[str, Any], reason: str):
    path = write(tmp_path, entry(), entry(**({"cve": "CVE-2020-54321"} | changed)))

    with pytest.raises(RuleErrors, match=reason) as caught:
        load(path)

    assert "vulnerabilities.1" in caught.value.errors[0].where


@pytest.mark.parametrize("missing", ["cve", "fixed_in", "known_exploited", "references"])
def test_each_key_is_needed(tmp_path: Path, missing: str):
    data = entry()
    del data[missing]

    with pytest.raises(RuleErrors, match=missing):
        load(write(tmp_path, data))


def test_a_file_of_another_kind_is_refused(tmp_path: Path):
    with pytest.raises(RuleErrors, match="one of android, ios expected"):
        load(write(tmp_path, entry(), platform="toaster"))
    with pytest.raises(RuleErrors, match="unknown key `rules`"):
        load(write(tmp_path, entry(), rules=[]))
    with pytest.raises(RuleErrors, match="a list of vulnerabilities"):
        load(write(tmp_path))


def test_one_entry_for_each_vulnerability(tmp_path: Path):
    with pytest.raises(RuleErrors, match="stands twice"):
        load(write(tmp_path, entry(), entry()))


def test_a_folder_without_data_is_an_error(tmp_path: Path):
    with pytest.raises(RuleErrors, match="no exposure files"):
        load(tmp_path)


# --- what is shipped ----------------------------------------------------------------------------


def test_the_shipped_data_loads_with_the_latest_fix_first():
    shipped = load(SHIPPED)

    levels = [each.fixed_in for each in shipped]
    assert 20 <= len(shipped)
    assert sorted(levels, reverse=True) == levels


@pytest.mark.parametrize("each", load(SHIPPED), ids=lambda each: each.cve)
def test_shipped_days_are_plausible(each: Vulnerability):
    year = int(each.cve.split("-")[1])

    assert year <= date.fromisoformat(each.fixed_in).year
    assert year <= date.fromisoformat(each.known_exploited).year
    assert each.fixed_in[-2:] in {"01", "05", "06"}


def test_a_phone_of_today_lacks_nothing_and_an_old_one_much():
    shipped = load(SHIPPED)
    today = Build(manufacturer="samsung", sdk=36, security_patch="2026-11-05")
    old = Build(manufacturer="samsung", sdk=27, security_patch="2018-06-01")

    lacking = [
        [each.cve for each in exposures(build, shipped) if each.status == "lacks_fix"]
        for build in (today, old)
    ]

    assert [] == lacking[0]
    assert "CVE-2019-2215" in lacking[1]
    assert "CVE-2024-29745" not in lacking[1]  # Google's own
