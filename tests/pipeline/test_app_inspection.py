"""Files of apps, read and looked into several at once: nothing of the order shows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.artifacts import ARTIFACTS
from scanner.detect import load
from scanner.formats.container import RecordedFile
from scanner.formats.ranges import Parts, header
from scanner.model.content import Contents
from scanner.model.entities import AppFile
from scanner.model.events import Event, Progress
from scanner.model.evidence import Evidence, Locator, Outcome
from scanner.model.requests import AppBytes
from scanner.pipeline.app_files import AppInspection
from scanner.pipeline.plan import reading_any
from scanner.pipeline.reading import EvidenceReader
from scanner.snapshot import Snapshot
from scanner.worker import Worker
from tests.apps.files import APPS

NAMES = ("v1.apk", "v2.apk", "v2v3.apk", "v3.apk", "v31.apk", "rich.apk")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        shutil.copy(APPS / "signed" / name, tmp_path / name)
    (tmp_path / "half.apk").write_bytes((tmp_path / "v2.apk").read_bytes()[:1500])
    return tmp_path


@pytest.fixture
def worker(folder: Path) -> Iterator[Worker]:
    with Worker(readable=[folder], preload=["scanner.artifacts"]) as one:
        yield one


def evidence(name: str, **chosen: Any) -> Evidence:
    return Evidence(
        id=f"e-{name}",
        request=AppBytes(path=name, **chosen),
        origin="test",
        sha256="",
        size=0,
        outcome=Outcome(),
        started_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


def inspected(
    folder: Path, worker: Worker, all_of: Sequence[Evidence], *, yara: bool = True, **chosen: Any
) -> tuple[EvidenceReader, Contents]:
    artifacts = reading_any(ARTIFACTS, [AppBytes(path="one")])
    of_android = [each for each in artifacts if each.platform == "android"]
    reader = EvidenceReader(of_android, Snapshot("android"), worker, recorded=True)
    pack = load().yara if yara else None
    with AppInspection(
        reader, readable=[folder], platform="android", pack=pack, **chosen
    ) as inspection:
        for each in all_of:
            place = Locator(members=(each.request.path,))
            inspection.submit(each, RecordedFile(each.request, folder, place, id=each.id))
        return reader, inspection.finish()


def paths(contents: Contents) -> list[str]:
    return list(dict.fromkeys(each.path.partition("!/")[0] for each in contents.files))


def test_each_file_is_read_and_rules_of_bytes_are_applied_in_a_fixed_order(folder, worker):
    asked = [evidence(name) for name in NAMES]

    reader, contents = inspected(folder, worker, asked, jobs=2)
    other, backwards = inspected(folder, worker, asked[::-1], jobs=1)

    assert len(NAMES) == len(list(reader.snapshot.every(AppFile)))
    assert sorted(NAMES) == paths(contents)
    assert contents == backwards
    assert list(reader.snapshot.every(AppFile)) == list(other.snapshot.every(AppFile))


def test_a_file_that_cannot_be_read_costs_no_other(folder, worker):
    reader, _ = inspected(folder, worker, [evidence(each) for each in ("half.apk", *NAMES)])

    found = [each for each in reader.gaps((), None) if each.artifact == "android.app_files"]
    assert [("parse_error", "bytes of half.apk", "e-half.apk")] == [
        (each.reason, each.request, each.evidence) for each in found
    ]
    assert len(NAMES) + 1 == len(list(reader.snapshot.every(AppFile)))


def test_how_far_it_is_is_told_once_for_each_file(folder, worker):
    told: list[Event] = []

    inspected(folder, worker, [evidence(each) for each in NAMES], yara=False, on_event=told.append)

    total = len(NAMES)
    assert told == [Progress(phase="inspect", done=n + 1, total=total) for n in range(total)]


def test_without_rules_of_bytes_files_are_read_all_the_same(folder, worker):
    reader, contents = inspected(folder, worker, [evidence("v2.apk")], yara=False)

    assert Contents() == contents
    assert ["v2.apk"] == [each.name for each in reader.snapshot.every(AppFile)]


def test_to_parts_of_a_file_no_rules_of_bytes_are_applied(folder, worker):
    data = (folder / "v2.apk").read_bytes()
    (folder / "parts").write_bytes(header(Parts(len(data), [(0, len(data))], data)) + data)
    asked = evidence("parts", ranges=True)

    reader, contents = inspected(folder, worker, [asked], hide=lambda _: "a file")

    (file,) = reader.snapshot.every(AppFile)
    assert True is file.partial
    assert () == contents.files
    assert [("not_selected", "a file")] == [(gap.reason, gap.request) for gap in contents.gaps]
