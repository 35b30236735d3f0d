"""What is done to a case after it was written, and who notices."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.case import Case, Problem, verify
from scanner.errors import CaseError, UsageError
from tests.case.cases import (
    bagit_accepts,
    closed_case,
    interrupted_case,
    reseal,
    rewrite,
    sha256sum_accepts,
)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    closed_case(tmp_path / "case")
    return tmp_path / "case"


def found(path: Path) -> list[tuple[str, str]]:
    return [(problem.path, problem.kind) for problem in verify(path).problems]


def flip(path: Path, place: int = -2) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    rewrite(path, bytes(data))


def edit_audit(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def edit(case: Path) -> None:
        lines = (case / "audit.jsonl").read_bytes().splitlines(keepends=True)
        rewrite(case / "audit.jsonl", b"".join(change(lines)))

    return edit


CHANGES = {
    "changed byte": (
        lambda case: flip(case / "data/evidence/000002.bin"),
        [("data/evidence/000002.bin", "changed")],
        (False, False),
    ),
    "removed file": (
        lambda case: (case / "data/evidence/000003.err").unlink(),
        [("data/evidence/000003.err", "removed")],
        (False, False),
    ),
    "added file": (
        lambda case: (case / "data/evidence/000099.bin").write_bytes(b"planted"),
        [("data/evidence/000099.bin", "added")],
        (True, False),
    ),
    "edited audit line": (
        edit_audit(lambda lines: [*lines[:2], lines[2].replace(b"shell", b"sheep"), *lines[3:]]),
        [("audit.jsonl", "changed"), ("audit.jsonl", "edited")],
        (False, False),
    ),
    "removed audit line": (
        edit_audit(lambda lines: lines[:2] + lines[3:]),
        [("audit.jsonl", "changed"), ("audit.jsonl", "removed")],
        (False, False),
    ),
    "reordered audit lines": (
        edit_audit(lambda lines: [lines[0], lines[2], lines[1], *lines[3:]]),
        [
            ("audit.jsonl", "changed"),
            ("audit.jsonl", "removed"),
            ("audit.jsonl", "reordered"),
            ("audit.jsonl", "removed"),
        ],
        (False, False),
    ),
    "audit log cut short": (
        edit_audit(lambda lines: lines[:-1]),
        [("audit.jsonl", "truncated"), ("audit.jsonl", "changed")],
        (False, False),
    ),
    "last audit line edited": (
        edit_audit(lambda lines: [*lines[:-1], lines[-1].replace(b"closed", b"opened")]),
        [("audit.jsonl", "changed"), ("audit.jsonl", "edited")],
        (False, False),
    ),
    "added to a folder of ours": (
        lambda case: ((case / "partial").mkdir(), (case / "partial/x").write_bytes(b"planted")),
        [("partial/x", "added")],
        (True, True),
    ),
    "added tag file": (
        lambda case: (case / "README.txt").write_bytes(b"trust me"),
        [("README.txt", "added")],
        (True, True),  # the RFC lets anyone add such a file
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_who_detects_what(case: Path, name: str) -> None:
    change, problems, (sha256sum, bagit) = CHANGES[name]
    change(case)

    assert sorted(problems) == sorted(found(case))
    assert (sha256sum, bagit) == (sha256sum_accepts(case), bagit_accepts(case))


def test_a_flipped_bit_is_found_in_every_file(case: Path, tmp_path: Path) -> None:
    names = [path.relative_to(case) for path in case.rglob("*") if path.is_file()]
    for name in names:
        copy = tmp_path / "copy"
        shutil.copytree(case, copy)
        if size := (copy / name).stat().st_size:
            flip(copy / name, size // 2)

            try:
                assert verify(copy).problems, name
            except CaseError as error:  # the version of the case, the name of bagit.txt
                assert str(name) == "bag-info.txt", error  # noqa: PT017
        shutil.rmtree(copy)
    assert 18 < len(names)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (
            lambda lines: [*lines[:3], lines[3].replace(b'"rc":null', b'"rc":0'), *lines[4:]],
            "edited",
        ),
        (lambda lines: lines[1:], "removed"),
        (lambda lines: lines[:4] + lines[5:], "removed"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "reordered"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "reordered"),
        (lambda lines: lines[:-2], "truncated"),
        (lambda lines: [*lines[:-1], lines[-1][:40]], "truncated"),
        (lambda lines: [*lines[:-1], lines[-1].replace(b"closed", b"ended")], "edited"),
        (lambda lines: [b"null\n", *lines[1:]], "edited"),
        (lambda _: [], "truncated"),
    ],
)
def test_the_chain_holds_without_the_manifests(case: Path, change, kind: str) -> None:
    edit_audit(change)(case)
    reseal(case)

    assert kind in {kind for path, kind in found(case)}


def test_a_chain_made_anew_does_not_fit_the_noted_head(case: Path) -> None:
    lines = (case / "audit.jsonl").read_bytes().splitlines()
    forged, previous = [], "0" * 64
    for line in lines:
        entry = json.loads(line) | {"prev": previous, "actor": "source"}
        forged.append(json.dumps(entry, separators=(",", ":")).encode())
        previous = hashlib.sha256(forged[-1]).hexdigest()
    rewrite(case / "audit.jsonl", b"\n".join(forged) + b"\n")
    reseal(case)

    assert [("audit.jsonl", "edited")] == found(case)


@pytest.mark.parametrize(
    "line",
    [
        "../outside",
        "data/../../outside",
        "/etc/hostname",
        "data//x",
        "./data/x",
        "data\\..\\x",
        "C:x",
    ],
)
def test_a_manifest_never_leads_outside(case: Path, tmp_path: Path, line: str) -> None:
    os.mkfifo(tmp_path / "outside")  # to open it would hang
    manifest = case / "manifest-sha256.txt"
    rewrite(manifest, manifest.read_bytes() + f"{'0' * 64}  {line}\n".encode())
    reseal(case)

    assert [("manifest-sha256.txt", "escapes")] == found(case)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\n".join(line[:64].upper() + line[64:] for line in text.splitlines()),
        lambda text: text.replace("  data", " *data"),
        lambda text: text + "\n\n",
    ],
)
def test_manifests_of_other_tools_are_read(case: Path, change: Callable[[str], str]) -> None:
    manifest = case / "manifest-sha256.txt"
    rewrite(manifest, change(manifest.read_text()).encode())
    reseal(case)

    assert [] == found(case)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda text: text + text.splitlines()[0] + "\n", ("manifest-sha256.txt", "damaged")),
        (lambda text: text + "hello\n", ("manifest-sha256.txt", "damaged")),
        (lambda text: text + "\0\x1b]0;x\x07\n", ("manifest-sha256.txt", "damaged")),
        (lambda text: text + "0" * 64 + "  data/a%0Ab\n", ("data/a\\u000ab", "removed")),
        (lambda text: text.split("\n", 1)[1], ("data/evidence/000000.key", "added")),
        (lambda text: text.replace("000002.bin", "000007.bin"), ("data/index.jsonl", "damaged")),
    ],
)
def test_damaged_manifests(case: Path, change, problem: tuple[str, str]) -> None:
    manifest = case / "manifest-sha256.txt"
    rewrite(manifest, change(manifest.read_text()).encode())
    reseal(case)

    assert problem in found(case)


def test_a_tag_manifest_must_list_every_tag_file(case: Path) -> None:
    tags = case / "tagmanifest-sha256.txt"
    rewrite(tags, b"".join(tags.read_bytes().splitlines(keepends=True)[1:]))

    assert [("tagmanifest-sha256.txt", "damaged")] == found(case)


@pytest.mark.parametrize("name", ["data/evidence/000001.bin", "data/evidence", "data/index.jsonl"])
def test_links_are_not_followed(case: Path, tmp_path: Path, name: str) -> None:
    entry = Case.open(case).evidence()[0]
    (case / name).rename(tmp_path / "moved")
    (case / name).symlink_to(tmp_path / "moved")

    assert (name, "escapes") in found(case)
    assert "removed" in {kind for _, kind in found(case)}
    with pytest.raises(CaseError, match=r"is missing|not in the index"):
        Case.open(case).file(entry)


def test_pipes_and_strange_names_are_problems(case: Path) -> None:
    os.mkfifo(case / "data/report/pipe")
    (case / "data" / "a\x1b[2Jb\n").write_bytes(b"")
    (case / "data" / os.fsdecode(b"\xff\xfe")).write_bytes(b"")

    assert {
        ("data/report/pipe", "escapes"),
        ("data/a\\u001b[2Jb\\u000a", "added"),
        ("data/\\udcff\\udcfe", "added"),
    } == set(found(case))


def test_a_deep_tree_ends(case: Path) -> None:
    (case / "data" / "/".join("d" * 40)).mkdir(parents=True)

    assert [("data" + "/d" * 8, "added")] == found(case)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "data/evidence/../../../etc/hostname"},
        {"name": "/etc/hostname"},
        {"name": "data/evidence/000005.bin"},
        {"errors_name": "../../secret"},
        {"sha256": 3},
    ],
)
def test_a_hostile_index_is_refused(case: Path, change: dict[str, object]) -> None:
    lines = (case / "data/index.jsonl").read_text().splitlines()
    lines[1] = json.dumps(json.loads(lines[1]) | change)
    rewrite(case / "data/index.jsonl", "\n".join(lines).encode())

    assert ("data/index.jsonl", "changed") in found(case)
    with pytest.raises(CaseError, match="line 2") as raised:
        Case.open(case)
    assert "verify" in raised.value.remedy


def test_what_is_no_case(tmp_path: Path, case: Path) -> None:
    (tmp_path / "empty").mkdir()
    info = case / "bag-info.txt"
    for path in (tmp_path / "missing", tmp_path / "empty", case / "bagit.txt"):
        for act in (verify, Case.open):
            with pytest.raises(UsageError) as unknown:
                act(path)
            assert unknown.value.remedy

    rewrite(info, info.read_bytes().replace(b"Case-Schema: 1", b"Case-Schema: 2"))
    with pytest.raises(CaseError, match="version 2") as raised:
        verify(case)
    assert raised.value.remedy == "Update the scanner."


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "data/acquisition.json", "bag-info.txt"])
def test_lists_have_a_size(case: Path, name: str) -> None:
    (case / name).chmod(0o600)
    with (case / name).open("r+b") as stream:
        stream.truncate(2**26 + 1)  # a hole, no bytes

    with pytest.raises(CaseError, match="larger than any file"):
        Case.open(case)


def test_a_version_that_is_none(case: Path) -> None:
    rewrite(case / "bag-info.txt", b"Case-Schema: " + b"9" * 5000 + b"\n")

    with pytest.raises(CaseError, match="names no version"):
        verify(case)


def test_a_damaged_key_is_said(case: Path) -> None:
    rewrite(case / "data/evidence/000000.key", b"short")

    with pytest.raises(CaseError, match="is no key"):
        _ = Case.open(case).device_key


@pytest.mark.parametrize(
    "name",
    [
        "audit.jsonl",
        "bag-info.txt",
        "data/index.jsonl",
        "data/acquisition.json",
        "data/evidence/000000.key",
        "manifest-sha256.txt",
        "VERIFY.txt",
    ],
)
def test_an_incomplete_case_that_lacks_a_file(tmp_path: Path, name: str) -> None:
    interrupted_case(tmp_path / "case")
    (tmp_path / "case" / name).unlink()

    assert (name, "removed") in found(tmp_path / "case")


def test_a_file_planted_in_an_incomplete_case(tmp_path: Path) -> None:
    interrupted_case(tmp_path / "case", answers=4)
    (tmp_path / "case/data/evidence/000009.bin").write_bytes(b"planted")
    (tmp_path / "case/data/x").write_bytes(b"planted")
    (tmp_path / "case/data/evidence/000001.bin").unlink()

    assert [
        Problem("data/evidence/000001.bin", "removed", "is missing"),
        Problem("data/evidence/000009.bin", "added", "is not listed in manifest-sha256.txt"),
        Problem("data/x", "added", "is not listed in manifest-sha256.txt"),
    ] == list(verify(tmp_path / "case").problems)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.binary(max_size=300),
    name=st.sampled_from(
        [
            "manifest-sha256.txt",
            "bag-info.txt",
            "tagmanifest-sha256.txt",
            "audit.jsonl",
            "data/index.jsonl",
            "data/acquisition.json",
        ]
    ),
)
def test_no_bytes_in_a_list_do_harm(case: Path, data: bytes, name: str) -> None:
    original = (case / name).read_bytes()
    rewrite(case / name, data)

    try:
        assert verify(case).problems
        Case.open(case).evidence()
    except CaseError as error:
        assert error.remedy  # noqa: PT017
    finally:
        rewrite(case / name, original)
