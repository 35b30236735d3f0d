"""The noise policy: data that names what there is."""

from __future__ import annotations

import pytest

from scanner.changes.noise import policy
from scanner.model.entities import ENTITIES

ENTITY_OF = {str(entity.__struct_config__.tag): entity for entity in ENTITIES}


def test_every_type_of_entity_has_its_policy():
    assert list(policy()) == list(ENTITY_OF)


@pytest.mark.parametrize("name", ENTITY_OF)
def test_it_names_fields_that_exist(name: str):
    noise, fields = policy()[name], ENTITY_OF[name].__struct_fields__
    passing = {field for each in noise.passing for field in each}
    named = {*noise.identity, *noise.present, *passing, *noise.ignore, *noise.only}

    assert named <= set(fields)


@pytest.mark.parametrize("name", ENTITY_OF)
def test_what_is_compared_is_told_from_others(name: str):
    """Where the key is not the identity, the policy says by what the same thing is found again."""
    noise, key = policy()[name], ENTITY_OF[name].key

    assert bool(noise.identity) == bool(key)


def test_what_is_not_stated_speaks_for_an_entity():
    app = policy()["app"]

    assert (app.is_present({}), app.is_present({"installed": False})) == (True, False)


@pytest.mark.parametrize(
    ("entity", "stated", "passes"),
    [
        ("process", {"owner": "u0_a123"}, True),
        ("process", {"owner": "root", "parent": 2}, True),
        ("process", {"owner": "root", "parent": 1, "name": "netd"}, False),
        ("process", {"owner": "shell", "label": "u:r:shell:s0", "name": "sh"}, True),
        ("process", {"owner": "root", "label": "u:r:su:s0", "name": "sh"}, False),
        ("process", {"name": "sh"}, False),
        ("mount", {"point": "/apex/com.android.art@361"}, True),
        ("mount", {"point": "/system/etc/security/cacerts"}, False),
        ("property", {"name": "ro.build.fingerprint"}, True),
        ("property", {"name": "init.svc.su_daemon"}, False),
        ("property", {"name": "sys.oem_unlock_allowed"}, False),
        ("setting", {"name": "enabled_accessibility_services"}, True),
        ("setting", {"name": "http_proxy"}, False),
    ],
)
def test_what_comes_and_goes_by_nature(entity: str, stated: dict[str, str | int], passes: bool):
    assert policy()[entity].passes(stated) == passes
