"""Keys as openssl and ssh-keygen make them, and signatures that these accept."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from scanner.errors import ParseError
from scanner.formats import ssh_signature
from scanner.formats.signing_keys import (
    KEY_LIMIT,
    PassphraseNeeded,
    WrongPassphrase,
    read_private,
    read_public,
)

DATA, NAMESPACE = b"what is signed", b"phone-integrity-scanner.tests"


def call(*words: object, data: bytes = b"") -> bytes:
    done = subprocess.run(list(map(str, words)), input=data, capture_output=True, check=False)

    assert 0 == done.returncode, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of every kind that is read, and of some that are not."""
    folder = tmp_path_factory.mktemp("keys")
    for kind in ("ed25519", "ecdsa", "rsa"):
        call("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "a@example.org", "-f", folder / kind)
    call("ssh-keygen", "-q", "-t", "ecdsa", "-b", "384", "-N", "", "-f", folder / "p384")
    call("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", folder / "locked")
    call("openssl", "genpkey", "-algorithm", "ed25519", "-out", folder / "ed25519.pem")
    curve = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    call("openssl", "genpkey", *curve, "-out", folder / "p256.pem")
    lock = ("-aes-256-cbc", "-pass", "pass:secret")
    call("openssl", "genpkey", "-algorithm", "ed25519", *lock, "-out", folder / "locked.pem")
    for name in ("ed25519", "p256"):
        pem = folder / f"{name}.pem"
        call("openssl", "pkey", "-in", pem, "-pubout", "-out", folder / f"{name}.pub.pem")
    return folder


@pytest.mark.parametrize("name", ["ed25519", "ecdsa", "ed25519.pem", "p256.pem"])
def test_what_a_key_signs_its_public_half_verifies(keys, name):
    key = read_private((keys / name).read_bytes())
    public = keys / (name.replace(".pem", ".pub.pem") if "." in name else f"{name}.pub")
    known = read_public(public.read_bytes())
    made = key.sign(DATA)

    assert known.fingerprint == key.public.fingerprint
    assert known.verifies(made, DATA)
    assert not known.verifies(made, DATA + b"x")
    assert not known.verifies(made[:-1], DATA)


@pytest.mark.parametrize("name", ["ed25519", "ecdsa"])
def test_a_fingerprint_is_what_ssh_keygen_prints(keys, name):
    printed = call("ssh-keygen", "-l", "-f", keys / f"{name}.pub").decode()

    assert printed.split()[1] == read_private((keys / name).read_bytes()).public.fingerprint


@pytest.mark.parametrize("name", ["ed25519", "ecdsa", "ed25519.pem", "p256.pem"])
def test_ssh_keygen_accepts_what_we_sign(keys, name, tmp_path):
    key = read_private((keys / name).read_bytes())
    (tmp_path / "signers").write_text(f"a@example.org {key.public.text}\n")
    (tmp_path / "sig").write_bytes(ssh_signature.sign(io.BytesIO(DATA), key, NAMESPACE))

    said = call(
        "ssh-keygen", "-Y", "verify", "-f", tmp_path / "signers", "-I", "a@example.org",
        "-n", NAMESPACE.decode(), "-s", tmp_path / "sig", data=DATA,
    )  # fmt: skip
    assert said.startswith(b"Good")


@pytest.mark.parametrize("name", ["ed25519", "ecdsa"])
def test_we_accept_what_ssh_keygen_signs(keys, name):
    made = call(
        "ssh-keygen", "-Y", "sign", "-f", keys / name, "-n", NAMESPACE.decode(), "-", data=DATA
    )
    key = ssh_signature.signer(made)

    def state(data=DATA, namespace=NAMESPACE):
        return ssh_signature.verify(io.BytesIO(data), made, key.text, namespace).state

    assert ssh_signature.is_armoured(made)
    assert read_public((keys / f"{name}.pub").read_bytes()).fingerprint == key.fingerprint
    assert ("valid", "invalid", "invalid") == (
        state(),
        state(DATA + b"x"),
        state(namespace=b"file"),
    )


@pytest.mark.parametrize("name", ["rsa", "p384"])
def test_other_keys_are_refused(keys, name):
    with pytest.raises(ParseError, match="P-256, expected"):
        read_private((keys / name).read_bytes())
    with pytest.raises(ParseError, match="P-256, expected"):
        read_public((keys / f"{name}.pub").read_bytes())


def test_a_key_under_a_passphrase(keys):
    data = (keys / "locked.pem").read_bytes()

    assert read_private(data, b"secret").public.fingerprint
    with pytest.raises(PassphraseNeeded):
        read_private(data)
    with pytest.raises(WrongPassphrase):
        read_private(data, b"another")


def test_a_passphrase_that_is_not_needed_is_not_used(keys):
    for name in ("ed25519", "ed25519.pem"):
        assert read_private((keys / name).read_bytes(), b"secret").public.fingerprint


def test_an_encrypted_key_of_openssh_says_what_it_needs(keys):
    with pytest.raises(ParseError, match=r"passphrase|bcrypt"):
        read_private((keys / "locked").read_bytes())


@pytest.mark.parametrize(
    "data", [b"", b"x", b"ssh-ed25519", b"-----BEGIN x", b"x" * (KEY_LIMIT + 1)]
)
def test_no_key(data):
    with pytest.raises(ParseError, match="expected"):
        read_public(data)
    with pytest.raises(ParseError, match="expected"):
        read_private(data)
