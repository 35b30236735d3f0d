"""Profiles as files: what is around the property list."""

from __future__ import annotations

import plistlib

import pytest

from scanner.errors import ParseError
from scanner.formats.profile_envelope import HEAD, form_of, may_be_profile, opened
from tests.sources.recorded.collected import generator

signing = generator("signing")
CONTENT = {"PayloadType": "Configuration", "PayloadContent": []}
XML = plistlib.dumps(CONTENT)
BARE = XML.split(b"\n", 1)[1]  # without <?xml ...?>
BINARY = plistlib.dumps(CONTENT, fmt=plistlib.FMT_BINARY)
WIDE = XML.decode().replace("UTF-8", "UTF-16").encode("utf-16")


@pytest.mark.parametrize(
    "data",
    [
        XML,
        BARE,
        BARE.split(b"\n", 1)[1],
        b"\n \t" + XML,
        b"\xef\xbb\xbf" + XML,
        b"<!-- by hand -->\n" + BARE,
        BINARY,
        WIDE,
    ],
)
def test_every_form_of_a_property_list(data):
    found = opened(data)

    assert may_be_profile(data[:HEAD])
    assert (CONTENT, None) == (found.content, found.signature)
    assert "configuration" == form_of(found.content)


@pytest.mark.parametrize("content", [XML, BARE, BINARY])
def test_each_may_be_signed(content):
    data = signing.signed(content, [signing.party("signer.example.com")])
    found = opened(data)

    assert may_be_profile(data[:HEAD])
    assert (CONTENT, "valid", "self_signed") == (found.content, found.signature, found.chain)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"<html></html>",
        b"<!DOCTYPE html><html></html>",
        plistlib.dumps([CONTENT]),
        XML[:-20],
        signing.signed(b"text", [signing.party("signer.example.com")]),
        XML.replace(b"<dict>", b"<!ENTITY a 'b'><dict>", 1),
    ],
)
def test_what_is_none_is_an_error(data):
    with pytest.raises(ParseError):
        opened(data)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"PayloadType": "Profile Service"}, "configuration"),
        ({"PayloadType": "com.example.settings"}, None),
        ({"PayloadType": ["Configuration"]}, None),
        ({"UUID": "x", "TeamIdentifier": ["EXAMPLE123"]}, "provisioning"),
        ({"UUID": "x", "ProvisionedDevices": []}, "provisioning"),
        ({"UUID": 1, "ProvisionedDevices": []}, None),
        ({"TeamIdentifier": []}, None),
        ({}, None),
    ],
)
def test_which_profile_it_is(content, expected):
    assert expected == form_of(content)
