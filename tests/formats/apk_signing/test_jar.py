"""Scheme v1: a signed JAR, as the platform verifies it."""

from __future__ import annotations

import pytest

from fixtures.building import jar_signing
from fixtures.building.archive import DEFLATED, Entry, archive, files
from fixtures.building.jar_signing import entries, pkcs7, signature
from fixtures.building.keys import signer
from tests.formats.apk_signing.judged import contents, judge, words

KEY, OTHER = signer("publisher"), signer("stranger")
LISTED = contents(min_sdk=19, **{"assets/a.txt": b"one", "assets/b.txt": b"two"})


def jar(change=None, *, by=KEY, more=(), digest="sha256", **asked):
    """Judge an app that is signed, and changed after that."""
    held = LISTED | entries(LISTED, by, digest=digest)
    if change is not None:
        held = change(dict(held))
    return judge(archive([*files(held), *more]), **asked)


def text(name, change, *, key=KEY, again=False):
    """Change a text of the signature; `again`: and sign what is signed of it."""

    def apply(held):
        path = f"META-INF/{name}"
        held[path] = change(held[path])
        if again and name == "MANIFEST.MF":
            held |= signature(held[path], key)
        elif again:
            held["META-INF/CERT.RSA"] = pkcs7(held[path], key)
        return held

    return apply


def without(*names):
    return lambda held: {name: data for name, data in held.items() if name not in names}


def test_it_holds():
    verdict = jar()

    assert (True, ("v1",), ()) == (verdict.verified, verdict.schemes, verdict.warnings)
    assert [KEY.sha256] == [each.sha256 for each in verdict.signers]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (without("META-INF/MANIFEST.MF"), ["no_manifest"]),
        (without("META-INF/CERT.SF"), ["no_signatures"]),
        (without("META-INF/CERT.RSA"), ["no_signatures"]),
        (without("assets/a.txt"), ["entry_missing"]),
        (lambda held: held | {"assets/a.txt": b"ONE"}, ["digest_mismatch"]),
        (lambda held: held | {"new.txt": b""}, ["no_digest"]),
        (lambda held: held | {"META-INF/CERT.RSA": b"\x30\x00"}, ["malformed_signature"]),
        (lambda held: held | {"META-INF/CERT.RSA": b""}, ["malformed_signature"]),
        (
            lambda held: held | {"META-INF/CERT.RSA": pkcs7(b"else", KEY)},
            ["signature_mismatch"],
        ),
        (text("CERT.SF", lambda each: each + b"\r\n"), ["signature_mismatch"]),
        (
            text(
                "CERT.SF", lambda each: each.replace(b"Signature-Version", b"Version"), again=True
            ),
            ["no_signatures"],
        ),
        (
            text(
                "MANIFEST.MF", lambda each: each + b"Name: assets/a.txt\r\nX: 1\r\n\r\n", again=True
            ),
            ["duplicate_section"],
        ),
        (text("MANIFEST.MF", lambda each: each + b"X: 1\r\n\r\n", again=True), ["unnamed_section"]),
        (
            text("MANIFEST.MF", lambda each: each.replace(b"SHA-256-Digest", b"No-Digest")),
            ["section_mismatch"] * 4,
        ),
        (
            text("CERT.SF", lambda each: each[: each.index(b"Name: ")], again=True),
            [*["entry_not_signed"] * 4, "no_signed_entries"],
        ),
        (
            text(
                "CERT.SF",
                lambda each: each.replace(
                    b"Signature-Version: 1.0\r\n",
                    b"Signature-Version: 1.0\r\nX-Android-APK-Signed: 2, 3, 9\r\n",
                ),
                again=True,
            ),
            ["signature_stripped"] * 2,
        ),
    ],
)
def test_what_is_wrong_is_said(change, expected):
    verdict = jar(change)

    assert verdict.verified is False
    assert [("v1", each) for each in expected] == words(verdict.errors)


def test_a_manifest_that_is_laid_out_anew_is_compared_section_by_section():
    grown = text("MANIFEST.MF", lambda each: each.replace(b"Created-By", b"Made-By"))

    verdict = jar(grown)

    assert verdict.verified
    assert [("v1", "digest_mismatch")] == words(verdict.warnings)


def test_what_lies_in_its_folder_is_not_signed():
    verdict = jar(lambda held: held | {"META-INF/channel": b"", "META-INF/x/": b""})

    assert verdict.verified
    assert ["META-INF/channel"] == [each.detail for each in verdict.warnings]


def test_two_entries_of_one_name_are_refused():
    more = (Entry(name="assets/a.txt", data=b"one"),)

    assert [("v1", "duplicate_entry")] == words(jar(more=more).errors)


def test_headers_that_disagree_are_refused():
    lying = Entry(name="META-INF/free", data=b"x" * 9, method=DEFLATED, local={"size": 8})
    held = LISTED | entries(LISTED, KEY)
    bad = [
        Entry(name=name, data=data, local={"crc": 1} if name == "assets/b.txt" else {})
        for name, data in held.items()
    ]

    assert jar(more=(lying,)).verified
    assert [("archive", "malformed_entry")] == words(judge(archive(bad)).errors)


def test_a_bomb_is_not_inflated():
    bomb = Entry(name="assets/b.txt", data=bytes(50_000_000), method=DEFLATED)
    small = Entry(name="assets/b.txt", data=bytes(9), raw=bomb.packed(), method=DEFLATED)
    held = LISTED | entries(LISTED, KEY)
    listed = [each for each in files(held) if each.name != "assets/b.txt"]

    verdict = judge(archive([*listed, small]))

    assert [("archive", "malformed_entry")] == words(verdict.errors)


def test_two_signers_have_to_sign_the_same():
    first = entries(LISTED, KEY)
    both = first | signature(first["META-INF/MANIFEST.MF"], OTHER, name="OTHER")
    verdict = judge(archive(files(LISTED | both)))
    half = both["META-INF/OTHER.SF"].rsplit(b"Name: ", 1)[0]
    uneven = both | {"META-INF/OTHER.SF": half, "META-INF/OTHER.RSA": pkcs7(half, OTHER)}

    assert {KEY.sha256, OTHER.sha256} == {each.sha256 for each in verdict.signers}
    assert ("v1", "entry_signers_differ") in words(judge(archive(files(LISTED | uneven))).errors)


def test_too_many_signers_are_refused():
    first = entries(LISTED, KEY)
    for number in range(10):
        first |= signature(first["META-INF/MANIFEST.MF"], KEY, name=f"K{number}")

    assert [("v1", "too_many_signers")] == words(judge(archive(files(LISTED | first))).errors)


@pytest.mark.parametrize(
    ("digest", "key", "asked", "holds"),
    [
        ("sha1", "publisher", {"asked_min_sdk": 1}, True),
        ("sha256", "publisher", {"asked_min_sdk": 18}, True),
        ("sha256", "publisher", {"asked_min_sdk": 17}, False),
        ("sha512", "publisher", {"asked_min_sdk": 18}, True),
        ("sha256", "publisher-ec", {"asked_min_sdk": 21}, True),
        ("sha256", "publisher-ec", {"asked_min_sdk": 20}, False),
        ("sha256", "publisher-dsa", {"asked_min_sdk": 21}, True),
        ("sha256", "publisher-dsa", {"asked_min_sdk": 20}, False),
        ("sha256", "publisher-dsa", {"asked_min_sdk": 20, "asked_max_sdk": 20}, False),
    ],
)
def test_each_android_has_to_know_the_kind_of_signature(digest, key, asked, holds):
    verdict = jar(by=signer(key), digest=digest, **asked)

    assert holds is verdict.verified
    assert holds or [("v1", "unsupported_algorithm")] == words(verdict.errors)


def test_the_line_ends_are_those_of_any_system():
    for ending in (b"\n", b"\r"):
        listed = entries(LISTED, KEY)
        manifest = listed["META-INF/MANIFEST.MF"].replace(b"\r\n", ending)
        made = signed_again(manifest, ending)

        assert judge(archive(files(LISTED | made))).verified, ending


def signed_again(manifest, ending):
    digest = jar_signing._digest(manifest, "sha256")
    names = [line for line in manifest.split(ending) if line.startswith(b"Name: ")]
    head = b"Signature-Version: 1.0" + ending + b"SHA-256-Digest-Manifest: " + digest.encode()
    body = b"".join(name + ending + b"X: 1" + ending * 2 for name in names)
    text_ = head + ending * 2 + body
    return {
        "META-INF/MANIFEST.MF": manifest,
        "META-INF/CERT.SF": text_,
        "META-INF/CERT.RSA": pkcs7(text_, KEY),
    }


def test_long_names_go_on_in_the_next_line():
    name = "assets/" + "long" * 40
    listed = LISTED | {name: b"data"}

    assert judge(archive(files(listed | entries(listed, KEY)))).verified
