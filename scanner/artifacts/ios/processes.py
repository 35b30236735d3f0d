"""Processes, as the log relay of an iPhone lists them (com.apple.os_trace_relay, PidList).

A property list: `Status` is RequestSuccessful, `Payload` maps each pid, a text, to a dictionary
whose `ProcessName` is the last part of the program's path (pymobiledevice3 11.45 and Facebook's
idb read it so). There are no paths, no owners and no times in it, and Apple does not say that the
list is complete: a process that is not in it may run all the same.

It is asked for three times, some time apart, so that what starts and ends is seen more often. A
pid that is used again meanwhile keeps the name of its first list.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from scanner.artifacts.ios.reply import reply
from scanner.errors import NotAvailable, ParseError
from scanner.formats.plists import mapping, text
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Process
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import ServiceCall

TURNS = (1, 2, 3)
PROCESSES_LIMIT = 20_000
NAME_LIMIT = 255

_PID_DIGITS = 10


def parse(file: EvidenceFile) -> Iterator[Process]:
    """Yield the processes of one list; ParseError where one is not named by its pid."""
    answer = reply(file)
    status = text(answer, "Status")
    if status is not None and status != "RequestSuccessful":
        raise NotAvailable("no_permission", "the phone did not list its processes")
    listed = mapping(answer, "Payload")
    if not 0 < len(listed) <= PROCESSES_LIMIT:
        raise ParseError(f"a list of 1 to {PROCESSES_LIMIT} processes expected")
    strange = 0
    for pid, details in listed.items():
        if not (pid.isascii() and pid.isdigit() and len(pid) <= _PID_DIGITS):
            strange += 1
            continue
        name = text(details, "ProcessName") if isinstance(details, dict) else None
        yield Process(
            source="pid_list",
            pid=int(pid),
            started=None,
            name=name[:NAME_LIMIT] if name else UNSET,
        )
    if strange:
        raise ParseError("a process id for each process expected")


PROCESSES = Artifact(
    name="ios.processes",
    title="Processes",
    platform="ios",
    states=(Stated(Process, ("source", "pid", "started", "name")),),
    readings=tuple(
        Reading(
            ServiceCall(
                service="com.apple.os_trace_relay", arguments=(("Request", "PidList"),), turn=turn
            ),
            parse,
        )
        for turn in TURNS
    ),
)
