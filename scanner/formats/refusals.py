"""Answers that are no answers: refusals and absences, as Android words them.

Many commands print a refusal on the standard output and end with status 0, so the status proves
nothing and is not asked. Only the beginning of a short answer counts, or the standard error of an
empty one: the same words deep inside an ordinary listing are somebody's data.

Sources: frameworks/native cmds/dumpsys and cmds/cmd, ShellCommand.java, mksh, toybox.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.errors import NotAvailable
from scanner.formats.lines import decode
from scanner.model.requests import File

if TYPE_CHECKING:
    from scanner.model.evidence import EvidenceFile, Reason

SHORT = 32 * 1024
"""Bytes of the longest answer that can be a refusal: a message with its Java stack trace."""

_LEADING = 4  # lines: `Exception occurred while executing ...:` stands before the exception's name

# `E: sh: <stdin>[23]: ` is mksh that reads a script: severity, shell, place.
_PREFIX = r"(?:[\w./<>\[\]-]{1,64}: |error: |failure \[|failed transaction[^:]{0,80}: ){0,4}"
_SIGNS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (
        "no_permission",
        re.compile(
            _PREFIX + r"(?:(?:java\.lang\.)?securityexception\b|security exception:"
            r"|shell (?:does not have permission|cannot|is not allowed)"
            r"|permission denial\b|can't dump \w+ from|neither user \d+ nor current process has)"
            r"|" + _PREFIX + r"(?:[^:\n]{1,200}: )?(?:can't execute: )?permission denied$",
            re.IGNORECASE,
        ),
    ),
    (
        "source_absent",
        re.compile(
            _PREFIX + r"can't find service: "
            r"|error dumping service info|service .{1,80} does not exist$"
            r"|" + _PREFIX + r"(?:[^:\n]{1,200}: )?"
            r"(?:<?inaccessible or not found>?|command not found|not found"
            r"|no such file or directory|no such tool)$",
            re.IGNORECASE,
        ),
    ),
    (
        "unsupported_version",
        re.compile(
            _PREFIX + r"(?:unknown (?:command|option|argument)\b|no shell command implementation"
            r"|invalid (?:command|option|argument)\b|usage: |bad -o\b|bad argument\b"
            r"|(?:java\.lang\.)?(?:illegalargument|unsupportedoperation|nullpointer)exception\b)",
            re.IGNORECASE,
        ),
    ),
)
_EXECUTING = re.compile(r"exception occurred while (?:executing|dumping)", re.IGNORECASE)


def refusal(file: EvidenceFile) -> NotAvailable | None:
    """Return why an answer states nothing, or None where it is an answer, or none that we know."""
    if isinstance(file.request, File):
        return None  # the bytes of a file, whatever they say
    with file.open() as stream:
        data = stream.read(SHORT + 1)
    if len(data) > SHORT:
        return None
    text = decode(data)
    return _judge(text if text.strip() else file.errors())


def _judge(text: str) -> NotAvailable | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()][:_LEADING]
    if not lines:
        return None
    spoken = lines if _EXECUTING.match(lines[0]) else lines[:1]
    for line in spoken:
        for reason, sign in _SIGNS:
            if sign.match(line[:1000]):
                return NotAvailable(reason, f"the device refused to answer: {reason}")
    if _EXECUTING.match(lines[0]):
        return NotAvailable("unsupported_version", "the device failed to run the command")
    return None
