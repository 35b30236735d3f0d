"""The rules for iPhones: what they have in common, and what the cautions ask of them."""

from __future__ import annotations

import re

import pytest

from scanner.detect import Rule, load
from scanner.detect.rules import AnyRule
from scanner.model.data import data_folder
from tests.lookalikes.ios.tampered import COMPROMISED, FOR_REVIEW

RULES = [rule for rule in load().rules if rule.platform == "ios"]
APPS = [rule for rule in RULES if rule.category == "app"]
OF_STORES = {"package_source", "distributor"}
OF_FILES = ("app_file", "code_file")
SIGNERS = re.compile(r"^  (apple|around):\n    signed_as:\n((?:      - .+\n)+)", re.MULTILINE)
RESOLVERS = re.compile(r"^  public:\n((?:    .+\n)+)", re.MULTILINE)
UPDATES = re.compile(r"^  update:\n((?:    .+\n|  held_back:\n|  trial:\n)+)", re.MULTILINE)
RIGHTS = re.compile(r"^  changes:\n    rights:\n((?:      - .+\n)+)", re.MULTILINE)
STAGING = re.compile(r"^    path\|re: '(.+roleaccountd.+)'$", re.MULTILINE)


def text_of(rule: AnyRule) -> str:
    return (data_folder("rules") / rule.path).read_text("utf-8")


def of_all(rules: list[AnyRule]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", rules, ids=lambda rule: rule.title)


def test_there_is_a_rule_for_each_kind_of_fact():
    assert {
        "app",
        "app_event",
        "app_file",
        "backup",
        "binary_image",
        "certificate",
        "change",
        "clock",
        "code_file",
        "correlation",
        "device_state",
        "disk_image",
        "file",
        "location_client",
        "management",
        "mount",
        "network_extension",
        "pairing_event",
        "payload",
        "privacy_grant",
        "process",
        "profile",
        "provisioning_profile",
        "remote_service",
        "restriction",
        "row_gap",
        "shutdown_client",
        "socket",
        "traffic_record",
    } == {rule.category for rule in RULES}


@of_all([*APPS])
def test_only_an_installed_app_with_its_code_is_judged(rule: AnyRule):
    """An app that is offloaded, or that the home screen alone names, lacks what would clear it."""
    assert isinstance(rule, Rule)
    # Where an app came from is written down beside it, whether its code is there or not.
    needed = {"installed"} if OF_STORES & {*rule.fields()} else {"installed", "offloaded"}
    assert needed <= {*rule.fields()}


@pytest.mark.parametrize("name", ["apple", "around"])
def test_all_rules_know_the_same_signers(name: str):
    lists = {
        found[1] for rule in APPS for found in SIGNERS.findall(text_of(rule)) if found[0] == name
    }

    assert 1 == len(lists)


@pytest.mark.parametrize(
    "listed", [RESOLVERS, RIGHTS, UPDATES], ids=["name servers", "rights", "names"]
)
def test_two_rules_know_the_same(listed: re.Pattern[str]):
    lists = [found for rule in RULES for found in listed.findall(text_of(rule))]

    assert 2 == len(lists)
    assert lists[0] == lists[1]


def test_no_rule_takes_a_marketplace_or_a_trial_for_a_stranger():
    """Apple signs what other marketplaces install, and names TestFlight where an app is tried."""
    for rule in APPS:
        for name, signers in SIGNERS.findall(text_of(rule)):
            trial = "TestFlight Beta Distribution" in signers
            assert trial == (name == "apple"), rule.title


def test_the_updaters_form_is_the_same_wherever_it_is_named():
    forms = [form for rule in RULES for form in STAGING.findall(text_of(rule))]

    assert 4 == len(forms)
    assert 1 == len({*forms})


def test_every_trace_of_compromise_above_low_is_proved_on_a_phone():
    # No iPhone hands out the files of its apps, so their rules have no phone to be proved on; those
    # on changes are proved on phones that change (tests/changes/phones).
    aside = {*OF_FILES, "change"}
    loud = {rule.title for rule in RULES if _is_loud(rule) and rule.category not in aside}

    assert loud == {*COMPROMISED, *FOR_REVIEW}


def test_what_is_for_review_says_so():
    assert all(rule.review == (rule.title in FOR_REVIEW) for rule in RULES if _is_loud(rule))


def _is_loud(rule: AnyRule) -> bool:
    return rule.rule_class == "compromise" and rule.level == "medium"


@of_all([rule for rule in RULES if rule.rule_class == "compromise"])
def test_compromise_does_not_hang_on_developer_services_or_traffic(rule: AnyRule):
    assert rule.category not in {"socket", "disk_image", "remote_service", "network_extension"}
    assert rule.category == "file" or not {"executable", "owner", "parent"} & {*rule.fields()}
