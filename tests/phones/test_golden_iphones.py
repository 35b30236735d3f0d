"""What a scan of each profile says of each recorded iPhone: all that it must, and no more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from scanner.cli.demo import compare
from scanner.formats.log_stream import LogReduction
from scanner.formats.packet_headers import FlowReduction
from scanner.pipeline import Options, Scanned, scan
from scanner.simulate.ios import IPhone, SimulatedIPhone, Usbmuxd, os_trace, packets
from tests.phones.iphone import IPHONES, RecordedIPhone

ScanOf = Callable[[Path, str], Scanned]
Golden = tuple[RecordedIPhone, str, Scanned]
PROFILES = ("quick", "standard")
KEPT = ("ios.sysdiagnose", "unsupported_version", None)  # an archive is kept and not examined


@pytest.fixture(scope="session")
def scan_of(tmp_path_factory: pytest.TempPathFactory) -> ScanOf:
    """The scan of an iPhone by a profile, made when it is first asked for.

    The standard one fetches the sysdiagnose as well.
    """
    made: dict[tuple[str, str], Scanned] = {}

    def get(path: Path, profile: str) -> Scanned:
        if (path.name, profile) not in made:
            output = tmp_path_factory.mktemp("golden") / "case"
            recorded = IPhone.load(path)
            with Usbmuxd([SimulatedIPhone(recorded)]) as server:
                options = Options(
                    output=output,
                    profile=profile,
                    usbmux=server.address,
                    include=("sysdiagnose",) if profile == "standard" else (),
                )
                made[path.name, profile] = scan(f"ios:{recorded.udid}", options=options)
        return made[path.name, profile]

    return get


@pytest.fixture(
    params=[(path, profile) for path in IPHONES for profile in PROFILES],
    ids=lambda param: f"{param[0].name}-{param[1]}",
)
def golden(scan_of: ScanOf, request: pytest.FixtureRequest) -> Golden:
    path, profile = request.param
    return RecordedIPhone(path), profile, scan_of(path, profile)


def test_what_was_planted_is_found_and_nothing_else_is_accused(
    golden: Golden, tmp_path: Path
) -> None:
    recording, profile, done = golden
    folder = tmp_path / str(recording)
    folder.mkdir()
    expected = msgspec.json.encode(recording.expected_of(profile))
    (folder / "expected.json").write_bytes(expected)

    comparison = compare(folder, done)

    assert comparison.as_expected, comparison.text()


def test_the_gaps_are_those_expected_and_no_others(golden: Golden) -> None:
    recording, profile, done = golden
    listed = recording.expected_of(profile)["gaps"]
    expected = {(gap["artifact"], gap["reason"], gap["user"]) for gap in listed}
    if profile == "standard":
        expected.add(KEPT)

    assert expected == {(gap.artifact, gap.reason, gap.user) for gap in done.report.gaps}


def test_the_report_counts_what_the_phone_was_made_of(golden: Golden) -> None:
    recording, profile, done = golden
    counts = recording.expected_of(profile)["counts"]
    stated = done.report.coverage.entities

    assert counts | {"app": counts["app"]["0"]} == {name: stated.get(name, 0) for name in counts}
    sources = {(line["process"], line["sender"]) for line in recording.lines("log")}
    programs = {(process, process) for process, _ in sources}
    assert stated["binary_image"] == len(sources | programs)


def test_what_is_personal_stays_in_the_evidence(golden: Golden) -> None:
    recording, profile, done = golden
    places = {each["token"].encode(): each["place"] for each in recording.canaries}
    shown, acquired = set[str](), set[str]()
    for path in (path for path in done.folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        in_evidence = path.parent == done.folder / "data" / "evidence"
        met = {place for token, place in places.items() if token in data}
        (acquired if in_evidence else shown).update(met)

    assert shown == set()
    assert len(acquired) >= len(set(places.values())) // 2
    assert {place for place in acquired if place.startswith(("log", "packets"))} == set()
    assert ("crash area, a sysdiagnose" in acquired) is (profile == "standard")


@pytest.mark.parametrize("path", IPHONES, ids=lambda path: path.name)
def test_streams_are_reduced_to_nothing_personal(path: Path) -> None:
    recorded, phone = IPhone.load(path), RecordedIPhone(path)
    sources, flows = LogReduction(), FlowReduction()
    kept = [sources.feed(os_trace.encoded(record)) for record in recorded.log_records()]
    for frame in recorded.frames():
        flows.feed(packets.encoded(frame))
    kept += flows.lines()

    everything = b"".join(kept).decode()
    assert len(everything) > 10_000
    assert [each["place"] for each in phone.canaries if each["token"] in everything] == []


def test_a_standard_scan_finds_all_that_a_quick_one_finds(scan_of: ScanOf) -> None:
    for path in IPHONES:
        quick, standard = (
            {
                (finding.rule, finding.subject.entity, str(sorted(finding.subject.key.items())))
                for finding in scan_of(path, profile).report.findings
            }
            for profile in PROFILES
        )

        assert quick <= standard


def test_only_the_iphone_that_was_tampered_with_is_suspicious(scan_of: ScanOf) -> None:
    for profile in PROFILES:
        verdicts = {path.name: scan_of(path, profile).report.verdict for path in IPHONES}

        assert {"ios-18-tampered"} == {
            name
            for name, verdict in verdicts.items()
            if verdict in {"suspicious", "compromise_confirmed"}
        }
