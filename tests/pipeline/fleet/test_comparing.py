"""Fleets of real cases: read, verified, compared; by one process, by several, by a cluster."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from scanner.errors import CaseError, UsageError
from scanner.model.fleet import FACTS_VERSION
from scanner.pipeline.fleet import compare_fleet
from scanner.pipeline.fleet.cases import PIECE, named, pieces, read_piece
from scanner.pipeline.fleet.document import LIMIT, decoded, encoded
from scanner.pipeline.fleet.examined import facts_of_case
from scanner.simulate.fleet.cases import write_cases
from tests.fleet.devices import device, fleet
from tests.pipeline.conftest import CURRENT, TAMPERED
from tests.pipeline.recordings import record

FOREIGN = "user deadbeef.0"


def changed(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def seal(case: Path) -> None:
    """Write the lists of a case anew, as somebody does who changed it and knows how."""
    for name in ("manifest-sha256.txt", "bag-info.txt", "tagmanifest-sha256.txt"):
        text = (case / name).read_text("utf-8")
        if name == "bag-info.txt":
            listed = [*_listed(case / "manifest-sha256.txt")]
            size = sum((case / each).stat().st_size for each in listed)
            text = re.sub(r"Oxum: .*", f"Oxum: {size}.{len(listed)}", text)
        else:
            names = _listed(case / name)
            digests = ((sha256((case / each).read_bytes()).hexdigest(), each) for each in names)
            text = "".join(f"{digest}  {each}\n" for digest, each in digests)
        changed(case / name, text.encode())


def _listed(manifest: Path) -> list[str]:
    return [line.split("  ", 1)[1] for line in manifest.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def cases(tmp_path_factory) -> Path:
    """Twenty-four phones, one of them with an authority of its own."""
    folder: Path = tmp_path_factory.mktemp("fleet") / "cases"
    odd = device(99, certificate_authority=("user 0a0a0a0a.0", FOREIGN))
    list(write_cases(folder, [*fleet(23), odd]))
    return folder


@pytest.fixture
def copy(cases: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(cases, tmp_path / "cases"))


def test_a_folder_of_cases_is_compared(cases):
    report = compare_fleet([cases], jobs=1)

    assert (24, 24, ()) == (report.devices, report.given, report.refused)
    assert [FOREIGN] == [each.value for each in report.lines[0].facts]
    assert str(cases) == str(Path(report.lines[0].path).parent)


@pytest.mark.parametrize(
    "chosen", [{"jobs": 2}, {"dask": "local", "jobs": 2}], ids=["pool", "dask"]
)
def test_whoever_reads_the_document_is_the_same(cases, chosen):
    alone = compare_fleet([cases], jobs=1)

    assert msgspec.json.encode(alone) == msgspec.json.encode(compare_fleet([cases], **chosen))


def test_a_case_without_facts_is_examined(cases, tmp_path):
    without = tmp_path / "without"
    list(write_cases(without, [device(0), device(1)], facts=False))
    plain = [*sorted(cases.iterdir())]
    report = compare_fleet([without], jobs=1)

    assert (2, ()) == (report.devices, report.refused)
    read = [decoded(each.facts, each.path) for each in read_piece([*map(str, without.iterdir())])]
    there = [decoded(each.facts, each.path) for each in read_piece([*map(str, plain)])]
    by_device = {each.device: each for each in there}
    for each in read:
        facts = by_device[each.device].facets["certificate_authority"].facts
        assert facts == each.facets["certificate_authority"].facts


def test_a_tampered_case_is_refused_and_the_rest_is_compared(copy):
    victim = sorted(copy.iterdir())[3]
    changed(victim / "data/fleet.json", b"{}")
    report = compare_fleet([copy], jobs=1)

    assert (23, 24) == (report.devices, report.given)
    assert [(str(victim), True)] == [(each.path, each.tampered) for each in report.refused]


def test_broken_cases_are_listed_each_with_its_reason(copy):
    newer, headless, missing = sorted(copy.iterdir())[:3]
    info = (newer / "bag-info.txt").read_text("utf-8")
    changed(newer / "bag-info.txt", info.replace("Case-Schema: 1", "Case-Schema: 99").encode())
    changed(headless / "data/index.jsonl", b"\xff\xfe{")
    shutil.rmtree(missing)
    report = compare_fleet([copy, missing], jobs=1)

    assert 22 - 1 == report.devices
    assert sorted(map(str, (newer, headless, missing))) == [each.path for each in report.refused]
    assert all(each.error for each in report.refused)


def test_facts_of_another_version_are_refused():
    facts = msgspec.structs.replace(device(1), version=FACTS_VERSION + 1)

    with pytest.raises(CaseError, match=f"version {FACTS_VERSION + 1}"):
        decoded(encoded(facts), "case")


@pytest.mark.parametrize(
    "change",
    [
        {"taken_at": "2026-11-20T12:00:00"},  # in nobody's zone
        {"facets": {"app": {"facts": [["x" * 1000]]}}},
        {"facets": {"app": {"facts": [[f"app{number}"] for number in range(5000)]}}},
        {"facets": []},
        {"device": 7},
        {"device": ""},
        {"platform": "palm"},
        {"model": "x" * 1000},
        {"taken_at": "0001-01-01T00:00:00+23:59"},
        {"findings": {"high": -1}},
        {"facets": {"app": {"facts": [["com.example.a", "2026" * 100]]}}},
        {"facets": {f"facet{number}": {} for number in range(1000)}},
    ],
)
def test_facts_that_a_scan_never_writes_are_refused(change):
    document = json.loads(encoded(device(1)))

    with pytest.raises(CaseError, match="facts"):
        decoded(json.dumps({**document, **change}).encode(), "case")


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b'{"facets":' + b'{"a":' * 100_000])
def test_what_is_no_json_is_refused(data):
    with pytest.raises(CaseError, match="no facts that can be read"):
        decoded(data, "case")


def test_a_push_is_found_against_a_reference_on_the_disk(cases, tmp_path):
    list(write_cases(tmp_path / "golden", [device(900, certificate_authority=())]))
    report = compare_fleet([cases], reference=[tmp_path / "golden"], jobs=1)

    assert ["user 0a0a0a0a.0"] == [each.value for each in report.uniform]
    assert 1 == len(report.reference)


def test_a_tampered_reference_ends_the_comparison(cases, tmp_path):
    golden = next(iter(write_cases(tmp_path / "golden", [device(900)])))
    changed(golden / "data/fleet.json", b"{}")

    with pytest.raises(CaseError, match="cannot be the reference"):
        compare_fleet([cases], reference=[golden], jobs=1)


def test_levels_of_privacy(cases):
    share, public, case = (
        compare_fleet([cases], jobs=1, privacy=level) for level in ("share", "public", "case")
    )

    def counted(report, facet):
        return [each.value for each in report.counts if each.facet == facet]

    assert [FOREIGN] == [each.value for each in share.lines[0].facts]
    assert FOREIGN not in counted(share, "certificate_authority")
    assert FOREIGN in counted(case, "certificate_authority")
    assert "com.example.agent" in counted(share, "app")
    document = msgspec.json.encode(public).decode()
    assert not [word for word in (FOREIGN, "com.example", str(cases)) if word in document]


def test_a_list_of_cases_in_a_file(cases, tmp_path):
    listed = sorted(map(str, cases.iterdir()))[:5]
    (tmp_path / "list.txt").write_text("\n".join(listed) + "\n\n", "utf-8")

    assert listed == list(named([f"@{tmp_path / 'list.txt'}"]))


def test_a_case_that_is_named_twice_counts_once(cases):
    first = min(cases.iterdir())

    assert 24 == len(list(named([cases, first, first])))


def test_folders_are_followed_and_links_are_not(cases, tmp_path):
    (tmp_path / "deep/station-1").mkdir(parents=True)
    first = min(cases.iterdir())
    shutil.copytree(first, tmp_path / "deep/station-1/case")
    (tmp_path / "deep/loop").symlink_to(tmp_path / "deep")

    assert [str(tmp_path / "deep/station-1/case")] == list(named([tmp_path / "deep"]))


@pytest.mark.parametrize("name", ["bagit.txt", "bag-info.txt", "manifest-sha256.txt"])
def test_a_case_that_lacks_a_file_is_listed_all_the_same(copy, name):
    victim = sorted(copy.iterdir())[5]
    (victim / name).unlink()
    report = compare_fleet([copy], jobs=1)

    assert [(str(victim), True)] == [(each.path, each.tampered) for each in report.refused]
    assert 23 == report.devices


def test_a_case_that_lost_its_seal_is_no_complete_one(copy):
    victim = sorted(copy.iterdir())[5]
    (victim / "tagmanifest-sha256.txt").unlink()
    report = compare_fleet([copy], jobs=1)

    assert [(str(victim), False)] == [(each.path, each.tampered) for each in report.refused]
    assert "is missing" in report.refused[0].error


def test_facts_of_another_phone_are_refused_though_the_manifests_fit(copy):
    victim, other = sorted(copy.iterdir())[:2]
    changed(victim / "data/fleet.json", (other / "data/fleet.json").read_bytes())
    seal(victim)
    report = compare_fleet([copy], jobs=1)

    assert [(str(victim), True)] == [(each.path, each.tampered) for each in report.refused]
    assert "of another phone" in report.refused[0].error
    assert 23 == report.devices


def test_the_folder_of_the_command_is_compared(cases, monkeypatch):
    monkeypatch.chdir(cases)

    assert 24 == compare_fleet(["."], jobs=1).devices


def test_large_facts_are_read_by_fewer_at_a_time(tmp_path):
    for number in range(4):
        facts = tmp_path / str(number) / "data/fleet.json"
        facts.parent.mkdir(parents=True)
        facts.write_bytes(b" " * LIMIT)
    paths = [str(tmp_path / str(number)) for number in range(4)]

    assert [(path,) for path in paths] == list(pieces(paths))


def test_pieces_hold_each_case_once(cases):
    paths = sorted(map(str, cases.iterdir())) * 3
    cut = list(pieces(paths))

    assert paths == [path for piece in cut for path in piece]
    assert PIECE == max(map(len, cut))


@pytest.mark.parametrize(
    ("between", "paths"),
    [
        ((datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)), ["cases"]),
        (None, []),
    ],
)
def test_what_makes_no_sense_is_refused(between, paths):
    with pytest.raises(UsageError):
        compare_fleet(paths, between=between)


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        compare_fleet([f"@{tmp_path / 'none.txt'}"])


def test_scans_and_recordings_of_real_formats_are_compared(scanned, tmp_path):
    bugreport = record(TAMPERED, "bugreport.zip", tmp_path / "given")
    report = compare_fleet([scanned(CURRENT).folder, bugreport], jobs=1, limit=None)

    assert (2, ()) == (report.devices, report.refused)
    verdicts = {each.path: each.verdict for each in report.lines}
    assert verdicts[str(scanned(CURRENT).folder)] is not None
    assert None is verdicts[str(bugreport)]  # examined, and held against no rules
    assert {"sideloaded_app", "process"} <= {each.facet for each in report.counts}


def test_a_scan_writes_the_facts_that_its_case_states(scanned):
    folder = scanned(CURRENT).folder
    written = decoded((folder / "data/fleet.json").read_bytes(), "case")

    assert facts_of_case(folder).facets == written.facets
    assert (facts_of_case(folder).model, "android") == (written.model, written.platform)


def test_the_refused_are_not_named_in_public(cases, tmp_path):
    report = compare_fleet([cases, tmp_path / "none"], jobs=1, privacy="public")

    assert ["cannot be compared"] == [each.error for each in report.refused]
    assert str(tmp_path) not in report.refused[0].path
