"""Certificate authorities that were added."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.certificates import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Certificate

from .evidence import evidence

FOLDER = "/data/misc/user/10/cacerts-added"
LISTED = "5ed36f99.0\n5ed36f99.1\n"
ABSENT = f"ls: {FOLDER}: No such file or directory\n"


def stated(data="", user=10, **kinds):
    return list(parse(evidence(data, "ls", "-1", FOLDER, user=user, **kinds)))


def test_files_of_a_user():
    assert [
        Certificate(store="user", user=10, name="5ed36f99.0", active=True),
        Certificate(store="user", user=10, name="5ed36f99.1", active=True),
    ] == stated(LISTED)


@pytest.mark.parametrize(
    "said",
    [
        {"errors": ABSENT.encode(), "exit_code": 1},
        {"data": ABSENT, "exit_code": 1},
        {"data": f"{FOLDER}: No such file or directory\n", "exit_code": 0},
        {},
    ],
)
def test_no_folder_or_an_empty_one_states_that_there_is_none(said):
    assert [] == stated(**said)


@pytest.mark.parametrize(
    "said",
    [
        f"ls: {FOLDER}: Permission denied\n",
        "/system/bin/sh: ls: not found\n",
        "ls: /data/misc/user/10: No such file or directory\n",
    ],
)
def test_a_refusal_does_not_say_that_there_is_none(said):
    with pytest.raises(NotAvailable):
        stated(errors=said.encode(), exit_code=1)


def test_silence_and_failure_do_not_say_that_there_is_none():
    with pytest.raises(ParseError):
        stated(exit_code=1)


@pytest.mark.parametrize("data", ["Somebody's file\n", LISTED + "../x\n", "5ED36F99.0\n"])
def test_other_names_are_an_error(data):
    with pytest.raises(ParseError, match="certificate"):
        stated(data)


def test_half_a_name_is_not_read():
    assert ["5ed36f99.0"] == [one.name for one in stated(LISTED[:-4])]


def test_a_request_for_no_user_is_an_error():
    with pytest.raises(ParseError, match="user"):
        stated(LISTED, user=None)
