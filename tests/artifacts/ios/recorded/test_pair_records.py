"""Records of pairings are stated by their names alone."""

from __future__ import annotations

import pytest

from scanner.artifacts.ios.recorded.pair_records import PAIR_RECORDS, parse
from scanner.errors import ParseError
from scanner.model.entities import PairingEvent
from scanner.model.evidence import BytesFile
from scanner.model.requests import Diagnostic, File

HOST = "01234567-0000-4000-8000-0123456789AB"
RECORD = File(path=f"/private/var/root/Library/Lockdown/pair_records/{HOST}.plist")


def test_a_record_is_stated_by_its_name_alone():
    found = list(parse(BytesFile(RECORD, b"keys, never read")))

    assert [PairingEvent(host=HOST, kind="record", at=None)] == found


def test_a_file_without_a_path_is_none():
    with pytest.raises(ParseError):
        list(parse(BytesFile(Diagnostic(name="some.plist"), b"")))


def test_file_systems_answer():
    assert any(reading.fits(RECORD) for reading in PAIR_RECORDS.readings)
