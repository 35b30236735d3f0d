"""Ordinary iPhones that resemble a tampered one: nothing above low."""

from __future__ import annotations

import random

import pytest

from scanner.detect import asks_for_app_files, asks_for_recordings
from scanner.detect.verdict import MINIMUM, extent
from scanner.model.artifact import Profile
from scanner.model.entities import BinaryImage, Entity, Process
from tests.lookalikes.device import PACK
from tests.lookalikes.ios.ordinary import ORDINARY, Ordinary, name_servers, tunnels
from tests.lookalikes.ios.phone import CONTENTS, DEVELOPER, LIVE, QUICK, clean, examined, set_up
from tests.lookalikes.ios.tampered import (
    COMPROMISED,
    FAINT,
    FOR_REVIEW,
    GUISES,
    WEAK,
    replaced,
)

BESIDE = frozenset(
    rule.id for rule in PACK.rules if asks_for_app_files(rule) or asks_for_recordings(rule, LIVE)
)
RULE_IDS = {rule.title: rule.id for rule in PACK.rules}


def crowd(seed: int) -> list[Entity]:
    chance = random.Random(seed)
    phone = clean()
    for ordinary in ORDINARY:
        phone = replaced(phone, ordinary(chance))
    return phone


def test_the_clean_phone_is_clean():
    outcome = examined(clean())

    assert [] == outcome.titles()
    assert "nothing_found_in_what_was_examined" == outcome.verdict


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("ordinary", ORDINARY, ids=lambda ordinary: ordinary.__name__)
def test_an_ordinary_phone_has_nothing_above_low(ordinary: Ordinary, seed: int):
    outcome = examined(replaced(clean(), ordinary(random.Random(seed))))

    assert [] == outcome.above_low()
    assert "nothing_found_in_what_was_examined" == outcome.verdict


@pytest.mark.parametrize("seed", range(10))
def test_all_of_them_together_have_nothing_above_low_either(seed: int):
    assert [] == examined(crowd(seed)).above_low()


@pytest.mark.parametrize("title", [*COMPROMISED, *FOR_REVIEW, *WEAK])
def test_what_was_done_is_found_among_them(title: str):
    done = (COMPROMISED | FOR_REVIEW | WEAK)[title]

    assert title in examined(replaced(crowd(7), done)).above_low()


@pytest.mark.parametrize("title", COMPROMISED)
def test_a_trace_of_compromise_makes_a_phone_suspicious(title: str):
    assert "suspicious" == examined(replaced(clean(), COMPROMISED[title])).verdict


@pytest.mark.parametrize("guise", GUISES)
def test_another_guise_makes_a_phone_suspicious_as_well(guise: str):
    title, done = GUISES[guise]
    outcome = examined(replaced(clean(), done))

    assert title in outcome.above_low()
    assert "suspicious" == outcome.verdict


@pytest.mark.parametrize("title", FAINT)
def test_what_is_more_often_nothing_is_for_review_and_leaves_the_verdict(title: str):
    outcome = examined(replaced(clean(), FAINT[title]))

    assert title in outcome.titles()
    assert all(each.review for each in outcome.findings if each.rule == RULE_IDS[title])
    assert [] == outcome.above_low()
    assert "nothing_found_in_what_was_examined" == outcome.verdict


@pytest.mark.parametrize("title", FOR_REVIEW)
def test_what_is_for_review_leaves_the_verdict_open(title: str):
    assert "inconclusive" == examined(replaced(clean(), FOR_REVIEW[title])).verdict


@pytest.mark.parametrize("title", WEAK)
def test_a_weak_setting_accuses_nobody(title: str):
    outcome = examined(replaced(clean(), WEAK[title]))

    assert "nothing_found_in_what_was_examined" == outcome.verdict


@pytest.mark.parametrize(
    "gaps", [DEVELOPER, (*DEVELOPER, CONTENTS)], ids=["no profile", "with a profile"]
)
def test_an_ordinary_phone_is_examined_far_enough_for_a_verdict(gaps: tuple[str, ...]):
    """Developer services, and the contents of profiles, are shut on phones in use."""
    checks = examined(clean(), gaps=gaps).checks

    assert MINIMUM[Profile.DEEP] <= extent(checks, BESIDE).percent


def test_a_quick_scan_is_enough_as_well():
    checks = examined(clean(), statements=QUICK, gaps=(CONTENTS,)).checks

    assert MINIMUM[Profile.DEEP] <= extent(checks, BESIDE).percent


def test_developer_services_decide_no_trace_of_compromise_alone():
    shut, asked = examined(clean()), examined(clean(), gaps=())

    assert extent(asked.checks) == extent(shut.checks)


def test_a_phone_that_was_unlocked_is_not_accused_of_having_no_passcode():
    """lockdownd states whether the phone is locked now as much as whether there is a passcode."""
    outcome = examined(replaced(clean(), [set_up(passcode=False)]))

    assert [("informational", True)] == [(each.level, each.review) for each in outcome.findings]
    assert "nothing_found_in_what_was_examined" == outcome.verdict


def test_six_tunnels_are_no_vpn_and_no_finding():
    assert [] == examined([*clean(), *tunnels(random.Random(1))]).titles()


@pytest.mark.parametrize("seed", range(8))
def test_a_well_known_name_server_is_not_called_unknown(seed: int):
    outcome = examined([*clean(), *name_servers(random.Random(seed))])

    assert "A profile sets a name server that is not well known" not in outcome.titles()


@pytest.mark.parametrize("name", ["BackupAgent2", "imagentd", "com.apple.WebKit.Networking"])
def test_a_name_that_resembles_another_is_no_finding(name: str):
    process = Process(source="pid_list", pid=77, started=None, name=name)

    assert [] == examined([*clean(), process]).titles()


def test_an_image_whose_place_is_not_known_is_not_examined_and_no_finding():
    nameless = BinaryImage(process="exampled", path="exampled", main=True, own=True)
    outcome = examined([*clean(), nameless])

    assert [] == outcome.titles()
    assert extent(outcome.checks).examined < extent(examined(clean()).checks).examined
