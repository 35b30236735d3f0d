"""What the shipped rules say of tampered and hostile files: the trick itself is a finding."""

from __future__ import annotations

import pytest

from tests.apps.files import APPS, below
from tests.rules.app_findings import above, found_at, found_in

CHANGED = "An app file was changed after it was signed"
UNSIGNED = "An app file has no signature that Android accepts"
STRIPPED = "The better signature was taken off an app file"
UNFIT = "The signature of an app file is put together from parts that do not fit"
FURTHER = "A further signature of an app file does not hold"
PREFIXED = "Code stands in front of an app file"
MISLEADING = "An app file is built to mislead programs that look into it"
ODD = "An app file departs from how such files are written"
CODE = "The code of an app departs from its format"
LIBRARY = "A native library departs from its format"
NAMED = "A name in an app file means something else elsewhere"
PACKAGE = "The package of an app file has a name that Android does not take"
LABEL = "The name below the icon of an app file holds signs that nobody sees"
CARRIES = "The package of an app carries another package"

TAMPERED = {
    CHANGED: """
        block-gap block-of-another flip-code flip-directory flip-end flip-header flip-old
        flip-v2-certificate flip-v2-digest flip-v2-signature flip-v3-certificate flip-v3-digest
        flip-v3-signature v1-added v1-digest v1-lost v1-sf v2-digest v2-public-key v2-signature
        v3-digest v3-public-key v3-signature v31-digest v4-block v4-content v4-digest""",
    UNSIGNED: """
        block-empty block-magic block-pair-size block-size-first flip-manifest flip-v2-public-key
        flip-v3-public-key lineage-cut lineage-twice strip-all strip-sf v1-cut v1-dsa-early
        v1-ec-early v1-target-34 v2-cut v2-no-certificate v2-no-signers v2-not-a-certificate
        v3-min-above-max v3-no-certificate v3-not-a-certificate v3-range-early v3-range-gap
        v3-range-late v3-range-overlap v4-alone v4-cut v4-version""",
    STRIPPED: "strip-block strip-v2 strip-v3-old strip-v3 v31-strip",
    UNFIT: """
        block-of-two block-twice flip-v3-range lineage-broken lineage-of-stranger lineage-order
        lineage-version lineage-without v2-algorithm v2-certificate v3-algorithm v3-certificate
        v3-range-differs v31-alone v31-late v31-lineage v31-stated v4-stranger""",
    FURTHER: "v1-manifest v4-root v4-signature v4-tree",
    PREFIXED: "janus-loose janus-v1 janus-v2",
}
HOSTILE = {
    MISLEADING: """
        comment-long count-few crc-local disks duplicate-code duplicate-first-junk duplicate-first
        duplicate-last-junk duplicate-last encrypted extra method-deflated method-local
        method-stored name-backslash name-case name-empty name-folder name-local
        name-manifest-folder name-nul name-parent-inside name-parent overlap packed-large
        size-local version-255 xml-applications xml-attribute-count xml-attribute-name
        xml-attribute-size xml-attribute-start xml-chunk-huge xml-chunk-zero xml-header xml-junk
        xml-magic xml-size-zero xml-size xml-string-count-huge xml-string-count""",
    ODD: """
        after bomb-hidden bomb-nested bomb count-many crc cut damaged dex-empty dex-endian dex-magic
        directory-far duplicate-other end-cut extra-field member-device member-link name-absolute
        name-composed name-direction name-drive name-encoding name-escape name-long nested place
        prefix-loose prefix quine resources-count resources-cut resources-empty resources-entries
        resources-junk resources-loop resources-size resources-strings-far resources-strings
        resources-type-huge resources-type-zero size-large size-small two-ends unlisted xml-cut
        xml-deep xml-element-name xml-empty xml-many xml-nul xml-root xml-string-far xml-string-long
        xml-strings-start xml-text zip64-missing""",
    CODE: """
        dex-checksum dex-cut dex-header dex-map dex-methods dex-more dex-size dex-string-far
        dex-strings-far dex-strings dex-types""",
    LIBRARY: """
        elf-cut elf-machine elf-sections-far elf-sections elf-segment-large elf-segments-far
        elf-segments""",
    NAMED: "elf-head elf-magic name-markup name-reserved",
    PACKAGE: "xml-escape xml-shell",
    LABEL: "label",
    CARRIES: "inner-app",
}
NOTHING = {
    "hostile/empty.apk",  # holds no app, which is a gap
    "hostile/no-app.apk",
    "tampered/flip-padding.apk",  # no signature covers it, and it means nothing
    "tampered/v1-added-inside.apk",  # Android lets anybody add notes there
    "tampered/v1-stranger.apk",  # says who signed it, and nobody has to be another
}
EXPECTED = {
    f"{folder}/{name}.apk": title
    for folder, table in (("tampered", TAMPERED), ("hostile", HOSTILE))
    for title, names in table.items()
    for name in names.split()
}
SOUND = [
    pytest.param(row["path"], id=row["path"])
    for folder in ("signed", "bundles", "apksigner")
    for row in below(folder)
]


@pytest.mark.parametrize(("path", "title"), EXPECTED.items(), ids=EXPECTED)
def test_a_trick_is_found(path, title):
    assert title in {each for _, each in found_at(APPS / path)}


def test_every_file_with_a_trick_is_in_the_table():
    rows = [*below("tampered"), *below("hostile")]

    assert {row["path"] for row in rows} == {*EXPECTED} | NOTHING


@pytest.mark.parametrize("path", sorted(NOTHING))
def test_where_nothing_is_wrong_nothing_is_said(path):
    assert set() == found_at(APPS / path)


@pytest.mark.parametrize("path", SOUND)
def test_a_sound_file_has_nothing_above_low(path):
    assert [] == above(found_at(APPS / path), "low")


def test_only_tricks_are_called_misleading():
    called = [
        row["path"]
        for row in below("tampered")
        if MISLEADING
        in {title for _, title in found_in((APPS / row["path"]).read_bytes(), "app.apk")}
    ]

    assert [] == called
