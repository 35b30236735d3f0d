"""Where evidence lies, as each level of privacy shows it."""

from __future__ import annotations

import pytest

from scanner.model.privacy import PrivacyLevel
from scanner.model.requests import Diagnostic, File
from scanner.pipeline.privacy import Redaction, asked_at

HOST = "01234567-0000-4000-8000-0123456789AB"
PAIRING = f"/private/var/root/Library/Lockdown/pair_records/{HOST}.plist"
PHONE = "Ana's Phone (2).ips"
REPORTS = "/private/var/mobile/Library/Logs/CrashReporter"
LEVELS: tuple[PrivacyLevel, ...] = ("public", "share", "case")


@pytest.mark.parametrize("level", LEVELS)
def test_the_id_of_a_computer_shows_at_level_case_only(level: PrivacyLevel):
    shown = (
        asked_at(level, File(path=PAIRING)),
        Redaction(level=level, key=b"k").origin(f"ios_filesystem!x{PAIRING}"),
    )

    assert [level == "case"] * 2 == [HOST in each for each in shown]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"Example 2014-11-01-091512 {PHONE}", "Example 2014-11-01-091512.ips"),
        (f"Example_2014-11-01-091512_{PHONE}", "Example_2014-11-01-091512.ips"),
        (f"Example 2014-11-01-091512 {PHONE}.synced", "Example 2014-11-01-091512.ips.synced"),
        (f"Example 2014-11-01-091512 {PHONE} x.ips", "Example 2014-11-01-091512.ips"),
        ("Example-2026-11-01-091512.ips", "Example-2026-11-01-091512.ips"),
        ("Example-2026-11-01-091512.0002.ips", "Example-2026-11-01-091512.0002.ips"),
        ("JetsamEvent-2026-11-01-091512.ips", "JetsamEvent-2026-11-01-091512.ips"),
    ],
)
def test_the_name_of_a_phone_in_that_of_a_report_shows_nowhere(
    level: PrivacyLevel, name: str, expected: str
):
    diagnostic = Diagnostic(name=f"crashes_and_spins/{name}")

    assert f"{REPORTS}/{expected}" == asked_at(level, File(path=f"{REPORTS}/{name}"))
    assert f"crashes_and_spins/{expected} of sysdiagnose" == asked_at(level, diagnostic)
