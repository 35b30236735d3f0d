"""The walk-through of the simulated phone: its files load, and no fault is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.simulate.faults import Faults
from scanner.simulate.phone import Phone

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "simulate.md"


@pytest.fixture(scope="module")
def blocks():
    return re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_phone_loads(blocks, tmp_path):
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "getprop.txt").write_bytes(b"[ro.debuggable]: [0]\n")
    (tmp_path / "phone.json").write_text(blocks[0], encoding="utf-8")

    assert ["getprop", "pm"] == [answer.argv[0] for answer in Phone.load(tmp_path).answers]


def test_the_faults_load(blocks):
    assert ("ps",) == Faults.load(blocks[1].encode()).absent


def test_every_fault_is_documented():
    page = PAGE.read_text(encoding="utf-8")

    assert [] == [name for name in Faults.__struct_fields__ if f"`{name}`" not in page]
