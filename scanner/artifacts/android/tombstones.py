"""Crashes of native code, from the tombstones that a bugreport holds.

The shell of a phone may not read `/data/tombstones`; a bugreport copies them, from Android 12 on
each as text and as protobuf (`tombstone_02` and `tombstone_02.pb`): both state the same crash. A
number is used again for later crashes. One that cannot be read is stated without anything else.
What is read of them says `scanner/formats/tombstone.py`.

`process` is the name of an app's process, or the last part of a program's path, which is
`executable`; an app names no program.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from scanner.artifacts.android.answer import answer
from scanner.artifacts.android.exposed_processes import is_exposed
from scanner.errors import ParseError
from scanner.formats.lines import text_lines
from scanner.formats.tombstone import RULE, Tombstone, is_no_crash, read_protobuf, read_text
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Crash
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Glob, MiB

_PROTOBUF_LIMIT = 64 * MiB
_NAME_LIMIT = 255
_TEXT_STARTS = b"\t\n\r"
_BLANK_LINES = 100


def parse(file: EvidenceFile) -> Iterator[Crash]:
    """Yield the crash of one tombstone, none where the file is a trace that somebody asked for."""
    name = str(file.request).rpartition("/")[2].removesuffix(".pb")[:_NAME_LIMIT]
    try:
        found = _read(answer(file))
    except ParseError:
        # Of several tombstones others may be read: that there is this one must not be lost.
        yield Crash(file=name)
        raise
    if found is not None:
        yield _crash(name, found)


def _read(file: EvidenceFile) -> Tombstone | None:
    with file.open() as stream:
        first = stream.read(1)
    if first < b" " and first not in _TEXT_STARTS:
        return read_protobuf(file.read(_PROTOBUF_LIMIT))
    lines = text_lines(file)
    for number, line in enumerate(lines):
        if line.startswith(RULE):
            return read_text(lines)
        if is_no_crash(line):
            return None
        if line.strip() or number > _BLANK_LINES:
            break
    raise ParseError("a tombstone expected")


def _crash(name: str, found: Tombstone) -> Crash:
    process, program = found.command, found.command
    if isinstance(process, str) and process.startswith("/"):
        process = process.rpartition("/")[2] or UNSET
    else:
        program = UNSET
    return Crash(
        file=name,
        process=process,
        executable=program,
        uid=found.uid,
        label=found.label,
        signal=found.signal,
        code=found.code,
        at=found.at,
        uptime_seconds=found.uptime,
        build=found.build,
        exposed=is_exposed(process) if isinstance(process, str) else UNSET,
    )


TOMBSTONES = Artifact(
    name="android.tombstones",
    title="Crashes of native code",
    platform="android",
    states=(
        Stated(
            Crash,
            (
                "file",
                "process",
                "executable",
                "uid",
                "label",
                "signal",
                "code",
                "at",
                "uptime_seconds",
                "build",
                "exposed",
            ),
        ),
    ),
    readings=(Reading(Glob(pattern="/data/tombstones/tombstone_*"), parse),),
    profile=Profile.DEEP,
)
