"""The rules for files of apps on real ones: ordinary apps stay below medium, tricks are found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.model.findings import LEVELS
from tests.rules.app_findings import Found, above, found_at

pytestmark = pytest.mark.corpus

CHANGED = "An app file was changed after it was signed"
UNSIGNED = "An app file has no signature that Android accepts"
STRIPPED = "The better signature was taken off an app file"
UNFIT = "The signature of an app file is put together from parts that do not fit"
FURTHER = "A further signature of an app file does not hold"
MISLEADING = "An app file is built to mislead programs that look into it"
ODD = "An app file departs from how such files are written"
XPOSED = "The package extends Xposed or LSPosed"

_ATTRIBUTES = "v1-only-with-signed-attrs"
TEXTS = {".tsv", ".pem", ".idsig", ".txt"}
# Of each group what is above low, by its path, and what must be said of it; all else is ordinary,
# or is not signed as Android asks, which is low.
ABOVE_LOW = {
    "apk-real-apps": {},
    "apk-packages": {},
    "apk-splits": {},
    "apk-oem-system": {},
    "macho-ios": {},
    "ios-ipa-app": {},
    "apk-fdroidserver": {
        "issue-1128-poc1.apk": UNFIT,
        "issue-1128-poc2.apk": UNFIT,
        "urzip-badcert.apk": CHANGED,
        "urzip-badsig.apk": CHANGED,
    },
    "apk-androguard": {
        "AXML/AndroidManifestWrongFilesize.xml": MISLEADING,
        "AXML/AndroidManifest_NamespaceInAttributeName2.xml": MISLEADING,
        "AXML/AndroidManifest_WrongChunkStart.xml": MISLEADING,
    },
    "apk-malformed": {
        "issue1244/issue1244.apk": CHANGED,
        "issue1589/issue1589.apk": MISLEADING,
        "issue2836/issue2836.apk": CHANGED,
        "minimal_SIZE_ExtraField.apk": MISLEADING,
        "minimal_def_mod.apk": MISLEADING,
        "minimal_zero_sized_end_ns.apk": MISLEADING,
        "unknown_compression/unknown_compression.apk": CHANGED,
    },
    "apk-signature-edge": {
        "made-v4/made-v2v3v4-content-tampered.apk": CHANGED,
        "mismatched-compression-method.apk": MISLEADING,
        f"{_ATTRIBUTES}-signerInfo1-wrong-content-type-signerInfo2-good.apk": CHANGED,
        f"{_ATTRIBUTES}-signerInfo1-wrong-signature-signerInfo2-good.apk": CHANGED,
        f"{_ATTRIBUTES}-wrong-digest.apk": CHANGED,
        f"{_ATTRIBUTES}-wrong-signature.apk": CHANGED,
        "v1-sha1-sha256-manifest-and-sf-with-sha1-wrong-in-manifest.apk": CHANGED,
        "v1-sha1-sha256-manifest-and-sf-with-sha1-wrong-in-sf.apk": CHANGED,
        "v1-sha1-sha256-manifest-and-sf-with-sha256-wrong-in-manifest.apk": CHANGED,
        "v1v2v3-with-rsa-2048-lineage-3-signers-invalid-lineage-attr.apk": CHANGED,
        "v1v2v3-with-rsa-2048-lineage-3-signers-no-sig-block.apk": STRIPPED,
        "v2-only-cert-and-public-key-mismatch.apk": UNFIT,
        "v2-only-with-ecdsa-sha256-p256-digest-mismatch.apk": CHANGED,
        "v2-only-with-ecdsa-sha256-p256-sig-does-not-verify.apk": CHANGED,
        "v2-only-with-rsa-pss-sha256-2048-sig-does-not-verify.apk": CHANGED,
        "v2-stripped.apk": STRIPPED,
        "v2v3-signed-v3-block-stripped.apk": STRIPPED,
        "v3-only-signatures-and-digests-block-mismatch.apk": UNFIT,
        "v3-only-with-dsa-sha256-3072-digest-mismatch.apk": CHANGED,
        "v3-only-with-ecdsa-sha512-p521-sig-does-not-verify.apk": CHANGED,
        "v3-only-with-rsa-pkcs1-sha512-8192-digest-mismatch.apk": CHANGED,
        "v31-block-stripped-v3-attr-value-33.apk": STRIPPED,
        "v31-tgt-33-no-v3-block.apk": UNFIT,
        "v31-tgt-34-v3-attr-value-33.apk": UNFIT,
        "weird-compression-method.apk": MISLEADING,
    },
}
TOOLS = {  # exercises for researchers, and tools of theirs: the level, and what must be said
    "Crackmes/Android/Level_01/UnCrackable-Level1.apk": (
        *("low", "A small app looks for root and closes itself"),
    ),
    "Crackmes/Android/Level_02/UnCrackable-Level2.apk": (
        *("low", "A native library of an app keeps debuggers away"),
    ),
    "Crackmes/Android/Level_03/UnCrackable-Level3.apk": (
        *("low", "A native library of an app keeps debuggers away"),
    ),
    "Samples/Android/01_HelloWorld-JNI/HelloWord-JNI.apk": ("low", "An app file can be debugged"),
    "InsecureBankv2.apk": ("low", "An app file gets its permissions without asking"),
    "dvba.apk": ("medium", "An app file was made ready for its traffic to be read"),
    "wip-attackercode/ExploitAES/exploitAes.apk": (
        *("medium", "A developer's app file passes for a part of Android itself"),
    ),
    "Xposed.apk": (
        *("medium", "An app file carries a replacement for the program that starts all apps"),
    ),
    "ClipDump.apk": (
        *("medium", "An app without an icon has an open service and reads the clipboard"),
    ),
    "modules/Droidmon.apk": ("medium", XPOSED),
    "modules/JustTrustMe.apk": ("medium", XPOSED),
    "modules/AndroidBluePill.apk": ("medium", XPOSED),
    "modules/mobi.acpm.proxyon_v1_419b04.apk": ("medium", XPOSED),
}
LOW = {  # of groups that are ordinary but for the parts named
    "apk-signature-edge/made-v4/made-v4-tampered.apk": FURTHER,
    "apk-signature-edge/v2-only-garbage-between-cd-and-eocd.apk": ODD,
    "apk-signature-edge/v3-only-no-certs-in-sig.apk": UNSIGNED,
    "apk-androguard/AXML/AndroidManifestNullbytes.xml": ODD,
    "apk-androguard/AXML/AndroidManifest_StringNotTerminated.xml": ODD,
    "apk-fdroidserver/urzip-release-unsigned.apk": UNSIGNED,
    "ios-ipa-app/Crackmes/iOS/Level_01/UnCrackable-Level1.ipa": (
        "An app file of iOS was made for a company to hand out itself"
    ),
}


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of a group, by their paths within it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in TEXTS:
            yield path.relative_to(folder).as_posix(), path


def platform_of(group: str) -> str:
    return "ios" if group.startswith(("ios-", "macho-")) else "android"


def highest(found: Found) -> str:
    return max((level for level, _ in found), key=LEVELS.index)


@pytest.mark.parametrize("group", ABOVE_LOW)
def test_only_what_was_tampered_with_is_above_low(corpus, group):
    expected = ABOVE_LOW[group]

    above_low = {
        name: titles
        for name, path in files(corpus / group)
        if (titles := above(found_at(path, platform_of(group)), "low"))
    }

    assert sorted(expected) == sorted(above_low)
    assert {} == {name: found for name, found in above_low.items() if expected[name] not in found}


@pytest.mark.parametrize(("name", "expected"), TOOLS.items(), ids=TOOLS)
def test_what_should_look_odd_is_found(corpus, name, expected):
    (path,) = (corpus / "apk-vulnerable-apps").rglob(name)
    level, title = expected

    found = found_at(path)
    assert (level, title) in found
    assert level == highest(found)


def test_each_tool_is_told_of(corpus):
    there = {path.name for _, path in files(corpus / "apk-vulnerable-apps")}

    assert there == {name.rpartition("/")[2] for name in TOOLS}


@pytest.mark.parametrize(("path", "title"), LOW.items(), ids=LOW)
def test_what_is_odd_without_a_trick_is_low(corpus, path, title):
    found = found_at(corpus / path, platform_of(path))

    assert ("low", title) in found
    assert [] == above(found, "low")


def test_a_system_app_by_itself_is_no_stranger(corpus):
    """Of two makers with keys of their own: none that everybody has, and no borrowed name."""
    found = {title for _, path in files(corpus / "apk-oem-system") for _, title in found_at(path)}

    assert not {title for title in found if "key" in title or "signed" in title}
