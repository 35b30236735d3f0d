"""What apps may reach: the table as each version of iOS has it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded.privacy_grants import parse
from scanner.errors import ParseError
from scanner.model.entities import PrivacyGrant

from .stored import database, read

CAMERA, APP = "kTCCServiceCamera", "com.example.app"
AT = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
UNIX = 1_793_588_645
NEW = """create table access (service text not null, client text not null, client_type integer,
    auth_value integer, auth_reason integer, auth_version integer, csreq blob,
    last_modified integer, primary key (service, client, client_type));"""
MIDDLE = """create table access (service text, client text, client_type integer, allowed integer,
    prompt_count integer, csreq blob, policy_id integer, last_modified integer);"""
OLD = """create table access (service text, client text, client_type integer, allowed integer,
    prompt_count integer, csreq blob);"""


def grant(**fields):
    return PrivacyGrant(**({"service": CAMERA, "client": APP, "client_kind": "bundle"} | fields))


@pytest.mark.parametrize(
    ("script", "row", "expected"),
    [
        (
            NEW,
            (CAMERA, APP, 0, 2, 3, 1, None, UNIX),
            grant(decision="allowed", reason="user_set", at=AT),
        ),
        (
            NEW,
            (CAMERA, APP, 0, 3, 6, 1, None, 0),
            grant(decision="limited", reason="mdm_policy", at=None),
        ),
        (
            NEW,
            (CAMERA, "/usr/libexec/exampled", 1, 0, 99, 1, None, UNIX),
            grant(
                client="/usr/libexec/exampled",
                client_kind="path",
                decision="denied",
                reason=None,
                at=AT,
            ),
        ),
        (
            NEW,
            (CAMERA, APP, 7, 5, None, 1, None, "then"),
            grant(client_kind=UNSET, decision="other", reason=None, at=None),
        ),
        (MIDDLE, (CAMERA, APP, 0, 1, 4, None, None, UNIX), grant(decision="allowed", at=AT)),
        (OLD, (CAMERA, APP, 0, 0, 1, None), grant(decision="denied")),
        (OLD, (CAMERA, APP, 0, None, 1, None), grant(decision="other")),
    ],
)
def test_decisions(script, row, expected):
    assert [expected] == read(parse, database(script, [("access", [row])]))


def test_a_row_that_names_nobody_is_passed_over():
    rows = [(CAMERA, b"\0", 0, 1, 0, None), ("", APP, 0, 1, 0, None)]

    assert [] == read(parse, database(OLD, [("access", rows)]))


@pytest.mark.parametrize(
    "script",
    [
        "create table admin (key text, value integer);",
        "create table access (service text, client text);",
        "create table access (service text, auth_value integer);",
        "create view access as select 'kTCCServiceCamera' service, 'x' client, 2 auth_value;",
    ],
)
def test_a_table_that_tells_no_decision_is_not_empty(script):
    with pytest.raises(ParseError):
        read(parse, database(script))
