from __future__ import annotations

import pytest

from scanner.formats.apk_signing.jar_sections import digests_of, digests_to_verify, sections

END = b"\r\n\r\n"
TEXTS = {
    "sha1": b"Name: a\r\nSHA1-Digest: QUJD" + END,
    "sha256": b"Name: a\r\nSHA-256-Digest: QUJD" + END,
    "unix": b"Name: a\nSHA1-Digest: QUJD\n\n",
    "mac": b"Name: a\rSHA1-Digest: QUJD\r\r",
    "no end": b"Name: a\r\nSHA-256-Digest: QUJD",
    "cases": b"name: a\r\nsha1-digest: QUJD" + END,
    "folded": b"Name: a\r\n b\r\nSHA1-Digest: QU\r\n JD" + END,
    "older name": b"Name: a\r\nSHA-Digest: QUJD" + END,
    "named": b"Name: a\r\nDigest-Algorithms: SHA-256\r\nSHA-256-Digest: QUJD" + END,
    "two": b"Name: a\r\nSHA1-Digest: QUJD\r\nSHA-256-Digest: REVG" + END,
    "twice": b"Name: a\r\nSHA1-Digest: QUJD\r\nSHA1-Digest: REVG" + END,
    "language": b"Name: a\r\nSHA1-Digest-en: QUJD" + END,
    "none": b"Name: a" + END,
    "colons": b"Name: a: b\r\nSHA1-Digest: QU: JD" + END,
}
VERSIONS = ((1, 100), (9, 17), (17, 18), (18, 100), (24, 100))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("sdk", VERSIONS)
def test_the_digests_of_a_section_are_those_of_its_attributes(name, sdk):
    (section,) = sections(TEXTS[name])

    assert digests_to_verify(section.attributes(), b"-digest", sdk) == digests_of(section, sdk)


def test_digests_that_count():
    old, new = (1, 100), (18, 100)
    (sha1,), (sha256,), (two,) = (sections(TEXTS[name]) for name in ("sha1", "sha256", "two"))

    assert [("sha1", b"QUJD")] == digests_of(sha1, old) == digests_of(sha1, new)
    assert ([], [("sha256", b"QUJD")]) == (digests_of(sha256, old), digests_of(sha256, new))
    assert [("sha1", b"QUJD"), ("sha256", b"REVG")] == digests_of(two, old)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b"Name: a\r\n\r\n", b"a"),
        (b"NAME: a\r\n\r\n", b"a"),
        (b"Name: a\r\n b\r\n\r\n", b"ab"),
        (b"Name: a: b\r\n\r\n", b"a: b"),
        (b"Name\r\n\r\n", b""),
        (b"Names: a\r\n\r\n", None),
        (b"Created-By: a\r\nName: b\r\n\r\n", None),
    ],
)
def test_names(text, name):
    (section,) = sections(text)

    assert name == section.name
