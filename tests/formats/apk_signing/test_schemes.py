"""Each scheme by itself and with others: what holds, for which versions of Android, by whom."""

from __future__ import annotations

import pytest

from fixtures.building.app import signed
from fixtures.building.archive import archive, files
from fixtures.building.jar_signing import entries
from fixtures.building.keys import signer
from fixtures.building.signing import (
    Block,
    Schemes,
    content_digest,
    idsig,
    lineage,
    rotated,
    sections,
    sign,
    stated_v3,
)
from fixtures.building.tampering import unsigned
from tests.formats.apk_signing.judged import contents, judge, words

OLD, NEW = signer("publisher"), signer("rotated")
KEYS = ("publisher", "publisher-ec", "publisher-ec384", "publisher-dsa", "publisher-rsa1024")


def packed(**stated):
    return archive(files(contents(**stated)))


def names(verdict):
    return [each.sha256 for each in verdict.signers]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("scheme", ["v1", "v2", "v3"])
def test_each_scheme_holds_with_each_kind_of_key(scheme, key):
    first = {"v1": 21, "v2": 24, "v3": 28}[scheme]
    verdict = judge(signed(contents(min_sdk=first), [scheme], signer(key)))

    assert (True, (scheme,), ()) == (verdict.verified, verdict.schemes, verdict.errors)
    assert [signer(key).sha256] == names(verdict)
    assert (first, None) == (verdict.min_sdk, verdict.max_sdk)


@pytest.mark.parametrize(
    ("asked", "schemes"),
    [
        ({}, ("v1", "v2", "v3")),
        ({"asked_min_sdk": 24}, ("v2", "v3")),
        ({"asked_min_sdk": 28}, ("v3",)),
        ({"asked_max_sdk": 27}, ("v1", "v2")),
        ({"asked_max_sdk": 23}, ("v1",)),
        ({"asked_min_sdk": 24, "asked_max_sdk": 27}, ("v2",)),
    ],
)
def test_what_counts_follows_from_the_versions_of_android(asked, schemes):
    data = signed(contents(min_sdk=19), ["v1", "v2", "v3"], OLD)

    verdict = judge(data, **asked)

    assert (True, schemes) == (verdict.verified, verdict.schemes)
    assert ("v1", "v2", "v3") == verdict.present
    assert [OLD.sha256] == names(verdict)


def test_old_android_needs_the_old_scheme():
    verdict = judge(signed(contents(min_sdk=23), ["v2"], OLD))

    assert (False, ()) == (verdict.verified, verdict.signers)
    assert [("v1", "no_manifest")] == words(verdict.errors)


def test_an_app_for_new_android_needs_a_new_scheme():
    verdict = judge(signed(contents(target_sdk=30), ["v1"], OLD))

    assert [("archive", "target_needs_scheme")] == words(verdict.errors)
    assert judge(signed(contents(target_sdk=29), ["v1"], OLD)).verified
    assert judge(signed(contents(target_sdk=30), ["v1"], OLD), asked_max_sdk=29).verified


def test_a_sandbox_needs_a_new_scheme():
    verdict = judge(signed(contents(), ["v1"], OLD), target_sandbox=2)

    assert [("archive", "sandbox_needs_scheme")] == words(verdict.errors)
    assert judge(signed(contents(), ["v2"], OLD), target_sandbox=2).verified


def test_a_signer_is_described():
    verdict = judge(signed(contents(), ["v2"], signer("debug")))

    (found,) = verdict.signers
    assert ("RSA", 2048, "sha256", True) == (found.key, found.bits, found.hash, found.debug)
    assert (2020, 2050) == (found.not_before.year, found.not_after.year)
    assert not judge(signed(contents(), ["v2"], OLD)).signers[0].debug


def test_all_signers_are_named_in_their_order():
    both = Schemes(v2=(Block(signer=NEW), Block(signer=OLD)))

    assert [NEW.sha256, OLD.sha256] == names(judge(sign(packed(), both)))


def test_a_new_key_is_vouched_for_by_the_old_one():
    history = lineage((OLD, NEW))
    made = Schemes(
        v2=(Block(signer=OLD, attributes=(stated_v3(),)),),
        v3=(Block(signer=NEW, lineage=history),),
    )

    verdict = judge(sign(packed(), made))

    assert (True, ("v2", "v3")) == (verdict.verified, verdict.schemes)
    assert [NEW.sha256] == names(verdict)
    assert (OLD.sha256, NEW.sha256) == verdict.lineage


def test_a_new_key_may_count_for_new_android_alone():
    data = sign(packed(), rotated(OLD, NEW))

    verdict = judge(data)
    before = judge(data, asked_max_sdk=32)

    assert (True, ("v2", "v3", "v3.1")) == (verdict.verified, verdict.schemes)
    assert [NEW.sha256, OLD.sha256] == names(verdict)
    assert (True, ("v2", "v3"), [OLD.sha256]) == (before.verified, before.schemes, names(before))


def test_v4_stands_beside():
    data = signed(contents(min_sdk=28), ["v3"], OLD)
    files_, directory, end = sections(unsigned(data))
    stated = content_digest([[files_], [directory], [end]])

    verdict = judge(data, idsig=idsig(data, OLD, stated))
    other = judge(data, idsig=idsig(data, OLD, bytes(32)))

    assert (True, ("v3", "v4")) == (verdict.verified, verdict.schemes)
    assert [("v4", "digests_mismatch")] == words(other.errors)


def test_a_v4_signature_that_fails_is_no_reason_to_refuse():
    data = signed(contents(min_sdk=28), ["v3"], OLD)
    beside = bytearray(idsig(data, OLD, bytes(32)))
    beside[12] ^= 1

    verdict = judge(data, idsig=bytes(beside))

    assert (True, ("v3",)) == (verdict.verified, verdict.schemes)
    assert "v4" in {each.scheme for each in verdict.warnings}


@pytest.mark.parametrize("beside", [b"", b"\2\0\0\0", b"\3\0\0\0" + bytes(99), b"\2" + bytes(20)])
def test_what_is_no_v4_signature_is_refused(beside):
    verdict = judge(signed(contents(min_sdk=28), ["v3"], OLD), idsig=beside)

    assert (False, [("v4", "malformed_file")]) == (verdict.verified, words(verdict.errors))


def test_v4_alone_is_no_signature():
    data = packed(min_sdk=24)

    verdict = judge(data, idsig=idsig(data, OLD, bytes(32)))

    assert verdict.verified is False
    assert verdict.schemes == ()


def test_versions_that_make_no_range_are_refused():
    verdict = judge(signed(contents(min_sdk=28), ["v2"], OLD), asked_max_sdk=27)

    assert [("archive", "sdk_range")] == words(verdict.errors)


def test_the_signer_of_the_old_scheme_has_to_be_the_same():
    listed = contents(min_sdk=21)
    whole = listed | entries(listed, NEW, schemes="2")
    verdict = judge(sign(archive(files(whole)), Schemes(v2=(Block(signer=OLD),))))

    assert [("v2", "v1_signer_missing"), ("v1", "v2_signer_missing")] == words(verdict.errors)


THIRD = signer("rotated-again")


def ranged(*blocks, **stated):
    return judge(sign(packed(min_sdk=28), Schemes(v3=blocks)), **stated)


def test_signers_for_ranges_of_android_share_one_lineage():
    first = Block(signer=OLD, max_sdk=29)
    second = Block(signer=NEW, min_sdk=30, max_sdk=31, lineage=lineage((OLD, NEW)))
    third = Block(signer=THIRD, min_sdk=32, lineage=lineage((OLD, NEW, THIRD)))

    verdict = ranged(first, second, third)
    other_order = ranged(third, first, second)

    assert verdict.verified
    assert (OLD.sha256, NEW.sha256, THIRD.sha256) == verdict.lineage == other_order.lineage
    assert [THIRD.sha256] == names(verdict)


def test_a_lineage_may_start_later_in_the_newer_signer():
    second = Block(signer=NEW, max_sdk=31, lineage=lineage((OLD, NEW)))
    third = Block(signer=THIRD, min_sdk=32, lineage=lineage((NEW, THIRD)))

    assert (OLD.sha256, NEW.sha256, THIRD.sha256) == ranged(second, third).lineage


def test_lineages_that_contradict_are_refused():
    second = Block(signer=NEW, max_sdk=31, lineage=lineage((OLD, NEW)))
    shorter = Block(signer=THIRD, min_sdk=32, lineage=lineage((THIRD,)))
    apart = Block(
        signer=signer("stranger"), min_sdk=32, lineage=lineage((THIRD, signer("stranger")))
    )
    parted = Block(signer=THIRD, min_sdk=32, lineage=lineage((OLD, THIRD)))

    for other in (shorter, apart, parted):
        assert ("v3", "inconsistent_lineages") in words(ranged(second, other).errors)


def test_the_old_signer_has_to_be_where_the_lineage_starts():
    newer = Block(signer=NEW, lineage=lineage((OLD, NEW)))
    stranger = Block(signer=signer("stranger"), attributes=(stated_v3(),))
    both = (Block(signer=OLD), Block(signer=NEW))

    wrong = judge(sign(packed(), Schemes(v2=(stranger,), v3=(newer,))))
    several = judge(sign(packed(), Schemes(v2=both, v3=(newer,))))
    unvouched = judge(sign(packed(), Schemes(v2=(Block(signer=OLD),), v3=(Block(signer=NEW),))))

    assert [("v3", "past_signers_mismatch")] == words(wrong.errors)
    assert [("v3", "multiple_past_signers")] == words(several.errors)
    assert [("v3", "past_signers_mismatch")] == words(unvouched.errors)


def test_v4_by_another_key_is_refused():
    data = signed(contents(min_sdk=28), ["v3"], OLD)
    files_, directory, end = sections(unsigned(data))
    stated = content_digest([[files_], [directory], [end]])

    assert [("v4", "signers_mismatch")] == words(judge(data, idsig=idsig(data, NEW, stated)).errors)
