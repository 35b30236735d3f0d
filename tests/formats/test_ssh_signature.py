from __future__ import annotations

import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.minisign import SIGNATURE_LIMIT, Verified
from scanner.formats.ssh_signature import public_key, verify
from tests.formats.signing import SshSigner

SIGNER = SshSigner(b"1" * 32)
DATA = b"the bytes of a feed\n"


def checked(signature: bytes, data: bytes = DATA, key: str = SIGNER.public_key) -> Verified:
    return verify(io.BytesIO(data), signature, key)


@pytest.mark.parametrize("method", ["sha256", "sha512"])
def test_a_signature_fits_what_was_signed(method):
    signature = SIGNER.sign(DATA, method=method)

    assert "valid" == checked(signature).state
    assert "invalid" == checked(signature, DATA + b"x").state


def test_what_ssh_keygen_made_is_valid():
    """Made with `ssh-keygen -Y sign -n file`, OpenSSH 9, of the four bytes `test`."""
    key = (
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuB/SitnjVyQWStk+xRmdnkCoBIIy50RewfzZ9aQ8Af a@b.test"
    )
    signature = b"""\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgW4H9KK2eNXJBZK2T7FGZ2eQKgE
gjLnRF7B/Nn1pDwB8AAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx
OQAAAEBUQdJXuos7TrCKDtZBqr1RzMNjeag29BDHwS81IKHcyEOA5KGcKUrfuMGGK6X7Mq
sMnG27qfl2eMJILEKmm70C
-----END SSH SIGNATURE-----
"""

    assert "valid" == checked(signature, b"test", public_key(key)).state
    assert "invalid" == checked(signature, b"tesT", public_key(key)).state


def test_a_signature_for_something_else_is_not_valid():
    """Such as one that somebody gave for a commit, with the same key."""
    assert "invalid" == checked(SIGNER.sign(DATA, namespace=b"git")).state


def test_another_key_is_unknown():
    assert "unknown_key" == checked(SshSigner(b"2" * 32).sign(DATA)).state


def test_another_kind_of_key_within_is_not_valid():
    assert "invalid" == checked(SIGNER.sign(DATA, kind=b"ssh-rsa")).state


def test_a_comment_is_no_part_of_a_key():
    assert SIGNER.public_key == public_key(f"{SIGNER.public_key} somebody@example.com\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-rsa AAAA",
        "ssh-ed25519 !!!",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAXg=",  # of one byte
    ],
)
def test_no_key(text):
    with pytest.raises(ParseError, match="expected"):
        public_key(text)


def armoured(blob: bytes) -> bytes:
    text = base64.b64encode(blob)
    return b"-----BEGIN SSH SIGNATURE-----\n" + text + b"\n-----END SSH SIGNATURE-----\n"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"x" * (SIGNATURE_LIMIT + 1),
        SIGNER.sign(DATA).replace(b"BEGIN", b"begin"),
        armoured(b""),
        armoured(b"SSHSIG\0\0\0\2"),
        armoured(b"SSHSIG\0\0\0\1"),
        armoured(b"SSHSIG\0\0\0\1\xff\xff\xff\xffx"),
        armoured(b"SSHSIG\0\0\0\1" + b"\0\0\0\0" * 5),
        SIGNER.sign(DATA, method="md5"),
        b"-----BEGIN SSH SIGNATURE-----\n\xff\n-----END SSH SIGNATURE-----\n",
    ],
)
def test_no_signature(broken):
    with pytest.raises(ParseError, match="expected"):
        checked(broken)


@given(data=st.binary(max_size=200))
def test_no_bytes_crash_it(data):
    with pytest.raises(ParseError):
        checked(data)


@given(blob=st.binary(max_size=200))
def test_no_blob_is_valid(blob):
    try:
        state = checked(armoured(b"SSHSIG\0\0\0\1" + blob)).state
    except ParseError:
        return

    assert "valid" != state


@given(place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_no_changed_byte_stays_valid(place, flip):
    blob = bytearray(base64.b64decode(b"".join(SIGNER.sign(DATA).split(b"\n")[1:-2])))
    blob[place % len(blob)] ^= flip
    try:
        state = checked(armoured(bytes(blob))).state
    except ParseError:
        return

    assert "valid" != state
