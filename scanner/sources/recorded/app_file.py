"""Files of apps: one, or a folder or archive of them, and those that lie in other recordings.

An app is told by what it holds (`scanner/formats/app_kind.py`). An unpacked app of iOS, a folder
whose name ends in `.app`, is one: its executable stands for it. What is neither an app nor a part
of one is a gap: whoever names a folder of apps wants to know which of its files were not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats import plists
from scanner.formats.app_kind import HEAD, Form, ends_as_archive, form_of, holds_app, names_of
from scanner.formats.container import Container
from scanner.model.recording import Flaw, Part, RecordingKind
from scanner.model.requests import AppBytes, MiB
from scanner.sources.recorded.parts import Source, Wanted, answering, source_of, top_of, unread

_BUNDLE = ".app"
_INFO = "Info.plist"
_INFO_LIMIT = 4 * MiB
_SIGNATURE = ".idsig"  # of the APK whose name it has; read with it
_NO_APP = "an app, or a program of one, expected"
_ALONE = "the app that it signs expected beside it"
_LOOSE_ENDINGS = (".apk", ".ipa", ".dex", ".apks", ".xapk", ".apkm", ".aab", ".jar")


class Asked(Struct, frozen=True, kw_only=True):
    """How the apps of a recording are to be read."""

    wanted: Wanted
    min_sdk: int | None = None  # verify for this version of Android on
    closed: Wanted | None = None  # what is not opened, not even to see whether it is an app

    def bytes_of(self, path: str) -> AppBytes:
        """Return what a file of an app answers."""
        return AppBytes(path=path, min_sdk=self.min_sdk)


def kind_of(sources: Iterable[Source]) -> RecordingKind | None:
    """Return what files are apps of, by most of them; None where none is one."""
    counted: Counter[RecordingKind] = Counter()
    for source in sources:
        try:
            form = form_of_app(source)
        except ParseError:
            continue
        if form is not None:
            is_iphone = form == "macho" or (form == "zip" and _is_ipa(source))
            counted["ios_app_files" if is_iphone else "app_files"] += 1
    return counted.most_common(1)[0][0] if counted else None


def kind_by_name(names: Iterable[str]) -> RecordingKind | None:
    """Return what files call themselves, where none is an app: each is read, and says why not."""
    endings = {each for name in names for each in _LOOSE_ENDINGS if name.lower().endswith(each)}
    return ("ios_app_files" if endings == {".ipa"} else "app_files") if endings else None


def form_of_app(source: Source) -> Form | None:
    """Return what a file is as an app, or as the program of one; None where it is neither."""
    if not source.size:
        return None
    with source.open() as stream:
        form = form_of(stream.read(HEAD))
        if form is None and ends_as_archive(stream, source.size):
            form = "zip"
        elif form == "dex" and ends_as_archive(stream, source.size) and holds_app(stream):
            return "zip"  # both at once, which only Android's installer takes for an archive
        return None if form == "zip" and not holds_app(stream) else form


def survey(container: Container, asked: Asked) -> Iterator[Part | Flaw]:
    """Yield what each file of a folder or archive is."""
    yield from container.flaws()
    top = top_of(container)
    bundles = _bundles(container)
    names = {member.name for member in container.members if member.readable}
    for member in container.members:
        if not member.readable:
            continue
        source, name = source_of(container, member), member.name.removeprefix(top)
        bundle = next((each for each in bundles if member.name.startswith(each)), None)
        if bundle is None:
            if name.endswith(_SIGNATURE) and member.name.removesuffix(_SIGNATURE) not in names:
                yield Flaw(reason="parse_error", detail=_ALONE, locator=source.locator)
            yield from survey_file(source, asked, name)
        elif bundles[bundle] == member.name:
            yield answering(source, asked.bytes_of(name), asked.wanted)
        else:
            yield unread(source)  # by itself: it is read with its app


def survey_file(source: Source, asked: Asked, name: str) -> Iterator[Part | Flaw]:
    """Yield what a single file is; what is no app is a flaw."""
    if name.endswith(_SIGNATURE):
        yield unread(source)
        return
    detail = _NO_APP
    try:
        if form_of_app(source) or is_called_one(name):
            yield answering(source, asked.bytes_of(name), asked.wanted)
            return
    except ParseError as error:
        detail = str(error)
    yield Flaw(reason="parse_error", detail=detail, locator=source.locator)
    yield unread(source)


def within(source: Source, asked: Asked, name: str) -> Iterator[Part]:
    """Yield a file of another recording if it is an app; the rest of it is not ours to judge."""
    try:
        if form_of_app(source) is not None:
            yield answering(source, asked.bytes_of(name), asked.wanted)
            return
    except ParseError:
        pass  # what cannot be read is a flaw of the container
    yield unread(source)


def is_called_one(name: str) -> bool:
    """Say whether a file calls itself an app: it is read as one, and that says why it is none."""
    return name.lower().endswith(_LOOSE_ENDINGS)


def _is_ipa(source: Source) -> bool:
    with source.open() as stream:
        return any(name.startswith("Payload/") for name in names_of(stream))


def _bundles(container: Container) -> dict[str, str]:
    """Return the unpacked apps of iOS by their folders, each with the name of its executable."""
    names = {member.name for member in container.members if member.readable}
    found: dict[str, str] = {}
    for name in sorted(names, key=len):
        folder, slash, last = name.rpartition("/")
        called = folder or ("" if container.inside else container.root.name)
        if last != _INFO or not called.endswith(_BUNDLE):
            continue
        if any(folder.startswith(outer) for outer in found):
            continue  # a part of the app around it
        stem = PurePosixPath(called).stem
        executable = f"{folder}{slash}{executable_of(container, name) or stem}"
        if executable in names:
            found[f"{folder}{slash}"] = executable
    return found


def executable_of(container: Container, info: str) -> str | None:
    """Return the name of the executable that an Info.plist states; None where it states none."""
    try:
        with container.open(info) as stream:
            said = plists.plist_of(stream.read(_INFO_LIMIT))
    except ParseError:
        return None
    name = plists.text(said, "CFBundleExecutable") if isinstance(said, dict) else None
    return None if name is None or "/" in name else name
