"""What every reading asks first: is this an answer at all?"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

from scanner.errors import ParseError
from scanner.formats.refusals import refusal
from scanner.model.artifact import Known, Planned
from scanner.model.entities import User
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import AnyRequest, Command, for_user

_TAIL = 64 * 1024  # bytes: a trace of what failed is the last that is printed
# Binder.doDump, and dumpsys itself where the pipe broke.
_FAILED = re.compile(
    rb"^(?:Exception occurred while dumping:|Failed to write while dumping service )", re.MULTILINE
)


def answer(file: EvidenceFile) -> EvidenceFile:
    """Return the file; NotAvailable where the device refused, ParseError where it said nothing.

    ParseError, too, where a service failed while it printed: what is missing then is not absent.
    """
    if (refused := refusal(file)) is not None:
        raise refused
    with file.open() as stream:
        if not stream.read(1):
            raise ParseError("an answer expected, found nothing")
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(size - _TAIL, 0))
        if _FAILED.search(stream.read(_TAIL)):
            raise ParseError("a whole answer expected, the service failed while it printed")
    return file


def user_of(file: EvidenceFile) -> int:
    """Return the user that a request was limited to."""
    request = file.request
    if not isinstance(request, Command) or request.user is None:
        raise ParseError("a request limited to a user expected")
    return request.user


def per_user(*argv: str) -> Planned:
    """Return the plan of a command that is asked once for each user of the device."""
    template = Command(argv=argv)

    def plan(known: Known) -> Iterable[AnyRequest]:
        # A phone that refuses to list its users has user 0 all the same.
        users = sorted({user.id for user in known.every(User)}) or [0]
        return [for_user(template, user) for user in users]

    return Planned(after=("android.users",), template=template, plan=plan)
