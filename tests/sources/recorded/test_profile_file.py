"""Profiles as files, told by what they hold: one, or a folder or archive of them."""

from __future__ import annotations

import hashlib
import plistlib

import pytest

from scanner.errors import NotAvailable, ParseError
from scanner.model.evidence import Locator
from scanner.model.requests import MiB, ProfileFile

from .collected import FIXTURES, PROPERTIES, Seen, write, zipped

OURS = {path.name: path.read_bytes() for path in sorted((FIXTURES / "profiles").iterdir())}
SIGNED, PLAIN = OURS["name-server.mobileconfig"], OURS["company-wifi.mobileconfig"]
PROVISIONING = OURS["enterprise.mobileprovision"]
CONFIGURATION_FILE = ProfileFile(form="configuration")
PROVISIONING_FILE = ProfileFile(form="provisioning")
WANTED = (CONFIGURATION_FILE, PROVISIONING_FILE)
BARE = PLAIN.split(b"\n", 1)[1]
OTHER = plistlib.dumps({"PayloadType": "com.example.settings"})


@pytest.mark.parametrize(
    ("data", "kind", "request_"),
    [
        (SIGNED, "mobileconfig", CONFIGURATION_FILE),
        (PLAIN, "mobileconfig", CONFIGURATION_FILE),
        (BARE, "mobileconfig", CONFIGURATION_FILE),
        (PROVISIONING, "mobileprovision", PROVISIONING_FILE),
        (
            plistlib.dumps(plistlib.loads(PLAIN), fmt=plistlib.FMT_BINARY),
            "mobileconfig",
            CONFIGURATION_FILE,
        ),
        (
            PLAIN.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
            "mobileconfig",
            CONFIGURATION_FILE,
        ),
    ],
)
def test_one_file_of_any_name(tmp_path, data, kind, request_):
    path = tmp_path / "anything"
    path.write_bytes(data)
    seen = Seen(path, WANTED)
    (part,) = seen.parts

    assert (kind, request_, Locator()) == (seen.header.kind, part.request, part.locator)
    assert hashlib.sha256(data).hexdigest() == part.sha256 == seen.header.sha256
    assert (len(data), None, []) == (part.size, part.cut, seen.flaws)
    assert data == seen.bytes_of(part)


@pytest.mark.parametrize("packed", [True, False])
def test_several(tmp_path, packed):
    files = {f"x/{name}": data for name, data in OURS.items()} | {"x/notes.txt": b"things to do"}
    path = tmp_path / "x"
    if packed:
        path.write_bytes(zipped(files))
    else:
        write(path, files)
    seen = Seen(path, WANTED)

    assert "mobileconfig" == seen.header.kind
    assert {"x/notes.txt"} == seen.unread()
    assert [] == seen.flaws
    for name, data in OURS.items():
        (part,) = [each for each in seen.parts if each.locator.members[-1] == f"x/{name}"]
        kind = "provisioning" if name.endswith("provision") else "configuration"
        assert (ProfileFile(form=kind), data) == (part.request, seen.bytes_of(part))


def test_provisioning_profiles_alone(tmp_path):
    write(tmp_path, {"a": PROVISIONING, "b": b"x"})

    assert "mobileprovision" == Seen(tmp_path, WANTED).header.kind


def test_what_is_called_a_profile_and_is_none_is_a_flaw(tmp_path):
    files = {
        "a.mobileconfig": PLAIN,
        "b.mobileconfig": b"text",
        "c.MobileProvision": OTHER,
        "d": SIGNED[:-100],
        "e.plist": OTHER,
    }
    seen = Seen(write(tmp_path, files), WANTED)

    assert {"b.mobileconfig", "c.MobileProvision", "d"} == {
        flaw.locator.members[-1] for flaw in seen.flaws
    }
    assert {"parse_error"} == {flaw.reason for flaw in seen.flaws}
    assert {"b.mobileconfig", "c.MobileProvision", "d", "e.plist"} == seen.unread()


@pytest.mark.parametrize("data", [SIGNED[:-100], PLAIN[:-100], BARE[:500]])
def test_a_damaged_file_is_an_error(tmp_path, data):
    path = tmp_path / "x.mobileconfig"
    path.write_bytes(data)

    with pytest.raises(ParseError):
        Seen(path, WANTED)


@pytest.mark.parametrize(
    "data",
    [
        OTHER,
        b"text",
        b"<?xml version='1.0'?><map/>",
        PLAIN + b" " * 65 * MiB,
        "PayloadType".encode("utf-16"),
        b"\xef\xbb\xbfPayloadType",
    ],
)
def test_what_is_no_profile_is_no_recording(tmp_path, data):
    path = tmp_path / "x.mobileconfig"
    path.write_bytes(data)

    with pytest.raises(NotAvailable):
        Seen(path, WANTED)


@pytest.mark.parametrize(
    "files",
    [
        {"Info.plist": b"x", "embedded.mobileprovision": PROVISIONING},
        {"a/x.mobileconfig": PLAIN, "b/y": b"x"},
    ],
)
def test_a_folder_that_is_something_else(tmp_path, files):
    with pytest.raises(NotAvailable):
        Seen(write(tmp_path, files), WANTED)


def test_outputs_of_commands_come_first(tmp_path):
    files = {"getprop.txt": PROPERTIES.encode(), "x.mobileconfig": PLAIN}

    assert "dumps" == Seen(write(tmp_path, files), WANTED).header.kind
