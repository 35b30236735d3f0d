"""Lists of statements that were taken back."""

from __future__ import annotations

import pytest
from msgspec import structs

from scanner.certify.revocation import revocations, revoke
from scanner.certify.signed import add, wrap
from scanner.certify.statement import encode
from scanner.errors import ParseError
from scanner.formats import canonical_json, dsse
from tests.certify.made import CASE, DAY, NOW, key, signers, statement

EXAMINER, STRANGER = key(1), key(3)
KNOWN = signers(EXAMINER)
LINE = revoke("a case", CASE, EXAMINER, at=NOW, reason="lost")


def read(*lines, known=KNOWN):
    return list(revocations(lines, known, NOW + DAY))


def altered(**changed):
    payload = canonical_json.decode(dsse.decode(LINE).payload) | changed
    return dsse.encode(wrap(canonical_json.encode(payload), EXAMINER))


def test_a_line_takes_a_statement_back():
    (found,) = read(LINE)

    assert (CASE, NOW, "lost", "signer-0") == (
        found.sha256,
        found.revoked_at,
        found.reason,
        found.signer,
    )


def test_a_key_that_ran_out_may_still_take_back():
    assert [CASE] == [each.sha256 for each in read(LINE, known=signers(EXAMINER, valid_before=NOW))]


@pytest.mark.parametrize("known", [{"namespaces": ("git",)}, {"valid_after": NOW + DAY * 9}])
def test_a_key_for_something_else_takes_nothing_back(known):
    with pytest.raises(ParseError, match="by a known signer expected"):
        read(LINE, known=signers(EXAMINER, **known))


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        LINE[:-1],
        LINE.replace(b"e", b"f", 1),
        revoke("a case", CASE, STRANGER, at=NOW, reason=""),
        dsse.encode(add(dsse.decode(LINE), STRANGER)),
        dsse.encode(structs.replace(dsse.decode(LINE), signatures=())),
        dsse.encode(structs.replace(dsse.decode(LINE), payload_type="text/plain")),
        dsse.encode(wrap(encode(statement()), EXAMINER)),
        altered(predicateType="urn:example:other"),
        altered(subject=[]),
        b"x" * 100_000,
    ],
    ids=range(11),
)
def test_a_list_with_a_bad_line_is_refused_whole(line):
    with pytest.raises(ParseError, match=r"line 2: .*expected"):
        read(LINE, line)
