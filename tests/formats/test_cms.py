"""Signed content: what is in it, and what the signature is worth."""

from __future__ import annotations

import hashlib

import pytest
from asn1crypto import cms, core, parser
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.cms import CERTIFICATE_LIMIT, SIGNER_LIMIT, SIZE_LIMIT, signed
from scanner.formats.profile_envelope import is_signed
from tests.sources.recorded.collected import generator

signing = generator("signing")
ROOT = signing.party("Example Root", authority=True)
SIGNER = signing.party("signer.example.com", ROOT)
CONTENT = b"<plist/>" * 40
MADE = signing.signed(CONTENT, [SIGNER], [ROOT])
BY_KEY = signing.party("key.example.com", ROOT, key_identifier=True)
KEYED = signing.signed(CONTENT, [BY_KEY], [ROOT])


def info_of(data):
    """Return (outer, inside) of signed bytes, to be altered."""
    outer = cms.ContentInfo.load(data)
    return outer, outer["content"]


def altered(data, change):
    outer, inside = info_of(data)
    change(inside)
    return outer.dump(force=True)


def test_a_valid_signature():
    found = signed(MADE)

    assert is_signed(MADE)
    assert (CONTENT, "valid", "unknown") == (found.content, found.signature, found.chain)
    assert "signer.example.com" == found.signer.subject


def test_without_signed_attributes():
    assert "valid" == signed(signing.signed(CONTENT, [SIGNER], attributes=False)).signature


def test_rsa():
    party = signing.party("rsa.example.com", key=rsa.generate_private_key(65537, 2048))
    found = signed(signing.signed(CONTENT, [party]))

    assert ("valid", "self_signed") == (found.signature, found.chain)


def test_rsa_pss():
    key = rsa.generate_private_key(65537, 2048)
    data = signing.signed(CONTENT, [signing.party("x", key=key)], attributes=False)
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    parameters = {
        "hash_algorithm": {"algorithm": "sha256"},
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}},
        "salt_length": 32,
    }

    def change(inside):
        signer = inside["signer_infos"][0]
        signer["signature_algorithm"] = {"algorithm": "rsassa_pss", "parameters": parameters}
        signer["signature"] = key.sign(CONTENT, scheme, hashes.SHA256())

    assert "valid" == signed(altered(data, change)).signature


def test_what_was_changed_after_it_was_signed():
    at = MADE.index(CONTENT)
    changed = MADE[:at] + b"X" + MADE[at + 1 :]
    bare = signing.signed(CONTENT, [SIGNER], attributes=False).replace(b"<plist", b"<PLIST")
    found = signed(changed)

    assert ("invalid", None, None) == (found.signature, found.chain, found.signer)
    assert b"X" == found.content[:1]
    assert "invalid" == signed(bare).signature


def test_a_digest_of_something_else():
    digest = hashlib.sha256(b"other").digest()

    assert "invalid" == signed(signing.signed(CONTENT, [SIGNER], digest=digest)).signature


def test_the_signature_of_another_key():
    def change(inside):
        attributes = inside["signer_infos"][0]["signed_attrs"].untag()
        forged = signing.signature_of(signing.key_of("another"), attributes.dump())
        inside["signer_infos"][0]["signature"] = forged

    assert "invalid" == signed(altered(MADE, change)).signature


def test_of_several_signers_each_counts():
    two = signing.party("two.example.com")
    good = signing.signed(CONTENT, [SIGNER, two])

    def change(inside):
        inside["signer_infos"][1]["signature"] = b"\0" * 70

    assert "valid" == signed(good).signature
    assert "invalid" == signed(altered(good, change)).signature


def test_a_signer_that_is_named_by_its_key():
    _, inside = info_of(KEYED)
    found = signed(KEYED)

    assert "v3" == inside["version"].native
    assert "subject_key_identifier" == inside["signer_infos"][0]["sid"].name
    assert (CONTENT, "valid", "unknown") == (found.content, found.signature, found.chain)
    assert "key.example.com" == found.signer.subject
    assert "valid" == signed(signing.signed(CONTENT, [SIGNER, BY_KEY], [ROOT])).signature
    assert "invalid" == signed(KEYED.replace(b"<plist", b"<PLIST")).signature


def test_a_signer_that_is_named_by_a_key_that_is_not_there():
    def change(inside):
        inside["certificates"] = [cms.CertificateChoices.load(SIGNER.der)]

    found = signed(altered(KEYED, change))

    assert (CONTENT, "unreadable") == (found.content, found.signature)


def test_attributes_without_a_digest_prove_nothing():
    def change(inside):
        signer = inside["signer_infos"][0]
        kept = [each for each in signer["signed_attrs"] if each["type"].native != "message_digest"]
        attributes = cms.CMSAttributes(kept)
        signer["signed_attrs"] = attributes
        signer["signature"] = signing.signature_of(SIGNER.key, attributes.dump())

    assert "unreadable" == signed(altered(MADE, change)).signature


def test_two_digests_prove_nothing():
    def change(inside):
        signer = inside["signer_infos"][0]
        more = cms.CMSAttribute(
            {"type": "message_digest", "values": [core.OctetString(b"\0" * 32)]}
        )
        attributes = cms.CMSAttributes([*signer["signed_attrs"], more])
        signer["signed_attrs"] = attributes
        signer["signature"] = signing.signature_of(SIGNER.key, attributes.dump())

    assert "valid" != signed(altered(MADE, change)).signature


def test_nobody_signed():
    def change(inside):
        inside["signer_infos"] = cms.SignerInfos([])

    found = signed(altered(MADE, change))

    assert (CONTENT, None, None) == (found.content, found.signature, found.chain)


def test_the_certificate_of_the_signer_is_missing():
    def change(inside):
        inside["certificates"] = [cms.CertificateChoices.load(ROOT.der)]

    assert "unreadable" == signed(altered(MADE, change)).signature


@pytest.mark.parametrize("method", ["md5_rsa", "sha256_dsa", "ed25519"])
def test_a_method_that_is_not_known(method):
    def change(inside):
        inside["signer_infos"][0]["signature_algorithm"] = {"algorithm": method}

    assert "unreadable" == signed(altered(MADE, change)).signature


def test_too_many_certificates_or_signers():
    crowd = [ROOT] * CERTIFICATE_LIMIT

    assert "unreadable" == signed(signing.signed(CONTENT, [SIGNER], crowd)).signature
    assert "unreadable" == signed(signing.signed(CONTENT, [SIGNER] * (SIGNER_LIMIT + 1))).signature


def indefinite(content, pieces, tag=0x24):
    """Return signed bytes in BER: lengths that are not said in front, the content in pieces."""
    _, inside = info_of(signing.signed(content, [SIGNER], [ROOT]))
    parts = b"".join(parser.emit(0, 0, 4, each) for each in pieces)
    octets = bytes((tag, 0x80)) + parts + b"\0\0"
    kind = cms.ContentType("data").dump()
    encapsulated = b"\x30\x80" + kind + b"\xa0\x80" + octets + b"\0\0\0\0"
    body = (
        inside["version"].dump()
        + inside["digest_algorithms"].dump()
        + encapsulated
        + inside["certificates"].dump()
        + inside["signer_infos"].dump()
    )
    outer = cms.ContentType("signed_data").dump()
    return b"\x30\x80" + outer + b"\xa0\x80\x30\x80" + body + b"\0\0" * 3


def test_lengths_that_are_not_said_in_front():
    data = indefinite(CONTENT, [CONTENT[:100], b"", CONTENT[100:]])
    found = signed(data)

    assert is_signed(data)
    assert (CONTENT, "valid", "unknown") == (found.content, found.signature, found.chain)


def test_pieces_that_are_not_what_was_signed():
    assert "invalid" == signed(indefinite(CONTENT, [CONTENT[:100], CONTENT[101:]])).signature


def test_a_content_in_very_many_pieces_is_refused():
    with pytest.raises(ParseError):
        signed(indefinite(CONTENT, [b"x"] * 100_001))


def test_what_lies_elsewhere_cannot_be_read():
    def change(inside):
        inside["encap_content_info"] = {"content_type": "data"}

    with pytest.raises(ParseError):
        signed(altered(MADE, change))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<plist/>",
        b"\x30\x00",
        b"\x30\x80" * 100_000,
        MADE + b"\0" * SIZE_LIMIT,
        MADE[:200],
        b"\x30\x84\xff\xff\xff\xff" + MADE[4:],
        cms.ContentInfo({"content_type": "data", "content": b"x"}).dump(),
    ],
)
def test_what_is_no_signed_content_is_an_error(data):
    with pytest.raises(ParseError):
        signed(data)


@given(st.sampled_from([MADE, KEYED]), st.integers(0), st.integers(1, 255))
def test_a_changed_byte_never_reads_as_another_valid_content(made, at, change):
    data = bytearray(made)
    data[at % len(made)] ^= change
    try:
        found = signed(bytes(data))
    except ParseError:
        return

    if found.signature == "valid":
        assert CONTENT == found.content
        assert found.chain in {"unknown", "incomplete"}
