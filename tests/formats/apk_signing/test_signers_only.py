"""Who says to have signed, where the content was not read."""

from __future__ import annotations

import pytest

from fixtures.building.app import signed
from fixtures.building.archive import archive, files
from fixtures.building.keys import signer
from fixtures.building.signing import V3, Block, Schemes, sign
from fixtures.building.tampering import changed, regions
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk_signing.verifier import signers_only, verify
from scanner.formats.ranges import Parts
from tests.formats.apk_signing.judged import contents, words

KEY = signer("publisher")
V3_ONLY = signed(contents(min_sdk=28, **{"lib/x/libbig.so": bytes(100_000)}), ["v3"], KEY)
TAIL = 65_535 + 22  # bytes that the end of an archive is looked for in


def parts(data, *ranges):
    return Parts(len(data), ranges, b"".join(data[start:end] for start, end in ranges))


def asked(data, **more):
    return signers_only(ApkArchive(data), **({"min_sdk": 28} | more))


@pytest.mark.parametrize("schemes", ["v1", "v2", "v3", "v1 v2 v3"])
def test_signers_are_known_and_nothing_is_decided(schemes):
    data = signed(contents(min_sdk=21), schemes.split(), KEY)

    verdict = asked(data, min_sdk=21)

    assert (None, ()) == (verdict.verified, verdict.schemes)
    assert [KEY.sha256] == [each.sha256 for each in verdict.signers]
    assert [("archive", "not_read")] == words(verdict.errors)


def test_the_end_of_a_file_is_enough():
    verdict = asked(parts(V3_ONLY, (len(V3_ONLY) - TAIL, len(V3_ONLY))))

    assert [KEY.sha256] == [each.sha256 for each in verdict.signers]
    assert verdict.verified is None


def test_where_the_block_was_not_read_nobody_is_known():
    filled = changed(V3_ONLY, V3, lambda value: value + bytes(TAIL))
    start = regions(filled).directory - 24

    verdict = asked(parts(filled, (min(start, len(filled) - TAIL), len(filled))))

    assert (None, (), [("archive", "not_read")]) == (
        verdict.verified,
        verdict.signers,
        words(verdict.errors),
    )


def test_a_whole_verdict_on_parts_is_not_given():
    some = parts(V3_ONLY, (len(V3_ONLY) - TAIL, len(V3_ONLY)))

    verdict = verify(ApkArchive(some), min_sdk=28, target_sdk=None)

    assert verdict.verified is not True
    assert () == verdict.schemes


def test_a_signature_that_cannot_hold_is_told():
    data = sign(
        archive(files(contents(min_sdk=28))), Schemes(v3=(Block(signer=KEY, signature=bytes(256)),))
    )

    verdict = asked(data)

    assert (False, ()) == (verdict.verified, verdict.signers)
    assert ("v3", "signature_mismatch") in words(verdict.errors)


def test_a_damaged_block_is_told():
    verdict = asked(changed(V3_ONLY, V3, lambda value: value[:20]))

    assert verdict.verified is False


def test_without_a_signature_nobody_is_known():
    verdict = asked(archive(files(contents())))

    assert ((), ()) == (verdict.signers, verdict.present)
