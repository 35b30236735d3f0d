"""What is wrong with a signature of the signing block is said by name."""

from __future__ import annotations

import struct

import pytest

from fixtures.building.app import signed
from fixtures.building.archive import archive, files
from fixtures.building.jar_signing import entries
from fixtures.building.keys import signer
from fixtures.building.signing import (
    LINEAGE,
    ROTATION_SDK,
    STRIPPING,
    V2,
    V3,
    V31,
    Block,
    Schemes,
    lineage,
    rotated,
    sign,
)
from fixtures.building.tampering import (
    changed,
    flip,
    pairs,
    regions,
    with_block,
    with_pairs,
    without,
)
from tests.formats.apk_signing.judged import contents, judge, words

OLD, NEW, OTHER = signer("publisher"), signer("rotated"), signer("stranger")
HISTORY = lineage((OLD, NEW))


def made(**schemes):
    return sign(archive(files(contents(min_sdk=28))), Schemes(**schemes))


def v2(**stated):
    return made(v2=(Block(signer=OLD, **stated),))


def v3(**stated):
    return made(v3=(Block(signer=stated.pop("signer", OLD), **stated),))


BROKEN = {
    "of another content": (v2(content_digest=bytes(32)), ("v2", "digest_mismatch")),
    "a signature of nothing": (v2(signature=bytes(256)), ("v2", "signature_mismatch")),
    "a signature too short": (v2(signature=b"x"), ("v2", "signature_mismatch")),
    "another key": (v2(public_key=NEW.public), ("v2", "signature_mismatch")),
    "a key of another kind": (
        v2(public_key=signer("publisher-ec").public),
        ("v2", "malformed_public_key"),
    ),
    "no key": (v2(public_key=b""), ("v2", "malformed_public_key")),
    "another certificate": (v2(certificate=NEW.certificate), ("v2", "public_key_mismatch")),
    "no certificate": (v2(certificate=b"none"), ("v2", "malformed_certificate")),
    "a certificate that is cut": (
        v2(certificate=OLD.certificate[:200]),
        ("v2", "malformed_certificate"),
    ),
    "a digest of another kind": (v2(digest_algorithm=0x0104), ("v2", "algorithm_mismatch")),
    "a signature that was taken away": (
        v2(attributes=((STRIPPING, struct.pack("<I", 3)),)),
        ("v2", "signature_stripped"),
    ),
    "a short attribute": (v2(attributes=((STRIPPING, b""),)), ("v2", "malformed_attribute")),
    "versions of the signed part": (v3(signed_min_sdk=29), ("v3", "sdk_range_mismatch")),
    "no versions": (v3(min_sdk=31, max_sdk=30), ("v3", "invalid_sdk_range")),
    "too new": (v3(min_sdk=29), ("v3", "missing_sdk_range")),
    "too old": (v3(max_sdk=40), ("v3", "missing_sdk_range")),
    "a lineage of others": (
        v3(signer=NEW, lineage=lineage((OLD, OTHER))),
        ("v3", "lineage_mismatch"),
    ),
    "a lineage that goes on": (
        v3(signer=OLD, lineage=HISTORY),
        ("v3", "lineage_mismatch"),
    ),
    "a lineage with a broken link": (
        v3(signer=NEW, lineage=lineage((OLD, NEW), broken=1)),
        ("v3", "lineage_not_verified"),
    ),
    "a lineage that is cut": (v3(signer=NEW, lineage=HISTORY[:-9]), ("v3", "malformed_lineage")),
    "a lineage of another version": (
        v3(signer=NEW, lineage=b"\2" + HISTORY[1:]),
        ("v3", "lineage_mismatch"),
    ),
    "an empty lineage": (v3(signer=NEW, lineage=b""), ("v3", "lineage_mismatch")),
    "v3.1 that was taken away": (
        v3(attributes=((ROTATION_SDK, struct.pack("<I", 33)),)),
        ("v3", "v31_missing"),
    ),
    "a gap between the signers": (
        made(v3=(Block(signer=OLD, max_sdk=30), Block(signer=NEW, min_sdk=32, lineage=HISTORY))),
        ("v3", "inconsistent_sdk_ranges"),
    ),
    "v3.1 alone": (without(made(**vars(rotated(OLD, NEW))), V3), ("v3.1", "v3_missing")),
    "v3.1 of another content": (
        made(
            v3=(rotated(OLD, NEW).v3[0],),
            v31=(Block(signer=NEW, min_sdk=33, lineage=HISTORY, content_digest=bytes(32)),),
        ),
        ("v3.1", "digest_mismatch"),
    ),
    "v3.1 from another version on": (
        made(
            v3=(rotated(OLD, NEW).v3[0],),
            v31=(Block(signer=NEW, min_sdk=34, lineage=HISTORY),),
        ),
        ("v3", "rotation_mismatch"),
    ),
    "no signers": (changed(v2(), V2, lambda _: bytes(4)), ("v2", "no_signers")),
    "signers that are cut": (changed(v2(), V2, lambda each: each[:9]), ("v2", "malformed_signers")),
    "a signer that is cut": (
        changed(v3(), V3, lambda each: struct.pack("<II", 8, 4) + each[8:12]),
        ("v3", "malformed_signer"),
    ),
    "too many signers": (made(v2=(Block(signer=OLD),) * 11), ("v2", "too_many_signers")),
    "a length below zero": (
        changed(v2(), V2, lambda each: each[:4] + b"\xff" * 4 + each[8:]),
        ("v2", "malformed_signer"),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_is_said(case):
    data, expected = BROKEN[case]

    verdict = judge(data)

    assert verdict.verified is False
    assert expected == words(verdict.errors)[0]
    assert ((), ()) == (verdict.signers, verdict.schemes)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda data: without(data, V3), [("v2", "signature_stripped")]),
        (lambda data: without(data, V2), []),
        (lambda data: without(data, V2, V3), [("v1", "no_manifest")]),
        (lambda data: with_block(data, b""), [("v1", "no_manifest")]),
    ],
)
def test_taking_a_scheme_away_is_seen(change, expected):
    data = signed(contents(min_sdk=24), ["v2", "v3"], OLD)

    assert expected == words(judge(change(data)).errors)


def test_taking_the_block_away_is_seen_by_the_old_scheme():
    data = signed(contents(min_sdk=21), ["v1", "v2", "v3"], OLD)

    verdict = judge(with_block(data, b""))

    assert [("v1", "signature_stripped")] * 2 == words(verdict.errors)
    assert ("v1",) == verdict.present
    assert judge(with_block(data, b""), asked_max_sdk=23).verified


def test_both_sizes_of_the_block_have_to_agree():
    data = v3()
    at = regions(data).block

    assert [("v1", "no_manifest")] == words(judge(flip(data, at)).errors)
    assert [("v1", "no_manifest")] == words(judge(flip(data, regions(data).directory - 1)).errors)


def test_what_else_is_in_the_block_is_a_warning():
    data = v3()
    more = [*pairs(data), (0x71777777, b"channel"), pairs(data)[0]]

    verdict = judge(with_pairs(data, more))

    assert verdict.verified
    assert [("archive", "unknown_block"), ("archive", "duplicate_block")] == words(verdict.warnings)
    assert "0x71777777" == verdict.warnings[0].detail


def test_the_first_of_two_blocks_counts():
    good, bad = v3(), v3(content_digest=bytes(32))
    first_bad = with_pairs(good, [*pairs(bad), *pairs(good)])

    assert judge(with_pairs(good, [*pairs(good), *pairs(bad)])).verified
    assert [("v3", "digest_mismatch")] == words(judge(first_bad).errors)


def test_a_gap_in_front_of_the_archives_end_hides_the_block():
    data = v3()
    end = regions(data).end

    assert judge(data[:end] + b"x" + data[end:]).verified is False


def test_what_stands_before_the_first_entry_is_a_warning():
    whole = contents(min_sdk=21)
    listed = files(whole | entries(whole, OLD))
    verdict = judge(archive(listed, prefix=b"dex\n035\0"))

    assert verdict.verified
    assert [("archive", "data_before_entries")] == words(verdict.warnings)


def test_unknown_attributes_are_warnings():
    verdict = judge(v3(attributes=((0x01020304, b""), (LINEAGE ^ 1, b"x"))))

    assert verdict.verified
    assert [("v3", "unknown_attribute")] * 2 == words(verdict.warnings)


def test_a_new_key_that_v3_does_not_speak_of_is_a_warning():
    schemes = rotated(OLD, NEW)
    silent = Block(signer=OLD, max_sdk=32)

    verdict = judge(made(v3=(silent,), v31=schemes.v31))

    assert verdict.verified
    assert [("v3", "rotation_unstated")] == words(verdict.warnings)
    assert V31 in dict(pairs(made(v3=(silent,), v31=schemes.v31)))
