"""`scanner certify` and `scanner fleet status`: streams, files and exit statuses."""

from __future__ import annotations

import contextlib
import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from scanner.certify.statement import encode
from scanner.cli import main
from tests.certify.made import statement as made
from tests.pipeline.conftest import _of_iphone

POLICY = """\
title: Phones of the tests
platforms: [ios]
requirements:
  - {id: fresh, require: case_age, at_most: 30d}
  - {id: new, require: minimum_system, release: "26.0"}
"""
STRICT = POLICY.replace("26.0", "99.0")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case, policies and keys."""
    folder = tmp_path_factory.mktemp("certified")
    _of_iphone("ios-26-clean", folder / "case")
    (folder / "policy.yml").write_text(POLICY)
    (folder / "strict.yml").write_text(STRICT)
    for name in ("one", "two"):
        words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name)
        subprocess.run(words, check=True)
    lock = ("-aes-256-cbc", "-pass", "pass:secret", "-out", folder / "locked.pem")
    subprocess.run(("openssl", "genpkey", "-algorithm", "ed25519", *lock), check=True)
    (folder / "locked.pem").chmod(0o600)
    lines = [f"{name} {(folder / f'{name}.pub').read_text()}" for name in ("one", "two")]
    (folder / "signers").write_text("".join(lines))
    (folder / "phrase").write_text("secret\n")
    return folder


@pytest.fixture(scope="module")
def statement(place: Path) -> bytes:
    """A statement that holds, of the case, signed by one."""
    words = ("certify", "case", "--policy", "policy.yml", "--key", "one", "-o", "a.statement.json")
    done = scanner(place, *words)

    assert 0 == done.returncode, done.stderr
    assert "3 of 3 requirements are met; level L1" in done.stdout
    assert "Written: a.statement.json, signed by SHA256:" in done.stderr
    return (place / "a.statement.json").read_bytes()


def scanner(folder: Path, *words: object, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process: most of them are over before a new one would have begun."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(main, list(map(str, words)), env={"NO_COLOR": "1", **env})
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def verify(place, data: bytes, *words, name="b.statement.json"):
    (place / name).write_bytes(data)
    known = () if "--key" in words else ("--allowed-signers", "signers")
    return scanner(place, "certify", "verify", name, *known, *words)


def test_it_holds(place, statement):
    done = verify(place, statement, "--case", "case", "--policy", "policy.yml", "--json")

    assert 0 == done.returncode, done.stderr
    shown = json.loads(done.stdout)
    assert (True, [], "one") == (shown["holds"], shown["refused"], shown["signatures"][0]["signer"])
    assert "requirements_met" == shown["statement"]["predicate"]["result"]


@pytest.mark.parametrize(
    ("change", "words", "expected"),
    [
        ((b'"sig":"', b'"sig":"A'), (), (4, "malformed")),
        ((b"eyJfdHlwZSI6I", b"eyJfdHlwZSI6J"), (), (4, "signature")),
        ((b"SHA256:", b"SHA257:"), (), (4, "unknown_signer")),
        ((b"", b""), ("--key", "two.pub"), (4, "unknown_signer")),
        ((b"", b""), ("--require", "2"), (4, "too_few_signatures")),
        ((b"", b""), ("--policy", "strict.yml"), (4, "another_policy")),
        ((b"", b""), ("--at", "2020-01-01"), (10, "not_yet_valid")),
        ((b"", b""), ("--at", "2090-01-01T00:00:00Z"), (10, "expired")),
    ],
)
def test_it_is_refused_with_a_status(place, statement, change, words, expected):
    assert change[0] in statement
    done = verify(place, statement.replace(*change, 1), *words)

    status, said = expected
    assert status == done.returncode, done.stderr
    assert f"refused: {said}" in done.stdout
    assert "does not hold" in done.stdout


def test_a_requirement_that_is_not_met(place):
    words = ("case", "--policy", "strict.yml", "--key", "one", "-o", "c.json", "--json")
    done = scanner(place, "certify", *words, "--signature", "ssh", "--valid-for", "12h")

    assert 10 == done.returncode, done.stderr
    shown = json.loads(done.stdout)
    assert ["new"] == [
        line["id"]
        for line in shown["statement"]["predicate"]["requirements"]
        if line["result"] != "met"
    ]
    checked = scanner(place, "certify", "verify", "c.json", "--allowed-signers", "signers")
    assert 10 == checked.returncode
    assert "refused: requirements_not_met: new" in checked.stdout


def test_two_signers_and_a_passphrase(place, statement):
    path = place / "d.statement.json"
    path.write_bytes(statement)
    locked = scanner(place, "certify", "sign", path, "--key", "locked.pem")
    by_file = ("certify", "sign", path, "--key", "locked.pem", "--passphrase-file", "phrase")

    assert 130 == locked.returncode
    assert statement == path.read_bytes()
    wrong = scanner(
        place, "certify", "sign", path, "--key", "locked.pem", SCANNER_KEY_PASSPHRASE="x"
    )
    assert (2, True) == (wrong.returncode, "does not open it" in wrong.stderr)
    done = scanner(place, *by_file)
    assert 0 == done.returncode, done.stderr
    assert "secret" not in done.stdout + done.stderr
    assert "refused: unknown_signer" in verify(place, path.read_bytes()).stdout
    assert 4 == scanner(place, *by_file).returncode  # it signed before


@pytest.mark.parametrize(("phrase", "status"), [(b"secret\r\n", 0), (b"\xff\xfe\0", 2), (b"", 130)])
def test_a_passphrase_is_bytes(place, statement, tmp_path, phrase, status):
    (tmp_path / "phrase").write_bytes(phrase)
    (tmp_path / "a.json").write_bytes(statement)
    words = ("--key", "locked.pem", "--passphrase-file", tmp_path / "phrase")

    assert status == scanner(place, "certify", "sign", tmp_path / "a.json", *words).returncode


def test_a_statement_alone_is_signed_beside_it(place):
    path = place / "alone.json"
    path.write_bytes(encode(made()))
    verifies = ("verify", path, "--allowed-signers", "signers", "--at", "2026-11-23")

    for name, count, status in (("one", 1, 4), ("two", 2, 0)):
        signed = scanner(place, "certify", "sign", path, "--key", name)
        assert (0, True) == (signed.returncode, "1 of 1 requirements are met" in signed.stdout)
        assert count == len(list(place.glob("alone.json*.sig")))
        assert status == scanner(place, "certify", *verifies, "--require", 2).returncode


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("case", "--policy", "policy.yml"), 2, "a key is needed"),
        (("case", "--policy", "policy.yml", "--key", "open"), 2, "others may read this key"),
        (("case", "--policy", "policy.yml", "--key", "one.pub"), 2, "a private key expected"),
        (("case", "--policy", "phrase", "--key", "one"), 6, "a map expected"),
        (("case", "--policy", "policy.yml", "--key", "one", "--valid-for", "x"), 2, "is no span"),
        (("case", "--policy", "policy.yml", "--key", "one", "-o", "phrase"), 2, "exists already"),
        (
            ("case", "--policy", "policy.yml", "--key", "one", "--signature", "none"),
            2,
            "--key signs",
        ),
        (("verify", "phrase"), 2, "no signer is known"),
        (("verify", "phrase", "--key", "phrase"), 2, "a public key expected"),
        (("verify", "phrase", "--allowed-signers", "phrase"), 2, "line 1"),
        (("verify", "phrase", "--key", "one.pub"), 4, "refused: not_signed"),
        (("verify", "phrase", "--key", "one.pub", "--at", "soon"), 2, "is no time"),
        (("sign", "phrase", "--key", "one"), 4, "JSON expected"),
    ],
)
def test_what_does_not_fit(place, words, status, said):
    if not (place / "open").exists():
        (place / "open").write_bytes((place / "one").read_bytes())
        (place / "open").chmod(0o640)
    done = scanner(place, "certify", *words)

    assert status == done.returncode, done.stderr
    assert said in done.stdout + done.stderr


def test_the_fleet(place, statement):
    folder = place / "statements"
    folder.mkdir()
    (folder / "a.json").write_bytes(statement)
    (folder / "other.json").write_text("{}")
    words = ("fleet", "status", folder, "--allowed-signers", "signers")
    done = scanner(place, *words, "--cases", "case", "--json")

    assert 0 == done.returncode, done.stderr
    shown = json.loads(done.stdout)
    assert (1, 1) == (shown["counts"]["certified"], shown["passed_over"])
    (place / "devices").write_text("# all of them\n0123456789abcdef\n")
    unseen = scanner(place, *words, "--devices", "devices")
    assert 10 == unseen.returncode
    assert "unseen      0123456789abcdef" in unseen.stdout
    (folder / "b.json").write_bytes(statement.replace(b'"sig":"', b'"sig":"A'))
    assert 4 == scanner(place, *words).returncode
    (folder / "b.json").unlink()
    unverified = scanner(place, "fleet", "status", folder)
    assert (10, True) == (unverified.returncode, "no signature was checked" in unverified.stderr)


def test_a_statement_is_taken_back(place, statement):
    (place / "e.json").write_bytes(statement)
    revoke = ("certify", "revoke", "e.json", "--key", "two", "--reason", "lost", "-o", "revoked")
    assert 0 == scanner(place, *revoke).returncode
    (place / "revoked").write_bytes((place / "revoked").read_bytes().rstrip())
    assert 0 == scanner(place, *revoke).returncode  # an editor took the last end of line away
    done = verify(place, statement, "--revoked", "revoked")

    assert 10 == done.returncode
    assert "refused: revoked" in done.stdout
    (place / "revoked").write_bytes((place / "revoked").read_bytes() + b"{}\n")
    assert 4 == verify(place, statement, "--revoked", "revoked").returncode
