"""Tools that give root, by the paths at which they usually lie.

A phone is asked with one `stat` for a list of paths (`root_paths.py`). It names those that are
there; for the others it complains on the standard error and ends with status 1, which is normal.
`Permission denied` is not `absent`, so nothing is stated of a path that was not named. The first
path is the shell itself: its record shows that `stat` ran.

androidqf lists what `which -a` found, each program's paths in one string, one a line. `which` names
only files that may be run; a link counts as what it leads to.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import DecodeError, json

from scanner.artifacts.android.answer import answer
from scanner.artifacts.android.file_entries import (
    PATH_LIMIT,
    STAT,
    STATED,
    ending,
    entry,
    records,
)
from scanner.artifacts.android.root_paths import ROOT_PATHS
from scanner.errors import ParseError
from scanner.formats.lines import decode, ended_lines
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import FileEntry
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Collected, Command

WITNESS = "/system/bin/sh"
_PATHS = 10_000
_ASKED = frozenset((WITNESS, *ROOT_PATHS))


def parse(file: EvidenceFile) -> Iterator[FileEntry]:
    """Yield those of the known paths that are there."""
    lines = ended_lines(answer(file))
    found = {each.path: each for each in records(lines) if each.path in _ASKED}
    if found.pop(WITNESS, None) is None:
        raise ParseError(f"a record of {WITNESS} expected")
    for record in found.values():
        yield entry(record, area="root")


def parse_list(file: EvidenceFile) -> Iterator[FileEntry]:
    """Yield the paths of a JSON list of strings."""
    try:
        listed = json.decode(decode(answer(file).read()), type=list[str] | None)
    except (DecodeError, ValueError) as error:
        raise ParseError("a JSON list of paths expected") from error
    lines = (line.strip() for text in listed or () for line in text.splitlines())
    paths = dict.fromkeys(line[:PATH_LIMIT] for line in lines if line.startswith("/"))
    if len(paths) > _PATHS:
        raise ParseError(f"at most {_PATHS} paths expected")
    for path in paths:
        yield FileEntry(path=path, area="root", kind="file", ending=ending(path), executable=True)


ROOT_TRACES = Artifact(
    name="android.root_traces",
    title="Traces of rooting",
    platform="android",
    states=(Stated(FileEntry, STATED, where=("area", ("root",))),),
    readings=(
        Reading(Command(argv=(*STAT, WITNESS, *ROOT_PATHS)), parse),
        Reading(Collected(collector="androidqf", name="root_binaries.json"), parse_list),
    ),
)
