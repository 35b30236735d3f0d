"""Verify a case: every byte against the manifests, the audit log against its own chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from scanner.case.audit import check_audit
from scanner.case.bag import (
    ACQUISITION,
    AUDIT,
    FACTS,
    INDEX,
    INFO,
    KEY,
    MANIFEST,
    PARTIAL,
    REPORT,
    TAG_FILES,
    TAG_MANIFEST,
    Problem,
    read_manifest,
    shown,
)
from scanner.case.contents import Contents, LastFile, read_contents
from scanner.case.tree import digest, read_text
from scanner.errors import CaseError


class Verification(Struct, frozen=True, kw_only=True):
    """What verifying a case showed."""

    complete: bool  # the acquisition ended and the case was closed
    digest: str | None  # sha256 of the tag manifest, to compare with the one that was noted
    evidence: int
    bytes: int
    problems: tuple[Problem, ...]  # sorted; none: every file is as it was written
    last_file: LastFile | None  # of an interrupted acquisition; no problem
    leftovers: tuple[str, ...]  # begun and not ended by an interrupted acquisition; no problem


def verify(path: Path) -> Verification:
    """Compare a case with its own lists. Reads every file once, changes none, follows no link.

    CaseError where the folder is no case, or cannot be read.
    """
    contents = read_contents(path)
    problems = [
        *contents.strange,
        *contents.problems,
        *_payload(path, contents),
        *_tags(path, contents),
        *_audit(path, contents),
    ]
    leftovers = () if contents.complete else _below(PARTIAL, contents.files)
    return Verification(
        complete=contents.complete,
        digest=digest(path, TAG_MANIFEST) if contents.complete else None,
        evidence=len(contents.evidence),
        bytes=sum(contents.files.values()),
        problems=tuple(sorted(set(problems), key=lambda problem: (problem.path, problem.what))),
        last_file=contents.last,
        leftovers=tuple(shown(name) for name in leftovers),
    )


def _below(folder: str, files: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(name for name in files if name.startswith(f"{folder}/"))


def _payload(path: Path, contents: Contents) -> Iterator[Problem]:
    yield from _compare(path, contents.listed, contents.files)
    expected = set(contents.listed)
    if not contents.complete:
        expected |= {INDEX, ACQUISITION, FACTS, *_below(REPORT, contents.files)}
        expected |= set(contents.last.names if contents.last else ())
    for name in _below("data", contents.files):
        if name not in expected:
            yield Problem(shown(name), "added", f"is not listed in {MANIFEST}")
    for name in (INDEX, ACQUISITION, KEY):
        if name not in contents.files and name not in contents.listed:
            yield Problem(name, "removed", "is missing")


def _compare(path: Path, listed: Mapping[str, str], files: Mapping[str, int]) -> Iterator[Problem]:
    for name, sha256 in listed.items():
        if name not in files:
            yield Problem(shown(name), "removed", "is missing")
        elif digest(path, name) != sha256:
            yield Problem(shown(name), "changed", "its content is not the one that was written")


def _tags(path: Path, contents: Contents) -> Iterator[Problem]:
    files = contents.files
    listed: dict[str, str] = {}
    if contents.complete:
        listed, problems = read_manifest(TAG_MANIFEST, read_text(path, TAG_MANIFEST))
        yield from problems
        yield from _compare(path, listed, files)
    for name in TAG_FILES:
        if name not in files and name not in listed:
            yield Problem(name, "removed", "is missing")
        elif contents.complete and name not in listed:
            yield Problem(TAG_MANIFEST, "damaged", f"does not list {name}")
    expected = {TAG_MANIFEST, *TAG_FILES, *listed}
    folders = ("data/",) if contents.complete else ("data/", f"{PARTIAL}/")
    for name in files:
        if name not in expected and not name.startswith(folders):
            yield Problem(shown(name), "added", "is no file of a case")


def _audit(path: Path, contents: Contents) -> Iterator[Problem]:
    if AUDIT not in contents.files:
        return
    state = check_audit(path)
    yield from state.problems
    if not contents.complete:
        return
    if state.torn:
        yield Problem(AUDIT, "truncated", f"line {state.lines + 1} has no end")
    if state.problems:
        return
    lines, head = contents.info.get("Audit-Lines"), contents.info.get("Audit-Head")
    if lines is None or head is None:
        yield Problem(INFO, "damaged", "does not state Audit-Head and Audit-Lines")
    elif lines != str(state.lines):
        yield Problem(AUDIT, "truncated", f"{state.lines} lines; {shown(lines)} were written")
    elif head != state.head:
        yield Problem(AUDIT, "edited", f"line {state.lines} was edited")


def require_unchanged(path: Path) -> None:
    """Raise CaseError, with what differs first, for a case that is not as it was written."""
    if problems := verify(path).problems:
        raise CaseError(
            f"{path}: is not as it was written: {problems[0].path}: {problems[0].what}",
            remedy=f"`scanner verify {path}` lists what differs; keep it, use an untouched copy",
        )
