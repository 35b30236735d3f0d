"""A statement holds, or is refused with its reason: nothing between."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from scanner.certify.revocation import Revoked
from scanner.certify.signed import SignedFile, add, beside, is_envelope, wrap
from scanner.certify.statement import SAYS, decode, encode, identity
from scanner.certify.verify import Terms, verify
from scanner.errors import ParseError
from scanner.formats import canonical_json, dsse
from tests.certify.made import (
    CASE,
    DAY,
    HOUR,
    NOW,
    POLICY,
    facts,
    key,
    required,
    signers,
    statement,
)

EXAMINER, WITNESS, STRANGER = key(1), key(2), key(3)
KNOWN = signers(EXAMINER, WITNESS)
STATEMENT = statement()
PAYLOAD = encode(STATEMENT)
ENVELOPE = dsse.encode(wrap(PAYLOAD, EXAMINER))
SIGNATURE = beside(PAYLOAD, EXAMINER)
TAKEN_BACK = Revoked(sha256=CASE, revoked_at=NOW, reason="lost", signer="signer-0")
TERMS = Terms(at=NOW + HOUR)


def refused(file, known=KNOWN, **terms):
    standing = verify(file, known, structs.replace(TERMS, **terms))

    assert standing.holds is not bool(standing.refused)
    return [each.reason for each in standing.refused]


def enveloped(payload=PAYLOAD, *keys, payload_type=None):
    envelope = wrap(payload, (keys or (EXAMINER,))[0])
    for each in keys[1:]:
        envelope = add(envelope, each)
    if payload_type:
        envelope = structs.replace(envelope, payload_type=payload_type)
    return SignedFile(payload=payload, envelope=envelope)


def with_files(*signatures, payload=PAYLOAD):
    return SignedFile(payload=payload, beside=signatures)


def read(data: bytes) -> SignedFile:
    envelope = dsse.decode(data)
    return SignedFile(payload=envelope.payload, envelope=envelope)


@pytest.mark.parametrize("file", [enveloped(), with_files(SIGNATURE)])
def test_what_a_known_signer_signed_holds(file):
    standing = verify(file, KNOWN, TERMS)

    assert standing.holds
    assert STATEMENT == standing.statement
    assert identity(PAYLOAD) == standing.sha256
    assert [("valid", "signer-0")] == [(each.state, each.signer) for each in standing.signatures]


def test_it_says_what_was_checked_and_no_more():
    said = STATEMENT.predicate

    assert SAYS == said.says
    assert "requirements_met" == said.result
    for word in ("clean", "safe", "infected", "secure"):
        assert word not in encode(STATEMENT).decode()


@given(place=st.integers(0, len(ENVELOPE) - 1), flip=st.integers(1, 255))
def test_no_changed_byte_of_an_envelope_holds(place, flip):
    data = bytearray(ENVELOPE)
    data[place] ^= flip
    try:
        file = read(bytes(data))
    except ParseError:
        return

    assert refused(file)


@given(place=st.integers(0, len(PAYLOAD) - 1), flip=st.integers(1, 255))
def test_no_changed_byte_of_a_statement_holds(place, flip):
    data = bytearray(PAYLOAD)
    data[place] ^= flip

    assert ["signature"] == refused(with_files(SIGNATURE, payload=bytes(data)))


@given(place=st.integers(0, len(SIGNATURE) - 1), flip=st.integers(1, 255))
def test_no_changed_byte_of_a_signature_holds(place, flip):
    data = bytearray(SIGNATURE)
    data[place] ^= flip

    assert refused(with_files(bytes(data)))


def test_no_envelope_cut_short_is_one():
    for end in range(0, len(ENVELOPE), 97):
        with pytest.raises(ParseError):
            read(ENVELOPE[:end])


@pytest.mark.parametrize(
    ("file", "terms", "expected"),
    [
        (with_files(), {}, ["not_signed"]),
        (enveloped(PAYLOAD, STRANGER), {}, ["unknown_signer"]),
        (with_files(beside(PAYLOAD, STRANGER)), {}, ["unknown_signer"]),
        (enveloped(PAYLOAD, EXAMINER, STRANGER), {}, ["unknown_signer"]),
        (enveloped(payload_type="text/plain"), {}, ["payload_type"]),
        (enveloped(), {"require": 2}, ["too_few_signatures"]),
        (with_files(SIGNATURE, SIGNATURE), {}, ["malformed"]),
        (enveloped(PAYLOAD, EXAMINER, WITNESS), {"require": 2}, []),
        (with_files(SIGNATURE, beside(PAYLOAD, WITNESS)), {"require": 2}, []),
        (enveloped(), {"case": STATEMENT.case}, []),
        (enveloped(), {"case": statement(case="d" * 64).case}, ["another_case"]),
        (enveloped(), {"policy_sha256": POLICY}, []),
        (enveloped(), {"policy_sha256": "0" * 64}, ["another_policy"]),
        (enveloped(), {"at": NOW + 30 * DAY}, ["expired"]),
        (enveloped(), {"at": NOW + 30 * DAY - HOUR}, []),
        (enveloped(), {"at": NOW - HOUR}, ["not_yet_valid"]),
        (enveloped(), {"at": NOW - HOUR / 20}, []),
        (
            enveloped(),
            {"revoked": {identity(PAYLOAD): TAKEN_BACK}},
            ["revoked"],
        ),
        (
            enveloped(),
            {"revoked": {CASE: TAKEN_BACK}},
            [],
        ),
        (
            enveloped(),
            {"at": NOW + 90 * DAY, "policy_sha256": "0" * 64},
            ["another_policy", "expired"],
        ),
        (
            enveloped(encode(statement(of=facts(of={"complete": False})))),
            {},
            ["requirements_not_met"],
        ),
        (
            enveloped(encode(statement(of=facts(digest=None), result="requirements_met"))),
            {},
            ["requirements_not_met"],
        ),
        (enveloped(encode(statement(requirements=()))), {}, ["requirements_not_met"]),
        (enveloped(encode(statement(lasts=-DAY))), {}, ["malformed", "expired"]),
    ],
)
def test_it_is_refused_with_its_reason(file, terms, expected):
    assert expected == refused(file, **terms)


def altered(**changed):
    return canonical_json.encode(canonical_json.decode(PAYLOAD) | changed)


@pytest.mark.parametrize(
    "payload",
    [
        b"x",
        b"{}",
        b"[]",
        PAYLOAD + b" ",
        PAYLOAD.replace(b'{"_type"', b'{"_type":"x","_type"', 1),
        altered(_type="https://in-toto.io/Statement/v0.1"),
        altered(predicateType="urn:example:other"),
        altered(subject=[]),
        altered(subject=[{"name": "a", "digest": {"sha256": "x"}}]),
        altered(more=1),
        altered(predicate={}),
        b"[" * 10_000,
        canonical_json.encode({"a": ["x" * 100] * 30_000}),
    ],
    ids=range(13),
)
def test_what_a_known_signer_signed_and_is_no_statement_is_malformed(payload):
    assert ["malformed"] == refused(enveloped(payload))


def test_a_key_may_run_out_and_be_for_something_else():
    file = enveloped()

    assert ["key_not_valid"] == refused(file, signers(EXAMINER, valid_before=NOW))
    assert ["key_not_valid"] == refused(file, signers(EXAMINER, valid_after=NOW + DAY))
    assert ["key_not_valid"] == refused(file, signers(EXAMINER, namespaces=("git",)))
    assert [] == refused(file, signers(EXAMINER, namespaces=("git", "phone-*")))


def test_a_signature_for_another_purpose_does_not_count():
    """Such as one over the same bytes, as DSSE asks for another type of payload."""
    other = dsse.Envelope(payload_type="text/plain", payload=PAYLOAD, signatures=())
    moved = structs.replace(add(other, EXAMINER), payload_type="application/vnd.in-toto+json")

    assert ["signature"] == refused(SignedFile(payload=PAYLOAD, envelope=moved))


def test_a_signature_moved_to_another_statement_does_not_count():
    other = encode(statement(required("verdict")))
    moved = structs.replace(wrap(PAYLOAD, EXAMINER), payload=other)

    assert ["signature"] == refused(SignedFile(payload=other, envelope=moved))


def test_the_name_of_a_key_cannot_be_borrowed():
    (made,) = wrap(PAYLOAD, STRANGER).signatures
    borrowed = structs.replace(made, keyid=EXAMINER.public.fingerprint)
    envelope = structs.replace(wrap(PAYLOAD, STRANGER), signatures=(borrowed,))

    assert ["signature"] == refused(SignedFile(payload=PAYLOAD, envelope=envelope))


def test_nobody_signs_twice():
    with pytest.raises(ParseError, match="signed it before"):
        add(wrap(PAYLOAD, EXAMINER), EXAMINER)


def test_a_statement_reads_back():
    assert STATEMENT == decode(PAYLOAD)
    assert PAYLOAD == encode(decode(PAYLOAD))
    assert is_envelope(ENVELOPE)
    assert not is_envelope(PAYLOAD)
    assert PAYLOAD == base64.b64decode(canonical_json.decode(ENVELOPE)["payload"])
