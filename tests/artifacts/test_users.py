"""Users and profiles."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.users import parse_dumpsys, parse_list
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import User

from .evidence import evidence

LIST = """\
Users:
\tUserInfo{0:Owner:4c13} running
\tUserInfo{10:Work: 9}x{y:1030} running
\tUserInfo{150:Some
body's:10061030}
"""
DUMPSYS = """\
Current user: 0
Users:
  UserInfo{0:null:4c13} serialNo=0 isPrimary=true
    Type: android.os.usertype.full.SYSTEM
    Flags: 19475 (ADMIN|FULL)
    State: RUNNING_UNLOCKED
    Created: <unknown>
    Restrictions:
      none
  UserInfo{10:Work profile:1030} serialNo=10 isPrimary=false parentId=0
    Type: android.os.usertype.profile.MANAGED
    State: -1
    State: RUNNING_UNLOCKED

  Device owner id:-10000
  UserInfo{77:not a user:0}
"""
DUMPSYS_8 = """\
Users:
  UserInfo{0:li:13} serialNo=0
    State: RUNNING_UNLOCKED
    Created: <unknown>

  Device owner id:-10000
"""


def test_list():
    assert [
        User(id=0, flags=0x4C13, running=True),
        User(id=10, flags=0x1030, running=True),
        User(id=150, flags=0x10061030, running=False),
    ] == list(parse_list(evidence(LIST)))


def test_dumpsys_of_android_11_and_later():
    assert [
        User(id=0, flags=0x4C13, user_type="android.os.usertype.full.SYSTEM", running=True),
        User(id=10, flags=0x1030, user_type="android.os.usertype.profile.MANAGED", running=False),
    ] == list(parse_dumpsys(evidence(DUMPSYS)))


def test_dumpsys_of_android_8():
    assert [User(id=0, flags=0x13, running=True)] == list(parse_dumpsys(evidence(DUMPSYS_8)))


def test_a_cut_text_yields_what_stands_there():
    assert [User(id=0, flags=0x4C13)] == list(
        parse_dumpsys(evidence(DUMPSYS[: DUMPSYS.index("    Type")]))
    )


@pytest.mark.parametrize("parse", [parse_list, parse_dumpsys])
@pytest.mark.parametrize(
    "data",
    [
        "",
        "Users:\n",
        "hello\n",
        "Users:\n\tnobody\n",
        "Users:\n\tUserInfo{0:Owner\n",
        "Users:\n\tUserInfo{0:a\n" + "b\n" * 20 + ":13}\n",
        "Users:\n\tUserInfo{999999:Owner:13}\n",
        "Users:\n\tUserInfo{x:Owner:13}\n",
    ],
)
def test_other_output_is_an_error_that_quotes_nothing(parse, data):
    with pytest.raises(ParseError) as caught:
        list(parse(evidence(data)))
    assert "Owner" not in str(caught.value)


@pytest.mark.parametrize("parse", [parse_list, parse_dumpsys])
def test_a_refusal_is_no_answer(parse):
    with pytest.raises(NotAvailable):
        list(parse(evidence("Can't find service: user\n")))
