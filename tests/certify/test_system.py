"""Requirements on the system."""

from __future__ import annotations

import pytest

from scanner.certify.decide import DECIDED_BY
from scanner.model.entities import Build
from scanner.model.evidence import Gap
from tests.certify.made import facts, required

BOOTED = {"verified_boot": "green", "bootloader_locked": True, "selinux": "enforcing"}
UNREAD = Gap(artifact="android.getprop", reason="locked")


def decided(requirement, known):
    outcome = DECIDED_BY[type(requirement)](requirement, known)
    return outcome.result, outcome.reason


@pytest.mark.parametrize(
    ("asked", "stated", "expected"),
    [
        ({"release": "15"}, {"release": "15"}, ("met", None)),
        ({"release": "15"}, {"release": "16"}, ("met", None)),
        ({"release": "15"}, {"release": "9"}, ("not_met", "release")),
        ({"release": "26.1"}, {"release": "26.1.1"}, ("met", None)),
        ({"release": "26.1"}, {"release": "26"}, ("not_met", "release")),
        ({"release": "15"}, {"release": "Baklava"}, ("not_met", "release")),
        ({"release": "15"}, {"release": None}, ("not_met", "release")),
        ({"release": "15"}, {}, ("not_examined", "field_not_stated")),
        ({"security_patch": "2026-09-01"}, {"security_patch": "2026-09-05"}, ("met", None)),
        (
            {"security_patch": "2026-09-01"},
            {"security_patch": "2026-08-05"},
            ("not_met", "security_patch"),
        ),
        ({"security_patch": "2026-09-01"}, {"security_patch": None}, ("not_met", "security_patch")),
        ({"patch_within": "90d"}, {"security_patch": "2026-10-05"}, ("met", None)),
        (
            {"patch_within": "30d"},
            {"security_patch": "2026-10-05"},
            ("not_met", "patch_age_days"),
        ),
        ({"patch_within": "30d"}, {}, ("not_examined", "field_not_stated")),
        ({"builds": ("example/*",)}, {"fingerprint": "example/p:16/X"}, ("met", None)),
        ({"builds": ("example/*",)}, {"fingerprint": "other/p:16/X"}, ("not_met", "fingerprint")),
        (
            {"release": "15", "builds": ("x",)},
            {"release": "16"},
            ("not_examined", "field_not_stated"),
        ),
    ],
)
def test_minimum_system(asked, stated, expected):
    known = facts(Build(manufacturer="Example", **stated))

    assert expected == decided(required("minimum_system", **asked), known)


def test_nothing_read_is_not_met():
    assert ("not_examined", "locked") == decided(
        required("minimum_system", release="15"), facts(gaps=(UNREAD,))
    )


@pytest.mark.parametrize(
    ("asked", "stated", "expected"),
    [
        ({}, BOOTED, ("met", None)),
        ({}, BOOTED | {"verified_boot": "orange"}, ("not_met", "verified_boot")),
        ({}, BOOTED | {"verified_boot": None}, ("not_met", "verified_boot")),
        ({}, BOOTED | {"bootloader_locked": False}, ("not_met", "bootloader_locked")),
        ({"bootloader_locked": None}, BOOTED | {"bootloader_locked": False}, ("met", None)),
        ({}, {"verified_boot": "green"}, ("not_examined", "field_not_stated")),
        ({"verity_mode": ("enforcing",)}, BOOTED, ("not_examined", "field_not_stated")),
        (
            {"verified_boot": ("green", "yellow")},
            BOOTED | {"verified_boot": "yellow"},
            ("met", None),
        ),
    ],
)
def test_boot_state(asked, stated, expected):
    assert expected == decided(required("boot_state", **asked), facts(Build(**stated)))
