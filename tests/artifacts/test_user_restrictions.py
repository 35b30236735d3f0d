"""What a management forbids the first user."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.user_restrictions import ALLOWED, parse
from scanner.errors import ParseError
from scanner.model.entities import Restriction
from scanner.model.evidence import BytesFile
from scanner.model.requests import Dumpsys

HEAD = "Current user: 0\n\nUsers:\n  UserInfo{0:Owner:4c13} serialNo=0 isPrimary=true\n"
LIST = "    Effective restrictions:\n"
REST = "    Account name: Somebody's account\n"
SECOND = f"  UserInfo{{10:Work:1030}} serialNo=10\n{LIST}      no_usb_file_transfer\n"
RESTRICTED = f"{HEAD}{LIST}      no_debugging_features\n{REST}{SECOND}"


def answer(text: str) -> BytesFile:
    return BytesFile(Dumpsys(service="user"), text.encode())


def users(*names: str, head: str = HEAD) -> BytesFile:
    listed = "".join(f"      {name}\n" for name in names)
    asked = "    Restrictions:\n      no_modify_accounts\n"
    return answer(f"{head}{asked}{LIST}{listed}{REST}{SECOND}")


def held(file: BytesFile) -> set[str]:
    found = list(parse(file))
    assert list(ALLOWED) == [each.name for each in found]
    return {each.name for each in found if each.value}


def test_what_holds_is_true_and_the_rest_false():
    assert {"no_debugging_features", "no_config_tethering"} == held(
        users("no_debugging_features", "no_wallpaper", "no_config_tethering")
    )
    assert set() == held(users("none"))


def test_a_list_that_was_not_worked_out_states_nothing():
    assert [] == list(parse(users("null")))


def test_a_name_cannot_pretend_to_be_a_list():
    name = f"Owner\n{LIST}      no_debugging_features\n"

    assert set() == held(users("none", head=f"Users:\n  UserInfo{{0:{name}:4c13}} serialNo=0\n"))


def test_the_list_may_end_the_text():
    found = list(parse(answer(f"{HEAD}{LIST}      no_modify_accounts\n")))

    assert Restriction(name="no_modify_accounts", value=True) in found


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (users(), "a whole list"),
        (users("Not a name"), "the name of a restriction"),
        (users("none", head="Users:\n  UserInfo{5:x:13} serialNo=5\n"), "user 0"),
        (answer(HEAD + REST), "below a user"),
        (answer("nothing\n"), "'Users:'"),
        (answer(f"{HEAD}{LIST}      no_a\n      no_de"), "a whole list"),
    ],
)
def test_anything_else_is_an_error(file, said):
    with pytest.raises(ParseError, match=said):
        list(parse(file))
