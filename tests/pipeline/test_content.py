"""Rules of bytes on whole recordings, and on files that a person names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.detect.yara import YaraPack, inspect_yara
from scanner.errors import UsageError, WorkerKilled
from scanner.model.content import (
    Content,
    Contents,
    Entered,
    Place,
    Scanned,
    ScanWork,
    Unscanned,
)
from scanner.model.evidence import Locator
from scanner.pipeline.content import _answers, _Job, scan_content, scan_files
from scanner.pipeline.options import Options
from scanner.pipeline.recording import opened
from tests.detect.yara.rule_texts import DEX, ELF, FOREIGN, MANIFEST, MARK, own, pack
from tests.formats.archives import packed, stated

APP = packed([MANIFEST, ("classes.dex", DEX), ("lib/arm64-v8a/x.so", ELF)])
SECRET = MARK.decode() + " a message"


@pytest.fixture(scope="module")
def rules(tmp_path_factory) -> YaraPack:
    return pack(tmp_path_factory.mktemp("rules"), a=own(), c=FOREIGN)


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """A collection of androidqf whose personal texts hold what the rules look for, too."""
    folder = tmp_path / "collected"
    members = {
        "acquisition.json": json.dumps({"uuid": "x"}).encode(),
        "getprop.txt": f"[a]: [{SECRET}]\n".encode(),
        "packages.json": b"[]",
        "backup.ab": b"ANDROID BACKUP\n5\n0\nnone\n" + SECRET.encode(),
        "logs/app.log": SECRET.encode() * 9000,
        "apks/com.example.app.apk": APP,
        "tmp/x": ELF,
        "tmp/note.txt": SECRET.encode(),
        "tmp/photo.jpg": b"\xff\xd8\xff\xe0" + SECRET.encode(),
    }
    for name, data in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def matched(contents: Contents) -> dict[str, tuple[str, list[str]]]:
    return {
        file.path: (file.entity, [match.rule for match in file.matches])
        for file in contents.files
        if file.matches
    }


def test_code_of_a_collection_is_scanned_and_nothing_personal(rules, collection):
    events: list[Any] = []
    with opened(collection, Options()) as recording:
        contents = scan_content(recording, rules, on_event=events.append, apps=True)

    assert {
        "apks/com.example.app.apk!/classes.dex": ("installed_file", ["other"]),
        "apks/com.example.app.apk!/lib/arm64-v8a/x.so": ("installed_file", ["marker", "other"]),
        "tmp/x": ("file", ["marker", "other"]),
    } == matched(contents)
    assert () == contents.gaps
    assert not any("txt" in file.path or "log" in file.path for file in contents.files)
    assert SECRET not in str(contents)
    assert {"content"} == {event.phase for event in events}
    assert events[-1].done == events[-1].total


def test_an_archive_of_a_collection_gives_the_same(rules, collection):
    path = collection.with_suffix(".zip")
    members = [
        (f"one/{file.relative_to(collection).as_posix()}", file.read_bytes())
        for file in sorted(collection.rglob("*"))
        if file.is_file()
    ]
    path.write_bytes(packed(members))
    with opened(collection, Options()) as one, opened(path, Options()) as other:
        assert matched(scan_content(one, rules)) == matched(scan_content(other, rules))


def test_what_cannot_be_opened_is_a_gap_with_a_hidden_name(rules, collection):
    data = packed([MANIFEST, ("named-by-somebody.so", ELF)])
    (collection / "tmp" / "b.apk").write_bytes(stated(data, "named-by-somebody.so", flags=1))
    with opened(collection, Options()) as recording:
        contents = scan_content(recording, rules, hide=lambda _: "hidden", apps=True)

    (gap,) = contents.gaps
    assert ("android.contents", "locked", "hidden!hidden") == (
        gap.artifact,
        gap.reason,
        gap.request,
    )
    ((check, findings),) = [
        each
        for each in inspect_yara(rules, contents, platform="android")
        if each[0].rule == "yara:a.yar"
    ]
    assert "finding" == check.status
    assert {"apks/com.example.app.apk!/lib/arm64-v8a/x.so", "tmp/x"} == {
        finding.subject.key["path"] for finding in findings
    }


def test_when_the_time_is_over_the_rest_is_a_gap(rules, collection):
    with opened(collection, Options()) as recording:
        contents = scan_content(recording, rules, seconds=-1.0)

    assert () == contents.files
    assert ["timeout"] == [gap.reason for gap in contents.gaps]


def test_rules_that_do_not_end_are_not_examined_and_the_others_are(tmp_path):
    hangs = (
        'rule hangs { strings: $x = "TRIGGERTRIGGER" condition: $x and for any i in '
        "(0..filesize): (for any j in (0..filesize): (uint8(i) == 7 and uint8(j) == 7)) }"
    )
    elf = "rule elf { condition: uint32be(0) == 0x7f454c46 }"
    rules = pack(tmp_path / "rules", a=hangs, b=elf, c=own("in_dex", "dex"))
    file = tmp_path / "x.so"
    file.write_bytes(ELF + b"TRIGGERTRIGGER" + bytes(3 * 1024 * 1024))

    contents = scan_files([file], rules)

    checks = [check for check, _ in inspect_yara(rules, contents, platform="android")]
    assert [
        ("yara:a.yar", "not_examined", "timeout", 0),
        ("yara:b.yar", "review", None, 1),
        ("yara:c.yar", "pass", None, 0),
    ] == [(check.rule, check.status, check.reason, check.examined) for check in checks]
    (gap,) = contents.gaps
    assert ("timeout", "x.so", "a.yar: the rules took too long") == (
        gap.reason,
        gap.request,
        gap.detail,
    )


def test_without_rules_nothing_is_read(tmp_path, collection):
    with opened(collection, Options()) as recording:
        assert Contents() == scan_content(recording, pack(tmp_path, ios__a=own()))


def test_files_and_folders_that_a_person_names(rules, collection, tmp_path):
    (tmp_path / "alone.apk").write_bytes(APP)

    contents = scan_files([tmp_path / "alone.apk", collection / "tmp"], rules)

    assert {
        "alone.apk!/classes.dex": ("file", ["other"]),
        "alone.apk!/lib/arm64-v8a/x.so": ("file", ["marker", "other"]),
        "x": ("file", ["marker", "other"]),
        "note.txt": ("file", ["other"]),
        "photo.jpg": ("file", ["other"]),
    } == matched(contents)
    assert Contents() == scan_files([], rules)


def test_a_path_that_is_none_is_said(rules, tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        scan_files([tmp_path / "none"], rules)


def test_names_are_no_paths_and_links_lead_nowhere(tmp_path):
    (tmp_path / "x").mkdir()
    for name in ("1", "3"):
        (tmp_path / "x" / name).write_bytes(ELF)
    (tmp_path / "x" / "2").symlink_to("/etc/passwd")
    (tmp_path / "x" / "4").write_bytes(packed([("../../x.so", ELF), ("/etc/x.so", ELF)]))

    contents = scan_files([tmp_path / "x"], pack(tmp_path / "rules", a=own()))

    assert ["1", "3", "4!/../../x.so", "4!//etc/x.so"] == list(matched(contents))


class DyingWorker:
    """A worker whose child dies at certain places, and says nothing of them."""

    def __init__(self, deadly: set[int]) -> None:
        self._deadly, self.calls = deadly, 0

    def work(self, function, work, path=None, limits=None) -> Iterator[Content]:
        self.calls += 1
        for number, place in enumerate(work.places):
            yield Entered(number=number)
            if place.size in self._deadly:
                raise WorkerKilled("the parser's process died")
            yield Scanned(place=place.locator.members, size=place.size, kind="elf")


@pytest.mark.parametrize("deadly", [set(), {0}, {5, 6}, {99}, set(range(100))])
def test_what_kills_a_child_costs_one_place(tmp_path, deadly):
    places = tuple(
        Place(locator=Locator(members=(str(number),)), size=number) for number in range(100)
    )
    job = _Job(root=tmp_path, places=places, scope="code", artifact="android.contents")
    worker = DyingWorker(deadly)

    told = list(_answers(worker, job, ScanWork(places=(), sets=()), None))

    missed = [int(one.place[0]) for one in told if isinstance(one, Unscanned)]
    scanned = [one.size for one in told if isinstance(one, Scanned)]
    assert sorted(deadly) == missed
    assert [number for number in range(100) if number not in deadly] == scanned
    assert worker.calls <= 2 + len(deadly)
