"""What kind of recording a path is, told by what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner.errors import ParseError
from scanner.formats.container import Container
from scanner.formats.member import Member
from scanner.model.recording import RecordingKind
from scanner.sources.recorded import (
    androidqf,
    app_file,
    ios_filesystem,
    profile_file,
    sysdiagnose,
)
from scanner.sources.recorded.bugreport import MAIN_ENTRY
from scanner.sources.recorded.dumps import recognised, single, starts_dumpstate
from scanner.sources.recorded.parts import Source, source_of, top_of

_BACKUP = "Manifest.db"  # of an iPhone
_OF_AN_APP = frozenset(("AndroidManifest.xml", "classes.dex"))
_PAYLOAD = "Payload/"
_OF_A_BUNDLE = "Info.plist"  # an app of iOS holds a profile, too, and is much more


def kind_of(root: Path, container: Container | None) -> RecordingKind | None:
    """Return what a recording is; None where it is nothing that is known.

    `container` is the folder or archive at `root`, None where it is a single file. ParseError for
    one of which nothing can be read.
    """
    if container is None:
        return _kind_of_file(single(root), root.name)
    if container.members and not any(member.readable for member in container.members):
        raise ParseError("a file that can be read expected in the recording")
    if any(member.name == _BACKUP for member in container.members):
        return None
    if kind := _kind_of_iphone(container):
        return kind
    whole = () if root.is_dir() else (single(root),)
    if whole and any(_is_of_app(member) for member in container.members):
        return app_file.kind_of(whole)
    return _kind_of_phone(container) or _kind_of_files(root, container, whole)


def _kind_of_files(
    root: Path, container: Container, whole: tuple[Source, ...]
) -> RecordingKind | None:
    files = (source_of(container, member) for member in _readable(container))
    names = (root.name,) if whole else (member.name for member in _readable(container))
    return (
        app_file.kind_of(whole)
        or _kind_of_profiles(container)
        or app_file.kind_of(files)
        or app_file.kind_by_name(names)
    )


def _kind_of_iphone(container: Container) -> RecordingKind | None:
    if sysdiagnose.is_sysdiagnose(container):
        return "sysdiagnose"
    return "ios_filesystem" if ios_filesystem.is_ios_filesystem(container) else None


def _kind_of_phone(container: Container) -> RecordingKind | None:
    if androidqf.is_androidqf(container):
        return "androidqf"
    if any(_is_main(container, member) for member in _upper(container)):
        return "bugreport"
    if any(_is_answer(source_of(container, member)) for member in _readable(container)):
        return "dumps"
    return None


def _is_of_app(member: Member) -> bool:
    return member.name in _OF_AN_APP or member.name.startswith(_PAYLOAD)


def _kind_of_profiles(container: Container) -> RecordingKind | None:
    """Return the kind of the first profile at the top, where it is the folder of no app."""
    upper = list(_upper(container))
    if any(member.name.rpartition("/")[2] == _OF_A_BUNDLE for member in upper):
        return None
    for member in upper:
        try:
            request = profile_file.request_of(source_of(container, member))
        except ParseError:
            continue  # of what seems a profile and is none, the survey says so
        if request:
            return profile_file.KINDS[request.form]
    return None


def _kind_of_file(source: Source, name: str) -> RecordingKind | None:
    if starts_dumpstate(source):
        return "bugreport"
    if request := profile_file.request_of(source):
        return profile_file.KINDS[request.form]
    if kind := app_file.kind_of((source,)):
        return kind
    return "dumps" if recognised(source) else app_file.kind_by_name((name,))


def _readable(container: Container) -> Iterator[Member]:
    return (member for member in container.members if member.readable)


def _upper(container: Container) -> Iterator[Member]:
    """Yield the files at the top, or in the only folder there."""
    top = top_of(container)
    return (
        member
        for member in _readable(container)
        if member.name.startswith(top) and "/" not in member.name.removeprefix(top)
    )


def _is_main(container: Container, member: Member) -> bool:
    """Say whether a file makes its folder that of a bugreport: the main text, or the name of it."""
    if member.name.rpartition("/")[2] == MAIN_ENTRY:
        return True
    if not member.name.endswith(".txt"):
        return False
    try:
        return starts_dumpstate(source_of(container, member))
    except ParseError:
        return False  # a file that cannot be read is a flaw of the survey, and no sign of a kind


def _is_answer(source: Source) -> bool:
    try:
        return recognised(source) is not None
    except ParseError:
        return False
