"""Traces of what is no longer there."""

from __future__ import annotations

import pytest

from scanner.model.entities import (
    AppChange,
    Crash,
    PackageTrace,
    User,
)
from tests.detect.devices import artifact
from tests.detect.indicators.compared import (
    PACKAGES,
    PAST,
    SPY,
    app,
    device,
    one,
)
from tests.detect.indicators.feeds import feed, indicator


def test_a_trace_of_an_app_that_is_gone_is_historic():
    phone = device(
        app("com.example.ok"),
        PackageTrace(kind="platform_compat", package=SPY),
        AppChange(package=SPY, day="2026-11-20", version_code=0, action="removed"),
        User(id=0),
    )
    check, (finding,) = one(phone, [feed(indicator("package", SPY))], statements=PAST)

    assert ("finding", "historic") == (check.status, finding.rule_class)
    assert "package_trace" == finding.subject.entity
    assert ["package", "app_change.package"] == [each.field for each in finding.matched]
    assert ("e1", "e2") == finding.evidence


def test_a_trace_of_an_app_that_is_there_adds_evidence():
    phone = device(app(), PackageTrace(kind="platform_compat", package=SPY), User(id=0))
    _, (finding,) = one(phone, [feed(indicator("package", SPY))], statements=PAST)

    assert ("compromise", "app", ("e0", "e1")) == (
        finding.rule_class,
        finding.subject.entity,
        finding.evidence,
    )


def test_a_trace_is_not_historic_where_not_every_app_was_listed():
    phone = device(PackageTrace(kind="platform_compat", package=SPY), User(id=0))
    _, (finding,) = one(phone, [feed(indicator("package", SPY))], statements=PAST)

    assert "compromise" == finding.rule_class


def test_an_app_that_no_user_has_any_more_is_historic():
    phone = device(app(installed=False), User(id=0))
    _, (finding,) = one(phone, [feed(indicator("package", SPY))])

    assert ("historic", "app") == (finding.rule_class, finding.subject.entity)


def test_an_app_of_two_users_is_two_findings_and_that_of_a_former_one_none():
    phone = device(
        app(), app(user=10), app(user=11, installed=False), User(id=0), User(id=10), User(id=11)
    )
    _, found = one(phone, [feed(indicator("package", SPY))])

    assert [0, 10] == [
        each.subject.key["user"] for each in sorted(found, key=lambda one: str(one.subject.key))
    ]
    assert {"compromise"} == {each.rule_class for each in found}


@pytest.mark.parametrize(
    ("packages", "expected"), [((SPY,), "compromise"), (("com.example.ok",), "historic")]
)
def test_a_crash_of_an_app_that_is_gone_is_historic(packages, expected):
    crashes = artifact("crashes", (Crash, ()))
    crash = Crash(file="x.ips", process="Spy", bundle=SPY)
    phone = device(*(app(each) for each in packages), crash, platform="ios")
    _, (finding,) = one(
        phone,
        [feed(indicator("package", SPY))],
        statements=(PACKAGES, crashes),
        platform="ios",
    )

    assert expected == finding.rule_class
