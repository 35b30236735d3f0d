"""The bag: RFC 8493, version 1.0, with the manifests that `sha256sum -c` reads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

SCHEMA = 1  # of the case folder, in bag-info.txt; a reader refuses a higher one

BAGIT = "bagit.txt"
INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
AUDIT = "audit.jsonl"
VERIFY = "VERIFY.txt"
INDEX = "data/index.jsonl"
ACQUISITION = "data/acquisition.json"
EVIDENCE = "data/evidence"
REPORT = "data/report"
FACTS = "data/fleet.json"
KEY = f"{EVIDENCE}/000000.key"
PARTIAL = "partial"

TAG_FILES = (BAGIT, INFO, AUDIT, VERIFY, MANIFEST)
EVIDENCE_NAME = re.compile(r"data/evidence/([0-9]{6,})\.(bin|err)", re.ASCII)
REPORT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}(\.[a-z0-9]{1,10}){1,2}", re.ASCII)

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
INSTRUCTIONS = f"""\
How to verify this case without the tool that made it
======================================================

This folder is a BagIt bag (RFC 8493). In a terminal, inside this folder:

    sha256sum -c {TAG_MANIFEST}
    sha256sum -c {MANIFEST}

(macOS: shasum -a 256 -c instead of sha256sum -c.) Each line must end in OK. A line that does not
names a file that was changed or removed. A bag validator also names files that were added:

    python -m bagit --validate .

Where there is no {TAG_MANIFEST}, the acquisition did not end: the case is incomplete.

These commands show that the files belong together. That they are the files of that day shows the
sha256 of {TAG_MANIFEST}, which was printed when the case was made:

    sha256sum {TAG_MANIFEST}

Each line of {AUDIT} carries the sha256 of the line before it, in "prev". The sha256 of the last
line stands in {INFO} as Audit-Head.

The folder {EVIDENCE} may hold personal data of the phone's owner. Keep it private. {FACTS} is made
of it and tells what the phone is set up with: what a comparison of many phones reads.
"""

ProblemKind = Literal[
    "changed", "removed", "added", "edited", "reordered", "truncated", "damaged", "escapes"
]


class Problem(Struct, frozen=True):
    """One thing about a case that is not as it was written."""

    path: str
    kind: ProblemKind
    what: str


def shown(name: str) -> str:
    """Return a name found in a folder as text that can be stored and printed."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in name)


def manifest_lines(files: Iterable[tuple[str, str]]) -> bytes:
    """Format (path, sha256) pairs. Our names need none of the RFC's percent-encoding."""
    return "".join(f"{sha256}  {path}\n" for path, sha256 in files).encode()


_LINE = re.compile(r"([0-9A-Fa-f]{64})[ \t]+\*?([^ \t].*)", re.ASCII)
_ENCODED = re.compile("%(0A|0D|25)", re.IGNORECASE)


def read_manifest(name: str, text: str) -> tuple[dict[str, str], list[Problem]]:
    """Read a manifest into {path: sha256}. A line that is none, or leads outside, is a problem."""
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(re.split("\r\n|\n|\r", text), start=1):
        if not line:
            continue
        found = _LINE.fullmatch(line)
        path = _ENCODED.sub(lambda code: chr(int(code[1], 16)), found[2]) if found else ""
        if found is None:
            problems.append(Problem(name, "damaged", f"line {number} is no manifest line"))
        elif not _stays_inside(path):
            problems.append(Problem(name, "escapes", f"line {number} names a path outside the bag"))
        elif path in files:
            problems.append(Problem(name, "damaged", f"line {number} names a file a second time"))
        else:
            files[path] = found[1].lower()
    return files, problems


def _stays_inside(path: str) -> bool:
    parts = path.split("/")
    return not ({"", ".", ".."} & set(parts) or set(path) & set("\\\0:"))


def write_info(entries: Iterable[tuple[str, str]]) -> bytes:
    """Format bag-info.txt; a value is one line."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in entries).encode()


def read_info(text: str) -> dict[str, str]:
    """Read bag-info.txt; the first entry of a label counts."""
    entries: dict[str, str] = {}
    for line in text.splitlines():
        label, colon, value = line.partition(":")
        if colon:
            entries.setdefault(label.strip(), value.strip())
    return entries
