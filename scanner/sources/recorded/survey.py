"""The survey of a recording: what it is, its parts, and what of it cannot be looked into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from scanner.errors import NotAvailable, ParseError
from scanner.formats import section_lines
from scanner.formats.container import Container, RecordedFile, is_container, open_at, open_container
from scanner.formats.ios_backup.layout import layout_of
from scanner.formats.ios_places import Places
from scanner.formats.path_patterns import PathPatterns
from scanner.model.evidence import Locator
from scanner.model.recording import APP_FILES, Header, RecordingKind, Surveyed
from scanner.model.requests import (
    AnyRequest,
    AppBytes,
    Diagnostic,
    Dumpsys,
    File,
    Glob,
    Section,
    ServiceDump,
    Survey,
    is_answered_by,
)
from scanner.sources.recorded import (
    androidqf,
    app_file,
    bugreport,
    dumps,
    ios_backup,
    ios_filesystem,
    profile_file,
    sysdiagnose,
)
from scanner.sources.recorded.collection import collection
from scanner.sources.recorded.kind import kind_of
from scanner.sources.recorded.parts import Wanted, digest_of, top_of

_FIRST = 4096
_READ_WITH_APPS = ".app/Info.plist"


def survey(file: RecordedFile) -> Iterator[Surveyed]:
    """Yield what a recording is, its parts and its flaws; the request is a `Survey`.

    NotAvailable for a path of no known kind, ParseError for one of which nothing can be read.
    """
    root, request = file.root, file.request
    requests = request.wanted if isinstance(request, Survey) else ()
    wanted = wanting(requests)
    layout = layout_of(root)  # a folder of so many files is not walked
    container = None if layout else _container(root, _digested(wanted))
    layout = layout or (layout_of(root, container) if container else None)
    if layout is not None:
        digest = None if root.is_dir() else _digest(root)
        yield from ios_backup.survey(
            layout, wanted, file.keys, sha256=digest, everything=_everything(request)
        )
        return
    kind = kind_of(root, container)
    if kind is None:
        raise NotAvailable("unsupported_version", "no recording of a known kind")
    digest = None if root.is_dir() else _digest(root)
    closed = wanting(request.closed) if isinstance(request, Survey) and request.closed else None
    apps = app_file.Asked(wanted=wanted, min_sdk=_min_sdk(requests), closed=closed)
    if kind in APP_FILES:
        yield Header(kind=kind, sha256=digest)
        if container is not None and (root.is_dir() or not _is_app(root)):
            yield from app_file.survey(container, apps)
        else:
            yield from app_file.survey_file(dumps.single(root), apps, root.name)
    elif container is None:
        yield from _of_text(root, kind, digest, wanted)
    elif kind == "sysdiagnose":
        yield from sysdiagnose.survey(container, wanted, digest, everything=_everything(request))
    elif kind == "ios_filesystem":
        yield from ios_filesystem.survey(container, apps, digest, everything=_everything(request))
    else:
        yield from _of_container(container, kind, digest, apps)


def _of_container(
    container: Container, kind: RecordingKind, digest: str | None, apps: app_file.Asked
) -> Iterator[Surveyed]:
    if kind == "androidqf":
        said = collection(container, top_of(container))
        keys = said.host_keys
        yield Header(kind=kind, recorded_at=said.recorded_at, host_keys=keys, sha256=digest)
        yield from androidqf.survey(container, said, apps)
    elif kind == "bugreport":
        recorded_at = bugreport.main_text(container).recorded_at
        yield Header(kind=kind, recorded_at=recorded_at, sha256=digest)
        yield from bugreport.survey(container, apps.wanted)
    elif kind in profile_file.KINDS.values():
        yield Header(kind=kind, sha256=digest)
        yield from profile_file.survey(container, apps.wanted)
    else:
        yield Header(kind=kind, sha256=digest)
        yield from dumps.survey(container, apps)


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
    files, diagnostics = PathPatterns(), PathPatterns()
    for asked in requests:
        match asked:
            case Glob(pattern=pattern):
                files.add(pattern)
            case Diagnostic(name=pattern):
                diagnostics.add(pattern)
            case _:
                sorted_.setdefault(_sort(asked), []).append(asked)

    def is_wanted(request: AnyRequest) -> bool:
        if type(request) is File:  # there are hundreds of thousands of them
            named = sorted_.get(("file", request.path))
            return files.covers(request.path) or (
                named is not None and any(is_answered_by(asked, request) for asked in named)
            )
        if isinstance(request, Diagnostic):
            return diagnostics.covers(request.name)
        return any(is_answered_by(asked, request) for asked in sorted_.get(_sort(request), ()))

    return is_wanted


def _sort(request: AnyRequest) -> tuple[str, str]:
    """Return what the requests have in common that one answer may be for."""
    match request:
        case Dumpsys(service=name) | ServiceDump(service=name):
            return "service", name
        case Section(title=name):
            return "section", name
        case File(path=path):
            return "file", path
        case AppBytes():
            return "app", ""
        case _:
            return "", ""


def _digested(wanted: Wanted) -> Callable[[str], bool]:
    """Return which files of an archive are likely to be read, by names that come one by one."""
    places = Places()

    def is_one(name: str) -> bool:
        if wanted(Diagnostic(name=name.partition("/")[2])) or name.endswith(_READ_WITH_APPS):
            return True
        places.learn(name)
        path = places.path(name)
        return path is not None and wanted(File(path=path))

    return is_one


def _container(root: Path, digested: Callable[[str], bool]) -> Container | None:
    """Open a folder or an archive; None for any other file, and for one that only seems to be."""
    if not is_container(root):
        return None
    try:
        return open_container(root, digested=digested)
    except ParseError:
        if app_file.form_of_app(dumps.single(root)):
            return None  # apps are read as Android would, which takes what others refuse
        raise


def _everything(request: AnyRequest | Survey) -> bool:
    return isinstance(request, Survey) and request.everything


def _is_app(root: Path) -> bool:
    """Say whether a file is an app by itself, and no archive of a folder of them."""
    return app_file.is_called_one(root.name) or app_file.kind_of((dumps.single(root),)) is not None


def _min_sdk(requests: tuple[AnyRequest, ...]) -> int | None:
    return next((each.min_sdk for each in requests if isinstance(each, AppBytes)), None)


def _digest(root: Path) -> str:
    with open_at(root, Locator()) as stream:
        return digest_of(stream)
