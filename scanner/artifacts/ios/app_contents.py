"""The files of an app of iOS, each read once: its lists, its programs, and what its seal says.

Programs are told by their first bytes. Every file is compared with the list of sealed files; that
list and Info.plist are compared with the code directory of the executable beside them.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Iterator, Sequence
from typing import cast

from msgspec import Struct, structs

from scanner.artifacts.ios.app_facts import Examined
from scanner.artifacts.ios.code_files import Inspected, Place, inspected
from scanner.errors import ParseError
from scanner.formats.buffer import Buffer
from scanner.formats.certificates import Certificate
from scanner.formats.ios_app import information, seal
from scanner.formats.ios_app.bundle import Bundle
from scanner.formats.ios_app.embedded_profile import NAME as PROFILE
from scanner.formats.ios_app.embedded_profile import embedded_profile
from scanner.formats.ios_app.information import Information
from scanner.formats.macho.code_directory import INFORMATION, RESOURCES
from scanner.formats.macho.machine import is_macho
from scanner.formats.macho.reasons import error, verdict
from scanner.model.entities import SigningError

_READ_LIMIT = 768 << 20  # bytes of all files that are read
_PROGRAMS = 500
_EXTENSIONS = 200
_HEAD = 8
_FOLDERS = 4  # whose lists are kept at a time
_BESIDE = 5000  # files that are not sealed
_EXTENSION = ".appex/" + information.NAME


def read_lists(bundle: Bundle, found: Examined, roots: Sequence[Certificate] | None) -> None:
    """Read what the app says of itself: Info.plist, the seal, the profile, its extensions."""
    found.names, found.outside = bundle.names, bundle.outside
    found.information = _information(content(bundle, information.NAME, information.SIZE_LIMIT))
    if found.information is None:
        found.anomalies.add("information_unreadable")
    if data := content(bundle, seal.NAME, seal.SIZE_LIMIT):
        try:
            found.seal = seal.seal(data)
        except ParseError:
            found.errors.append(error("resources", "malformed"))
    if data := content(bundle, PROFILE, information.SIZE_LIMIT):
        try:
            found.profile = embedded_profile(data, roots=roots)
        except ParseError:
            found.errors.append(error("profile", "malformed"))
    extensions = [name for name in found.names if name.endswith(_EXTENSION)][:_EXTENSIONS]
    for name in extensions:
        said = _information(content(bundle, name, information.SIZE_LIMIT))
        if said is not None and said.identifier:
            found.extensions[said.identifier] = None


def programs(
    bundle: Bundle, app: Place, found: Examined, roots: Sequence[Certificate] | None
) -> Iterator[Inspected]:
    """Yield each program of an app, and note which files are not those that were sealed."""
    sealed = found.seal.files if found.seal else {}
    executable = found.executable(bundle.folder)
    folder = functools.lru_cache(maxsize=_FOLDERS)(functools.partial(_folder, bundle))
    changed = count = 0
    left = _READ_LIMIT
    for name in sorted(found.names, key=lambda name: name != executable):
        left -= bundle.size(name) or 0
        if left < 0 or count >= _PROGRAMS:
            found.anomalies.add("parts_left")
            found.errors.append(error("resources", "not_looked_at"))
            break
        try:
            with bundle.open(name) as data:
                digest = _sha256(data) if is_macho(data[:_HEAD]) else None
                changed += name in sealed and not sealed[name].is_of(data, digest)
                if digest is not None:
                    count += 1
                    place = _place(app, name, digest)
                    beside = folder(name[: name.rfind("/") + 1])
                    is_main = name == executable or beside.executable == place.name
                    yield from _read(data, place, beside if is_main else None, found, roots)
        except ParseError:
            found.anomalies.add("member_unreadable")
            changed += name in sealed
    if changed:
        found.errors.append(error("resources", "file_changed", f"{changed} of {len(sealed)} files"))


def seal_errors(found: Examined, executable: str) -> Iterator[SigningError]:
    """Yield what is missing of the sealed files, and what is there beside them."""
    if found.seal is None:
        return
    there = set(found.names)
    missing = sum(
        1 for name, each in found.seal.files.items() if name not in there and not each.optional
    )
    if missing:
        yield error("resources", "file_missing", f"{missing} of {len(found.seal.files)} files")
    beside = there - set(found.seal.files) - {executable}
    if len(beside) > _BESIDE:
        yield error("resources", "not_looked_at", f"{len(beside)} files that are not listed")
    elif added := sum(1 for name in beside if not found.seal.leaves_out(name)):
        yield error("resources", "file_added", f"{added} files")


def content(bundle: Bundle, name: str, limit: int) -> bytes | None:
    """Return the bytes of a small file; None where it is not there, or cannot be read."""
    size = bundle.size(name)
    if size is None or size > limit:
        return None
    with contextlib.suppress(ParseError), bundle.open(name) as data:
        return data[:limit]
    return None


def _information(data: bytes | None) -> Information | None:
    with contextlib.suppress(ParseError):
        return information.information(data or b"")
    return None


def _place(app: Place, name: str, digest: str) -> Place:
    origin, last = f"{app.origin}{name}", name.rpartition("/")[2]
    return structs.replace(app, name=last, origin=origin, sha256=digest, path=name)


def _read(
    data: Buffer,
    place: Place,
    beside: _Folder | None,
    found: Examined,
    roots: Sequence[Certificate] | None,
) -> Iterator[Inspected]:
    """Yield each architecture of a program; what begins as one and is none is odd."""
    try:
        for each in inspected(data, place, roots=roots):
            yield _with_components(each, beside) if beside else each
    except ParseError:
        found.anomalies.add("slice_unreadable")


class _Folder(Struct, frozen=True, kw_only=True):
    """The lists that lie in the folder of a program, and whose they are."""

    executable: str | None
    information: bytes | None
    seal: bytes | None


def _folder(bundle: Bundle, top: str) -> _Folder:
    data = content(bundle, f"{top}{information.NAME}", information.SIZE_LIMIT)
    said = _information(data)
    return _Folder(
        executable=said.executable if said else None,
        information=data,
        seal=content(bundle, f"{top}{seal.NAME}", seal.SIZE_LIMIT),
    )


def _with_components(each: Inspected, folder: _Folder) -> Inspected:
    """Add to a signature what is wrong of the parts that lie in files of their own."""
    if each.code is None or each.code.directory is None:
        return each
    errors: list[SigningError] = []
    parts = (
        (INFORMATION, folder.information, "Info.plist"),
        (RESOURCES, folder.seal, "list of files"),
    )
    for slot, data, what in parts:
        is_covered = each.code.directory.special(slot) is not None
        if data is None and is_covered:
            errors.append(error("resources", "missing", what))
        elif data is not None and not is_covered:
            errors.append(error("resources", "slot_missing", what))
        elif data is not None and not each.code.directory.is_of(slot, data):
            errors.append(error("resources", "digest_mismatch", what))
    if not errors:
        return each
    whole = (*each.code.signature.errors, *errors)
    signature = structs.replace(each.code.signature, errors=whole, verified=verdict(whole))
    return structs.replace(each, entity=structs.replace(each.entity, signature=signature))


def _sha256(data: Buffer) -> str:
    return hashlib.sha256(cast("bytes", data)).hexdigest()
