"""The files of v1 signatures: signed attributes, several signers, certificates in any order."""

from __future__ import annotations

import hashlib

import pytest
from asn1crypto import algos, cms, x509

from fixtures.building.archive import archive, files
from fixtures.building.jar_signing import entries
from fixtures.building.keys import signer
from scanner.errors import ParseError
from scanner.formats.apk_signing.jar_algorithms import is_supported
from scanner.formats.apk_signing.pkcs7 import signed_data
from tests.formats.apk_signing.judged import contents, judge, words

KEY, OTHER = signer("publisher"), signer("stranger")
LISTED = contents(min_sdk=21)
MADE = entries(LISTED, KEY)
TEXT = MADE["META-INF/CERT.SF"]
RSA, SHA256 = "1.2.840.113549.1.1.1", "2.16.840.1.101.3.4.2.1"


def information(by=KEY, *, attributes=None, named=None, method=RSA, signature=None):
    certificate = x509.Certificate.load((named or by).certificate)
    identity = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    stated = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {"issuer_and_serial_number": cms.IssuerAndSerialNumber(identity)}
        ),
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": method}),
    }
    signed = TEXT
    if attributes is not None:
        made = cms.CMSAttributes([cms.CMSAttribute(each) for each in attributes])
        stated["signed_attrs"] = made
        signed = b"\x31" + made.dump()[1:]
    stated["signature"] = by.sign(signed) if signature is None else signature
    return cms.SignerInfo(stated)


def digest(text=TEXT):
    return {"type": "message_digest", "values": [hashlib.sha256(text).digest()]}


def kind(name="data"):
    return {"type": "content_type", "values": [name]}


def judged(*signers, certificates=(KEY, OTHER), **asked):
    """Judge an app whose signature has these signers."""
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
            "encap_content_info": {"content_type": "data"},
            "certificates": [x509.Certificate.load(each.certificate) for each in certificates],
            "signer_infos": list(signers),
        }
    )
    made = cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()
    return judge(archive(files(LISTED | MADE | {"META-INF/CERT.RSA": made})), **asked)


def test_signed_attributes_speak_of_the_content():
    verdict = judged(information(attributes=[kind(), digest()]))

    assert (True, ("v1",)) == (verdict.verified, verdict.schemes)
    assert [KEY.sha256] == [each.sha256 for each in verdict.signers]


@pytest.mark.parametrize(
    ("attributes", "asked", "expected"),
    [
        ([kind(), digest(b"else")], {}, "signature_mismatch"),
        ([kind("signed_data"), digest()], {}, "signature_mismatch"),
        ([digest()], {}, "verify_error"),
        ([kind()], {}, "verify_error"),
        ([kind(), digest(), digest()], {}, "malformed_signature"),
        ([kind(), {"type": "message_digest", "values": [b"1", b"2"]}], {}, "malformed_signature"),
        ([kind(), digest()], {"asked_min_sdk": 18}, "verify_error"),
    ],
)
def test_signed_attributes_that_do_not_fit_are_told(attributes, asked, expected):
    verdict = judged(information(attributes=attributes), **asked)

    assert [("v1", expected)] == words(verdict.errors)


def test_the_type_of_the_content_counts_for_newer_android_alone():
    assert judged(information(attributes=[digest()]), asked_max_sdk=23).verified


def test_old_android_looks_at_the_first_signer_alone():
    # A set stands in the order of its members' bytes: the shorter one first.
    before, behind = (information(OTHER, signature=bytes(size)) for size in (100, 300))
    good = information()

    assert judged(good, behind, asked_max_sdk=23).verified
    assert not judged(before, good, asked_max_sdk=23).verified
    assert judged(before, good, asked_min_sdk=24).verified


@pytest.mark.parametrize(
    ("signers", "certificates", "expected"),
    [
        ([], (KEY,), "no_signers"),
        ([information()], (OTHER,), "verify_error"),
        ([information(named=OTHER)], (KEY, OTHER), "signature_mismatch"),
        ([information(named=signer("publisher-ec"))], (signer("publisher-ec"),), "verify_error"),
        ([information(signature=b"")], (KEY,), "signature_mismatch"),
        ([information(method="rsassa_pss")], (KEY,), "unsupported_algorithm"),
    ],
)
def test_signers_that_cannot_have_signed_are_told(signers, certificates, expected):
    verdict = judged(*signers, certificates=certificates)

    assert [("v1", expected)] == words(verdict.errors)


def test_more_certificates_than_anybody_needs_are_refused():
    verdict = judged(information(), certificates=(OTHER,) * 101)

    assert [("v1", "malformed_signature")] == words(verdict.errors)


@pytest.mark.parametrize(
    "data", [b"", b"\x30\x00", b"\x30\x03\x06\x01\x2a", bytes(5_000_000), TEXT[:50]]
)
def test_what_is_no_signature_is_refused(data):
    with pytest.raises(ParseError):
        signed_data(data)


@pytest.mark.parametrize(
    ("digest_", "method", "sdk", "expected"),
    [
        (SHA256, RSA, (18, 99), True),
        (SHA256, RSA, (9, 99), False),
        (SHA256, RSA, (0, 8), True),
        (SHA256, RSA, (8, 18), False),
        (SHA256, "1.2.840.113549.1.1.4", (21, 23), True),  # beside MD5 with RSA: a loose Android
        (SHA256, "1.2.840.113549.1.1.4", (21, 24), False),
        ("1.2.3", RSA, (21, 22), False),
        (SHA256, "1.2.3", (21, 22), False),
        (SHA256, "2.16.840.1.101.3.4.3.3", (21, 23), False),
    ],
)
def test_each_android_knows_its_kinds(digest_, method, sdk, expected):
    assert expected is is_supported(digest_, method, sdk)
