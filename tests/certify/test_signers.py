"""Files of allowed signers, as ssh-keygen reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scanner.certify.signers import FILE_LIMIT, Signers, allowed, of_key
from scanner.errors import ParseError
from tests.certify.made import key

KEY = key().public
LINE = f"a@example.org {KEY.text} a comment"


def one(text):
    (found,) = allowed(text.encode())
    return found


def test_a_line_is_principals_options_and_a_key():
    signer = one(
        f'a@example.org,"b c" namespaces="file,phone-*",valid-after="20260101Z" {KEY.text} x\n'
    )

    assert "a@example.org,b c" == signer.name
    assert (KEY.fingerprint, KEY.text) == (signer.fingerprint, signer.key)
    assert ("file", "phone-*") == signer.namespaces
    assert datetime(2026, 1, 1, tzinfo=UTC) == signer.valid_after


def test_comments_empty_lines_and_keys_of_other_kinds_are_passed_over():
    text = f"# a comment\n\n{LINE}\nb@example.org ssh-rsa AAAA\nc sk-ssh-ed25519@openssh.com AAAA\n"

    assert ["a@example.org"] == [each.name for each in allowed(text.encode())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260102Z", datetime(2026, 1, 2, tzinfo=UTC)),
        ("202601020304Z", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("20260102030405Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("20260102", datetime(2026, 1, 2).astimezone()),  # of this computer
    ],
)
def test_times(text, expected):
    assert expected == one(f'a valid-before="{text}" {KEY.text}').valid_before


@pytest.mark.parametrize(
    "line",
    [
        "a@example.org",
        KEY.text,
        f"a@example.org unknown {KEY.text}",
        f'a@example.org cert-authority,namespaces="file" {KEY.text}',
        f'a@example.org namespaces="file",namespaces="x" {KEY.text}',
        f"a@example.org namespaces {KEY.text}",
        f'a@example.org valid-after="soon" {KEY.text}',
        f'a@example.org valid-after="20261399Z" {KEY.text}',
        f'a@example.org namespaces="a"valid-after="20260101" {KEY.text}',
        "a@example.org ssh-ed25519 AAAA",
    ],
)
def test_a_wrong_line_is_named(line):
    with pytest.raises(ParseError, match=r"line 2: .* expected"):
        list(allowed(f"{LINE}\n{line}\n".encode()))


def test_large_and_strange_files_are_refused():
    for data in (b" " * (FILE_LIMIT + 1), b"\xff", b"\n" * 20_000):
        with pytest.raises(ParseError, match="expected"):
            list(allowed(data))


def test_one_key_may_stand_in_several_lines():
    now = datetime(2026, 6, 1, tzinfo=UTC)
    lines = (
        f'old valid-before="20260101Z" {KEY.text}',
        f'new valid-after="20260101Z" {KEY.text}',
    )
    found = Signers(allowed("\n".join(lines).encode()))

    assert "old" == found.counting(KEY.fingerprint, now - timedelta(days=365)).name
    assert "new" == found.counting(KEY.fingerprint, now).name
    assert found.known("SHA256:other") is None
    assert found.counting("SHA256:other", now) is None


def test_a_key_by_itself():
    assert KEY.fingerprint == of_key(f"{KEY.text} x".encode(), "a.pub").fingerprint
    with pytest.raises(ParseError, match="expected"):
        of_key(b"nothing", "a.pub")
