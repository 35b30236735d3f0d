"""The contents of profiles are known only where no profile is installed."""

from __future__ import annotations

import plistlib

import pytest

from scanner.artifacts.ios.profile_contents import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.evidence import BytesFile
from scanner.model.requests import ServiceCall

REQUEST = ServiceCall(
    service="com.apple.mobile.MCInstall", arguments=(("RequestType", "GetProfileList"),)
)


def reply(*identifiers: str, status: str = "Acknowledged") -> BytesFile:
    said = {"OrderedIdentifiers": list(identifiers), "Status": status}
    return BytesFile(REQUEST, plistlib.dumps(said))


def test_a_phone_without_profiles_has_no_contents_of_any():
    assert [] == list(parse(reply()))


def test_the_contents_of_an_installed_profile_are_kept_by_the_phone():
    with pytest.raises(NotAvailable, match="2") as refused:
        list(parse(reply("com.example.a", "com.example.b")))

    assert "no_permission" == refused.value.reason


def test_an_answer_of_another_shape_says_nothing():
    with pytest.raises(ParseError):
        list(parse(BytesFile(REQUEST, plistlib.dumps({"Status": "Acknowledged"}))))
    with pytest.raises(NotAvailable):
        list(parse(reply(status="Error")))
