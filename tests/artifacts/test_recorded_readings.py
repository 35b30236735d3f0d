"""What stands in recordings only is read there, and never asked of a phone."""

from __future__ import annotations

import pytest

from scanner.artifacts.android import (
    collected_packages,
    collected_processes,
    getprop,
    package_details,
    packages,
    processes,
    settings,
)
from scanner.model.requests import Collected, Dumpsys, Section


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
    ],
)
def test_a_part_of_a_recording_is_read_by_one_reading(artifact, request_, parse):
    assert [parse] == [one.parse for one in artifact.readings if one.fits(request_)]


def test_one_part_answers_for_all_that_the_lists_of_a_phone_cover():
    for artifact in (packages.PACKAGES, settings.SETTINGS):
        (dump,) = (one for one in artifact.readings if one.parse.__name__ == "parse_dump")

        assert set(dump.covers or artifact.parts()) == set(artifact.parts())
