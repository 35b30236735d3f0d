"""What androidqf collected: a folder or an archive of it, with or without one folder at the top.

Layout and names are those of androidqf 1.0 to 1.8: `acquisition.json` and `hashes.csv` (see
collection.py); answers of the phone as text: `getprop.txt`, `settings_global.txt`, `ps.txt` or
`processes.txt`, `selinux.txt`, `services.txt`, `dumpsys.txt` with all services; JSON in a shape of
its own: `packages.json`, `processes.json`, `files.json`, `root_binaries.json`, `mounts.json`;
`bugreport.zip` and `backup.ab`; `apks/`, `logs/`, `tmp/` and `intrusion_logs/`, which hold files
whose names the phone chose.

The texts are what `adb shell` printed, without the white space at both ends: no last line has its
end. Only the digest tells such a text from one that was cut. `processes.txt` of some versions is
the JSON of `processes.json`.

What both `dumpsys.txt` and `bugreport.zip` state is two parts, each where it stands. An archive
that androidqf encrypted (`.zip.age`) is no archive here, and of no known kind.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator

from msgspec import structs

from scanner.errors import ParseError
from scanner.formats.container import Container
from scanner.formats.lines import decode
from scanner.formats.member import Member
from scanner.model.recording import Flaw, Part
from scanner.model.requests import AnyRequest, Collected, Command, MiB
from scanner.sources.recorded import bugreport
from scanner.sources.recorded.app_file import Asked
from scanner.sources.recorded.collection import ABOUT, DIGESTS, Collection
from scanner.sources.recorded.lists import NARROWED, PS, reaches_end, settings_of
from scanner.sources.recorded.parts import (
    ALTERED,
    Source,
    Wanted,
    answering,
    digest_of,
    source_of,
    top_of,
    unread,
)
from scanner.sources.recorded.services import services

_SERVICES = "dumpsys.txt"
_BUGREPORT = "bugreport.zip"
_PROCESSES = "processes.json"
_APPS = "apks/"
_COLLECTED = ("packages.json", _PROCESSES, "files.json", "root_binaries.json", "mounts.json")
_SETTINGS = {f"settings_{space}.txt": space for space in ("global", "secure", "system")}
_ANSWERS: dict[str, AnyRequest] = {
    "getprop.txt": Command(argv=("getprop",)),
    "selinux.txt": Command(argv=("getenforce",)),
    "services.txt": Command(argv=("service", "list")),
    "ps.txt": PS,
    "processes.txt": PS,
    **{name: settings_of(space) for name, space in _SETTINGS.items()},
    **{name: Collected(collector="androidqf", name=name, limit=256 * MiB) for name in _COLLECTED},
}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
KNOWN = frozenset((*_ANSWERS, ABOUT, DIGESTS, _SERVICES, _BUGREPORT, "backup.ab", "env.txt"))


def is_androidqf(container: Container) -> bool:
    """Say whether two files of androidqf are there, one of them in a shape that only it writes."""
    here = _here(container)
    return len(KNOWN & here.keys()) > 1 and any(
        name in here and _begins(container, here[name], b"{" if name == ABOUT else b"[")
        for name in (ABOUT, *_COLLECTED)
    )


def survey(container: Container, said: Collection, asked: Asked) -> Iterator[Part | Flaw]:
    """Yield the parts of a collection."""
    yield from container.flaws()
    yield from said.flaws
    top = top_of(container)
    for member in container.members:
        if member.readable:
            name = member.name.removeprefix(top)
            digest = said.digests.get(name)
            if name.startswith(_APPS):
                source = source_of(container, member)
                request = asked.bytes_of(name)
                yield answering(source, request, asked.wanted, digest=digest)
            else:
                yield from _parts(container, member, name, digest, asked.wanted)


def _parts(
    container: Container, member: Member, name: str, digest: str | None, wanted: Wanted
) -> Iterator[Part | Flaw]:
    source = source_of(container, member)
    request = _ANSWERS.get(name)
    if request == PS and _begins(container, member, b"["):
        request = _ANSWERS[_PROCESSES]  # as older versions named it
    if request:
        part = answering(source, request, wanted, digest=digest)
        if (
            digest is None
            and name in _SETTINGS
            and part.cut is None
            and not _has_last(source, name)
        ):
            part = structs.replace(part, cut="truncated", detail=NARROWED)
        yield _trimmed(part, source) if digest is not None and name.endswith(".txt") else part
    elif name in {_SERVICES, _BUGREPORT}:
        altered = digest is not None and digest != _digest(source)
        parts = _within(container, member, source, wanted)
        yield from map(_altered, parts) if altered else parts
    else:
        yield unread(source)


def _has_last(source: Source, name: str) -> bool:
    """Say whether a sorted list of settings reaches as far as a whole one does."""
    with source.open() as stream:
        return reaches_end(decode(stream.read(MiB)), _SETTINGS[name])


def _trimmed(part: Part, source: Source) -> Part:
    """Return a text that is as it was collected; trimmed, where its last line has no end."""
    if part.cut or part.sha256 is None or not part.size:
        return part
    with source.open() as stream:
        is_wide = stream.read(len(codecs.BOM_UTF16)) in _UTF_16
        stream.seek(-1, io.SEEK_END)
        if is_wide or stream.read(1) == b"\n":
            return part
    return structs.replace(part, locator=structs.replace(part.locator, trimmed=True))


def _within(
    container: Container, member: Member, source: Source, wanted: Wanted
) -> Iterator[Part | Flaw]:
    """Yield the parts of a file that holds many: all services, or a bugreport."""
    if not member.name.endswith(_BUGREPORT):
        yield from services(source, wanted)
        return
    try:
        yield from bugreport.survey(container.inner(member.name), wanted)
    except ParseError as error:
        yield Flaw(reason="parse_error", detail=str(error), locator=source.locator)


def _altered(found: Part | Flaw) -> Part | Flaw:
    """Return a part of a file that is not as it was collected: what it lacks proves nothing."""
    if isinstance(found, Flaw) or found.cut or found.request is None:
        return found
    return structs.replace(found, cut="truncated", detail=ALTERED)


def _digest(source: Source) -> str | None:
    try:
        with source.open() as stream:
            return digest_of(stream)
    except ParseError:
        return None


def _here(container: Container) -> dict[str, Member]:
    """Return the readable files at the top, by name."""
    top = top_of(container)
    return {
        member.name.removeprefix(top): member
        for member in container.members
        if member.readable and member.name.startswith(top)
    }


def _begins(container: Container, member: Member, mark: bytes) -> bool:
    try:
        with container.open(member.name) as stream:
            return stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(mark)
    except ParseError:
        return False
