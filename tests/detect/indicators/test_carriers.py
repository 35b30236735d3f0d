"""Which fields carry observables."""

from __future__ import annotations

import pytest

from scanner.artifacts import ARTIFACTS
from scanner.detect.indicators.carriers import CARRIERS
from scanner.detect.sigma import fields, whole
from scanner.model.entities import App, Setting
from scanner.model.observables import OBSERVABLE_TYPES
from scanner.model.privacy import UNREADABLE


@pytest.mark.parametrize(
    "carrier", CARRIERS, ids=lambda each: f"{each.entity.__name__}.{each.field}"
)
def test_what_is_personal_or_secret_carries_nothing(carrier):
    privacy = fields(carrier.entity)[carrier.field].privacy

    assert privacy not in UNREADABLE


@pytest.mark.parametrize(
    "carrier", CARRIERS, ids=lambda each: f"{each.entity.__name__}.{each.field}"
)
def test_some_artifact_states_what_carries(carrier):
    stating = [
        artifact.name
        for artifact in ARTIFACTS
        for stated in artifact.states
        if stated.entity is carrier.entity
        and whole(carrier.field) in stated.names()
        and carrier.platform in {"", artifact.platform}
    ]

    assert stating


def test_each_field_is_listed_once():
    fields = [(each.entity, each.field) for each in CARRIERS]

    assert sorted(set(fields), key=str) == sorted(fields, key=str)


def test_only_content_carries_addresses_of_mail():
    carried = {type for carrier in CARRIERS for type in carrier.meets()}

    assert {"email"} == set(OBSERVABLE_TYPES) - carried


def test_values_of_settings_that_are_no_hosts_are_left_alone():
    (carrier,) = [each for each in CARRIERS if each.entity is Setting]

    def values(name: str) -> list[str]:
        setting = Setting(user=0, namespace="global", name=name, value="proxy.example.com:8080")
        return list(carrier.values(setting))

    assert ["proxy.example.com:8080"] == values("http_proxy")
    assert [] == values("debug_app")


def test_lists_and_absent_values():
    (carrier,) = [each for each in CARRIERS if (each.entity, each.field) == (App, "path")]

    assert [] == list(carrier.values(App(user=0, package="com.example.a", path=None)))
    assert [] == list(carrier.values(App(user=0, package="com.example.a")))
