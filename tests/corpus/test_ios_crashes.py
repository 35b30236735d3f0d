"""Crash reports of real iPhones: their headers, and what is stated of them."""

from __future__ import annotations

import re

import pytest
from msgspec import UNSET

from scanner.artifacts.ios import crash_reports
from scanner.formats.crash_listing import CrashEntry, header_of, line
from scanner.formats.ios_paths import area
from scanner.model.evidence import BytesFile
from scanner.model.requests import CrashReports

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def reports(corpus):
    """Return the reports by name, in full."""
    found = {path.name: path.read_bytes() for path in (corpus / "ios-crash-logs").rglob("*.*s*")}
    reports = {name: data for name, data in found.items() if name.endswith((".ips", ".crash"))}
    assert len(reports) == 3
    return reports


def stated(data, name):
    header = header_of(data[:4096])
    entry = CrashEntry(path=name, size=len(data), modified_at=None, header=header)
    (crash,) = crash_reports.parse(BytesFile(CrashReports(), line(entry)))
    return header, crash


def test_headers(reports):
    """What a search of the first line finds is what the header says; a text has none."""
    for name, data in reports.items():
        first = data.split(b"\n", 1)[0]
        header, _ = stated(data, name)
        assert (header is not None) is name.endswith(".ips")
        for key, attribute in (
            (b"bug_type", "bug_type"),
            (b"name", "name"),
            (b"app_name", "app_name"),
            (b"os_version", "os_version"),
            (b"timestamp", "timestamp"),
            (b"bundleID", "bundle"),
        ):
            match = re.search(rb'"%s":"([^"\\]*)"' % key, first) if header else None
            expected = match[1].decode() if match else None
            agrees = getattr(header, attribute, None) == expected
            assert agrees, attribute


def test_what_is_stated(reports):
    kinds, moments, builds, processes = [], 0, 0, 0
    for name, data in reports.items():
        header, crash = stated(data, name)
        kinds.append(crash.kind)
        processes += crash.process is not UNSET
        if header is not None:
            moments += crash.at is not None
            match = re.search(rb'"os_version":"[^"]*\((\w+)\)"', data)
            builds += match is not None and crash.build == match[1].decode()

    assert sorted(map(str, kinds)) == ["UNSET", "crash", "other"]
    assert (moments, builds, processes) == (2, 2, 1)


def test_nothing_below_the_header_is_read(reports):
    """Of a report as it was taken, only the first line counts."""
    for name, data in reports.items():
        first = data.split(b"\n", 1)[0]
        same = stated(data, name) == stated(first, name)
        assert same


def test_libraries_of_the_system_lie_in_it(reports):
    """Paths of images in reports: those that the texts place in the system, and one app."""
    paths = {
        match.decode()
        for data in reports.values()
        for match in re.findall(rb"(?m)<[0-9a-f]{32}> (/\S+)$", data)
    }
    areas = {area(path) for path in paths if path.startswith(("/System/", "/usr/lib/"))}

    assert len(paths) > 200
    assert areas == {"system"}
    assert {area(path) for path in paths if "/containers/Bundle/" in path} <= {"app"}
