"""What the tables of a DEX tell: counts, capabilities, and departures from the format."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import pytest

from fixtures.building.dex import Class, Dex, dex
from scanner.errors import ParseError
from scanner.formats.programs.dex import ANOMALIES, read_dex
from tests.formats.programs.raw_dex import Raw, changed, container, file, named, string

SMS = "android.telephony.SmsManager"
SERVICE = "android.accessibilityservice.AccessibilityService"
PLAIN = file(named({"com.example.A": "run"}, {"com.example.A": "java.lang.Object"}))


def capabilities(*methods, classes=(), strings=()):
    made = dex(Dex(methods=methods, classes=classes, strings=strings))
    return read_dex(made).capabilities


def test_an_ordinary_file():
    made = dex(
        Dex(
            classes=(Class(name="com.example.Main", calls=(f"{SMS}.sendTextMessage",)),),
            strings=("https://host.example.com/gate", "198.51.100.77"),
        )
    )

    facts = read_dex(made)

    assert ("035", 1) == (facts.version, facts.files)
    assert (1, 2) == (facts.class_count, facts.method_count)
    assert ("sms_send",) == facts.capabilities
    assert ("https://host.example.com/gate",) == facts.urls
    assert ("host.example.com",) == facts.domains
    assert () == facts.anomalies


def test_a_call_tells_a_capability_and_a_text_of_the_same_name_does_not():
    assert ("sms_send",) == capabilities(f"{SMS}.sendTextMessage")
    assert () == capabilities(strings=(SMS, f"{SMS}.sendTextMessage", "sendTextMessage"))


def test_another_method_of_a_known_class_tells_nothing():
    assert () == capabilities(f"{SMS}.getDefault")


def test_a_class_that_derives_from_a_service_is_one():
    own = Class(name="com.example.Reader", extends=SERVICE)

    assert ("accessibility",) == capabilities(classes=(own,))


def test_what_a_derived_class_inherits_is_a_call_of_the_known_method():
    own = Class(name="com.example.Web", extends="android.webkit.WebView")
    far = Class(name="com.example.Far", extends="com.example.Web")

    assert ("web_bridge",) == capabilities(
        "com.example.Far.addJavascriptInterface", classes=(own, far)
    )


def test_a_field_tells_a_capability():
    raw = Raw(
        strings=[string(b"CONTENT_URI"), string(b"Landroid/provider/CallLog$Calls;")],
        types=[1],
        fields=[(0, 0)],
    )

    assert ("call_log",) == read_dex(file(raw)).capabilities


def test_the_address_of_a_provider_tells_a_capability():
    assert ("sms_read",) == capabilities(strings=("content://sms/inbox",))
    assert () == capabilities(strings=("content://com.example.provider/sms",))


def test_a_class_of_a_protector_is_a_trace_of_it():
    made = dex(Dex(classes=(Class(name="com.stub.StubApp"),)))

    assert ("jiagu",) == read_dex(made).packers


def test_a_name_whose_length_is_written_in_more_bytes_than_needed_is_read():
    name = f"L{SMS.replace('.', '/')};".encode()
    raw = Raw(
        strings=[bytes([len(name) | 0x80, 0]) + name + b"\0", string(b"sendTextMessage")],
        types=[0],
        methods=[(0, 1)],
    )

    assert ("sms_send",) == read_dex(file(raw)).capabilities


def test_the_number_of_a_name_has_32_bits():
    known = string(f"L{SMS.replace('.', '/')};".encode())
    raw = Raw(
        strings=[*[string(b"sendTextMessage")] * 0x10000, string(b"getDefault"), known],
        types=[0x10001],
        methods=[(0, 0x10000)],
    )

    assert () == read_dex(file(raw)).capabilities


def test_all_files_of_a_container_are_read():
    calls = named({SMS: "sendTextMessage"})
    other = named({"java.lang.Runtime": "exec"}, {"com.example.A": "java.lang.Object"})
    made = container(replace(calls, version=b"041"), replace(other, version=b"041"))

    facts = read_dex(made)

    assert ("041", 2) == (facts.version, facts.files)
    assert ("runtime_exec", "sms_send") == facts.capabilities
    assert (1, 2) == (facts.class_count, facts.method_count)
    assert () == facts.anomalies


@pytest.mark.parametrize(
    ("made", "anomaly"),
    [
        (PLAIN[:4] + b"099" + PLAIN[7:], "unknown_version"),
        (changed(PLAIN, 36, 0x78), "header_size"),
        (changed(PLAIN, 44, 4, 0x70), "link_section"),
        (changed(PLAIN, 32, len(PLAIN) + 1), "truncated"),
        (PLAIN + b"more", "appended_data"),
        (PLAIN[:8] + bytes(4) + PLAIN[12:], "checksum_mismatch"),
        (changed(PLAIN, 52, 0), "map_mismatch"),
        (changed(PLAIN, 52, len(PLAIN)), "map_mismatch"),
        (changed(PLAIN, 56, 0x7FFFFFFF), "table_outside"),
        (changed(PLAIN, 60, 0xFFFFFFFF), "table_outside"),
        (changed(PLAIN, 0x70, 0xFFFFFF), "index_outside"),
        (file(Raw(strings=[string(b"a" * 2000)], types=[0])), "name_too_long"),
    ],
)
def test_departures_from_the_format_are_named(made, anomaly):
    found = read_dex(made).anomalies

    assert anomaly in found
    assert set(ANOMALIES) >= set(found)


def test_a_digest_that_does_not_belong_to_the_content():
    rest = bytes(20) + PLAIN[32:]
    made = PLAIN[:8] + struct.pack("<I", zlib.adler32(rest)) + rest

    assert ("digest_mismatch",) == read_dex(made).anomalies


def test_more_types_than_code_can_number():
    raw = Raw(strings=[string(b"I")], types=[0] * 65_537)

    assert ("too_many_types",) == read_dex(file(raw)).anomalies


def test_files_of_a_container_that_claim_the_same_bytes_again_and_again_are_not_all_read():
    raw = replace(named({SMS: "sendTextMessage"}), version=b"041")
    parts = [bytearray(file(raw, 0)) for _ in range(200)]
    data = bytearray(b"".join(parts))
    for number in range(200):
        struct.pack_into("<II", data, number * len(parts[0]) + 56, len(data) // 8, 0x78)

    assert "tables_overlap" in read_dex(bytes(data)).anomalies


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"dex\n035\0",
        b"dey\n036\0" + bytes(0x70),
        bytes(0x70),
        PLAIN[:40] + bytes.fromhex("12345678") + PLAIN[44:],
    ],
)
def test_what_is_no_file_of_code_is_an_error(data):
    with pytest.raises(ParseError):
        read_dex(data)


def test_names_without_an_end_cost_no_more_than_others():
    raw = Raw(strings=[b"\x01" * 4_000_000], types=[0] * 60_000)

    assert "name_too_long" in read_dex(file(raw)).anomalies
