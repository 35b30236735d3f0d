"""The stamp of a store: known where it holds, a warning where it does not."""

from __future__ import annotations

import struct

import pytest

from fixtures.building.archive import archive, files
from fixtures.building.keys import signer
from fixtures.building.signing import (
    STAMP,
    Block,
    Schemes,
    content_digest,
    lineage,
    prefixed,
    sections,
    sequence,
    sign,
)
from tests.formats.apk_signing.judged import contents, judge, words

KEY, STORE, OTHER = signer("publisher"), signer("stamp"), signer("rotated")
TIME, LINEAGE = 0xE43C5946, 0x9D6303F7
RSA = 0x0103


def signature(data, by=STORE, kind=RSA):
    return prefixed(prefixed(struct.pack("<I", kind) + prefixed(by.sign(data))))


def app(*, named=None, scheme=3, by=STORE, certificate=None, attributes=None, kind=RSA, raw=None):
    """Return an app with a stamp; what is None is what it should be."""
    told = bytes.fromhex(STORE.sha256) if named is None else named
    plain = archive(files(contents(min_sdk=28) | {"stamp-cert-sha256": told}))
    digest = content_digest([[each] for each in sections(plain)])
    pair = prefixed(struct.pack("<I", 1) + prefixed(digest))
    schemes = prefixed(struct.pack("<I", scheme) + signature(pair, by, kind))
    made = prefixed(STORE.certificate if certificate is None else certificate)
    made += prefixed(schemes)
    if attributes is not None:
        inside = prefixed(sequence(struct.pack("<I", n) + value for n, value in attributes))
        made += prefixed(inside) + signature(inside, by)
    value = prefixed(made) if raw is None else raw
    return sign(plain, Schemes(v3=(Block(signer=KEY),), others=((STAMP, value),)))


TODAY = (TIME, struct.pack("<q", 1_700_000_000))


@pytest.mark.parametrize(
    "attributes",
    [None, (TODAY,), (TODAY, (0x01020304, b"x")), ((LINEAGE, lineage((OTHER, STORE))),)],
)
def test_a_stamp_that_holds_is_known(attributes):
    verdict = judge(app(attributes=attributes))

    assert (True, STORE.sha256, ()) == (verdict.verified, verdict.source_stamp, verdict.warnings)
    assert [KEY.sha256] == [each.sha256 for each in verdict.signers]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"named": bytes(32)}, "stamp_certificate_mismatch"),
        ({"named": bytes(2000)}, "stamp_certificate_mismatch"),
        ({"by": OTHER}, "signature_mismatch"),
        ({"scheme": 2}, "no_signatures"),
        ({"kind": 0x9999}, "no_signatures"),
        ({"kind": 0x0201}, "verify_error"),
        ({"certificate": b"none"}, "malformed_certificate"),
        ({"raw": b""}, "malformed_signature"),
        ({"raw": prefixed(prefixed(STORE.certificate) + b"\1\0\0\0x")}, "malformed_signature"),
        ({"attributes": ((TIME, struct.pack("<q", -1)),)}, "invalid_timestamp"),
        ({"attributes": ((TIME, b"\1\0\0\0"),)}, "malformed_attribute"),
        ({"attributes": ((LINEAGE, lineage((STORE, OTHER))),)}, "lineage_mismatch"),
        (
            {"attributes": ((LINEAGE, lineage((OTHER, STORE), broken=1)),)},
            "lineage_not_verified",
        ),
        ({"attributes": ((LINEAGE, lineage((OTHER, STORE))[:-5]),)}, "malformed_lineage"),
    ],
)
def test_a_stamp_that_does_not_hold_is_a_warning(stated, expected):
    verdict = judge(app(**stated))

    assert (True, None) == (verdict.verified, verdict.source_stamp)
    assert [("source_stamp", expected)] == words(verdict.warnings)
    assert "source_stamp" in verdict.present


def test_half_a_stamp_is_a_warning():
    plain = archive(files(contents(min_sdk=28) | {"stamp-cert-sha256": bytes(32)}))
    without_block = sign(plain, Schemes(v3=(Block(signer=KEY),)))
    without_entry = sign(
        archive(files(contents(min_sdk=28))),
        Schemes(v3=(Block(signer=KEY),), others=((STAMP, b""),)),
    )
    old = sign(plain, Schemes(v3=(Block(signer=KEY),), others=((0x2B09189E, b""),)))

    for data, expected in (
        (without_block, "stamp_signature_missing"),
        (without_entry, "stamp_without_certificate"),
        (old, "stamp_not_decided"),
    ):
        assert [("source_stamp", expected)] == words(judge(data).warnings)
