"""Of the other domains of lockdownd the switches alone are read."""

from __future__ import annotations

import plistlib

import pytest

from scanner.artifacts.ios.lockdown_domains import DOMAINS, LOCKDOWN_DOMAINS, parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Property
from scanner.model.evidence import BytesFile
from scanner.model.requests import Lockdown


def reply(**said: object) -> BytesFile:
    return BytesFile(Lockdown(domain="com.apple.mobile.debug"), plistlib.dumps(said))


def test_switches_stand_under_the_name_of_their_domain():
    values = {"EnableDebugging": True, "Verbose": False}

    assert [
        Property(name="com.apple.mobile.debug/EnableDebugging", value="true"),
        Property(name="com.apple.mobile.debug/Verbose", value="false"),
    ] == list(parse(reply(Request="GetValue", Value=values)))


def test_nothing_but_switches_is_read():
    values = {"Account": "somebody", "Count": 1, "List": [True], "Map": {"a": True}}

    assert [] == list(parse(reply(Value=values)))


def test_a_name_is_bounded():
    (stated,) = parse(reply(Value={"x" * 10_000: True}))

    assert 200 > len(stated.name)


def test_a_domain_that_the_phone_does_not_know_is_no_answer():
    with pytest.raises(NotAvailable):
        list(parse(reply(Error="MissingValue")))


def test_a_single_value_is_no_domain():
    with pytest.raises(ParseError):
        list(parse(reply(Value=True)))


def test_each_domain_is_asked_for_once():
    asked = [reading.request for reading in LOCKDOWN_DOMAINS.readings]

    assert [Lockdown(domain=domain) for domain in dict.fromkeys(DOMAINS)] == asked
