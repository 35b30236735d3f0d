"""Profiles as files: which are called suspicious, and which are ordinary."""

from __future__ import annotations

import pytest
from msgspec import UNSET, structs

from scanner.model.entities import Profile
from tests.lookalikes.device import PACK
from tests.lookalikes.ios.profile_files import (
    DNS,
    MDM,
    ORDINARY_FILES,
    SUSPICIOUS_FILES,
    authority,
    file,
    of_file,
)

LEADS_AWAY = "A profile brings an authority and leads the traffic away"


@pytest.mark.parametrize("name", ORDINARY_FILES)
def test_an_ordinary_file_has_nothing_above_low(name: str):
    outcome = of_file(ORDINARY_FILES[name])

    assert [] == outcome.above_low()
    assert "nothing_found_in_what_was_examined" == outcome.verdict


@pytest.mark.parametrize("name", SUSPICIOUS_FILES)
def test_a_file_that_takes_over_a_phone_is_suspicious(name: str):
    assert "suspicious" == of_file(SUSPICIOUS_FILES[name]).verdict


def test_a_closed_part_and_unread_types_do_not_hide_the_others():
    whole, *payloads = SUSPICIOUS_FILES["an authority, a proxy, and a part that is closed"]
    assert isinstance(whole, Profile)
    unread = structs.replace(whole, payload_types=UNSET)

    assert LEADS_AWAY in of_file([unread, *payloads]).titles()


def test_parts_of_two_files_are_not_put_together():
    one = file(authority())
    other = [
        structs.replace(each, file="b2")
        for each in file((DNS, {"host": "dns.example.net", "can_be_turned_off": True}))
    ]

    assert LEADS_AWAY not in of_file([*one, *other]).titles()


def test_a_management_whose_rights_could_not_be_read_is_not_passed_over():
    rules = {rule.id for rule in PACK.rules if "management server" in rule.title}
    checks = of_file(file((MDM, {}))).checks

    assert 2 == len(rules)
    assert {"not_examined"} == {each.status for each in checks if each.rule in rules}
