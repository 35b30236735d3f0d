"""Real profiles: each is read, and its signature judged as openssl does."""

from __future__ import annotations

import plistlib
import re
import subprocess
from collections import Counter
from hashlib import sha256

import pytest

from scanner.artifacts.ios import configuration_profile, provisioning
from scanner.artifacts.ios.payloads import RIGHTS
from scanner.errors import ParseError
from scanner.formats.profile_envelope import opened
from scanner.model.entities import Payload, Profile
from scanner.model.evidence import BytesFile
from scanner.model.requests import ProfileFile
from tests.sources.recorded.collected import Seen

pytestmark = pytest.mark.corpus
CONFIGURATION = ProfileFile(form="configuration")
PROVISIONING = ProfileFile(form="provisioning")
DEVICES = rb"<key>ProvisionedDevices</key>\s*<array>(.*?)</array>"
INVALID = {"not-a-plist.mobileconfig", "wrong-outer-type.mobileconfig"}


@pytest.fixture
def configurations(corpus):
    found = sorted((corpus / "ios-mobileconfig").rglob("*.mobileconfig"))
    found += (corpus / "ios-provisioning").glob("*.mobileconfig")
    assert len(found) > 120
    return found


@pytest.fixture
def provisionings(corpus):
    found = sorted((corpus / "ios-provisioning").rglob("*.mobileprovision"))
    found += sorted((corpus / "ios-ipa-app").rglob("*.mobileprovision"))
    assert found
    return found


def read(parse, request, path):
    return list(parse(BytesFile(request, path.read_bytes())))


def test_each_is_read_but_those_that_are_none(configurations):
    failed = set()
    for path in configurations:
        try:
            found = read(configuration_profile.parse, CONFIGURATION, path)
        except ParseError:
            failed.add(path.name)
            continue
        data = path.read_bytes()
        assert 1 == sum(isinstance(each, Profile) for each in found)
        # An inner dictionary may be called so, too: MCX of macOS nests its settings.
        types = len(re.findall(rb"<key>PayloadType</key>", data))
        assert types - 1 == sum(isinstance(each, Payload) for each in found), path.name

    assert INVALID == failed


def test_no_file_hides_another(configurations, provisionings):
    digests, keys, count = set(), set(), 0
    for path in [*configurations, *provisionings]:
        digest = sha256(path.read_bytes()).hexdigest()
        if path.name in INVALID or digest in digests:
            continue
        digests.add(digest)
        if path.suffix == ".mobileprovision":
            found = read(provisioning.parse, PROVISIONING, path)
        else:
            found = read(configuration_profile.parse, CONFIGURATION, path)
        count += len(found)
        keys |= {(type(one), *(getattr(one, name) for name in one.key)) for one in found}

    assert len(digests) > 120
    assert count == len(keys)


def test_the_rights_of_a_management_are_named_as_in_apples_schema(corpus):
    schema = (corpus / "ios-mobileconfig/mdm/profiles/com.apple.mdm.yaml").read_text()
    said = re.findall(r"\* '(\d+)': Allow (.+)\.", schema)
    words = dict(zip((int(bit) for bit, _ in said), RIGHTS, strict=True))

    assert [1 << place for place in range(13)] == list(words)
    assert words[2] == "change_profiles"
    assert "installation and removal of configuration profiles" == dict(said)["2"]
    assert words[8] == "erase"
    assert "device erase" == dict(said)["8"]
    assert words[4096] == "manage_apps"
    assert "app management" == dict(said)["4096"]


def test_servers_of_accounts_are_read_and_names_of_persons_are_not(corpus):
    for path in sorted((corpus / "ios-mobileconfig" / "payload_snippits").iterdir()):
        (payload,) = [
            each
            for each in read(configuration_profile.parse, CONFIGURATION, path)
            if isinstance(each, Payload)
        ]
        stated = path.read_text()
        same = f">{payload.host}" in stated and f"{payload.port}" in stated
        (person,) = re.findall(r"Username</key>\s*<string>([^<]+)", stated)[:1]
        named = [payload.name, payload.host, payload.scheme]
        hidden = not any(word == person or "@" in word for text in named for word in text.split())

        assert same
        assert hidden


def test_signatures_are_what_openssl_says(configurations, provisionings, tmp_path):
    counted = Counter()
    for path in [*configurations, *provisionings]:
        data = path.read_bytes()
        if data[:1] != b"\x30":
            continue
        argv = ["openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", str(path)]
        done = subprocess.run(
            [*argv, "-out", str(tmp_path / "content")], check=False, capture_output=True
        )
        found = opened(data)
        same = found.content == plistlib.loads((tmp_path / "content").read_bytes())

        assert (done.returncode == 0) == (found.signature == "valid")
        assert same
        counted[found.chain] += 1

    assert {"public": 44, "apple": len(provisionings)} == counted


def test_no_chain_of_a_changed_profile_is_said(configurations, provisionings):
    for path in [*configurations, *provisionings]:
        data = path.read_bytes()
        if data[:1] == b"\x30":
            changed = data.replace(b"<integer>1</integer>", b"<integer>2</integer>", 1)
            found = opened(changed)

            assert changed != data
            assert ("invalid", None) == (found.signature, found.chain)


def test_provisioning_profiles(provisionings):
    for path in provisionings:
        (found,) = read(provisioning.parse, PROVISIONING, path)
        data = path.read_bytes()

        assert found.enterprise == (b"<key>ProvisionsAllDevices</key>" in data)
        devices = re.search(
            rb"<key>ProvisionedDevices</key>\s*<array>(.*?)</array>", data, re.DOTALL
        )
        named = len(re.findall(rb"<string>", devices[1])) if devices else 0
        assert named == found.device_count
        assert found.debuggable == bool(re.search(rb"<key>get-task-allow</key>\s*<true/>", data))
        assert "Apple iPhone OS Provisioning Profile Signing" == found.signer


def test_a_folder_of_them_is_a_recording(corpus, configurations):
    seen = Seen(corpus / "ios-mobileconfig", (CONFIGURATION, PROVISIONING))
    found = [part for part in seen.parts if part.request is not None]
    there = [path for path in configurations if "ios-mobileconfig" in path.parts]

    assert "mobileconfig" == seen.header.kind
    assert len(there) - len(INVALID) == len(found)
    assert INVALID == {flaw.locator.members[-1].rpartition("/")[2] for flaw in seen.flaws}
