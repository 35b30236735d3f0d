"""Indicators on what recordings of an iPhone tell: fields that carry one, and what is past."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanner.model.entities import (
    AppEvent,
    Crash,
    Entity,
    LocationClient,
    NetworkExtension,
    PrivacyGrant,
    ProfileEvent,
    ShutdownClient,
    TrafficRecord,
)
from tests.detect.devices import artifact
from tests.detect.indicators.compared import PACKAGES, SPY, app, device, one
from tests.detect.indicators.feeds import feed, indicator

AT = datetime(2026, 11, 2, 10, tzinfo=UTC)
PATH = "/private/var/db/example/exampled"
OTHER = "com.example.ok"


def traffic(process: str = "other", bundle: str | None = None) -> TrafficRecord:
    return TrafficRecord(source="data_usage", process=process, bundle=bundle)


def client(path: str) -> ShutdownClient:
    return ShutdownClient(file="shutdown.log", index=0, pid=9, path=path, name="exampled")


def grant(name: str) -> PrivacyGrant:
    return PrivacyGrant(service="kTCCServiceCamera", client=name, client_kind="bundle")


def event(package: str, kind: str = "remove") -> AppEvent:
    return AppEvent(source="mobile_installation", package=package, kind=kind, at=AT)


def profile(identifier: str, process: str) -> ProfileEvent:
    return ProfileEvent(identifier=identifier, operation="install", at=AT, process=process)


@pytest.mark.parametrize(
    ("kind", "value", "entity", "field"),
    [
        ("process", "exampled", traffic("exampled"), "process"),
        ("package", SPY, traffic(bundle=SPY), "bundle"),
        ("package", SPY, grant(SPY), "client"),
        ("file_path", PATH, grant(PATH), "client"),
        ("package", SPY, LocationClient(client=SPY), "client"),
        ("package", SPY, LocationClient(client="x", bundle=SPY), "bundle"),
        ("file_path", PATH, LocationClient(client="x", bundle_path=PATH), "bundle_path"),
        ("process", "exampled", LocationClient(client="x", executable="exampled"), "executable"),
        ("file_path", PATH, LocationClient(client="x", registered=PATH), "registered"),
        ("process", "exampled", client(PATH), "name"),
        ("file_path", PATH, client(PATH), "path"),
        ("file_name", "exampled", client(PATH), "path"),
        ("package", SPY, event(SPY), "package"),
        ("profile", "com.example.p", profile("com.example.p", "profiled"), "identifier"),
        ("process", "exampled", profile("com.example.q", "exampled"), "process"),
        ("package", SPY, NetworkExtension(id="A", provider=SPY), "provider"),
        ("domain", "c2.example", NetworkExtension(id="A", server="a.c2.example"), "server"),
        ("ip", "192.0.2.9", NetworkExtension(id="A", addresses=("192.0.2.9",)), "addresses"),
        ("profile", "com.example.p", NetworkExtension(id="A", profile="com.example.p"), "profile"),
    ],
)
def test_a_field_carries_what_an_indicator_names(kind: str, value: str, entity: Entity, field: str):
    phone = device(entity, platform="ios")
    stating = artifact("records", (type(entity), ()))
    check, (finding,) = one(
        phone, [feed(indicator(kind, value))], statements=(stating,), platform="ios"
    )

    expected = "review" if kind == "file_name" else "finding"  # many files may have that name
    assert (expected, "compromise") == (check.status, finding.rule_class)
    assert [field] == [each.field for each in finding.matched]


@pytest.mark.parametrize(
    ("there", "expected"), [((SPY,), "compromise"), ((OTHER,), "historic"), ((), "compromise")]
)
@pytest.mark.parametrize(
    "entity",
    [
        traffic(bundle=SPY),
        grant(SPY),
        LocationClient(client=SPY, bundle=SPY),
        event(SPY),
        event(SPY, "install"),
        Crash(file="x.ips", process="Spy", bundle=SPY),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_an_app_that_is_gone_left_behind_is_historic(entity: Entity, there, expected: str):
    """Where no app was listed, nobody knows which are gone."""
    phone = device(*map(app, there), entity, platform="ios")
    stating = artifact("records", (type(entity), ()))
    _, (finding,) = one(
        phone, [feed(indicator("package", SPY))], statements=(PACKAGES, stating), platform="ios"
    )

    assert expected == finding.rule_class


@pytest.mark.parametrize(
    ("kind", "value", "entity"),
    [
        ("process", "exampled", traffic("exampled", "com.apple.datausage.security")),
        ("file_path", PATH, grant(PATH)),
        ("process", "exampled", client(PATH)),
    ],
)
def test_a_program_that_is_no_app_is_not_past(kind: str, value: str, entity: Entity):
    phone = device(app(OTHER), entity, platform="ios")
    stating = artifact("records", (type(entity), ()))
    _, (finding,) = one(
        phone, [feed(indicator(kind, value))], statements=(PACKAGES, stating), platform="ios"
    )

    assert "compromise" == finding.rule_class
