"""Copies of file systems: what they are told by, and what of them is a part."""

from __future__ import annotations

import hashlib

import pytest

from fixtures.building.ios_filesystem import build_dump
from fixtures.building.ipa import App, bundle
from fixtures.building.macho import Program, macho
from scanner.artifacts.apps.app_files import parse as inspect
from scanner.formats.container import RecordedFile, open_container
from scanner.formats.listing import lines_of
from scanner.model.entities import AppFile, CodeFile
from scanner.model.requests import AppBytes, File, FileList, Glob, Survey
from scanner.sources.recorded.ios_filesystem import is_ios_filesystem
from scanner.sources.recorded.kind import kind_of
from scanner.sources.recorded.survey import survey

from .collected import Seen, write

FORMS = ("folder", "tar", "tar.gz", "zip")
TCC = "/private/var/mobile/Library/TCC/TCC.db"
BUNDLES = "/private/var/containers/Bundle/Application"
APP = f"{BUNDLES}/11111111-2222-3333-4444-555555555555/Example.app"
FILES = bundle(App(files={"Frameworks/x.dylib": macho(Program())}))
LOOSE = "/private/var/tmp/example"
MEMBERS = {
    TCC: b"database",
    f"{TCC}-wal": b"its log",
    "/private/var/mobile/Library/Preferences/com.example.plist": b"x",
    LOOSE: macho(Program()),
    "/usr/libexec/exampled": macho(Program()),
    **{f"{APP}/{name}": data for name, data in FILES.items()},
}
WANTED = (Glob(pattern="/private/var/mobile/Library/TCC/*.db"), FileList(), AppBytes(path="*"))


@pytest.mark.parametrize("prefix", ["", "filesystem1/"])
@pytest.mark.parametrize("form", FORMS)
def test_what_somebody_reads_is_a_part(tmp_path, form, prefix):
    found = Seen(build_dump(tmp_path / "copy", MEMBERS, form, prefix=prefix), WANTED)
    read = {part.request: part for part in found.parts if part.request}

    assert "ios_filesystem" == found.header.kind
    assert {
        FileList(),
        File(path=TCC),
        AppBytes(path=LOOSE),
        AppBytes(path=f"{APP}/Example"),
    } == set(read)
    database = read[File(path=TCC)]
    assert b"database" == found.bytes_of(database)
    assert hashlib.sha256(b"database").hexdigest() == database.sha256
    assert database.locator.log is not None
    assert [] == found.flaws


@pytest.mark.parametrize("form", FORMS)
def test_the_list_of_files_is_a_part_of_its_own(tmp_path, form):
    path = build_dump(tmp_path / "copy", MEMBERS, form, links={"/private/var/jb": "/x"})
    found = Seen(path, WANTED)
    part = found.only(lambda part: part.request == FileList())
    data = found.bytes_of(part)

    assert (hashlib.sha256(data).hexdigest(), len(data)) == (part.sha256, part.size)
    file = RecordedFile(FileList(), path, part.locator)
    assert len(MEMBERS) + 1 == sum(1 for _ in lines_of(file.open()))
    assert [] == found.flaws


@pytest.mark.parametrize("form", FORMS)
def test_apps_and_programs_are_examined_in_place(tmp_path, form):
    found = Seen(build_dump(tmp_path / "copy", MEMBERS, form, prefix="a/b/"), WANTED)
    stated = []
    for part in found.parts:
        if isinstance(part.request, AppBytes):
            file = RecordedFile(part.request, found.path, part.locator, sha256=part.sha256)
            stated += list(inspect(file))
    apps = {(app.kind, app.origin) for app in stated if isinstance(app, AppFile) if app.kind}
    programs = {each.origin for each in stated if isinstance(each, CodeFile)}

    assert {("app", APP), ("macho", LOOSE)} == apps
    assert {f"{APP}/Example", f"{APP}/Frameworks/x.dylib", LOOSE} == programs


def test_programs_of_the_system_came_with_it(tmp_path):
    path = build_dump(tmp_path / "copy", MEMBERS, "tar")
    shipped = AppBytes(path="*", shipped=True)

    assert ["/usr/libexec/exampled"] == [
        part.request.path
        for part in Seen(path, (*WANTED, shipped)).parts
        if isinstance(part.request, AppBytes) and part.request.shipped
    ]


def test_the_rest_is_counted(tmp_path):
    path = build_dump(tmp_path / "copy", MEMBERS, "tar", prefix="x/")
    rest = {part.title for part in Seen(path, WANTED).parts if part.request is None}
    each = Survey(wanted=WANTED, everything=True)
    parts = list(survey(RecordedFile(each, path, Seen(path).parts[0].locator)))

    assert {f"x/private/ (files: {len(FILES) + 1})", "x/usr/ (files: 1)"} == rest
    assert len(MEMBERS) + 2 == len(parts)  # a header, and the list


def test_links_are_missed_where_somebody_reads_them(tmp_path):
    links = {
        "/private/var/mobile/Library/TCC/other.db": "/etc/passwd",
        "/private/var/jb": "/private/preboot/x",
    }
    found = Seen(build_dump(tmp_path / "copy", MEMBERS, "tar.gz", links=links), WANTED)

    assert ["private/var/mobile/Library/TCC/other.db"] == [
        flaw.locator.members[-1] for flaw in found.flaws
    ]


def test_an_app_whose_information_names_something_else(tmp_path):
    other = bundle(App(information={"CFBundleExecutable": "../../x"}))
    members = {TCC: b"x", **{f"{APP}/{name}": data for name, data in other.items()}}
    found = Seen(build_dump(tmp_path / "copy", members, "zip"), WANTED)

    assert f"{APP}/Example" in {
        part.request.path for part in found.parts if isinstance(part.request, AppBytes)
    }


@pytest.mark.parametrize(
    "files",
    [
        {"data/data/com.example.app/x.apk": b"x", "getprop.txt": b"[ro.build.version.sdk]: [34]\n"},
        {"sdcard/mobile/x": b"x", "ps.txt": b"x"},
        {"Users/example/x": b"x", "private/var/db/x": b"x"},
    ],
)
def test_other_folders(tmp_path, files):
    container = open_container(write(tmp_path, files))

    assert not is_ios_filesystem(container)
    assert "ios_filesystem" != kind_of(tmp_path, container)
