"""Apps as a collector wrote them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET

from scanner.artifacts.android.collected_packages import parse
from scanner.errors import ParseError
from scanner.model.entities import App, Otherwise
from scanner.model.evidence import BytesFile
from scanner.model.requests import Collected

REQUEST = Collected(collector="androidqf", name="packages.json")
APK = "/data/app/~~a==/com.example-b==/base.apk"
EXAMPLE: dict[str, Any] = {
    "name": "com.example",
    "files": [{"path": APK, "sha256": "00", "certificate": {"Subject": "CN=Somebody"}}],
    "installer": "com.store",
    "uid": 10123,
    "disabled": False,
    "system": False,
    "third_party": True,
}
FRAMEWORK = {"name": "android", "files": [{"path": "/system/framework/framework-res.apk"}]}
OTHERS = Otherwise(entity="app", user=0, field="installed", value=False)


def stated(*packages, data=None):
    text = json.dumps(packages) if data is None else data
    return list(parse(BytesFile(REQUEST, text.encode())))


def app(**fields):
    return stated(EXAMPLE | fields)[0]


def test_an_app_and_all_others():
    assert [
        App(
            user=0,
            package="com.example",
            installed=True,
            path=APK,
            installer="com.store",
            uid=10123,
            system=False,
            enabled=True,
        ),
    ] == stated(EXAMPLE)
    assert OTHERS == stated(EXAMPLE, FRAMEWORK)[-1]


@pytest.mark.parametrize("files", [None, [], [{"path": ""}], [{"error": "x"}]])
def test_without_a_file_it_is_not_known_what_is_installed(files):
    found = stated(EXAMPLE, FRAMEWORK, EXAMPLE | {"name": "com.gone", "files": files})

    assert [True, True, UNSET] == [one.installed for one in found]
    assert OTHERS not in found


@pytest.mark.parametrize(
    ("fields", "field", "value"),
    [
        ({"installer": "null"}, "installer", None),
        ({"installer": ""}, "installer", UNSET),
        ({"uid": 0}, "uid", UNSET),
        ({"uid": 1010123}, "uid", UNSET),
        ({"disabled": True}, "enabled", False),
        ({"system": True, "third_party": False}, "system", True),
        ({"third_party": False}, "system", UNSET),
        ({"third_party": False}, "enabled", UNSET),
        ({"system": None, "third_party": None}, "system", UNSET),
    ],
)
def test_what_was_not_asked_is_not_stated(fields, field, value):
    assert value == getattr(app(**fields), field)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '[{"uid": 1}]',
        '[{"name": "a b"}]',
        '[{"name": "a.b", "installer": "a b"}]',
        '[{"name": "a.b", "uid": "x"}]',
        json.dumps([EXAMPLE])[:-1],
        json.dumps([{"name": "a.b"}] * 20_001),
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data=data)


def test_nothing_personal_is_read():
    assert "Somebody" not in repr(stated(EXAMPLE))


def of_user(user, name, **fields):
    return {"name": name, "user_id": user, "uid": user * 100_000 + 10_123, **fields}


def test_later_versions_state_the_apps_of_each_user():
    found = stated(
        of_user(0, "android", installed=True),
        of_user(10, "com.example.app", installed=True),
        of_user(10, "com.example.gone", installed=False),
    )
    apps = [each for each in found if isinstance(each, App)]

    assert [(0, True), (10, True), (10, False)] == [(each.user, each.installed) for each in apps]
    assert [10_123, 1_010_123, 1_010_123] == [each.uid for each in apps]
    # Of user 10 the framework is not among them: its list is not whole.
    assert [0] == [each.user for each in found if isinstance(each, Otherwise)]


@pytest.mark.parametrize("user", [-1, 10**9])
def test_a_user_that_cannot_be_is_an_error(user):
    with pytest.raises(ParseError):
        stated({"name": "com.example.app", "user_id": user})
