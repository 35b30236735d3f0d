"""Profiles of iPhones as files: one, or a folder or archive of them.

A configuration profile or provisioning profile is told by what it holds. What is not is listed as
unread; what seems to be one and cannot be read is a flaw. Archives within are not opened.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.errors import ParseError
from scanner.formats.container import Container
from scanner.formats.profile_envelope import (
    HEAD,
    Form,
    form_of,
    is_signed,
    may_be_profile,
    opened,
)
from scanner.model.recording import Flaw, Part, RecordingKind
from scanner.model.requests import ProfileFile
from scanner.sources.recorded.parts import Source, Wanted, answering, source_of, unread

KINDS: dict[Form, RecordingKind] = {
    "configuration": "mobileconfig",
    "provisioning": "mobileprovision",
}
_ENDINGS = tuple(f".{kind}" for kind in KINDS.values())
_WORDS = tuple(
    word.encode(encoding)
    for word in ("PayloadType", "PayloadContent", "TeamIdentifier", "ProvisionedDevices")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


def survey(container: Container, wanted: Wanted) -> Iterator[Part | Flaw]:
    """Yield what each file of a folder or archive is."""
    yield from container.flaws()
    for member in container.members:
        if member.readable:
            yield from survey_file(source_of(container, member), wanted)


def survey_file(source: Source, wanted: Wanted) -> Iterator[Part | Flaw]:
    """Yield what a single file is."""
    request, detail = None, "a profile expected, as the name of the file says"
    try:
        request = request_of(source)
    except ParseError as error:
        detail = str(error)
    else:
        detail = detail if _is_called_one(source) else ""
    if request:
        yield answering(source, request, wanted)
        return
    if detail:
        yield Flaw(reason="parse_error", detail=detail, locator=source.locator)
    yield unread(source)


def request_of(source: Source) -> ProfileFile | None:
    """Return what a file answers; None for no profile, ParseError for one that cannot be read."""
    with source.open() as stream:
        data = stream.read(HEAD)
        if not may_be_profile(data):
            return None
        limit = ProfileFile(form="configuration").limit
        data += stream.read(limit)
    if len(data) > limit or not _speaks_of_one(data):
        return None
    form = form_of(opened(data).content)
    return ProfileFile(form=form) if form else None


def _speaks_of_one(data: bytes) -> bool:
    return is_signed(data) or any(word in data for word in _WORDS)


def _is_called_one(source: Source) -> bool:
    return any(name.lower().endswith(_ENDINGS) for name in source.locator.members[-1:])
