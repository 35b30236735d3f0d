"""Which file is whose, and what it adds to its app."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from scanner.model.entities import (
    App,
    AppFile,
    InstalledFile,
    Signature,
    Signer,
    Statement,
)
from scanner.model.evidence import Provenance
from scanner.snapshot import Joined, Snapshot

FOLDER = "/data/app/~~a==/com.example.app-b=="
BASE = f"{FOLDER}/base.apk"
ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64
SIGNER = Signer(sha256="a" * 64, sha1="b" * 40, md5="c" * 32)


def app(**fields: Any) -> App:
    return App(**({"user": 0, "package": "com.example.app", "path": BASE} | fields))


def file(sha256: str = ONE, **fields: Any) -> AppFile:
    stated = {"kind": "apk", "package": "com.example.app", "origin": BASE} | fields
    return AppFile(sha256=sha256, **stated)


def claim(path: str = BASE, **fields: Any) -> InstalledFile:
    return InstalledFile(package="com.example.app", path=path, **fields)


def joined(*stated: Statement, platform: str = "android") -> Joined:
    """Return the first app of a device: what it says is claimed, what files say is derived."""
    snapshot = Snapshot(platform)
    for number, one in enumerate(stated):
        vouched: Provenance = "derived_from_bytes" if isinstance(one, AppFile) else "os_claimed"
        snapshot.add(one, evidence=f"e-{number}", provenance=vouched, rank=number)
    return next(iter(snapshot.joined(App)))


def enriched(*stated: Statement, platform: str = "android") -> App:
    entity = joined(*stated, platform=platform).entity
    assert isinstance(entity, App)
    return entity


# --- whose file it is ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", [BASE, FOLDER])
def test_the_file_lies_at_the_path_or_below_it(path: str):
    assert ONE == enriched(app(path=path), file()).file_sha256


@pytest.mark.parametrize(
    "origin",
    [f"{FOLDER}x/base.apk", "/data/app/~~c==/other/base.apk", "apks/base.apk", UNSET],
)
def test_a_file_elsewhere_is_no_file_of_it(origin: Any):
    assert UNSET is enriched(app(), file(origin=origin)).file_sha256


def test_the_file_has_a_digest_that_is_stated_of_it():
    stated = (app(), claim(sha256=TWO), file(TWO, origin="apks/one.apk"))

    assert TWO == enriched(*stated).file_sha256


def test_a_digest_that_is_stated_elsewhere_says_nothing():
    stated = (app(), claim("/system/app/A/A.apk", sha256=TWO), file(TWO, origin="apks/one.apk"))

    assert UNSET is enriched(*stated).file_sha256


def test_the_path_counts_before_the_digest():
    stated = (app(), claim(sha256=TWO), file(ONE), file(TWO, origin="apks/one.apk"))

    assert ONE == enriched(*stated).file_sha256


def test_the_only_file_of_the_version_is_that_of_the_app():
    files = (file(ONE, origin="a.apk", version_code=7), file(TWO, origin="b.apk", version_code=8))

    assert TWO == enriched(app(version_code=8), *files).file_sha256


@pytest.mark.parametrize("version", [UNSET, None, 9])
def test_without_a_version_that_fits_it_is_not_guessed(version: Any):
    assert (
        UNSET
        is enriched(app(version_code=version), file(origin="a.apk", version_code=7)).file_sha256
    )


def test_of_two_files_of_one_version_none_is_taken():
    files = (file(ONE, origin="a.apk", version_code=7), file(TWO, origin="b.apk", version_code=7))

    assert UNSET is enriched(app(version_code=7), *files).file_sha256


def test_an_app_in_its_archive_is_one_file():
    package = {"package": "com.example.app", "bundle_version": "4", "origin": UNSET}
    files = (
        file(ONE, kind="ipa", **package),
        file(TWO, kind="app", within=ONE, **package),
    )
    stated = enriched(app(path=None, bundle_version="4"), *files, platform="ios")

    assert ONE == stated.file_sha256


@pytest.mark.parametrize("kind", ["split", "elf", "dex", "bundle", UNSET])
def test_what_is_no_whole_app_is_no_base(kind: Any):
    assert UNSET is enriched(app(path=FOLDER), file(kind=kind)).file_sha256


def test_two_apps_in_one_folder_are_not_told_apart():
    files = (file(ONE), file(TWO, origin=f"{FOLDER}/other.apk"))

    assert UNSET is enriched(app(path=FOLDER), *files).file_sha256
    assert ONE == enriched(app(path=BASE), *files).file_sha256


def test_the_same_bytes_at_two_paths_belong_to_both():
    other = "/data/app/~~c==/com.example.copy-d=="
    snapshot = Snapshot("android")
    stated: tuple[Statement, ...] = (
        app(),
        App(user=0, package="com.example.copy", path=other),
        file(ONE),
        file(ONE, origin=f"{other}/base.apk"),
    )
    for number, one in enumerate(stated):
        snapshot.add(one, evidence=f"e-{number}", provenance="os_claimed", rank=0)

    assert [ONE, ONE] == [each.file_sha256 for each in snapshot.every(App)]


def test_each_user_has_it():
    snapshot = Snapshot("android")
    for number, one in enumerate((app(), app(user=10), file())):
        snapshot.add(one, evidence=f"e-{number}", provenance="os_claimed", rank=0)

    assert [ONE, ONE] == [each.file_sha256 for each in snapshot.every(App)]


# --- what it adds -------------------------------------------------------------------------------


def test_what_the_file_says_of_its_signature():
    signature = Signature(verified=True, schemes=("v2", "v3"), signers=(SIGNER,))
    stated = enriched(app(), file(signature=signature))

    assert stated.signature_verified is True
    assert ("v2", "v3") == stated.signature_schemes
    assert ("a" * 64,) == stated.signers


@pytest.mark.parametrize("signature", [None, Signature(verified=None)])
def test_without_a_signer_there_is_none(signature: Signature | None):
    stated = enriched(app(), file(signature=signature))

    assert (None, None, None) == (
        stated.signature_verified,
        stated.signature_schemes,
        stated.signers,
    )


def test_what_was_not_looked_at_stays_unknown():
    stated = enriched(app(), file())

    assert {UNSET} == {
        stated.signature_verified,
        stated.signers,
        stated.label,
        stated.capabilities,
        stated.packers,
        stated.file_anomalies,
        stated.claimed_digest_differs,
    }


def test_the_files_of_an_app_are_looked_at_together():
    base = file(capabilities=("sms", "camera"), anomalies=None, label="Example")
    split = file(
        TWO, kind="split", origin=f"{FOLDER}/split_one.apk", capabilities=("vpn",), anomalies=None
    )
    foreign = file(
        THREE,
        kind="split",
        origin=f"{FOLDER}/x.apk",
        package="com.example.x",
        capabilities=("nfc",),
    )
    stated = enriched(app(), base, split, foreign)

    assert ("camera", "sms", "vpn") == stated.capabilities
    assert None is stated.file_anomalies
    assert "Example" == stated.label


def test_the_bytes_vouch_for_what_they_say():
    stated = joined(app(), file(label="Example"))

    assert (("e-1",), "derived_from_bytes") == (
        stated.evidence["label"],
        stated.provenance["label"],
    )
    assert ("e-0",) == stated.evidence["path"]


# --- where file and system disagree -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "system", "bytes_say", "differs"),
    [
        ("version_code", 7, 8, True),
        ("version_code", 7, 7, False),
        ("version_code", 7, 7 + (3 << 32), False),  # its major part is not printed everywhere
        ("target_sdk", 22, 34, True),
        ("debuggable", True, False, True),
        ("test_only", False, False, False),
        ("shared_user", "com.example.x", "com.example.y", True),
        ("launcher", False, True, True),  # the icon was taken away
        ("launcher", True, True, False),
        ("permissions_requested", ("android.permission.READ_SMS",), None, True),
        ("permissions_requested", None, None, False),
    ],
)
def test_a_difference(name: str, system: Any, bytes_say: Any, differs: bool):
    device, read = app(**{name: system}), file(**{name: bytes_say})

    stated = enriched(device, read)

    assert ((name,) if differs else None) == stated.file_differs


@pytest.mark.parametrize(
    ("name", "system", "bytes_say"),
    [
        ("target_sdk", UNSET, 34),
        ("target_sdk", 34, None),
        ("shared_user", None, "com.example.y"),  # ignored from some version of Android on
        ("launcher", True, False),  # its icon may be in a split
        ("permissions_requested", UNSET, ("android.permission.READ_SMS",)),
    ],
)
def test_what_may_differ_by_itself_is_no_difference(name: str, system: Any, bytes_say: Any):
    stated = enriched(app(**{name: system}), file(**{name: bytes_say}))

    assert None is stated.file_differs  # the name of the package is the same


def test_permissions_that_android_adds_are_no_difference():
    added = (
        "android.permission.ACCESS_COARSE_LOCATION",
        "android.permission.POST_NOTIFICATIONS",
        "android.permission.READ_EXTERNAL_STORAGE",
        "com.example.vendor.ADDED",
    )
    asked = ("android.permission.ACCESS_FINE_LOCATION",)
    stated = enriched(
        app(permissions_requested=(*asked, *added)), file(permissions_requested=asked)
    )

    assert None is stated.file_differs


def signed(**fields: Any) -> Signature:
    signers = (Signer(sha256="a" * 64, sha1="b" * 40, md5="c" * 32, short="0fea3ed8"),)
    return Signature(**({"verified": True, "schemes": ("v3",), "signers": signers} | fields))


@pytest.mark.parametrize(("stated", "differs"), [("fea3ed8", False), ("d7f1f224", True)])
def test_another_signer_than_the_system_states(stated: str, differs: bool):
    found = enriched(app(signer=stated), file(signature=signed())).file_differs

    assert ("signer",) * differs == (found or ())


@pytest.mark.parametrize("fields", [{"lineage": (ONE, TWO)}, {"verified": False}, {"signers": ()}])
def test_signers_that_android_may_take_otherwise_are_not_compared(fields: Any):
    assert None is enriched(app(signer="d7f1f224"), file(signature=signed(**fields))).file_differs


def test_a_permission_of_a_split_is_no_difference():
    sms = ("android.permission.READ_SMS",)
    split = file(TWO, kind="split", origin=f"{FOLDER}/split_one.apk", permissions_requested=sms)
    stated = enriched(app(permissions_requested=sms), file(permissions_requested=None), split)

    assert None is stated.file_differs


def test_a_file_of_another_name_differs():
    stated = enriched(app(), file(package="com.example.other"))

    assert ("package",) == stated.file_differs


def test_a_file_that_is_only_of_the_same_version_is_not_compared():
    device = app(version_code=7, debuggable=False)

    assert (
        UNSET
        is enriched(device, file(origin="a.apk", version_code=7, debuggable=True)).file_differs
    )


def test_a_difference_rests_on_both():
    stated = joined(app(debuggable=True), file(debuggable=False))

    assert ("e-0", "e-1") == stated.evidence["file_differs"]
    assert "os_claimed" == stated.provenance["file_differs"]


# --- the digest that the device states ----------------------------------------------------------


@pytest.mark.parametrize(("stated", "differs"), [(ONE, False), (TWO, True)])
def test_the_digest_of_a_file_that_was_read(stated: str, differs: bool):
    assert differs is enriched(app(), claim(sha256=stated), file()).claimed_digest_differs


def test_the_digest_of_a_split_counts_too():
    path = f"{FOLDER}/split_one.apk"
    split = file(TWO, kind="split", origin=path)
    claims = claim(sha256=ONE), claim(path, sha256=THREE)

    assert enriched(app(), *claims, file(), split).claimed_digest_differs is True


def test_a_digest_of_a_file_that_was_not_read_says_nothing():
    path = f"{FOLDER}/split_one.apk"

    assert UNSET is enriched(app(), claim(path, sha256=TWO), claim(), file()).claimed_digest_differs


def test_of_a_file_whose_path_is_not_known_every_digest_is_another():
    device = app(version_code=7), claim(sha256=TWO)
    read = file(origin="apks/one.apk", version_code=7)

    assert enriched(*device, read).claimed_digest_differs is True


def test_without_files_nothing_is_added():
    assert enriched(app(), claim(sha256=ONE)) == enriched(app())
