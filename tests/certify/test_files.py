"""Statements, keys and lists as files: bounded, and what is wrong with one is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.certify.revocation import revoke
from scanner.certify.signed import beside, wrap
from scanner.certify.signers import Signers
from scanner.certify.statement import encode, identity
from scanner.certify.verify import Terms
from scanner.errors import ParseError, UsageError
from scanner.formats import dsse
from scanner.pipeline.statements import (
    fleet_status,
    read_key,
    read_revocations,
    read_signed,
    read_signers,
    replace_file,
    signature_names,
    standing_of,
)
from tests.certify.made import CASE, DAY, HOUR, NOW, key, signers, statement

EXAMINER, WITNESS = key(1), key(2)
KNOWN = signers(EXAMINER, WITNESS)
PAYLOAD = encode(statement())
ENVELOPE = dsse.encode(wrap(PAYLOAD, EXAMINER))
TERMS = Terms(at=NOW + HOUR)


def test_signatures_lie_beside_the_file():
    names = [each.name for each in signature_names(Path("a/b.json"))]

    assert ["b.json.sig", "b.json.2.sig", "b.json.16.sig"] == [names[0], names[1], names[-1]]


def test_both_forms_are_read(tmp_path):
    (tmp_path / "a.json").write_bytes(ENVELOPE)
    (tmp_path / "b.json").write_bytes(PAYLOAD)
    (tmp_path / "b.json.sig").write_bytes(beside(PAYLOAD, EXAMINER))
    (tmp_path / "b.json.3.sig").write_bytes(beside(PAYLOAD, WITNESS))

    assert PAYLOAD == read_signed(tmp_path / "a.json").payload
    assert 2 == len(read_signed(tmp_path / "b.json").beside)
    for name in ("a.json", "b.json"):
        assert standing_of(tmp_path / name, KNOWN, TERMS).holds


@pytest.mark.parametrize("size", [0, 5 * 2**20])
def test_what_is_no_statement_is_refused(tmp_path, size):
    (tmp_path / "a.json").write_bytes(b"x" * size)
    standing = standing_of(tmp_path / "a.json", KNOWN, TERMS)

    assert not standing.genuine
    assert standing.refused[0].reason in {"malformed", "not_signed"}
    assert not standing_of(tmp_path / "nowhere.json", KNOWN, TERMS).genuine


def test_keys_that_are_none_are_named(tmp_path):
    good, bad = tmp_path / "good.pub", tmp_path / "bad.pub"
    good.write_text(EXAMINER.public.text)
    bad.write_text("nothing")

    assert read_signers([good], []).known(EXAMINER.public.fingerprint)
    for keys, files in (([good, bad], []), ([], [bad])):
        with pytest.raises(UsageError, match=r"bad\.pub: .*expected"):
            read_signers(keys, files)


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (b"nothing", 0o600, "a private key expected"),
        (b"nothing", 0o644, "others may read this key"),
        (b"nothing", 0o620, "others may read this key"),
        (EXAMINER.public.text.encode(), 0o644, "this is a public one"),
    ],
)
def test_a_key_to_sign_with_is_private_and_ones_own(tmp_path, content, mode, said):
    (tmp_path / "key").write_bytes(content)
    (tmp_path / "key").chmod(mode)

    with pytest.raises(UsageError, match=said):
        read_key(tmp_path / "key")
    with pytest.raises(UsageError, match="cannot be read"):
        read_key(tmp_path / "nowhere")


def test_the_first_time_that_a_statement_was_taken_back_counts(tmp_path):
    for name, at in (("b.jsonl", NOW - DAY), ("a.jsonl", NOW)):
        (tmp_path / name).write_bytes(revoke("a case", CASE, EXAMINER, at=at, reason=name))
    (tmp_path / "other.txt").write_text("not a list")
    found = read_revocations([tmp_path], KNOWN, NOW)

    assert NOW - DAY == found[CASE].revoked_at
    (tmp_path / "a.jsonl").write_bytes(b"{}\n")
    with pytest.raises(ParseError, match="line 1"):
        read_revocations([tmp_path], KNOWN, NOW)


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_file(path, b"new")

    assert (b"new", 0o640) == (path.read_bytes(), path.stat().st_mode & 0o777)
    assert [path] == list(tmp_path.iterdir())
    with pytest.raises(UsageError, match="cannot be written"):
        replace_file(tmp_path / "nowhere" / "a", b"x")
    with pytest.raises(UsageError, match="cannot be written"):
        replace_file(tmp_path / "absent", b"x")
    assert [path] == list(tmp_path.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of statements, with what else may lie in one."""
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "good.json").write_bytes(ENVELOPE)
    (tmp_path / "changed.json").write_bytes(ENVELOPE.replace(b"eyJfdHlwZSI6I", b"eyJfdHlwZSI6J"))
    (tmp_path / "cut.statement.json").write_bytes(b"")
    (tmp_path / "report.json").write_text('{"schema_version": "1.5"}')
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / "broken-link.json").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.json")
    return tmp_path


def test_a_folder_is_searched(folder):
    found = fleet_status([folder], KNOWN, TERMS)

    assert ["certified"] == [each.state for each in found.devices]
    assert [("changed.json", "signature"), ("cut.statement.json", "not_signed")] == [
        (Path(each.path).name, each.refused[0].reason) for each in found.refused
    ]
    assert 3 == found.passed_over


def test_a_file_that_is_named_is_not_passed_over(folder):
    found = fleet_status([folder / "report.json"], KNOWN, TERMS)

    assert (0, 1) == (found.passed_over, len(found.refused))


def test_without_signers_nothing_is_verified(folder):
    found = fleet_status([folder], Signers([]), TERMS, devices=["d2"])

    assert {"unverified": 1, "unseen": 1} == {
        state: found.counts[state] for state in ("unverified", "unseen")
    }
    assert identity(PAYLOAD) == next(each.sha256 for each in found.devices if each.sha256)


def test_a_pipe_beside_a_statement_is_no_signature(tmp_path):
    (tmp_path / "a.json").write_bytes(PAYLOAD)
    os.mkfifo(tmp_path / "a.json.sig")

    assert () == read_signed(tmp_path / "a.json").beside


def test_cases_that_cannot_be_read_are_listed(folder, tmp_path):
    case = tmp_path / "cases" / "station-1" / "one"
    case.mkdir(parents=True)
    (case / "bagit.txt").write_text("BagIt-Version: 1.0\n")
    (case / "bag-info.txt").write_text("Case-Schema: 99\n")
    found = fleet_status([folder / "below"], KNOWN, TERMS, cases=[tmp_path / "cases"])

    assert ["one"] == [Path(each.path).name for each in found.refused]
