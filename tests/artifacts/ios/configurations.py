"""Configuration profiles as files, and what is stated of them."""

from __future__ import annotations

import plistlib

import pytest

from scanner.artifacts.ios.configuration_profile import parse
from scanner.errors import ParseError
from scanner.model.evidence import BytesFile
from scanner.model.requests import ProfileFile
from tests.sources.recorded.collected import generator

signing = generator("signing")
ROOT = signing.party("Example Root", authority=True)
BASE = {
    "PayloadType": "Configuration",
    "PayloadIdentifier": "com.example.profile",
    "PayloadUUID": "0a1b2c3d-0000-4000-8000-000000000000",
    "PayloadVersion": 1,
    "PayloadDisplayName": "Example",
    "PayloadContent": [],
}

CARRIER = {
    "PayloadType": "com.apple.security.pem",
    "PayloadIdentifier": "com.example.root",
    "PayloadContent": ROOT.der,
}


def file(data):
    return BytesFile(ProfileFile(form="configuration"), data)


def statements(*payloads, **fields):
    content = BASE | {"PayloadContent": list(payloads)} | fields
    return list(parse(file(plistlib.dumps(content))))


def keys(found):
    return {(type(one), *(getattr(one, name) for name in one.key)) for one in found}


def read_until_the_error(data):
    """Return what is stated of a profile of which something cannot be read, and what is said."""
    found = []
    with pytest.raises(ParseError) as error:
        found.extend(parse(file(data if isinstance(data, bytes) else plistlib.dumps(data))))
    return found, str(error.value)
