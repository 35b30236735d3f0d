"""The exploited vulnerabilities of iOS that are shipped: which release has closed which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from msgspec import UNSET

from scanner.detect.exposure import Vulnerability, exposures, load
from scanner.detect.releases import Release, release
from scanner.model.data import data_folder
from scanner.model.entities import Build

FILE = data_folder("rules") / "exposure" / "ios.yml"
SHIPPED = load(FILE)
DARKSWORD = {
    "CVE-2025-14174",
    "CVE-2025-31277",
    "CVE-2025-43510",
    "CVE-2025-43520",
    "CVE-2025-43529",
    "CVE-2026-20700",
}


def having(status: str, build: Build, campaign: str | None = None) -> set[str]:
    """Return what has a status on a build: of all, or of one campaign."""
    held = exposures(build, SHIPPED, "ios")
    return {
        each.cve
        for each in held
        if each.status == status and (campaign is None or campaign in each.campaigns)
    }


def lacking(own: str, campaign: str | None = None, extra: str | None = None) -> set[str]:
    return having("lacks_fix", Build(release=own, release_extra=extra), campaign)


def fixes(each: Vulnerability) -> Iterator[Release]:
    for text in each.fixed_releases:
        made = release(text)
        assert made is not None
        yield made


# --- the data -----------------------------------------------------------------------------------


def test_the_file_stands_as_it_is_shown():
    written = re.findall(r"^  - cve: (\S+)$", FILE.read_text(encoding="utf-8"), re.MULTILINE)

    assert [each.cve for each in SHIPPED] == written
    assert 80 <= len(written)


@pytest.mark.parametrize("each", SHIPPED, ids=lambda each: each.cve)
def test_each_entry_is_plausible(each: Vulnerability):
    found = list(fixes(each))
    branches = [made[0][0] for made in found]
    year = int(each.cve.split("-")[1])

    assert "ios" == each.platform
    assert sorted(found) == found
    assert sorted(set(branches)) == branches  # each branch stands once
    assert year <= date.fromisoformat(each.known_exploited).year


@pytest.mark.parametrize("each", SHIPPED, ids=lambda each: each.cve)
def test_each_entry_refers_to_apple_over_https(each: Vulnerability):
    assert all(one.startswith("https://") for one in each.references)
    assert len(set(each.references)) == len(each.references)
    assert any(one.startswith("https://support.apple.com/") for one in each.references)


@pytest.mark.parametrize("each", SHIPPED, ids=lambda each: each.cve)
def test_a_campaign_has_its_analysis_among_the_references(each: Vulnerability):
    others = ("https://support.apple.com/", "https://www.cisa.gov/")
    analyses = [one for one in each.references if not one.startswith(others)]

    assert len(each.campaigns) == len(analyses)


# --- campaigns ----------------------------------------------------------------------------------


def test_darksword_is_open_on_the_releases_that_it_was_made_for():
    assert DARKSWORD == lacking("18.5", "DarkSword")
    assert DARKSWORD - {"CVE-2025-31277"} == lacking("18.7", "DarkSword")


@pytest.mark.parametrize("own", ["18.7.3", "18.7.7", "18.7.10", "26.2"])
def test_darksword_has_no_way_in_left_below_26_3(own: str):
    """Apple names a fix of the dynamic linker for iOS 26.3 alone: a hole, and no way in."""
    found = {each.cve: each.status for each in exposures(Build(release=own), SHIPPED, "ios")}

    assert set() == lacking(own, "DarkSword")
    assert "lacks_fix" == found["CVE-2026-20700"]


@pytest.mark.parametrize("own", ["26.3", "26.4.2", "27.0"])
def test_darksword_is_closed_from_26_3_on(own: str):
    assert set() == lacking(own, "DarkSword")
    assert having("has_fix", Build(release=own), "DarkSword") == DARKSWORD


@pytest.mark.parametrize(
    ("campaign", "before", "after", "example"),
    [
        ("Coruna", "17.2.1", "17.4", "CVE-2024-23222"),
        ("Coruna", "13.7", "17.4", "CVE-2020-27932"),
        ("Triangulation", "15.7.6", "15.8", "CVE-2023-32435"),
        ("Triangulation", "16.2", "16.6", "CVE-2023-41990"),
        ("BLASTPASS", "16.6", "16.6.1", "CVE-2023-41064"),
        ("FORCEDENTRY", "14.7.1", "14.8", "CVE-2021-30860"),
        ("FORCEDENTRY", "12.5.4", "12.5.5", "CVE-2021-30860"),
        ("Predator", "16.6.1", "16.7", "CVE-2023-41993"),
        ("Predator", "17.0", "17.0.1", "CVE-2023-41991"),
        ("Graphite", "18.3", "18.3.1", "CVE-2025-43200"),
        ("Graphite", "16.7.10", "16.7.11", "CVE-2025-43200"),
    ],
)
def test_a_campaign_is_open_before_its_fix_and_closed_after_it(
    campaign: str, before: str, after: str, example: str
):
    assert example in lacking(before, campaign)
    assert set() == lacking(after, campaign)


def test_the_last_release_for_old_phones_closes_what_apple_brought_back_to_it():
    brought = {"CVE-2023-41974", "CVE-2023-43000", "CVE-2023-43010", "CVE-2024-23222"}

    assert brought <= lacking("15.8.6", "Coruna")
    assert not brought & lacking("15.8.7", "Coruna")


# --- releases -----------------------------------------------------------------------------------


@pytest.mark.parametrize("own", ["26.7.1", "27.0", "27.0.1"])
def test_a_release_of_today_lacks_nothing(own: str):
    assert set() == lacking(own)


def test_the_latest_hole_is_open_before_the_fix_of_its_branch():
    assert {"CVE-2026-86950"} == lacking("26.7")


@pytest.mark.parametrize(
    ("extra", "expected"), [(None, True), ("", True), ("(a)", False), ("(c)", False)]
)
def test_a_rapid_response_closes_a_hole(extra: str | None, expected: bool):
    assert expected is ("CVE-2023-37450" in lacking("16.5.1", extra=extra))
    assert "CVE-2023-38606" in lacking("16.5.1", extra=extra)


def test_a_branch_that_apple_says_is_not_impacted_is_not_concerned():
    assert {"CVE-2022-32894"} == having("not_concerned", Build(release="12.5.5"))
    assert "CVE-2022-32894" in lacking("15.6")


def test_without_a_release_nothing_is_said():
    assert len(SHIPPED) == len(having("not_examined", Build(release=UNSET)))


@pytest.mark.parametrize("own", ["9.3", "15.8.7", "16.7.15", "17.7.2", "18.3.2", "18.7.1"])
def test_darksword_is_named_for_no_release_that_it_was_not_made_for(own: str):
    assert set() == lacking(own, "DarkSword")


def test_the_last_release_of_an_old_branch_names_no_campaign_for_want_of_a_fix():
    """Apple names the fix of CVE-2023-41061 for iOS 16 alone."""
    assert set() == lacking("15.8.7", "BLASTPASS")
    assert set() == lacking("15.8.7", "Predator")
