"""Configuration profiles, of which the phone tells no more than a label."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.profiles import parse
from scanner.errors import ParseError
from scanner.model.entities import Profile

from .replies import read

UUID = "b30005cc-0000-4e42-8545-8da6c44a8a71"


def profiles(ordered, manifest=None, metadata=None):
    return {
        "Status": "Acknowledged",
        "OrderedIdentifiers": ordered,
        "ProfileManifest": manifest or {},
        "ProfileMetadata": metadata or {},
    }


def test_a_profile():
    metadata = {
        "PayloadUUID": UUID,
        "PayloadDisplayName": "Example VPN",
        "PayloadOrganization": "Example GmbH",
        "PayloadDescription": "Sets up the VPN.",
        "PayloadVersion": 1,
        "PayloadRemovalDisallowed": True,
    }
    manifest = {"Description": "Example VPN", "IsActive": True}

    assert [
        Profile(
            identifier="com.example.vpn",
            uuid=UUID.upper(),
            file=None,
            name="Example VPN",
            organization="Example GmbH",
            description="Sets up the VPN.",
            active=True,
            installed=True,
            removable=False,
        )
    ] == read(
        parse,
        profiles(["com.example.vpn"], {"com.example.vpn": manifest}, {"com.example.vpn": metadata}),
    )


def test_no_profile():
    assert [] == read(parse, profiles([]))


def test_metadata_without_an_organization_states_that_there_is_none():
    (profile,) = read(parse, profiles(["a"], {}, {"a": {"PayloadUUID": UUID}}))

    assert (None, None) == (profile.organization, profile.description)
    assert (UNSET, UNSET, UNSET) == (profile.name, profile.active, profile.removable)


def test_an_identifier_without_metadata_is_a_profile():
    bare = Profile(identifier="a", uuid=None, file=None, installed=True)

    assert [bare] == read(parse, profiles(["a"]))


def test_a_profile_that_one_list_leaves_out_is_installed_all_the_same():
    stated = read(parse, profiles(["a"], {"b": {"IsActive": False}}, {"c": {"PayloadUUID": UUID}}))

    assert ["a", "b", "c"] == [one.identifier for one in stated]
    assert {True} == {one.installed for one in stated}
    assert [UNSET, False, UNSET] == [one.active for one in stated]


def test_lengths_are_bounded():
    (profile,) = read(parse, profiles(["x" * 999], {}, {"x" * 256: {"PayloadUUID": "u" * 999}}))[:1]

    assert 255 == len(profile.identifier)


@pytest.mark.parametrize("ordered", [None, "a", {"a": 1}])
def test_no_list_is_an_error(ordered):
    reply = profiles(ordered if ordered is not None else [])
    if ordered is None:
        del reply["OrderedIdentifiers"]

    with pytest.raises(ParseError):
        read(parse, reply)


def test_too_many_are_an_error():
    with pytest.raises(ParseError):
        read(parse, profiles([str(number) for number in range(2001)]))
