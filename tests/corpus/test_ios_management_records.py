"""Real files of recordings that tell of pairings, installations, networks and backups."""

from __future__ import annotations

import csv
import plistlib
import zipfile
from collections import Counter
from pathlib import PurePosixPath

import msgspec
import pytest
from msgspec import UNSET, structs

from scanner.artifacts.ios import configuration_profile
from scanner.artifacts.ios.recorded import (
    backup_state,
    known_networks,
    mobile_installation,
    network_extensions,
    pairings,
    profile_stubs,
)
from scanner.errors import NotAvailable, ParseError
from scanner.formats.profile_envelope import opened
from scanner.model.entities import Payload
from scanner.model.evidence import BytesFile, PathFile
from scanner.model.requests import Diagnostic, ProfileFile

pytestmark = pytest.mark.corpus
REQUEST = Diagnostic(name="file")
NAMES = {
    "com.apple.wifi.known-networks.plist": known_networks.parse,
    "com.apple.wifi.plist": known_networks.parse_old,
}


@pytest.fixture
def sysdiagnose(corpus):
    return corpus / "ios-sysdiagnose" / "iphone_2022-09-30"


@pytest.fixture
def stored(corpus):
    return corpus / "ios-sqlite-plist"


def read(parse, path):
    return list(parse(PathFile(REQUEST, path)))


def test_the_log_of_installations_tells_of_each_app_once(sysdiagnose):
    path = sysdiagnose / "mobile_installation.txt"
    found = read(mobile_installation.parse, path)

    assert path.read_text().count("Install Successful for") == len(found)
    assert {"install"} == {each.kind for each in found}
    # The log begins in the middle of the first installation, which is named before the version.
    assert len(found) - 1 <= sum(each.version is not UNSET for each in found)
    assert all(each.at and each.at.year == 2022 for each in found)


def test_the_log_of_lockdownd_tells_that_old_pairings_ended(sysdiagnose):
    found = read(pairings.parse, sysdiagnose / "lockdownd.txt")

    assert Counter({"unpaired": 3}) == Counter(each.kind for each in found)
    assert {None} == {each.host for each in found}


def test_networks_that_were_joined_lately(sysdiagnose):
    found = read(known_networks.parse_recent, sysdiagnose / "com.apple.wifi.recent-networks.txt")

    assert [("open",), ("psk",), ("eap",)] == [each.security for each in found]
    assert all(each.added_on and each.joined_on for each in found)


def test_known_networks_and_backups_of_another_phone(stored):
    networks = read(known_networks.parse, stored / "ios" / "com.apple.wifi.known-networks.plist")
    (state,) = read(backup_state.parse, stored / "ios" / "com.apple.MobileBackup.plist")

    assert [("psk",)] == [each.security for each in networks]
    assert (None, True) == (state.restored_at, bool(state.cloud_backup_on))


def test_a_cache_of_the_network_is_no_store_of_it(stored):
    with pytest.raises(ParseError):
        read(
            network_extensions.parse,
            stored / "plist" / "com.apple.networkextension.uuidcache.plist",
        )


def networks_of(archive):
    """Return the known networks of both lists of a phone; the old one moved to the new one."""
    found = []
    with zipfile.ZipFile(archive) as members:
        for name in members.namelist():
            parse = NAMES.get(PurePosixPath(name).name)
            try:
                found += parse(BytesFile(REQUEST, members.read(name))) if parse else []
            except NotAvailable as moved:
                assert "unsupported_version" == moved.reason  # noqa: PT017 - it may be raised
    return found


def test_as_many_networks_as_another_tool_lists_and_none_of_their_names(corpus):
    with (corpus / "known-answers" / "ileapp-expected-counts.tsv").open() as rows:
        answers = [
            (row[0], int(row[2]), row[3])
            for row in csv.reader(rows, delimiter="\t")
            if row[1:2] == ["WiFi Known Networks Info"]
        ]
    assert answers
    for path, count, expected in answers:
        found = networks_of(corpus / path)
        listed = msgspec.json.decode((corpus / expected).read_bytes())
        hidden = listed["headers"].index("Hidden")
        text = msgspec.json.encode(found).decode()

        assert count == len(found) == len(listed["data"])
        assert [bool(row[hidden]) for row in listed["data"]] == [each.hidden for each in found]
        assert all(each.security is not UNSET for each in found)
        assert not any(str(value) in text for row in listed["data"] for value in row[:2] if value)


def until_the_error(parse, file):
    """Return what is stated, and whether something could not be read."""
    found = []
    try:
        found.extend(parse(file))
    except ParseError:
        return found, True
    return found, False


def test_stubs_of_real_profiles_say_what_their_files_say(corpus):
    """A certificate that a payload lacks lies elsewhere for a stub, and is missed in a file."""
    compared = 0
    for path in sorted((corpus / "ios-mobileconfig").rglob("*.mobileconfig")):
        data = path.read_bytes()
        try:
            content = opened(data).content
            stub = plistlib.dumps(content, fmt=plistlib.FMT_BINARY)
        except (ParseError, OverflowError, TypeError):
            continue
        request = ProfileFile(form="configuration")
        of_file, missed = until_the_error(configuration_profile.parse, BytesFile(request, data))
        of_stub, lacks = until_the_error(profile_stubs.parse_contents, BytesFile(REQUEST, stub))
        same = payloads(of_file) == payloads(of_stub)
        compared += bool(payloads(of_file))

        assert same
        assert missed or not lacks
    assert compared > 100


def payloads(found):
    return [structs.replace(each, file=None) for each in found if isinstance(each, Payload)]
