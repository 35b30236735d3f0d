"""Computers that may debug the device."""

from __future__ import annotations

import base64
import hashlib
import struct
from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.android.adb_keys import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import AdbKey

from .evidence import evidence

# The layout of a key: 64 words of modulus, their inverse, modulus, R squared, exponent.
KEYS = [
    struct.pack("<I", 64) + bytes([number]) * 516 + struct.pack("<I", 65537) for number in (1, 2, 3)
]
BASE64 = [base64.b64encode(key).decode() for key in KEYS]
PRINTS = [hashlib.md5(key).hexdigest().upper() for key in KEYS]
PRINTS = [":".join(text[i : i + 2] for i in range(0, 32, 2)) for text in PRINTS]
SEEN = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
MILLISECONDS = int(SEEN.timestamp() * 1000)
HEAD = "ADB MANAGER STATE (dumpsys adb):\n{\n  debugging_manager={\n    connected_to_adb=true\n"
FOOT = "  }\n}\n"
LISTED = f"    user_keys={BASE64[0]} somebody@laptop\n    {BASE64[1]} else@pc\n\n"
WIFI = "    adb_wifi={\n      network_ssid=Somebody's home\n    }\n"


def xml(*rows: str) -> str:
    head = "    keystore=<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n"
    return head + '<keyStore version="1">\n' + "".join(rows) + "</keyStore>\n\n"


def row(number: int, time: object = MILLISECONDS) -> str:
    return f'<adbKey key="{BASE64[number]} somebody@laptop" lastConnection="{time}" />\n'


def stated(data, **kinds):
    return list(parse(evidence(data, "dumpsys", "adb", **kinds)))


@pytest.mark.parametrize("wifi", ["", WIFI])
def test_listed_and_stored_keys(wifi):
    assert [
        AdbKey(fingerprint=PRINTS[0], last_connected_at=SEEN),
        AdbKey(fingerprint=PRINTS[1], last_connected_at=None),
        AdbKey(fingerprint=PRINTS[2], last_connected_at=SEEN),
    ] == stated(HEAD + LISTED + xml(row(0), row(2)) + wifi + FOOT)


def test_android_10_has_no_root_element():
    store = "    keystore=<?xml version='1.0' ?>\n    " + row(0)

    assert [
        AdbKey(fingerprint=PRINTS[0], last_connected_at=SEEN),
        AdbKey(fingerprint=PRINTS[1], last_connected_at=None),
    ] == stated(HEAD + LISTED + store + FOOT)


@pytest.mark.parametrize("time", [0, "", "9" * 15])
def test_a_time_that_is_none(time):
    assert [AdbKey(fingerprint=PRINTS[0], last_connected_at=None)] == stated(
        HEAD + xml(row(0, time)) + FOOT
    )


def test_binary_xml_that_was_printed_as_text_names_keys_without_their_times():
    binary = (
        b"    keystore=ABX\0\x102\xef\xbf\xbd\xef\xbf\xbd\0\x08keyStore\xef\xbf\xbd"
        b"\0\x03key\x02\xef"
        + BASE64[2].encode()
        + b" somebody@laptop\xef\xbf\xbd\0\x0elastConnection\0\0\x01\xef\xbf\xbd`xY]3\n"
    )
    data = (HEAD + LISTED).encode() + binary + FOOT.encode()

    assert [(one, UNSET) for one in PRINTS] == [
        (one.fingerprint, one.last_connected_at) for one in stated(data)
    ]


def test_no_keys():
    assert [] == stated(HEAD + "    user_keys=\n" + xml() + FOOT)


def test_a_text_cut_in_a_key_yields_the_keys_before():
    cut = HEAD + LISTED[: LISTED.index(BASE64[1]) + 41]

    assert [AdbKey(fingerprint=PRINTS[0])] == stated(cut)


def test_a_store_that_was_cut_does_not_speak_of_the_others():
    cut = (HEAD + LISTED + xml(row(0), row(2))).rpartition("<adbKey")[0]

    assert [
        AdbKey(fingerprint=PRINTS[0], last_connected_at=SEEN),
        AdbKey(fingerprint=PRINTS[1]),
    ] == stated(cut)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        "ADB MANAGER STATE (dumpsys adb):\n",
        HEAD + "    user_keys=what is this\n" + xml() + FOOT,
        HEAD + xml('<adbKey key="what is this" lastConnection="1" />\n') + FOOT,
    ],
)
def test_other_output_is_an_error_that_quotes_nothing(data):
    with pytest.raises(ParseError) as caught:
        stated(data)
    assert "what" not in str(caught.value)


def test_more_keys_than_computers_exist_is_an_error():
    keys = (struct.pack("<II", 64, number) for number in range(1001))
    listed = "\n".join(base64.b64encode(key).decode() for key in keys)

    with pytest.raises(ParseError, match="at most"):
        stated(HEAD + f"    user_keys={listed}\n" + FOOT)


def test_versions_without_the_service():
    with pytest.raises(NotAvailable) as caught:
        stated("Can't find service: adb\n")
    assert "source_absent" == caught.value.reason
