"""Which phones are attached, which of them a scan without a target means, and pairing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

import scanner
from scanner.case.pseudonym import home
from scanner.errors import DeviceError, UsageError
from scanner.model.requests import Lockdown
from scanner.pipeline import Options, devices, open_source, pair, scan
from scanner.simulate import AdbServer, Phone, SimulatedPhone, find_phone
from scanner.simulate.ios import IosFaults, Usbmuxd
from tests.pipeline.conftest import OLD
from tests.pipeline.iphones import CLEAN, IOS_TAMPERED, Plug, simulated

MakeOptions = Callable[..., Options]
Simulate = Callable[..., SimulatedPhone]
QUIET = IosFaults(refuse=("com.apple.os_trace_relay", "com.apple.mobile.installation_proxy"))


def test_phones_of_both_kinds_are_listed(plug: Plug, simulate: Simulate, adb_server: AdbServer):
    iphone, android = plug(CLEAN), simulate(Phone.load(find_phone(OLD)))

    found = scanner.devices(host=adb_server.host, port=adb_server.port, usbmux=iphone.mux.address)

    assert {iphone.target: "ios", f"android:{android.address}": "android"} == {
        each.target: each.platform for each in found
    }
    listed = next(each for each in found if each.platform == "ios")
    assert ("device", "usb", None) == (listed.state, listed.transport, listed.obstacle)


@pytest.mark.parametrize(
    ("trust", "state"),
    [("unpaired", "unpaired"), ("denied", "unpaired"), ("forgotten", "unpaired"),
     ("locked", "locked")],
)  # fmt: skip
def test_what_stands_in_the_way_of_an_iphone_is_said(trust: str, state: str, plug: Plug):
    plugged = plug(CLEAN, trust=trust)

    with AdbServer() as adb:  # without a phone
        (found,) = devices(host=adb.host, port=adb.port, usbmux=plugged.mux.address)

    assert state == found.state
    assert found.obstacle is not None
    assert found.obstacle.message
    assert found.obstacle.remedy
    assert "Pair" not in {message.get("Request") for _, message in plugged.phone.calls}


@pytest.mark.parametrize("trust", ["unpaired", "denied", "locked"])
def test_an_iphone_that_cannot_be_asked_is_an_error_and_is_not_paired(
    trust: str, plug: Plug, options: MakeOptions
):
    plugged = plug(CLEAN, trust=trust)

    with pytest.raises(DeviceError) as error:
        scan(plugged.target, options=options(usbmux=plugged.mux.address))

    assert error.value.remedy
    assert "Pair" not in {message.get("Request") for _, message in plugged.phone.calls}
    assert {} == plugged.mux.saved


def test_another_key_than_the_paired_iphones_is_refused(plug: Plug, options: MakeOptions):
    plugged = plug(CLEAN, faults=IosFaults(foreign_key=True))

    with pytest.raises(DeviceError) as error:
        scan(plugged.target, options=options(usbmux=plugged.mux.address))

    assert error.value.remedy
    asked = {message.get("Request") for service, message in plugged.phone.calls}
    assert "StartService" not in asked


def test_an_iphone_is_opened_to_be_asked_directly(plug: Plug):
    plugged, request = plug(CLEAN), Lockdown(key="ProductVersion")

    source = open_source(plugged.target, usbmux=plugged.mux.address)
    try:
        said = [b"".join(answer.chunks()) for answer in source.fetch_all([request])]
    finally:
        source.close()

    assert ("ios", "usb", plugged.phone.udid) == (
        source.platform,
        source.transport,
        source.device_id,
    )
    assert [True] == [b"<key>Value</key>" in each for each in said]


def test_without_a_target_the_only_iphone_is_scanned(plug: Plug, options: MakeOptions):
    plugged = plug(CLEAN, faults=QUIET)

    done = scan(options=options(usbmux=plugged.mux.address))

    assert "ios" == done.report.device.platform
    assert {"apps"} == {each.artifact.removeprefix("ios.") for each in done.report.gaps} & {"apps"}


def test_without_a_target_an_iphone_beside_an_android_phone_must_be_named(
    plug: Plug, simulate: Simulate, options: MakeOptions
):
    iphone, android = plug(CLEAN), simulate(Phone.load(find_phone(OLD)))

    with pytest.raises(DeviceError, match="2 phones") as error:
        scan(options=options(usbmux=iphone.mux.address))

    assert iphone.target in str(error.value)
    assert f"android:{android.address}" in str(error.value)
    assert error.value.remedy


def test_two_iphones_without_a_target_must_be_named(options: MakeOptions):
    with (
        Usbmuxd([simulated(CLEAN), simulated(IOS_TAMPERED)]) as mux,
        pytest.raises(DeviceError, match="2 phones"),
    ):
        scan(options=options(usbmux=mux.address))


def test_a_pairing_that_was_made_here_stands_in_the_footprint(plug: Plug, options: MakeOptions):
    plugged, waited = plug(CLEAN, trust="unpaired", faults=QUIET), list[bool]()

    made = pair(plugged.target, usbmux=plugged.mux.address, on_waiting=lambda: waited.append(True))
    report = scan(plugged.target, options=options(usbmux=plugged.mux.address)).report

    assert ([True], False) == (waited, made.already)
    assert [plugged.phone.udid] == list(plugged.mux.saved)
    acquisition = report.run.acquisition
    assert made.paired_at == acquisition.paired_at
    (said,) = [each for each in report.footprint if each.id == "footprint.pairing_made"]
    assert f"{datetime.now(tz=UTC):%Y-%m-%d}" == said.params["day"]
    assert "footprint.pairing" not in {each.id for each in report.footprint}
    lines = (home() / "pairings.jsonl").read_text("utf-8").splitlines()
    assert made.fingerprint == json.loads(lines[-1])["fingerprint"]
    assert plugged.phone.udid not in lines[-1]


def test_a_pairing_of_before_is_not_taken_for_one_that_was_made_here(
    plug: Plug, options: MakeOptions
):
    plugged = plug(CLEAN, faults=QUIET)

    found = pair(plugged.target, usbmux=plugged.mux.address)
    report = scan(plugged.target, options=options(usbmux=plugged.mux.address)).report

    assert (True, None) == (found.already, found.paired_at)
    assert report.run.acquisition.paired_at is None
    assert "footprint.pairing_made" not in {each.id for each in report.footprint}
    assert {} == plugged.mux.saved


@pytest.mark.parametrize("target", ["android:R5CT123", "demo:ios-26-clean", "ios.plist", ""])
def test_only_iphones_are_paired(target: str, plug: Plug):
    plugged = plug(CLEAN, trust="unpaired")

    with pytest.raises(UsageError, match="only iPhones"):
        pair(target, usbmux=plugged.mux.address)

    assert [] == plugged.phone.calls
