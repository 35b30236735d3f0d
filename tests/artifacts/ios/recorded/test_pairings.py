"""The log of lockdownd."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanner.artifacts.ios.recorded.pairings import PAIRINGS, parse
from scanner.errors import ParseError
from scanner.model.entities import PairingEvent
from scanner.model.evidence import BytesFile
from scanner.model.requests import Diagnostic, File

HOST = "01234567-0000-4000-8000-0123456789AB"
OTHER = "30142955-444094379208051516"
RECORDS = "/private/var/root/Library/Lockdown/pair_records"
ASKED = f"""\
04/07/26 06:35:07.106098 pid=79 handle_pair: Preparing to pair for usbmuxd .
04/07/26 06:35:07.106402 pid=79 handle_pair: Pair message: {{
    HostID = "{HOST}";
    HostName = "somebody's computer";
    SystemBUID = "{OTHER}";
}}
04/07/26 06:35:07.118971 pid=79 mc_allow_pairing: hostMayPairWithOptions said yes with prompt
"""
WAITED = "04/07/26 06:35:07.131495 pid=79 handle_pair: Pair for usbmuxd failed : {}\n"
PENDING = WAITED.format("PairingDialogResponsePending")
ESCROW = f"04/07/26 06:35:10.549556 pid=79 store_escrow_record: Creating escrow bag for {OTHER}\n"
PAIRED = "04/07/26 06:35:10.563345 pid=79 handle_pair: Pair for usbmuxd succeeded .\n"


def log(text):
    data = text if isinstance(text, bytes) else text.encode()
    return list(parse(BytesFile(Diagnostic(name="logs/MobileLockdown/lockdownd.log"), data)))


def event(kind, host, *moment):
    return PairingEvent(
        host=host,
        kind=kind,
        at=datetime(*moment).replace(tzinfo=UTC),  # noqa: DTZ001 - the next word says it
        clock="device_local",
    )


def test_a_pairing_is_stated_with_the_computer_that_asked():
    assert [event("paired", HOST, 2026, 4, 7, 6, 35, 10, 563345)] == log(ASKED + PENDING + PAIRED)


def test_the_escrow_bag_names_the_computer_too():
    assert [OTHER] == [each.host for each in log(ESCROW + PAIRED)]


def test_waiting_for_the_owner_is_no_refusal_and_a_refusal_is():
    refused = WAITED.format("UserDeniedPairing")

    assert [event("refused", HOST, 2026, 4, 7, 6, 35, 7, 131495)] == log(ASKED + PENDING + refused)


def test_the_next_computer_does_not_inherit_the_name_of_the_last():
    again = "04/07/26 06:40:00.000001 pid=79 handle_pair: Preparing to pair for usbmuxd .\n"

    assert [HOST, None] == [each.host for each in log(ASKED + PAIRED + again + PAIRED)]


def test_lines_without_a_process_are_read():
    text = f"03/08/26 18:29:45.808090 handle_start_session: No pairing record for {OTHER}.\n"

    assert [event("refused", OTHER, 2026, 3, 8, 18, 29, 45, 808090)] == log(text)


@pytest.mark.parametrize("gap", [" ", "\n    "])
def test_a_record_that_was_deleted(gap):
    text = (
        "03/08/26 13:28:18.527474 pid=80 on_queue_destroy_pair_record: Deleted pair record"
        f"{gap}({RECORDS}/{HOST}.plist).\n"
    )

    assert [event("unpaired", HOST, 2026, 3, 8, 13, 28, 18, 527474)] == log(text)


def test_all_records_that_were_deleted():
    text = "03/08/26 13:28:18.000000 pid=80 _pairing_keypair_worker: Destroying old pair records.\n"

    assert [event("unpaired", None, 2026, 3, 8, 13, 28, 18)] == log(text)


def test_a_record_that_is_only_mentioned_is_not_deleted():
    assert [] == log(f"03/08/26 13:28:18.000000 pid=80 load: {RECORDS}/{HOST}.plist\n")


def test_a_moment_that_there_is_not_is_none():
    (found,) = log("13/45/26 25:00:00.000000 pid=79 handle_pair: Pair for usbmuxd succeeded .\n")

    assert None is found.at


def test_names_of_computers_are_not_stated():
    assert "somebody" not in repr(log(ASKED + PENDING + PAIRED))


def test_an_empty_log_tells_nothing():
    assert [] == log("")


@pytest.mark.parametrize("data", [b"no log at all\n", b"\xff\x00" * 50, b"[]"])
def test_what_is_no_log_of_lockdownd_is_refused(data):
    with pytest.raises(ParseError):
        log(data)


def test_a_long_hostile_line_costs_little():
    line = "04/07/26 06:35:10.563345 pid=79 " + "Pair for " * 100_000

    assert [] == log(line)


@pytest.mark.parametrize(
    "asked",
    [
        Diagnostic(name="logs/MobileLockdown/lockdownd.log"),
        Diagnostic(name="logs/MobileLockdown/lockdownd.log.1"),
        File(path="/private/var/logs/lockdownd.log"),
    ],
)
def test_recordings_answer(asked):
    assert any(reading.fits(asked) for reading in PAIRINGS.readings)
