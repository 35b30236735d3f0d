"""Where a signer's chain ends."""

from __future__ import annotations

import certifi
import pytest

from scanner.formats.certificates import certificate_of, certificates_in
from scanner.formats.chains import APPLE_ROOTS, chain_of
from tests.sources.recorded.collected import generator

signing = generator("signing")
ROOT = signing.party("Example Root", authority=True)
MIDDLE = signing.party("Example Middle", ROOT, authority=True)
LEAF = signing.party("leaf.example.com", MIDDLE)
APPLE = "scanner/formats/data/apple_roots.pem"


def ends(signer, *others):
    return chain_of(certificate_of(signer.der), [certificate_of(each.der) for each in others])


def test_a_root_of_its_own():
    assert "unknown" == ends(LEAF, LEAF, MIDDLE, ROOT)
    assert "unknown" == ends(LEAF, ROOT, MIDDLE)


def test_the_certificate_of_an_issuer_is_missing():
    assert "incomplete" == ends(LEAF, LEAF)
    assert "incomplete" == ends(LEAF, LEAF, MIDDLE)
    assert "incomplete" == ends(LEAF, LEAF, ROOT)


def test_a_signer_that_vouches_for_itself():
    alone = signing.party("alone.example.com")

    assert "self_signed" == ends(alone)
    assert "self_signed" == ends(ROOT, ROOT)


def test_the_roots_that_are_known(pytestconfig):
    data = (pytestconfig.rootpath / APPLE).read_bytes()
    apple = list(certificates_in(data))
    public = next(certificates_in(certifi.contents().encode(), limit=1000))

    assert APPLE_ROOTS == {each.sha256 for each in apple}
    assert ["apple"] * 3 == [chain_of(each, []) for each in apple]
    assert "public" == chain_of(public, [])


@pytest.mark.parametrize("name", ["Apple Root CA", "Apple Root CA - G2", "Apple Root CA - G3"])
def test_a_root_that_calls_itself_apples_is_not(name):
    root = signing.party(name, authority=True)
    leaf = signing.party("Apple iPhone OS Provisioning Profile Signing", root)

    assert "self_signed" == ends(root)
    assert "unknown" == ends(leaf, root)


def test_a_root_of_apples_name_without_its_signature(pytestconfig):
    apple = list(certificates_in((pytestconfig.rootpath / APPLE).read_bytes()))
    claimed = [signing.Party("", signing.key_of("x"), each.parsed) for each in apple]
    leaves = [signing.party("leaf", each) for each in claimed]

    assert ["unknown"] * 3 == [ends(leaf, *claimed) for leaf in leaves]


def test_who_may_not_sign_others_vouches_for_nobody():
    no_authority = signing.party("Example Middle", ROOT)

    assert "unknown" == ends(LEAF, no_authority, ROOT)
    assert "unknown" == ends(signing.party("below", LEAF), LEAF, MIDDLE, ROOT)


def test_a_path_that_is_longer_than_allowed():
    short = signing.party("Short Root", authority=True, path_length=0)
    middle = signing.party("Middle", short, authority=True)
    leaf = signing.party("leaf", middle)
    sure = certificate_of(leaf.der)
    above = [certificate_of(each.der) for each in (middle, short)]

    assert "unknown" == chain_of(sure, above)
    assert "unknown" == chain_of(certificate_of(signing.party("leaf", short).der), above)


def test_issuers_in_a_circle_end_nowhere():
    keys = {name: signing.key_of(name) for name in ("A", "B")}
    seed = {name: signing.party(name, authority=True) for name in keys}
    one = signing.party("A", seed["B"], authority=True)
    other = signing.party("B", seed["A"], authority=True)

    assert "unknown" == ends(signing.party("leaf", one), one, other)


def test_many_issuers_of_one_name_cost_little():
    keys = [signing.key_of(f"key {number}") for number in range(90)]
    many = [signing.party("Example Middle", authority=True, key=key) for key in keys]

    assert "unknown" == ends(LEAF, *many)
    assert "unknown" == ends(LEAF, *many, MIDDLE, ROOT)
