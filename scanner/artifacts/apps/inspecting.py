"""Files of apps, read from their bytes: whichever platform they are for, by what they hold.

A file that is an APK to Android and something else to others (its first bytes are code, its end is
an archive) is read as the archive: that is what gets installed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from scanner.artifacts.apps.apk import Read, inspect_apk
from scanner.artifacts.apps.code import inspect_program
from scanner.artifacts.apps.opened import AppBytesRead, older_digests, sha256_of
from scanner.artifacts.apps.resources import inspect_manifest, inspect_resources
from scanner.artifacts.ios.app_files import Origin, inspect_bundle, inspect_ipa, inspect_macho
from scanner.errors import ParseError
from scanner.formats.app_kind import HEAD, Form, form_of
from scanner.formats.buffer import Buffer, buffered
from scanner.formats.container import RecordedFile, open_at, open_container
from scanner.formats.ios_app.bundle import UnpackedBundle, is_ipa
from scanner.formats.ranges import read_parts
from scanner.model.entities import AppFile, Statement
from scanner.model.evidence import EvidenceFile, Locator
from scanner.model.requests import AppBytes, MiB

_TAIL = 66 * 1024  # bytes that hold the end of a zip's directory
_IDSIG = ".idsig"
_INFO = "Info.plist"
_SIBLING_LIMIT = 64 * MiB


def inspect(file: EvidenceFile) -> Iterator[Statement]:
    """Yield what a file of an app is, and what is in it."""
    request = file.request
    if not isinstance(request, AppBytes):
        raise ParseError("a file of an app expected")
    with buffered(file) as held:
        data = read_parts(held) if request.ranges else held
        app = AppBytesRead(
            data=data,
            partial=request.ranges,
            sha256=file.sha256 or sha256_of(held),
            name=PurePosixPath(request.path).name,
            origin=request.path,
            min_sdk=request.min_sdk,
            has_base=request.package is not None,
            idsig=sibling(file, PurePosixPath(request.path).name + _IDSIG),
        )
        read = Read()
        yield from _inspected(file, app, read)
        if read.gaps:
            raise ParseError(_said(read.gaps))


def _said(gaps: list[str]) -> str:
    """Return in one line what could not be read: the most frequent reasons."""
    counted = Counter(gaps).most_common()
    first, times = counted[0]
    said = first if times == 1 else f"{first} ({times} times)"
    return f"{said}; and {len(counted) - 1} more" if len(counted) > 1 else said


def _inspected(file: EvidenceFile, app: AppBytesRead, read: Read) -> Iterator[Statement]:
    origin = Origin(name=app.name, origin=app.origin, sha256=app.sha256)
    match "zip" if app.partial else _form(app.data):
        case "dex" | "elf":
            yield from inspect_program(app)
        case "manifest":
            yield from inspect_manifest(app)
        case "resources":
            yield from inspect_resources(app)
        case "macho" if (bundle := _bundle(file)) is not None:
            yield from inspect_bundle(bundle, _folder(app.origin))
        case "macho":
            yield from inspect_macho(app.data, origin)
            yield _digests(app)
        case "zip" if not app.partial and is_ipa(app.data):
            yield from inspect_ipa(app.data, origin)
            yield _digests(app)
        case _:
            yield from inspect_apk(app, read)


def _digests(app: AppBytesRead) -> AppFile:
    sha1, md5 = older_digests(app.data)
    return AppFile(sha256=app.sha256, sha1=sha1, md5=md5)


def _folder(executable: str) -> Origin:
    """Return where the folder of an unpacked app lies; its digest is that of its executable."""
    folder = PurePosixPath(executable).parent
    return Origin(name=folder.name, origin=str(folder))


def _bundle(file: EvidenceFile) -> UnpackedBundle | None:
    """Return the unpacked app whose executable an evidence is; None where it is none."""
    if not isinstance(file, RecordedFile) or not file.locator.members:
        return None
    *inside, name = file.locator.members
    folder = name.rpartition("/")[0]
    if sibling(file, _INFO) is None:
        return None
    return UnpackedBundle(open_container(file.root, tuple(inside)), folder)


def _form(data: Buffer) -> Form | None:
    form = form_of(data[0:HEAD])
    ends_as_archive = data.rfind(b"PK\x05\x06", max(len(data) - _TAIL, 0)) >= 0
    return "zip" if ends_as_archive and form in {None, "dex"} else form


def sibling(file: EvidenceFile, name: str) -> bytes | None:
    """Return the bytes of a file that lies beside the evidence in its recording."""
    if not isinstance(file, RecordedFile):
        return None
    members = file.locator.members
    if not members:
        return _beside(file.root.with_name(name))
    folder = members[-1].rpartition("/")[0]
    beside = f"{folder}/{name}" if folder else name
    try:
        with open_at(file.root, Locator(members=(*members[:-1], beside))) as stream:
            data = stream.read(_SIBLING_LIMIT + 1)
    except ParseError:
        return None
    return data if len(data) <= _SIBLING_LIMIT else None


def _beside(path: Path) -> bytes | None:
    """Return the bytes of a file that lies beside the one that a person named."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_SIBLING_LIMIT + 1)
    except OSError:
        return None
    return data if len(data) <= _SIBLING_LIMIT else None
