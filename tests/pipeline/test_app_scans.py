"""Scans of files of apps: what is stated, what is told on the way, what no report names."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from fixtures.building.app import App, apk
from fixtures.building.dex import Class, Dex
from fixtures.building.elf import library
from scanner.detect import asks_for_app_files, load
from scanner.model.events import Event, EvidenceAdded, Finished, Progress, Started
from scanner.pipeline import Options, Scanned, examine, scan
from tests.apps.files import APPS

NAME, URL, LABEL = "com.example.quetzal", "https://quetzal.example/up", "Quetzalcoatlus"
CANARIES = ("quetzal", "Quetzalcoatlus", "private-name")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of the same bytes, one that was changed, one that is half there."""
    given = tmp_path / "given"
    (given / "again").mkdir(parents=True)
    shutil.copy(APPS / "signed/v2v3.apk", given / "one.apk")
    shutil.copy(APPS / "signed/v2v3.apk", given / "again/two.apk")
    shutil.copy(APPS / "tampered/flip-manifest.apk", given / "changed.apk")
    (given / "half.apk").write_bytes((APPS / "signed/v2v3.apk").read_bytes()[:2000])
    return given


def scanned(path: Path, output: Path, **chosen: Any) -> tuple[Scanned, list[Event]]:
    told: list[Event] = []
    options = Options(output=output, on_event=told.append, **chosen)
    return scan(str(path), options=options, indicators=()), told


def lines(done: Scanned, kind: str) -> list[dict[str, Any]]:
    text = (done.folder / "data/report/entities.jsonl").read_text("utf-8")
    return [each for each in map(json.loads, text.splitlines()) if each["type"] == kind]


def test_the_same_bytes_in_two_places_are_one_file(folder: Path, tmp_path: Path):
    done, _ = scanned(folder, tmp_path / "case", privacy="case")

    (file,) = [each for each in lines(done, "app_file") if len(each["evidence"]) > 1]
    assert ["again/two.apk", "one.apk"] == sorted(file["origins"])
    assert file["origin"] in file["origins"]
    assert not file.get("conflicts")
    assert True is file["signature"]["verified"]


def test_each_file_is_a_line_of_the_report(folder: Path, tmp_path: Path):
    done, _ = scanned(folder, tmp_path / "case")
    found = {each.name: each for each in done.report.apps}

    assert {"one.apk", "changed.apk", "half.apk"} == found.keys()
    assert (True, ("v2", "v3")) == (
        found["one.apk"].verified,
        found["one.apk"].schemes,
    )
    assert (False, False) == (found["changed.apk"].verified, found["half.apk"].verified)
    assert ("not_zip",) == found["half.apk"].errors
    assert 2 == len(found["one.apk"].evidence)
    assert ["bytes of changed.apk", "bytes of half.apk"] == [
        gap.request for gap in done.report.gaps if gap.artifact == "android.app_files"
    ]


def test_events_come_in_one_order_whoever_is_first(folder: Path, tmp_path: Path):
    done, told = scanned(folder, tmp_path / "case", jobs=2)
    again, other = scanned(folder, tmp_path / "other", jobs=1)

    assert told == other
    assert isinstance(told[0], Started)
    assert isinstance(told[-1], Finished)
    added = [each.id for each in told if isinstance(each, EvidenceAdded)]
    assert [each.id for each in done.report.evidence] == sorted(added)
    inspected = [e.done for e in told if isinstance(e, Progress) and e.phase == "inspect"]
    assert [1, 2, 3, 4] == inspected
    assert structs.replace(done.report, run=again.report.run) == again.report


def test_of_files_of_apps_the_rules_on_them_are_the_coverage(folder: Path, tmp_path: Path):
    (folder / "half.apk").unlink()
    (folder / "changed.apk").unlink()
    done, _ = scanned(folder, tmp_path / "case")
    on_files = {rule.id for rule in load().rules if asks_for_app_files(rule)}
    counted = {
        each.rule
        for each in done.report.checks
        if each.kind == "rule"
        and each.rule_class == "compromise"
        and each.status != "not_applicable"
    }

    assert counted
    assert set() == counted - on_files
    assert len(counted) == done.report.coverage.applicable == done.report.coverage.examined


def test_the_case_of_a_folder_is_examined_again_with_it(folder: Path, tmp_path: Path):
    done, _ = scanned(folder, tmp_path / "case")

    again = examine(done.folder, source=folder, indicators=()).report

    assert structs.replace(done.report, run=again.run) == again


def named_app(folder: Path) -> Path:
    """An app whose names would tell who uses it."""
    folder.mkdir()
    code = Dex(classes=(Class(name=f"{NAME}.Main", loads=(URL,), calls=()),))
    built = App(package=NAME, label=LABEL, version_code=1, version_name="1", code=(code,))
    (folder / "private-name.apk").write_bytes(apk(built, key="publisher"))
    (folder / "private-name.so").write_bytes(library(soname="libquetzal.so", needed=[])[:40])
    return folder


def said(done: Scanned, told: list[Event]) -> dict[str, str]:
    """Everything that leaves the scanner."""
    report = done.folder / "data/report"
    written = {each.name: each.read_text("utf-8") for each in report.iterdir()}
    return {**written, "events": "\n".join(map(repr, told))}


def test_at_public_no_output_names_an_app(tmp_path: Path):
    done, told = scanned(named_app(tmp_path / "given"), tmp_path / "case", privacy="public")

    assert () == done.report.findings  # which may name what they are about
    assert () == done.report.apps
    assert [gap.artifact for gap in done.report.gaps]
    for name, text in said(done, told).items():
        assert [] == [each for each in CANARIES if each.lower() in text.lower()], name


def test_what_is_hidden_there_is_what_is_said_elsewhere(tmp_path: Path):
    done, told = scanned(named_app(tmp_path / "given"), tmp_path / "case", privacy="case")
    everything = "\n".join(said(done, told).values())

    assert [] == [each for each in CANARIES if each not in everything]
    assert "CN=" not in everything  # who a certificate is for may be a person
