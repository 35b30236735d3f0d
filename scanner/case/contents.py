"""What a case says it holds: its manifest, its index, and the file that a kill may have left over.

An evidence is committed in this order: its record and its bytes in `partial/`, renamed into
`data/evidence/`, its line in the manifest, its line in the index. A kill at any moment leaves at
most one number in `data/evidence/` that does not stand in the index. That last file is

- *adopted* where its record in `partial/` names exactly the files that are there, with their
  sha256: nothing of it is missing but its lines;
- *dropped* otherwise: what it answers is not known for certain, so it is never used.

Neither is a sign of tampering. The rule holds for a case without tag manifest only, and for the
number after the last indexed one only; any other file that is not listed was added. Half a last
line in manifest, index or audit log is taken as not written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from scanner.case.bag import (
    BAGIT,
    EVIDENCE,
    EVIDENCE_NAME,
    INDEX,
    INFO,
    MANIFEST,
    PARTIAL,
    SCHEMA,
    TAG_MANIFEST,
    Problem,
    read_info,
    read_manifest,
)
from scanner.case.tree import digest, open_file, read_text, walk
from scanner.errors import CaseError, UsageError
from scanner.model.evidence import Evidence

LINE_LIMIT = 2**20
EVIDENCE_LIMIT = 1_000_000


class LastFile(Struct, frozen=True, kw_only=True):
    """The number that a kill left in `data/evidence/` without its lines."""

    names: tuple[str, ...]
    fate: Literal["adopted", "dropped"]
    record: Evidence | None  # of an adopted one


class Contents(Struct, frozen=True, kw_only=True):
    """What the lists of a case say, and what is wrong with them."""

    complete: bool
    files: dict[str, int]  # every plain file of the folder, with its size
    info: dict[str, str]
    listed: dict[str, str]  # the manifest
    indexed: tuple[Evidence, ...]
    last: LastFile | None
    problems: tuple[Problem, ...]
    strange: tuple[Problem, ...]  # links, devices, pipes

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All that can be read, an adopted last one included."""
        return self.indexed + ((self.last.record,) if self.last and self.last.record else ())


def read_contents(root: Path) -> Contents:
    """Read the lists of a case.

    UsageError where the folder is none, CaseError where it is of a newer version.
    """
    if not root.is_dir():
        raise UsageError(f"{root}: no such folder", remedy="Name the folder of a case.")
    files, strange = walk(root)
    if BAGIT not in files and TAG_MANIFEST not in files:
        raise UsageError(
            f"{root}: is not a case: it holds no {BAGIT}", remedy="Name the folder of a case."
        )
    info = read_info(read_text(root, INFO)) if INFO in files else {}
    _require_schema(root, info)
    complete = TAG_MANIFEST in files
    text = read_text(root, MANIFEST) if MANIFEST in files else ""
    if not complete:
        text = text[: text.rfind("\n") + 1]
    listed, problems = read_manifest(MANIFEST, text)
    indexed: list[Evidence] = []
    if INDEX in files:
        indexed, found = _read_index(root)
        problems += found
    last = None if complete else _last_file(root, files, len(indexed) + 1)
    problems += _compare(listed, indexed, last)
    return Contents(
        complete=complete,
        files=files,
        info=info,
        listed=listed,
        indexed=tuple(indexed),
        last=last,
        problems=tuple(problems),
        strange=tuple(strange),
    )


def evidence_name(number: int, ending: str) -> str:
    """Return our name for the nth evidence: `data/evidence/000007.bin`."""
    return f"{EVIDENCE}/{number:06}.{ending}"


def _require_schema(root: Path, info: Mapping[str, str]) -> None:
    schema = info.get("Case-Schema", str(SCHEMA))
    if not re.fullmatch("[0-9]{1,6}", schema):
        raise CaseError(f"{root}: {INFO} names no version of a case", remedy="Do not trust it.")
    if int(schema) > SCHEMA:
        raise CaseError(
            f"{root}: a case of version {schema}; this scanner reads up to version {SCHEMA}",
            remedy="Update the scanner.",
        )


def _read_index(root: Path) -> tuple[list[Evidence], list[Problem]]:
    decoder = msgspec.json.Decoder(Evidence)
    evidence: list[Evidence] = []
    with open_file(root, INDEX) as stream:
        while line := stream.readline(LINE_LIMIT + 1):
            number = len(evidence) + 1
            if not line.endswith(b"\n") and len(line) <= LINE_LIMIT:
                break  # half a line; in a closed case its sha256 tells
            try:
                entry = decoder.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                return evidence, [Problem(INDEX, "damaged", f"line {number} is no index line")]
            if not _named_by_us(entry, number):
                what = f"line {number} names files that are not the evidence of that number"
                return evidence, [Problem(INDEX, "escapes", what)]
            if number > EVIDENCE_LIMIT:
                return evidence, [Problem(INDEX, "damaged", "has too many lines")]
            evidence.append(entry)
    return evidence, []


def _named_by_us(entry: Evidence, number: int) -> bool:
    if entry.locator is not None:
        return entry.name is None and entry.errors_name is None
    return entry.name == evidence_name(number, "bin") and entry.errors_name in (
        None,
        evidence_name(number, "err"),
    )


def _last_file(root: Path, files: Mapping[str, int], number: int) -> LastFile | None:
    names = tuple(
        name
        for name in (evidence_name(number, "bin"), evidence_name(number, "err"))
        if name in files
    )
    if not names:
        return None
    record = _record(root, files, number)
    found = tuple((name, digest(root, name)) for name in names)
    if record is not None and found == stored_files(record):
        return LastFile(names=names, fate="adopted", record=record)
    return LastFile(names=names, fate="dropped", record=None)


def stored_files(entry: Evidence) -> tuple[tuple[str, str], ...]:
    """Return (name, sha256) of the files of one evidence; one in a recording has none."""
    if entry.name is None:
        return ()
    if entry.errors_name is None or entry.errors_sha256 is None:
        return ((entry.name, entry.sha256),)
    return ((entry.name, entry.sha256), (entry.errors_name, entry.errors_sha256))


def _record(root: Path, files: Mapping[str, int], number: int) -> Evidence | None:
    name = f"{PARTIAL}/{number:06}.json"
    if files.get(name, LINE_LIMIT + 1) > LINE_LIMIT:
        return None
    with open_file(root, name) as stream:
        data = stream.read(LINE_LIMIT)
    try:
        record = msgspec.json.decode(data, type=Evidence)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return record if _named_by_us(record, number) else None


def _compare(
    listed: Mapping[str, str], indexed: list[Evidence], last: LastFile | None
) -> list[Problem]:
    """Find where manifest and index disagree."""
    stated = dict(pair for entry in indexed for pair in stored_files(entry))
    known = set(stated) | set(last.names if last else ())
    problems = [
        Problem(INDEX, "damaged", f"{name} is not listed so in {MANIFEST}")
        for name, sha256 in stated.items()
        if listed.get(name) != sha256
    ]
    return problems + [
        Problem(INDEX, "damaged", f"{name} stands in {MANIFEST} and not in the index")
        for name in listed
        if EVIDENCE_NAME.fullmatch(name) and name not in known
    ]
