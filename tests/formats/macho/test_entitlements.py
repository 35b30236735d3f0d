from __future__ import annotations

import plistlib
import struct

import pytest

from fixtures.building.code_signing import entitlements_der
from scanner.errors import ParseError
from scanner.formats.macho.entitlements import asked, from_der, from_xml

VALUES = {
    "application-identifier": "EXAMPLE123.com.example.app",
    "get-task-allow": True,
    "com.example.number": -300,
    "com.example.list": ["one", {"two": False}],
    "com.example.long": "x" * 300,
}


def blob(magic, data):
    return struct.pack(">II", magic, 8 + len(data)) + data


def der(data):
    return blob(0xFADE7172, data)


def test_both_forms_say_the_same():
    assert VALUES == from_der(der(entitlements_der(VALUES)))
    assert VALUES == from_xml(blob(0xFADE7171, plistlib.dumps(VALUES)))


def test_an_empty_blob_asks_for_nothing():
    assert {} == from_xml(blob(0xFADE7171, b""))


def test_the_older_form_is_a_set():
    pair = b"\x30\x06\x0c\x01a\x01\x01\xff"

    assert {"a": True} == from_der(der(b"\x31" + bytes([len(pair)]) + pair))


def test_bytes_are_a_value():
    pair = b"\x30\x06\x0c\x01a\x04\x01x"

    assert {"a": b"x"} == from_der(der(b"\x31" + bytes([len(pair)]) + pair))


def test_what_is_refused_is_not_asked_for():
    assert ("com.example.a",) == asked({"com.example.a": True, "com.example.b": False})
    assert None is asked({})


def nested(depth):
    data = b"\x01\x01\xff"
    for _ in range(depth):
        data = b"\x30\x82" + len(data).to_bytes(2) + data
    data = b"\x0c\x01a" + data
    data = b"\x30\x82" + len(data).to_bytes(2) + data
    return b"\x31\x82" + len(data).to_bytes(2) + data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x31",
        b"\x31\x05\x30",
        b"\x31\x80\0\0",
        b"\x31\x85\1\1\1\1\1",
        b"\x31\x82\1",
        b"\x30\0",
        b"\x31\0\0",
        b"\x70\x03\x02\x01\x01",
        b"\x70\x05\x02\x01\x01\x30\0",
        b"\x31\x08\x31\x06\x0c\x01a\x01\x01\xff",
        b"\x31\x08\x30\x06\x04\x01a\x01\x01\xff",
        b"\x31\x08\x30\x06\x0c\x01\xff\x01\x01\xff",
        b"\x31\x08\x30\x06\x0c\x01a\x09\x01\xff",
        b"\x31\x0a\x30\x08\x0c\x01a\x01\x01\xff\x05\0",
        b"\x31\x10" + b"\x30\x06\x0c\x01a\x01\x01\xff" * 2,
        nested(40),
    ],
)
def test_what_is_no_entitlements_in_der_is_an_error(data):
    with pytest.raises(ParseError):
        from_der(der(data))


def test_depth_has_room():
    assert [[[True]]] == from_der(der(nested(3)))["a"]


@pytest.mark.parametrize(
    "data",
    [blob(0xFADE7172, b"<plist/>"), blob(0xFADE7171, b"no"), blob(0xFADE7171, plistlib.dumps([]))],
)
def test_what_is_no_entitlements_in_xml_is_an_error(data):
    with pytest.raises(ParseError):
        from_xml(data)
