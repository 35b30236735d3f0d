"""A crash report of Apple's systems: who crashed, how, what was loaded, what else ran.

As of iOS 9 a report begins with one line of JSON (see `crash_listing`). Below it stands, up to iOS
14, the text of `.crash` files, and later JSON. Panics, jetsam events and stackshots are JSON, too,
and list processes: `processes` or `processByPid`. Old `.crash` files have no first line.

    Process:             example [692]
    Path:                /usr/libexec/example
    Parent Process:      launchd [1]
    Exception Type:  EXC_CRASH (SIGABRT)

Stacks, registers, memory and messages are never read. A value of another type than expected costs
that value alone. Keys are those of Apple's "Interpreting the JSON format of a crash report" and of
reports of iOS 14 to 26.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from scanner.errors import ParseError
from scanner.formats.crash_listing import VALUE_LIMIT, CrashHeader, header_of
from scanner.formats.lines import decode
from scanner.formats.spindump import LoadedImage, image_of, named_process, uuid_of
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import MiB

REPORT_LIMIT = 32 * MiB
IMAGES_LIMIT = 4096
PROCESSES_LIMIT = 20_000
PATH_LIMIT = 1024

_PID_END = 2**31
_UID_END = 2**32
_HEAD_LINES = 200  # of a text; its heads stand at the start
_EXCEPTION = re.compile(r"([A-Z_0-9]{1,40})(?: \(([A-Z0-9]{1,20})\))?")
_BROKEN = (msgspec.MsgspecError, ValueError, RecursionError)

T = TypeVar("T")


class CrashReport(Struct, frozen=True, kw_only=True):
    """What a report says; None where it does not."""

    header: CrashHeader | None  # of a text without one, what the text says
    process: str | None = None
    path: str | None = None
    uuid: str | None = None
    parent: str | None = None
    uid: int | None = None
    exception: str | None = None  # EXC_BAD_ACCESS
    signal: str | None = None  # SIGSEGV
    at: str | None = None  # as it is printed
    images: tuple[LoadedImage, ...] = ()
    processes: tuple[tuple[int, str], ...] = ()  # pid and name


def read_report(file: EvidenceFile) -> CrashReport:
    """Return what a report says; ParseError where it is none, or above 32 MiB."""
    data = file.read(REPORT_LIMIT)
    header = header_of(data)
    body = data.partition(b"\n")[2] if header else data
    if body.lstrip()[:1] == b"{":
        return _of_json(header, body)
    report = _of_text(header, decode(body))
    if report.header is None:
        raise ParseError("a crash report expected")
    return report


def _of_json(header: CrashHeader | None, body: bytes) -> CrashReport:
    values = _value(body, dict[str, Raw])
    if values is None:
        if header is None or body.rstrip()[-1:] == b"}":
            raise ParseError("a crash report expected")
        raise ParseError("a whole crash report expected")
    if header is None and "bug_type" not in values:
        raise ParseError("a crash report expected")
    exception = _value(values.get("exception"), dict[str, Raw]) or {}
    path = _word(values.get("procPath"), PATH_LIMIT)
    images = tuple(_images(values.get("usedImages")))
    return CrashReport(
        header=header or CrashHeader(bug_type=_word(values.get("bug_type"))),
        process=_word(values.get("procName")),
        path=path,
        uuid=next((image.uuid for image in images if image.path == path), None),
        parent=_word(values.get("parentProc")),
        uid=_number(values.get("userID"), _UID_END),
        exception=_word(exception.get("type")),
        signal=_word(exception.get("signal")),
        at=_word(values.get("captureTime")),
        images=images,
        processes=tuple(_processes(values)),
    )


def _images(raw: Raw | None) -> Iterator[LoadedImage]:
    for image in (_value(raw, list[dict[str, Raw]]) or ())[:IMAGES_LIMIT]:
        path = _word(image.get("path"), PATH_LIMIT)
        if path and path.startswith("/"):
            yield LoadedImage(path, uuid_of(_word(image.get("uuid")) or ""))


def _processes(values: Mapping[str, Raw]) -> Iterator[tuple[int, str]]:
    listed = _value(values.get("processes"), list[dict[str, Raw]]) or []
    by_pid = _value(values.get("processByPid"), dict[str, Raw]) or {}
    if len(listed) + len(by_pid) > PROCESSES_LIMIT:
        raise ParseError(f"at most {PROCESSES_LIMIT} processes expected")
    found = (_value(raw, dict[str, Raw]) for raw in by_pid.values())
    for process in (*listed, *(each for each in found if each)):
        pid = _number(process.get("pid"), _PID_END)
        name = _word(process.get("name")) or _word(process.get("procname"))
        if pid is not None and name:
            yield pid, name


def _of_text(header: CrashHeader | None, text: str) -> CrashReport:
    heads, _, listed = text.partition("\nBinary Images:")
    lines = heads.split("\n", _HEAD_LINES)[:_HEAD_LINES]
    values: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            values.setdefault(name, value.strip()[:PATH_LIMIT])
    process = named_process(values.get("Process", ""))
    parent = named_process(values.get("Parent Process", "") or values.get("Parent", ""))
    exception = _EXCEPTION.fullmatch(values.get("Exception Type", ""))
    path = values.get("Path") if values.get("Path", "").startswith("/") else None
    images = [
        image for line in listed.split("\n", IMAGES_LIMIT)[:-1] if (image := image_of(line.strip()))
    ]
    if header is None and process and values.get("Exception Type"):
        header = CrashHeader(
            name=process[0],
            bundle=values.get("Identifier", "")[:VALUE_LIMIT] or None,
            os_version=values.get("OS Version", "")[:VALUE_LIMIT] or None,
        )
    return CrashReport(
        header=header,
        process=process[0] if process else None,
        path=path,
        uuid=next((image.uuid for image in images if image.path == path), None),
        parent=parent[0] if parent else None,
        exception=exception[1] if exception else None,
        signal=exception[2] if exception else None,
        at=values.get("Date/Time", "")[:VALUE_LIMIT] or None,
        images=tuple(images),
    )


def _value(raw: Raw | bytes | None, kind: type[T]) -> T | None:
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except _BROKEN:
        return None


def _word(raw: Raw | None, limit: int = VALUE_LIMIT) -> str | None:
    word = _value(raw, str)
    return word if word and len(word) <= limit else None


def _number(raw: Raw | None, end: int) -> int | None:
    number = _value(raw, int)
    return number if number is not None and 0 <= number < end else None
