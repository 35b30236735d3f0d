"""The system that runs and the identity of the phone."""

from __future__ import annotations

import pytest
from msgspec import UNSET, structs

from scanner.artifacts.ios.build import parse
from scanner.errors import ParseError
from scanner.model.entities import Build, DeviceIdentity

from .replies import read, values

PHONE = {
    "ProductType": "iPhone15,2",
    "ProductVersion": "26.1",
    "BuildVersion": "23B85",
    "SupplementalBuildVersion": "23B85",
    "FirmwareVersion": "iBoot-13822.42.2",
    "BasebandVersion": "3.20.05",
    "SerialNumber": "EXAMPLE00001",
    "UniqueDeviceID": "00008120-000A00000000001E",
    "DeviceName": "a name of a person",
    "PhoneNumber": "+1 555 0100",
    "InternationalMobileEquipmentIdentity": "350000000000000",
    "WiFiAddress": "02:00:00:00:00:01",
}
BUILD = Build(
    manufacturer="Apple",
    model="iPhone15,2",
    release="26.1",
    release_major=26,
    release_extra=None,
    build="23B85",
    extra_build=None,
    firmware="iBoot-13822.42.2",
    baseband="3.20.05",
)


def test_a_phone():
    identity = DeviceIdentity(serial="EXAMPLE00001", udid="00008120-000A00000000001E")

    assert [BUILD, identity] == read(parse, values(**PHONE))


def test_a_rapid_response():
    phone = PHONE | {"ProductVersionExtra": "(a)", "SupplementalBuildVersion": "23B5085a"}
    build, _ = read(parse, values(**phone))

    assert ("(a)", "23B5085a") == (build.release_extra, build.extra_build)


def test_a_tablet_without_a_baseband_states_none_of_it():
    tablet = {key: value for key, value in PHONE.items() if key != "BasebandVersion"}
    build, _ = read(parse, values(**tablet))

    assert structs.replace(BUILD, baseband=UNSET) == build


@pytest.mark.parametrize("release", ["", "x", "26beta", "1000.1"])
def test_a_version_of_no_known_form_has_no_number(release):
    build, _ = read(parse, values(ProductVersion=release, BuildVersion="1A1"))

    assert release == build.release
    assert not isinstance(build.release_major, int)


def without(missing):
    return values(**{key: value for key, value in PHONE.items() if key != missing})


def test_values_of_something_else_are_an_error():
    with pytest.raises(ParseError, match="ProductVersion expected"):
        read(parse, without("ProductVersion"))


def test_a_phone_that_does_not_state_its_build_still_states_its_release():
    build, _ = read(parse, without("BuildVersion"))

    assert (PHONE["ProductVersion"], UNSET) == (build.release, build.build)


def test_nothing_personal_is_read():
    stated = repr(read(parse, values(**PHONE)))

    for key in ("DeviceName", "PhoneNumber", "InternationalMobileEquipmentIdentity", "WiFiAddress"):
        assert PHONE[key] not in stated
