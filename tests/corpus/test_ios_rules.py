"""The rules for iPhones on real profiles and a real phone's apps: who is accused, and of what."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.artifacts.ios import apps, configuration_profile, provisioning
from scanner.errors import ParseError
from scanner.model.artifact import Artifact
from scanner.model.entities import Entity
from scanner.model.evidence import BytesFile
from scanner.model.requests import Lockdown, ProfileFile
from tests.lookalikes.device import Outcome
from tests.lookalikes.ios.phone import examined

pytestmark = pytest.mark.corpus

PHISHING = "payload_snippits"
UNSIGNED_ACCOUNT = "A profile that nobody signed adds an account"
ACCOUNTS = (
    b"com.apple.mail.managed",
    b"com.apple.eas.account",
    b"com.apple.carddav.account",
    b"com.apple.caldav.account",
    b"com.apple.subscribedcalendar.account",
    b"com.apple.ldap.account",
)


def stated(artifact: Artifact, path: Path, form: str) -> Iterator[Entity]:
    """Yield what a file states, up to what cannot be read."""
    (reading,) = [each for each in artifact.readings if isinstance(each.request, ProfileFile)]
    try:
        for each in reading.parse(BytesFile(ProfileFile(form=form), path.read_bytes())):
            assert isinstance(each, Entity)
            yield each
    except ParseError:
        return


def of_profile(path: Path) -> Outcome:
    artifact = configuration_profile.CONFIGURATION_PROFILE
    found = stated(artifact, path, "configuration")
    return examined(found, statements=(artifact,), gaps=(), of_file=True)


def has_unsigned_account(path: Path) -> bool:
    """Say whether a file is plain text that names the type of an account for mail or calendars."""
    data = path.read_bytes()
    signed = data[:1] == b"\x30"  # DER
    return not signed and any(kind in data for kind in ACCOUNTS)


def test_each_phishing_profile_is_a_finding(corpus: Path):
    files = sorted((corpus / "ios-mobileconfig" / PHISHING).glob("*.mobileconfig"))
    outcomes = [of_profile(path) for path in files]

    assert 3 == len(files)
    assert all(UNSIGNED_ACCOUNT in outcome.above_low() for outcome in outcomes)
    assert ["suspicious"] * 3 == [outcome.verdict for outcome in outcomes]


def test_of_all_others_only_an_account_that_nobody_signed_is_suspicious(corpus: Path):
    """One ordinary file sets up an account without a signature: a person has to ask who made it."""
    folder = corpus / "ios-mobileconfig"
    files = [path for path in folder.rglob("*.mobileconfig") if PHISHING not in path.parts]
    outcomes = {path: of_profile(path) for path in files}
    suspicious = {path for path, outcome in outcomes.items() if outcome.verdict == "suspicious"}

    assert 100 < len(files)
    assert suspicious == {path for path in files if has_unsigned_account(path)}
    assert [[UNSIGNED_ACCOUNT]] == [outcomes[path].above_low() for path in suspicious]


@pytest.mark.parametrize("kind", ["profiles", "signed"])
def test_name_servers_are_at_most_low(corpus: Path, kind: str):
    files = sorted((corpus / "ios-mobileconfig" / kind).glob("*.mobileconfig"))
    outcomes = [of_profile(path) for path in files]

    assert 30 < len(files)
    assert not any(outcome.above_low() for outcome in outcomes)
    assert {"nothing_found_in_what_was_examined"} == {outcome.verdict for outcome in outcomes}


def test_real_provisioning_profiles_are_signed_by_apple(corpus: Path):
    files = sorted((corpus / "ios-provisioning").rglob("*.mobileprovision"))
    artifact = provisioning.PROVISIONING
    outcomes = [
        examined(
            stated(artifact, path, "provisioning"), statements=(artifact,), gaps=(), of_file=True
        )
        for path in files
    ]

    assert 2 <= len(files)
    assert 0 == sum(len(outcome.above_low()) for outcome in outcomes)


def test_a_real_phone_has_apps_of_developers_and_a_jailbreak_among_them(corpus: Path):
    listed = plistlib.loads((corpus / "ios-device-protocol" / "ios_apps.plist").read_bytes())
    by_developers = sum(
        str(each.get("SignerIdentity", "")).startswith(("iPhone Developer", "Apple Development"))
        for each in listed
    )
    answer = {
        "Status": "Complete",
        "LookupResult": {each["CFBundleIdentifier"]: each for each in listed},
    }
    file = BytesFile(Lockdown(), plistlib.dumps(answer))
    found = [each for each in apps.parse(file) if isinstance(each, Entity)]
    outcome = examined(found, statements=(apps.APPS,), gaps=())

    # The owner of this phone had broken its protection.
    assert ["An app of a jailbreak is installed"] == outcome.above_low()
    assert by_developers == outcome.titles().count("An app was put on the phone by a developer")
