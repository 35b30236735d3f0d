"""Roles, as `DualDumpOutputStream` prints them: a list only where there are several."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.roles import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, Otherwise, RoleHolder

from .evidence import evidence

SMS, HOME = "android.app.role.SMS", "android.app.role.HOME"
TWO = """\
ROLE MANAGER STATE (dumpsys role):
{
  user_states=[
    {
      user_id=0
      version=-1
      packages_hash=7C6321F3
      roles=[
        {
          name=android.app.role.ASSISTANT
          fallback_enabled=true
        }
        {
          name=android.app.role.SMS
          holders=com.example.text
        }
        {
          name=android.app.role.HOME
          holders=[
            com.example.home
            com.example.text
          ]
        }
      ]
    }
    {
      user_id=11
      roles={
        name=android.app.role.SMS
        holders=com.example.text
      }
    }
  ]
}
"""
ONE = """\
ROLE MANAGER STATE (dumpsys role):
{
  user_states={
    user_id=0
    roles={
      name=android.app.role.HOME
      holders=com.example.home
    }
  }
}
"""


def stated(data, **kinds):
    return list(parse(evidence(data, "dumpsys", "role", **kinds)))


def others(user):
    return Otherwise(entity="app", user=user, field="roles", value=None)


def test_two_users():
    assert [
        RoleHolder(user=0, role=HOME, package="com.example.text"),
        RoleHolder(user=0, role=SMS, package="com.example.text"),
        App(user=0, package="com.example.text", roles=(HOME, SMS)),
        RoleHolder(user=0, role=HOME, package="com.example.home"),
        App(user=0, package="com.example.home", roles=(HOME,)),
        others(0),
        RoleHolder(user=11, role=SMS, package="com.example.text"),
        App(user=11, package="com.example.text", roles=(SMS,)),
        others(11),
    ] == stated(TWO)


def test_one_user_with_one_role():
    assert [
        RoleHolder(user=0, role=HOME, package="com.example.home"),
        App(user=0, package="com.example.home", roles=(HOME,)),
        others(0),
    ] == stated(ONE)


@pytest.mark.parametrize("end", ["    }\n  ]\n}", "e.text\n      }\n    }\n  ]\n}"])
def test_a_cut_text_states_holders_and_no_absence(end):
    found = stated(TWO[: TWO.rindex(end)])

    assert found
    assert {RoleHolder} == {type(one) for one in found}
    assert {"com.example.text", "com.example.home"} == {one.package for one in found}


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        "ROLE MANAGER STATE (dumpsys role):\n{\n}\n",
        ONE.replace("    user_id=0\n", ""),
        ONE.replace("      name=android.app.role.HOME\n", ""),
        TWO.replace("user_id=11", "user_id=0"),
        TWO.replace("            com.example.home", "            com example"),
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data)


def test_android_9_has_no_such_service():
    with pytest.raises(NotAvailable):
        stated("Can't find service: role\n")
