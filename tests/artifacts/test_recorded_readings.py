"""What stands in recordings only is read there, and never asked of a phone."""

from __future__ import annotations

import pytest

from scanner.artifacts.android import (
    battery_daily,
    battery_history,
    collected_packages,
    collected_processes,
    getprop,
    input_methods,
    notification_listeners,
    package_details,
    packages,
    processes,
    settings,
    vpn,
)
from scanner.model.artifact import Planned
from scanner.model.requests import Collected, Dumpsys, RecordedOnly, Section


@pytest.mark.parametrize(
    ("artifact", "request_", "parse"),
    [
        (getprop.GETPROP, Section(title="SYSTEM PROPERTIES"), getprop.parse),
        (processes.PROCESSES, Section(title="PROCESSES"), processes.parse_section),
        (processes.PROCESSES, Section(title="PROCESSES AND THREADS"), processes.parse_threads),
        (
            processes.PROCESSES,
            Collected(collector="androidqf", name="processes.json"),
            collected_processes.parse,
        ),
        (
            packages.PACKAGES,
            Collected(collector="androidqf", name="packages.json"),
            collected_packages.parse,
        ),
        (packages.PACKAGES, Dumpsys(service="package"), packages.parse_dump),
        (package_details.PACKAGE_DETAILS, Dumpsys(service="package"), package_details.parse),
        (settings.SETTINGS, Dumpsys(service="settings"), settings.parse_dump),
        (
            notification_listeners.NOTIFICATION_LISTENERS,
            Dumpsys(service="settings"),
            notification_listeners.parse_settings_dump,
        ),
        (
            input_methods.INPUT_METHODS,
            Dumpsys(service="settings"),
            input_methods.parse_settings_dump,
        ),
        (vpn.VPN, Dumpsys(service="settings"), vpn.parse_settings_dump),
        (battery_daily.BATTERY_DAILY, Dumpsys(service="batterystats"), battery_daily.parse),
        (battery_history.BATTERY_HISTORY, Dumpsys(service="batterystats"), battery_history.parse),
    ],
)
def test_a_part_of_a_recording_is_read_by_one_reading(artifact, request_, parse):
    assert [parse] == [one.parse for one in artifact.readings if one.fits(request_)]


def test_lists_of_apps_in_the_settings_cost_a_phone_no_command():
    """What android.settings asks is put once, whoever reads it."""
    asked = {str(template(one)) for one in settings.SETTINGS.readings}
    for artifact in (
        notification_listeners.NOTIFICATION_LISTENERS,
        input_methods.INPUT_METHODS,
    ):
        live = [one for one in artifact.readings if not isinstance(one.request, RecordedOnly)]

        assert ["parse_settings"] == [one.parse.__name__ for one in live]
        assert {str(template(one)) for one in live} <= asked


def test_the_history_of_the_battery_is_asked_of_no_phone():
    (reading,) = battery_history.BATTERY_HISTORY.readings

    assert isinstance(reading.request, RecordedOnly)


def template(reading):
    request = reading.request
    return request.template if isinstance(request, Planned) else request


def test_one_part_answers_for_all_that_the_lists_of_a_phone_cover():
    for artifact in (packages.PACKAGES, settings.SETTINGS):
        (dump,) = (one for one in artifact.readings if one.parse.__name__ == "parse_dump")

        assert set(dump.covers or artifact.parts()) == set(artifact.parts())
