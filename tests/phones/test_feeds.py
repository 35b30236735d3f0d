"""Our feeds of indicators: as generated, read whole, and found on the phones that they name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from scanner.detect.feeds import read_feed
from scanner.model.indicators import Indicator
from scanner.model.report import Report
from scanner.pipeline import AdbServer as Where
from scanner.pipeline import Options, examine_recording, scan
from scanner.simulate import AdbServer, Phone, SimulatedPhone
from tests.phones.recording import FIXTURES
from tests.sources.recorded.collected import androidqf, write

SCRIPT = str(FIXTURES / "make_feeds.py")
PATHS = sorted((FIXTURES / "feeds").iterdir())
BY_NAME = {path.name: read_feed(path) for path in PATHS}
FEEDS = tuple(BY_NAME.values())
PHONE = "android-14-tampered"
SPY, SIDELOADED = "com.android.syncservice.update", "com.example.mensajes.plus"
REMOVED, WATCHING = "com.example.escaner.documentos", "com.example.correos"
UNFIT = {
    "expired": "com.example.podcast",
    "not yet valid": "com.example.granja",
    "revoked": "com.example.idiomas",
}
SERVER, PROGRAM = "198.51.100.77", "/data/local/tmp/.sysupd"
TRACES = {
    ("package", SIDELOADED, "compromise"),
    ("process", SIDELOADED, "compromise"),
    ("ip", SERVER, "compromise"),
}


def indicators_of(name: str) -> tuple[Indicator, ...]:
    return BY_NAME[name].indicators


def found_in(report: Report, name: str) -> set[tuple[str, str, str]]:
    """Return type, value and class of what a feed's indicators were found as."""
    feed = BY_NAME[name].id
    return {
        (each.indicator.type, each.indicator.value, each.rule_class)
        for each in report.findings
        if each.indicator and each.rule.startswith(f"indicators:{feed}:")
    }


def collection(folder: Path, processes: Iterable[dict[str, Any]] | None = None) -> Path:
    """Write what androidqf leaves of the phone, with other processes where they are given."""
    files = androidqf(PHONE, hashes=False)
    if processes is not None:
        files["processes.json"] = json.dumps(list(processes)).encode()
    return write(folder, files)


def test_as_generated() -> None:
    command = [sys.executable, SCRIPT, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)


def test_check_notices_a_difference(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, SCRIPT, "--into", str(tmp_path)], check=True, capture_output=True
    )
    (tmp_path / "servers.hosts").write_bytes(b"x")
    check = [sys.executable, SCRIPT, "--check", "--into", str(tmp_path)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)

    assert 1 == done.returncode
    assert "servers.hosts" in done.stderr


@pytest.mark.parametrize("name", BY_NAME)
def test_every_format_is_read(name: str) -> None:
    kinds = {
        "sombra.stix2.json": ("stix", 1),
        "device-control.misp.json": ("misp", 1),
        "apps.csv": ("csv", 0),
        "servers.hosts": ("hosts", 0),
        "packages.txt": ("plain", 0),
        "watching-apps.yaml": ("stalkerware", 1),
    }
    feed = BY_NAME[name]

    assert kinds[name] == (feed.kind, feed.unusable_count)
    assert feed.indicators


def test_a_feed_has_indicators_of_every_state() -> None:
    found = {each.value: each for each in indicators_of("sombra.stix2.json")}

    assert found[UNFIT["expired"]].valid_until
    assert found[UNFIT["revoked"]].revoked
    assert {"amber"} == {each.tlp for each in found.values() if each.tlp}
    assert {"Sombra Sync", "What Sombra Sync leaves on phones"} == set(found[REMOVED].names)


def test_on_a_live_phone(adb_server: AdbServer, tmp_path: Path) -> None:
    where = Where(host=adb_server.host, port=adb_server.port)
    options = Options(output=tmp_path / "case", adb=where, profile="standard")
    with SimulatedPhone(Phone.load(FIXTURES / "phones" / PHONE)) as phone:
        adb_server.connect(phone.address)
        report = scan(f"android:{phone.address}", options=options, indicators=FEEDS).report
        adb_server.disconnect(phone.address)
    found = found_in(report, "sombra.stix2.json")

    assert TRACES | {
        ("package", REMOVED, "historic"),
        ("file_path", PROGRAM, "compromise"),
    } == {each for each in found if each[0] != "adb_key"}
    assert ["adb_key"] == [type for type, _, _ in found if type == "adb_key"]
    assert {("package", SIDELOADED, "compromise")} == found_in(report, "packages.txt")
    assert {
        ("package", SIDELOADED, "compromise"),
        ("package", WATCHING, "compromise"),
        ("ip", SERVER, "compromise"),
    } == found_in(report, "watching-apps.yaml")
    assert set() == found_in(report, "servers.hosts")


def test_digests_and_signers_in_a_collection(tmp_path: Path) -> None:
    report = examine_recording(collection(tmp_path / "collected"), indicators=FEEDS).report
    signers = {(type, rest) for type, _, rest in found_in(report, "watching-apps.yaml")}

    assert {("sha256", "compromise"), ("package", "compromise")} == {
        (type, rest) for type, _, rest in found_in(report, "apps.csv")
    }
    assert {
        ("certificate_sha1", "compromise"),
        ("certificate_sha256", "compromise"),
    } <= signers


def test_what_is_expired_revoked_or_of_the_future_is_counted_and_not_found(tmp_path: Path) -> None:
    report = examine_recording(collection(tmp_path / "collected"), indicators=FEEDS).report
    installed = {
        each["name"] for each in json.loads((tmp_path / "collected" / "packages.json").read_bytes())
    }
    assert report.indicators
    (line,) = (
        each for each in report.indicators.feeds if each.id == BY_NAME["sombra.stix2.json"].id
    )

    assert set(UNFIT.values()) <= installed
    assert (1, 1, 1) == (line.expired, line.not_yet_valid, line.revoked)
    assert not {value for _, value, _ in found_in(report, "sombra.stix2.json")} & set(
        UNFIT.values()
    )


def test_the_name_of_a_process_that_the_system_cut(tmp_path: Path) -> None:
    process = {"pid": 4000, "ppid": 1, "uid": 1010999, "filename": f"({SIDELOADED[-15:]})"}
    folder = collection(tmp_path / "collected", [process])
    report = examine_recording(folder, indicators=[BY_NAME["sombra.stix2.json"]]).report
    (found,) = (each for each in report.findings if each.rule.endswith(":process"))

    assert [(SIDELOADED[-15:],)] == [match.values for match in found.matched]
    assert ("process", "low") == (found.subject.entity, found.confidence)
