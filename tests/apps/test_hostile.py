"""Each hostile file gives what can be told of it, or a gap; and its trick has a name."""

from __future__ import annotations

import time

import pytest

from scanner.errors import ParseError
from scanner.formats.apk.anomalies import ANOMALIES
from scanner.formats.apk.app import ApkFacts, read_app
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.programs.dex import read_dex
from scanner.formats.programs.elf import read_elf
from tests.apps.files import below, content

TIME = 2.0  # seconds of the processor; each takes some milliseconds
HOSTILE = [
    pytest.param(row, id=row["path"]) for folder in ("hostile", "tampered") for row in below(folder)
]
GOOD = [
    pytest.param(row, id=row["path"])
    for folder in ("signed", "apksigner", "bundles")
    for row in below(folder)
]


def examined(data: bytes) -> tuple[ApkFacts, set[str]]:
    """Read everything of an app; return its facts, and the words for what is odd in it."""
    archive = ApkArchive(data)
    facts = read_app(archive)
    for name in facts.dex:
        entry = archive.get(name)
        assert entry is not None
        try:
            for _ in archive.chunks(entry):
                pass
        except ParseError:
            assert archive.anomalies  # damaged; the next entry may be whole
    return facts, {*facts.anomalies, *archive.anomalies}


@pytest.mark.parametrize("row", HOSTILE)
def test_a_hostile_file_gives_facts_or_a_gap(row):
    started = time.process_time()
    if row["outcome"] == "gap":
        with pytest.raises(ParseError):
            examined(content(row))
    else:
        facts, anomalies = examined(content(row))
        package = facts.manifest.package if facts.manifest else None

        assert row["package"] == (package[:100] if package else package)
        assert set() == set(row["anomalies"]) - anomalies
        assert set() == anomalies - set(ANOMALIES)
        assert facts.manifest is not None or facts.gaps or facts.kind != "apk"

    assert time.process_time() - started < TIME


@pytest.mark.parametrize("row", GOOD)
def test_nothing_is_odd_about_an_ordinary_file(row):
    facts, anomalies = examined(content(row))

    assert row["package"] == (facts.manifest.package if facts.manifest else None)
    assert set() == anomalies


CODE = [pytest.param(row, id=row["path"]) for row in below("hostile") if "code" in row]


@pytest.mark.parametrize("row", CODE)
def test_a_hostile_program_gives_facts_or_a_gap(row):
    archive = ApkArchive(content(row))
    is_library = "/elf-" in row["path"]
    entry = archive.get("lib/arm64-v8a/libexample.so" if is_library else "classes.dex")
    assert entry is not None
    program = archive.read(entry)
    started = time.process_time()
    try:
        facts = read_elf(program) if is_library else read_dex(program)
    except ParseError:
        assert row["code"] is None
    else:
        assert set() == set(row["code"]) - set(facts.anomalies)

    assert time.process_time() - started < TIME


def test_there_are_hostile_programs():
    assert len(CODE) > 20
