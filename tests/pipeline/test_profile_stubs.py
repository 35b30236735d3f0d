"""A profile that is installed is judged as its file would be."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from scanner.formats.profile_envelope import opened
from scanner.model.report import Report
from scanner.pipeline import examine_recording
from tests.sources.recorded.collected import FIXTURES

GROUP = "private/var/containers/Shared/SystemGroup/systemgroup.com.apple.configurationprofiles"
VERSION = {
    "ProductName": "iPhone OS",
    "ProductVersion": "18.1",
    "ProductBuildVersion": "22B83",
}


@pytest.fixture
def filesystem(tmp_path: Path) -> Path:
    """Return a copy of a file system without profiles."""
    top = tmp_path / "filesystem"
    version = top / "System" / "Library" / "CoreServices" / "SystemVersion.plist"
    version.parent.mkdir(parents=True)
    version.write_bytes(plistlib.dumps(VERSION))
    (top / GROUP / "Library" / "ConfigurationProfiles").mkdir(parents=True)
    return top


def put(filesystem: Path, name: str, value: object) -> None:
    path = filesystem / GROUP / "Library" / "ConfigurationProfiles" / name
    path.write_bytes(plistlib.dumps(value, fmt=plistlib.FMT_BINARY))


def findings(report: Report) -> set[tuple[str, str]]:
    """Return which rules on one payload, or on one certificate, found something."""
    return {
        (finding.rule, finding.subject.entity)
        for finding in report.findings
        if finding.subject.entity in {"payload", "certificate"}
        and not any("." in match.field for match in finding.matched)
    }


@pytest.mark.parametrize("name", ["device-control.mobileconfig", "name-server.mobileconfig"])
def test_rules_find_in_a_stub_what_they_find_in_the_file(name: str, filesystem: Path):
    path = FIXTURES / "profiles" / name
    put(filesystem, "profile-0a.stub", opened(path.read_bytes()).content)

    of_file = findings(examine_recording(path).report)
    of_stub = findings(examine_recording(filesystem).report)

    assert of_file
    assert of_file == of_stub


def test_no_profile_is_stated_where_the_list_names_none(filesystem: Path):
    put(filesystem, "PayloadManifest.plist", {"OrderedProfiles": [], "HiddenProfiles": []})

    gaps = {gap.artifact for gap in examine_recording(filesystem).report.gaps}

    assert not gaps & {"ios.profiles", "ios.profile_contents"}


def test_a_stub_that_cannot_be_read_is_a_gap(filesystem: Path):
    put(filesystem, "profile-0a.stub", ["no stub"])
    put(filesystem, "PayloadManifest.plist", {"OrderedProfiles": []})

    gaps = [(gap.artifact, gap.reason) for gap in examine_recording(filesystem).report.gaps]

    assert ("ios.profiles", "parse_error") in gaps
    assert ("ios.profile_contents", "parse_error") in gaps
