"""The files of a copied file system, as they are stated."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from fixtures.building.ios_filesystem import build_dump
from fixtures.building.tar import MADE
from scanner.artifacts.ios.recorded.files import COPIED_FILES, parse
from scanner.errors import ParseError
from scanner.formats.container import RecordedFile
from scanner.model.evidence import BytesFile, Locator
from scanner.model.requests import FileList

HOME = "/private/var/mobile"
STAGING = "/private/var/db/com.apple.xpc.roleaccountd.staging"
APP = "/private/var/containers/Bundle/Application/11111111-2222-3333-4444-555555555555/Example.app"
DATA = f"{HOME}/Containers/Data/Application/11111111-2222-3333-4444-555555555555"


def stated(tmp_path, members, form="tar", **options):
    """Return what is stated of the files of a copy, by path."""
    path = build_dump(tmp_path / "copy", {f"{HOME}/Library/x": b"", **members}, form, **options)
    return {each.path: each for each in parse(RecordedFile(FileList(), path, Locator()))}


@pytest.mark.parametrize(
    ("path", "area"),
    [
        (f"{HOME}/Library/TCC/TCC.db", "data"),
        ("/private/var/tmp/exampled", "temporary"),
        ("/private/var/jb/usr/bin/exampled", "jailbreak"),
        ("/private/preboot/0123/jb-abc/procursus/x", "jailbreak"),
        ("/Applications/Sileo.app/Sileo", "jailbreak"),
        ("/usr/sbin/frida-server", "jailbreak"),
        ("/.bootstrapped_electra", "jailbreak"),
        (f"{STAGING}/com.example.UpdateService", "staging"),
        ("/private/var/db/x", "system"),
        (f"{DATA}/Library/Preferences/com.example.app.plist", "app"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "filesystem1/"])
def test_where_a_file_lies(tmp_path, path, area, prefix):
    found = stated(tmp_path, {path: b"four"}, prefix=prefix, modes={path: 0o4755})
    (one,) = [each for each in found.values() if each.size == 4]

    assert (path, area) == (one.path, one.area)
    assert ("file", "4755", True, True, 501) == (
        one.kind,
        one.mode,
        one.executable,
        one.setuid,
        one.uid,
    )
    used = path.startswith(HOME)
    made = datetime.fromtimestamp(MADE - (MADE % 86400 if used else 0), tz=UTC)
    assert made == one.modified_at  # by its day where it says how a person uses the phone


def test_links_are_stated_and_not_followed(tmp_path):
    found = stated(tmp_path, {}, links={"/private/var/jb": "/etc/passwd"})
    link = found["/private/var/jb"]

    assert ("link", "jailbreak", UNSET, None) == (link.kind, link.area, link.size, link.ending)


def test_of_sealed_places_what_is_unusual(tmp_path):
    paths = ("/usr/libexec/a", "/usr/libexec/b", "/usr/libexec/c", f"{APP}/Example")
    modes = {paths[0]: 0o755, paths[1]: 0o4755, paths[2]: 0o666}
    found = stated(tmp_path, dict.fromkeys(paths, b"x"), modes=modes)

    assert {f"{HOME}/Library/x", *paths[1:3]} == set(found)


def test_what_a_person_named_is_not_told(tmp_path):
    paths = (
        f"{HOME}/Media/DCIM/100APPLE/Anna at the sea.jpg",
        f"{HOME}/Library/Mobile Documents/com~apple~CloudDocs/My secret.pdf",
        f"{DATA}/Documents/anna@example.org/inbox.db",
    )
    found = stated(tmp_path, dict.fromkeys(paths, b"x"))

    assert {
        f"{HOME}/Library/x",
        f"{HOME}/Media/DCIM/1.jpg",
        f"{HOME}/Library/Mobile Documents/1.pdf",
        f"{DATA}/Documents/1.db",
    } == set(found)
    assert not any(word in f"{found}" for word in ("Anna", "secret", "example.org"))


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_what_a_copy_does_not_keep_is_not_stated(tmp_path, form):
    found = stated(tmp_path, {"/private/var/db/x": b"x"}, form)
    one = found["/private/var/db/x"]

    assert UNSET is one.uid
    assert (UNSET is one.modified_at) is (form == "zip")


@pytest.mark.parametrize("data", [b"x\n", b'["file",1,1]\n'])
def test_what_is_no_list(data):
    with pytest.raises(ParseError):
        list(parse(BytesFile(FileList(), data)))


def test_odd_names_and_numbers():
    lines = [
        b'["file",-1,-1,-1,1e300,"private/var/mobile/Library/a"]',
        b'["other",null,null,0,-5.0,"private/var/mobile/Library/b"]',
        b'["what",4095,7,99999999999999999999,null,"private/var/mobile/Library/c"]',
        b'["file",420,501,1,1.0,"private/var/db/\\u001b[2J"]',
    ]
    found = list(parse(BytesFile(FileList(), b"\n".join(lines))))

    assert [("file", UNSET, UNSET), ("other", UNSET, UNSET), ("other", UNSET, UNSET)] == [
        (each.kind, each.size, each.modified_at) for each in found
    ]
    assert [UNSET, UNSET, 7] == [each.uid for each in found]


def test_the_artifact_states_what_it_yields(tmp_path):
    (what,) = COPIED_FILES.states
    found = stated(tmp_path, {"/private/var/tmp/x.dylib": b"x"})

    assert all(
        getattr(each, name) is UNSET
        for each in found.values()
        for name in set(each.__struct_fields__) - set(what.fields)
    )
