"""Who calls what in the code of an app: nothing unless it is asked."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.building.app import App, apk
from fixtures.building.dex import Class, Dex
from scanner.artifacts.apps.app_calls import APP_CALLS, parse
from scanner.artifacts.apps.app_files import APP_FILES
from scanner.errors import ParseError
from scanner.model.artifact import Planned
from scanner.model.entities import ApiCall
from scanner.model.entities import App as Installed
from scanner.model.evidence import BytesFile
from scanner.model.requests import AppBytes
from scanner.snapshot import Snapshot

SEND = "android.telephony.SmsManager.sendTextMessage"
LOCK = "android.app.admin.DevicePolicyManager.lockNow"


def built() -> bytes:
    code = Dex(classes=(Class(name="com.example.app.Main", loads=(), calls=(SEND,)),))
    return apk(App(package="com.example.app", code=(code,)), key="publisher")


def calls(data: bytes, *methods: str) -> list[Any]:
    return list(parse(BytesFile(AppBytes(path="one.apk", calls=methods), data)))


def test_who_calls_a_method_is_stated_where_it_is_asked():
    (call,) = calls(built(), SEND, LOCK)

    assert isinstance(call, ApiCall)
    assert (SEND, "com.example.app") == (call.method, call.package)
    assert call.caller.startswith("com.example.app.Main.")


def test_nothing_is_looked_for_that_nobody_asks_for():
    assert [] == calls(built())
    assert [] == calls(b"no app at all")


def test_a_file_without_code_has_no_calls():
    assert [] == calls(b"\x7fELF" + bytes(60), SEND)


def test_half_a_file_is_a_gap():
    whole = built()

    with pytest.raises(ParseError):
        calls(b"PK\x03\x04" + whole[4 : len(whole) // 2], SEND)


def test_it_asks_for_the_files_that_are_read_anyway():
    known = Snapshot("android")
    path = "/data/app/~~a==/com.example.app-b==/base.apk"
    known.add(
        Installed(user=0, package="com.example.app", path=path, installed=True),
        evidence="e",
        provenance="os_claimed",
        rank=0,
    )
    asked = []
    for artifact in (APP_FILES, APP_CALLS):
        (reading,) = artifact.readings
        assert isinstance(reading.request, Planned)
        asked.append(list(reading.request.plan(known)))

    assert [[path], [path]] == [[each.path for each in one] for one in asked]
    assert asked[0] == asked[1]
