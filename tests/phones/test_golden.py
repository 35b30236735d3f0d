"""What a scan of each profile says of each recorded phone: all that it must, and no more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from scanner.cli.demo import compare
from scanner.pipeline import AdbServer as Where
from scanner.pipeline import Options, Scanned, scan
from scanner.simulate import AdbServer, Phone, SimulatedPhone
from tests.phones.recording import PHONES, Recording

Golden = tuple[Recording, str, Scanned]
STATED_AS_COUNTED = (
    "user",
    "accessibility_service",
    "device_admin",
    "policy_owner",
    "adb_key",
    "process",
)


@pytest.fixture(scope="session")
def scan_of(
    adb_server: AdbServer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path, str], Scanned]:
    """The scan of a phone by a profile, made when it is first asked for."""
    made: dict[tuple[str, str], Scanned] = {}
    where = Where(host=adb_server.host, port=adb_server.port)

    def get(path: Path, profile: str) -> Scanned:
        if (path.name, profile) not in made:
            output = tmp_path_factory.mktemp("golden") / "case"
            options = Options(output=output, adb=where, profile=profile)
            with SimulatedPhone(Phone.load(path)) as phone:
                adb_server.connect(phone.address)
                made[path.name, profile] = scan(f"android:{phone.address}", options=options)
                adb_server.disconnect(phone.address)
        return made[path.name, profile]

    return get


@pytest.fixture(params=["quick", "standard"])
def golden(
    recording: Recording,
    scan_of: Callable[[Path, str], Scanned],
    request: pytest.FixtureRequest,
) -> Golden:
    profile: str = request.param
    return recording, profile, scan_of(recording.folder, profile)


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
    expected = recording.expected_of(profile)["gaps"]

    assert {(gap["artifact"], gap["reason"], gap["user"]) for gap in expected} == {
        (gap.artifact, gap.reason, gap.user) for gap in done.report.gaps
    }


def test_the_report_counts_what_the_phone_was_made_of(golden: Golden) -> None:
    recording, profile, done = golden
    counts = recording.expected_of(profile)["counts"]
    stated = done.report.coverage.entities

    assert {name: counts[name] for name in STATED_AS_COUNTED} == {
        name: stated.get(name, 0) for name in STATED_AS_COUNTED
    }


def lines_of(recording: Recording) -> dict[str, int]:
    """Count what the answers hold, line by line."""
    sockets = [recording.text(f"cat /proc/net/{name}") for name in ("tcp", "tcp6", "udp", "udp6")]
    mounts = recording.text("cat /proc/mounts").splitlines()  # below /storage they name cards
    listeners = [
        recording.setting(user, "enabled_notification_listeners") for user in recording.readable()
    ]
    return {
        "socket": sum(text.count("\n") - 1 for text in sockets),
        "mount": sum(" /storage/" not in line for line in mounts),
        "role_holder": recording.text("dumpsys role").count(" holders="),
        "notification_listener": sum(1 + one.count(":") for one in listeners if one),
    }


def test_the_report_counts_what_the_answers_hold(golden: Golden) -> None:
    recording, _, done = golden
    counted = lines_of(recording)
    stated = done.report.coverage.entities

    assert counted == {name: stated.get(name, 0) for name in counted}


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
    assert ("files, a name below /sdcard/Download" in acquired) is (profile == "standard")


def test_a_scan_stays_within_twelve_round_trips(golden: Golden) -> None:
    *_, done = golden

    assert done.report.run.round_trips is not None
    assert done.report.run.round_trips <= 12


def test_a_standard_scan_finds_all_that_a_quick_one_finds(
    recording: Recording, scan_of: Callable[[Path, str], Scanned]
) -> None:
    quick, standard = (
        {
            (finding.rule, finding.subject.entity, str(sorted(finding.subject.key.items())))
            for finding in scan_of(recording.folder, profile).report.findings
        }
        for profile in ("quick", "standard")
    )

    assert quick <= standard


def test_only_the_phone_that_was_tampered_with_is_suspicious(
    scan_of: Callable[[Path, str], Scanned],
) -> None:
    for profile in ("quick", "standard"):
        verdicts = {path.name: scan_of(path, profile).report.verdict for path in PHONES}

        assert {"android-14-tampered"} == {
            name
            for name, verdict in verdicts.items()
            if verdict in {"suspicious", "compromise_confirmed"}
        }
