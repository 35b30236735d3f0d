"""Loose outputs of commands of real phones: each is what it is, or listed as unread."""

from __future__ import annotations

import re

import pytest

from scanner.errors import NotAvailable, ParseError
from scanner.formats.container import RecordedFile
from scanner.model.evidence import Locator
from scanner.model.recording import Header, Part
from scanner.model.requests import Command, Dumpsys, Survey
from scanner.sources.recorded import survey

from .conftest import recordings

pytestmark = pytest.mark.corpus

GETPROP = Command(argv=("getprop",))


def parts_of(path):
    header, *found = survey(RecordedFile(Survey(wanted=(GETPROP,)), path, Locator()))
    assert isinstance(header, Header)
    assert "dumps" == header.kind
    return [each for each in found if isinstance(each, Part)]


def told(parts):
    """Return what is read, whole or cut, by the file's own name."""
    return {
        each.locator.members[-1].rpartition("/")[2]: (
            str(each.request),
            "whole" if each.cut is None else "cut",
        )
        for each in parts
        if each.request is not None
    }


def dumpsys(*services):
    return {f"dumpsys {service}" for service in services}


def test_a_tablet_of_android_14(corpus):
    folder = corpus / "android-dumpsys" / "xiaomi_pad6_A14"
    parts = parts_of(folder)
    found = told(parts)
    whole = {asked for asked, how in found.values() if how == "whole"}
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert files == {each.locator.members[0] for each in parts}
    assert (
        dumpsys("accessibility", "activity", "activity services", "alarm", "appops", "battery")
        | dumpsys("connectivity", "deviceidle", "display", "input", "jobscheduler", "netpolicy")
        | dumpsys("netstats", "notification", "power", "usagestats", "webviewupdate", "wifi")
        | {"getprop", "settings list global"}
        | {f"settings --user 0 list {space}" for space in ("secure", "system")}
    ) == whole
    # A filtered list of properties, a list of apps that may be of some only.
    assert {"red_seguridad.txt", "packages.txt"} == {
        name for name, (_, how) in found.items() if how == "cut"
    }
    # Lists of names only, one setting, a table of the kernel, two outputs in one file.
    assert 6 == len(files) - len(found)


def test_a_phone_of_android_12(corpus):
    found = told(parts_of(corpus / "android-dumpsys" / "redmi_lime_A12"))

    assert {"getprop", "settings list global", "settings --user 0 list system"} | dumpsys(
        "jobscheduler", "wifi"
    ) == {asked for asked, how in found.values() if how == "whole"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("redmi_miro_A15", [("dumpsys batterystats", "whole")] * 3),
        ("air3", [("dumpsys package", "cut")] * 2),
        ("sailfish_A8.1_batterystats.txt", [("dumpsys batterystats", "whole")]),
        ("dumpsys_services.txt", [("dumpsys activity services", "whole")]),
        ("dumpsys_app_processes.txt", [("dumpsys activity processes", "whole")]),
    ],
)
def test_small_recordings(corpus, name, expected):
    parts = parts_of(corpus / "android-dumpsys" / name)

    assert expected == [(str(each.request), "cut" if each.cut else "whole") for each in parts]


def test_a_folder_and_an_archive_of_an_image_hold_its_properties(corpus):
    folder = corpus / "android-dumpsys" / "pixel8pro_A16"
    parts = parts_of(folder)
    packed = parts_of(folder / "live_dump.zip")
    (digest,) = {each.sha256 for each in (*parts, *packed) if each.request == GETPROP}

    assert {"getprop.txt": ("getprop", "whole")} == told(parts) == told(packed)
    assert digest
    assert 300 < len(packed)


def test_every_getprop_is_one(corpus):
    for path in recordings(corpus / "android-getprop", "*.txt", 8):
        (part,) = parts_of(path)

        assert (GETPROP, None, True) == (part.request, part.cut, bool(part.sha256))


def test_services_of_small_files(corpus):
    folder = corpus / "android-mvt-artifacts" / "android_data"
    parts = parts_of(folder)
    expected = sum(
        len(re.findall(rb"^DUMP OF SERVICE (?:[A-Z]+ )?\S+:\s*$", path.read_bytes(), re.MULTILINE))
        for path in folder.rglob("*.txt")
    )
    services = [each for each in parts if each.locator.length is not None]
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert expected == sum(each.request is not None for each in services)
    assert files == {each.locator.members[0] for each in parts}
    assert 4 == sum("/data/tombstones/" in str(each.request) for each in parts)


@pytest.mark.parametrize("name", ["android-dumpsys", "android-getprop"])
def test_the_outputs_of_several_phones_are_refused(corpus, name):
    with pytest.raises(ParseError, match="one phone"):
        parts_of(corpus / name)


@pytest.mark.parametrize(
    "name",
    [
        "android-state-files",
        "ios-sysdiagnose",
        "mvt/androidqf_encrypted",
    ],
)
def test_what_is_no_output_is_nothing(corpus, name):
    with pytest.raises(NotAvailable):
        parts_of(corpus / name)


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("androidtv", "input"),
        ("aosp-9-normal-dumpsys-surfaceflinger-result", "SurfaceFlinger"),
        ("aosp-14-normal-dumpsys-surfaceflinger-result", "SurfaceFlinger"),
    ],
)
def test_services_that_nothing_reads_are_known_all_the_same(corpus, name, service):
    (part,) = parts_of(corpus / "android-dumpsys" / name)

    assert Dumpsys(service=service) == part.request


def test_no_app_is_taken_for_the_output_of_a_command(corpus):
    for path in recordings(corpus, "apk-*/**/*.apk", 100):
        header, *_ = survey(RecordedFile(Survey(wanted=(GETPROP,)), path, Locator()))

        assert isinstance(header, Header)
        assert header.kind in {"app_files", "ios_app_files"}
