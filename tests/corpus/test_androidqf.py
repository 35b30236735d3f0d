"""Collections of androidqf: what is read of each, against the files themselves."""

from __future__ import annotations

import re
import zipfile

import pytest

from scanner.formats.container import RecordedFile
from scanner.model.evidence import Locator
from scanner.model.recording import Flaw, Header, Part
from scanner.model.requests import Collected, Command, Dumpsys, Glob, Survey
from scanner.sources.recorded import survey

pytestmark = pytest.mark.corpus

WANTED = (
    Command(argv=("getprop",)),
    Collected(collector="shell", name="ps -A"),
    Dumpsys(service="accessibility"),
    Dumpsys(service="package"),
    Glob(pattern="/data/tombstones/tombstone_*"),
    Collected(collector="androidqf", name="packages.json"),
)
ANSWERS = {
    "getprop.txt": "getprop",
    "ps.txt": "ps -A of shell",
    **{f"{name}.json": f"{name}.json of androidqf" for name in ("files", "packages")},
    "root_binaries.json": "root_binaries.json of androidqf",
}


def seen(path):
    found = list(survey(RecordedFile(Survey(wanted=WANTED), path, Locator())))
    assert isinstance(found[0], Header)
    parts = [each for each in found if isinstance(each, Part)]
    return found[0], parts, [each for each in found if isinstance(each, Flaw)]


def services(text):
    """Count the services of a text, apart from the parser."""
    return re.findall(rb"^DUMP OF SERVICE (?:[A-Z]+ )?(\S+):\s*$", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["androidqf", "derived/androidqf_with_bugreport"])
def test_every_file_is_read_or_listed(corpus, name):
    folder = corpus / "mvt" / name
    header, parts, flaws = seen(folder)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    inside = [each for each in parts if each.locator.members[0] == "bugreport.zip"]
    read = {
        each.title: str(each.request)
        for each in parts
        if each.request and len(each.locator.members) == 1 and each.title in files
    }
    of_text = [
        each
        for each in parts
        if each.locator.members == ("dumpsys.txt",) and isinstance(each.request, Dumpsys)
    ]

    assert "androidqf" == header.kind
    assert ANSWERS == read
    assert {"backup.ab", "settings_random.txt"} == {
        each.title for each in parts if each.request is None and each.title in files
    }
    assert len(services(files["dumpsys.txt"])) == len(of_text) > 0
    assert set(files) == {each.locator.members[0] for each in parts}
    assert all(each.locator.members == ("dumpsys.txt",) or inside for each in flaws)
    assert bool(inside) == ("bugreport.zip" in files)


def test_the_bugreport_within_has_its_own_locators(corpus):
    folder = corpus / "mvt" / "derived" / "androidqf_with_bugreport"
    _, parts, _ = seen(folder)
    inside = [each for each in parts if each.locator.members[0] == "bugreport.zip"]
    with zipfile.ZipFile(folder / "bugreport.zip") as archive:
        names = {one for one in archive.namelist() if not one.endswith("/")}
        count = len(services(archive.read("dumpstate.txt")))

    assert names == {each.locator.members[1] for each in inside}
    assert count == sum(isinstance(each.request, Dumpsys) for each in inside)
    assert 2 == sum(each.title.startswith("FS/") and bool(each.sha256) for each in inside)


def test_the_same_service_from_two_places_is_two_parts(corpus):
    folder = corpus / "mvt" / "derived" / "androidqf_with_bugreport"
    _, parts, _ = seen(folder)
    with zipfile.ZipFile(folder / "bugreport.zip") as archive:
        inside = services(archive.read("dumpstate.txt"))
    both = {name.decode() for name in inside} & {
        name.decode() for name in services((folder / "dumpsys.txt").read_bytes())
    }
    places = [
        {each.locator.members[0] for each in parts if each.request == Dumpsys(service=name)}
        for name in both
    ]

    assert both
    assert all(found == {"bugreport.zip", "dumpsys.txt"} for found in places)


def test_a_lone_file_of_a_collection_is_a_loose_one(corpus):
    header, parts, flaws = seen(corpus / "mvt" / "androidqf.zip")

    assert "dumps" == header.kind
    assert [("getprop", "truncated")] == [(str(each.request), each.cut) for each in parts]
    assert [] == flaws
    assert header.sha256
    assert header.recorded_at is None


def test_a_wrapped_dumpsys(corpus):
    path = corpus / "mvt" / "derived" / "dumpsys_wrapped"
    header, parts, _ = seen(path)
    text = (path / "acq" / "dumpsys.txt").read_bytes()

    assert "dumps" == header.kind
    assert len(services(text)) == sum(isinstance(each.request, Dumpsys) for each in parts)
