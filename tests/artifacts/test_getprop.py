"""System properties."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.android.getprop import ALLOWED, VALUE_LIMIT, parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Build, DeviceIdentity, Property

from .evidence import evidence

PHONE = """\
[gsm.operator.alpha]: [Somebody's operator]
[init.svc.magisk_service]: [running]
[net.hostname]: [somebodys-phone]
[persist.sys.usb.config]: [adb]
[ro.boot.flash.locked]: [1]
[ro.boot.vbmeta.device_state]: [unlocked]
[ro.boot.verifiedbootstate]: [orange]
[ro.boot.veritymode]: [enforcing]
[ro.build.fingerprint]: [maker/x/x:16/A/1:user/release-keys]
[ro.build.tags]: [release-keys]
[ro.build.type]: [user]
[ro.build.version.release]: [16]
[ro.build.version.sdk]: [36]
[ro.build.version.security_patch]: [2026-10-05]
[ro.debuggable]: [0]
[ro.product.manufacturer]: [Maker]
[ro.product.model]: [Model X]
[ro.ril.oem.imei]: [490154203237518]
[ro.serialno]: [SERIAL01]
"""
BUILD = Build(
    manufacturer="Maker",
    model="Model X",
    fingerprint="maker/x/x:16/A/1:user/release-keys",
    release="16",
    sdk=36,
    build_type="user",
    build_tags="release-keys",
    debuggable=False,
    security_patch="2026-10-05",
    verified_boot="orange",
    bootloader_locked=False,
    verity_mode="enforcing",
)
# A build for developers, which obeys what the boot loader asks for.
DEVELOPERS = "[ro.boot.selinux]: [permissive]\n[ro.build.type]: [userdebug]\n"


def stated(data, kind, **kinds):
    return [one for one in parse(evidence(data, "getprop", **kinds)) if isinstance(one, kind)]


def test_build_and_serial():
    assert [BUILD] == stated(PHONE, Build)
    assert [DeviceIdentity(serial="SERIAL01")] == stated(PHONE, DeviceIdentity)


def test_only_the_allow_list_is_read():
    names = {one.name for one in stated(PHONE, Property)}

    assert {
        "init.svc.magisk_service",
        "persist.sys.usb.config",
        "ro.boot.verifiedbootstate",
    } < names
    assert not names & {"gsm.operator.alpha", "net.hostname", "ro.ril.oem.imei", "ro.serialno"}
    assert not {"ro.serialno", "ro.boot.serialno"} & set(ALLOWED)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_recordings_in_other_encodings_read_the_same(encoding):
    data = PHONE.replace("\n", "\r\n").encode(encoding)

    assert stated(PHONE, Property) == stated(data, Property)
    assert [BUILD] == stated(data, Build)


@pytest.mark.parametrize("value", ["a\nb", "a]\nb", "a\n\nb", "", "[x]: y", "]", "a]\n[b", "é日"])
def test_a_value_may_span_lines_and_hold_brackets(value):
    data = f"[ro.build.tags]: [{value}]\n[ro.build.type]: [user]\n"

    assert [
        Property(name="ro.build.tags", value=value),
        Property(name="ro.build.type", value="user"),
    ] == (stated(data, Property))


def test_a_property_that_is_absent_states_nothing_of_the_build():
    assert [Build()] == stated("[a]: [b]\n", Build)


def test_a_whole_answer_without_a_serial_states_that_there_is_none():
    assert [DeviceIdentity(serial=None)] == stated("[a]: [b]\n", DeviceIdentity)


@pytest.mark.parametrize(
    ("data", "exit_code"),
    [("[ro.build.type]: [user]\n[ro.build.tags]: [rel", 0), ("[ro.build.type]: [user]\n", None)],
)
def test_what_a_cut_answer_does_not_hold_is_not_stated(data, exit_code):
    assert [Build(build_type="user")] == stated(data, Build, exit_code=exit_code)
    assert [] == stated(data, DeviceIdentity, exit_code=exit_code)
    assert UNSET is stated(data, Build, exit_code=exit_code)[0].debuggable


@pytest.mark.parametrize(
    ("lines", "locked"),
    [
        ("[ro.boot.flash.locked]: [1]", True),
        ("[ro.boot.flash.locked]: [0]", False),
        ("[ro.boot.flash.locked]: [maybe]", UNSET),
        # one of them is enough not to believe the other
        ("[ro.boot.flash.locked]: [0]\n[ro.boot.vbmeta.device_state]: [locked]", False),
    ],
)
def test_lock_of_the_boot_loader(lines, locked):
    assert locked is stated(f"{lines}\n", Build)[0].bootloader_locked


@pytest.mark.parametrize(
    ("data", "selinux"),
    [
        (DEVELOPERS, "permissive"),
        (DEVELOPERS.replace("userdebug", "eng"), "permissive"),
        (DEVELOPERS.replace("userdebug", "user"), UNSET),
        (DEVELOPERS.replace("permissive", "enforcing"), UNSET),
        ("[ro.boot.selinux]: [permissive]\n", UNSET),
    ],
)
def test_what_the_boot_loader_asks_of_selinux_is_no_proof_that_it_enforces(data, selinux):
    assert selinux == stated(data, Build)[0].selinux


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("ro.boot.veritymode", "[x", "verity_mode"),
        ("ro.build.version.sdk", "S", "sdk"),
        ("ro.build.version.sdk", "9" * 5000, "sdk"),
        ("ro.build.version.security_patch", "soon", "security_patch"),
        ("ro.debuggable", "2", "debuggable"),
    ],
)
def test_what_is_no_such_value_states_nothing(name, value, field):
    data = f"[{name}]: [{value[:VALUE_LIMIT]}]\n"

    assert getattr(stated(data, Build)[0], field) is UNSET


def test_a_name_that_stands_twice_is_stated_by_neither():
    data = "[ro.debuggable]: [1]\n[ro.build.type]: [x]\n[ro.debuggable]: [0]\n"

    assert [Property(name="ro.build.type", value="x")] == stated(data, Property)
    assert stated(data, Build)[0].debuggable is UNSET


def test_the_second_serial_counts_where_the_first_is_empty():
    data = "[ro.boot.serialno]: [B]\n[ro.serialno]: []\n"

    assert [DeviceIdentity(serial="B")] == stated(data, DeviceIdentity)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"hello\n",
        b"\0\1\2",
        b"[ro.build.type]: [" + b"x" * (VALUE_LIMIT + 1) + b"]\n",
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data, Property)


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable, match="source_absent"):
        stated(b"/system/bin/sh: getprop: inaccessible or not found\n", Property)


def test_an_error_does_not_quote_the_text():
    with pytest.raises(ParseError) as caught:
        stated("somebody's words\n", Property)

    assert "somebody" not in str(caught.value)
