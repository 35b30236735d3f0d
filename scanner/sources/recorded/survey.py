"""The survey of a recording: what it is, its parts, and what of it cannot be looked into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner.errors import NotAvailable
from scanner.formats import section_lines
from scanner.formats.container import RecordedFile, is_container, open_at, open_container
from scanner.model.evidence import Locator
from scanner.model.recording import Header, RecordingKind, Surveyed
from scanner.model.requests import (
    AnyRequest,
    AppBytes,
    Dumpsys,
    File,
    Glob,
    Section,
    ServiceDump,
    Survey,
    is_answered_by,
)
from scanner.sources.recorded import androidqf, bugreport, dumps, profile_file
from scanner.sources.recorded.collection import collection
from scanner.sources.recorded.kind import kind_of
from scanner.sources.recorded.parts import Wanted, digest_of, top_of

_FIRST = 4096


def survey(file: RecordedFile) -> Iterator[Surveyed]:
    """Yield what a recording is, its parts and its flaws; the request is a `Survey`.

    NotAvailable for a path of no known kind, ParseError for one of which nothing can be read.
    """
    root, request = file.root, file.request
    wanted = wanting(request.wanted if isinstance(request, Survey) else ())
    container = open_container(root) if is_container(root) else None
    kind = kind_of(root, container)
    if kind is None:
        raise NotAvailable("unsupported_version", "no recording of a known kind")
    digest = None if root.is_dir() else _digest(root)
    if container is None:
        yield from _of_text(root, kind, digest, wanted)
    elif kind == "androidqf":
        said = collection(container, top_of(container))
        keys = said.host_keys
        yield Header(kind=kind, recorded_at=said.recorded_at, host_keys=keys, sha256=digest)
        yield from androidqf.survey(container, said, wanted)
    elif kind == "bugreport":
        recorded_at = bugreport.main_text(container).recorded_at
        yield Header(kind=kind, recorded_at=recorded_at, sha256=digest)
        yield from bugreport.survey(container, wanted)
    elif kind in profile_file.KINDS.values():
        yield Header(kind=kind, sha256=digest)
        yield from profile_file.survey(container, wanted)
    else:
        yield Header(kind=kind, sha256=digest)
        yield from dumps.survey(container, wanted)


def _of_text(
    root: Path, kind: RecordingKind, digest: str | None, wanted: Wanted
) -> Iterator[Surveyed]:
    source = dumps.single(root)
    if kind in profile_file.KINDS.values():
        yield Header(kind=kind, sha256=digest)
        yield from profile_file.survey_file(source, wanted)
        return
    if kind != "bugreport":
        yield Header(kind=kind, sha256=digest)
        yield from dumps.survey_file(source, wanted)
        return
    with source.open() as stream:
        recorded_at = section_lines.recorded_at(stream.read(_FIRST))
    yield Header(kind=kind, recorded_at=recorded_at, sha256=digest)
    yield from bugreport.survey_text(source, wanted)


def wanting(requests: tuple[AnyRequest, ...]) -> Wanted:
    """Return whether an answer to a request is one that somebody wants."""
    sorted_: dict[tuple[str, str], list[AnyRequest]] = {}
    for asked in requests:
        sorted_.setdefault(_sort(asked), []).append(asked)

    def is_wanted(request: AnyRequest) -> bool:
        return any(is_answered_by(asked, request) for asked in sorted_.get(_sort(request), ()))

    return is_wanted


def _sort(request: AnyRequest) -> tuple[str, str]:
    """Return what the requests have in common that one answer may be for."""
    match request:
        case Dumpsys(service=name) | ServiceDump(service=name):
            return "service", name
        case Section(title=name):
            return "section", name
        case File() | Glob():
            return "file", ""
        case AppBytes():
            return "app", ""
        case _:
            return "", ""


def _digest(root: Path) -> str:
    with open_at(root, Locator()) as stream:
        return digest_of(stream)
