"""Backups of an iPhone: a folder or an archive of one, encrypted or not, of iOS 5 and later.

Of hundreds of thousands of files only those that somebody reads become parts, under the path that
they have on the phone; nothing else is decrypted. A name in the list is a key to look a file up by,
never a path of this computer: a row whose identifier is not that of its name is not followed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from msgspec import Struct, structs

from scanner.errors import NotAvailable, ParseError
from scanner.formats.container import RecordedFile, open_at
from scanner.formats.ios_backup import manifest, mbdb
from scanner.formats.ios_backup.about import About, about, is_damaged, read_map
from scanner.formats.ios_backup.domains import device_path
from scanner.formats.ios_backup.layout import ABOUT, DATABASE, INFO, LIST, STATUS, Layout
from scanner.formats.ios_backup.manifest import FILE, FOLDER, LINK, Row, is_named_rightly
from scanner.formats.ios_backup.mbfile import MBFile, MetadataReader
from scanner.formats.text import safe_text
from scanner.model.evidence import Locator
from scanner.model.recording import BackupKeys, Flaw, Header, Part, Surveyed
from scanner.model.requests import BackupFile, File
from scanner.sources.recorded.parts import Source, Wanted, answering, unread

_LOCKED = "the backup is encrypted, and no password was given"
_ABSENT = "Manifest.db, the list of its files, expected in the backup"
_DAMAGED = "a list that can be read expected in the backup"
_NOT_THERE = "the backup lists this file and does not hold it"
_NO_KEY = "the key of an encrypted file expected in the list of the backup"
_FORGED = "a row whose identifier is that of its domain and path expected in the list"
_LINKED = "a link, which is not followed"
_ODD = "a plain file of a name that a phone can have expected in the list"
_WAL = "-wal"


class Listed(Struct, frozen=True):
    """A file of the list: its row, and how its record is read."""

    row: Row
    read: Callable[[], MBFile]


class _Survey(Struct, frozen=True):
    """What a survey of one backup works with."""

    layout: Layout
    about: About
    keys: BackupKeys | None
    wanted: Wanted
    everything: bool = False


def survey(
    layout: Layout,
    wanted: Wanted,
    keys: BackupKeys | None,
    *,
    sha256: str | None = None,
    everything: bool = False,
) -> Iterator[Surveyed]:
    """Yield what a backup is, its lists, the wanted files, and what cannot be followed.

    `sha256` is the digest of the archive that it is; `everything` lists the files that nobody reads
    as well. ParseError where none of its lists can be read.
    """
    if is_damaged(layout):
        raise ParseError(_DAMAGED)
    flaws: list[Flaw] = []
    sealing = About()
    try:
        sealing = about(layout)
    except ParseError as error:
        flaws.append(Flaw(reason=error.reason, detail=str(error), locator=Locator()))
    locked = sealing.encrypted and keys is None
    yield Header(kind="ios_backup", recorded_at=_recorded_at(layout), sha256=sha256, locked=locked)
    yield from flaws
    what = _Survey(layout, sealing, keys, wanted, everything)
    for name in ABOUT:
        if layout.has(name):
            yield _answering(what, name, BackupFile(name=name), title=name, sealed="")
    if locked:
        yield Flaw(reason="locked", detail=_LOCKED, locator=_list_of(layout))
    elif layout.has(DATABASE):
        yield from _of_database(what)
    elif layout.has(LIST):
        yield _answering(what, LIST, BackupFile(name=LIST), title=LIST, sealed="")
        yield from _of_list(what)
    else:
        yield Flaw(reason="source_absent", detail=_ABSENT, locator=_list_of(layout))


def _list_of(layout: Layout) -> Locator:
    return layout.locator(DATABASE if layout.has(DATABASE) or not layout.has(LIST) else LIST)


def _of_database(what: _Survey) -> Iterator[Part | Flaw]:
    request, layout = BackupFile(name=DATABASE), what.layout
    sealed = what.about.list_key
    part = _answering(what, DATABASE, request, title=DATABASE, sealed=sealed)
    yield part
    locator = part.locator
    file = RecordedFile(request, layout.root, locator, keys=what.keys)
    reader = MetadataReader()
    try:
        with manifest.opened(file) as opened:
            yield from _chosen(
                what,
                (
                    None
                    if row is None
                    else Listed(row, functools.partial(_record, opened, reader, row))
                    for row in opened.rows(pictures=what.everything)
                ),
            )
    except (ParseError, NotAvailable) as error:
        yield Flaw(reason=error.reason, detail=str(error), locator=locator)


def _record(opened: manifest.Manifest, reader: MetadataReader, row: Row) -> MBFile:
    return reader.read_all(opened.record(row))


def _of_list(what: _Survey) -> Iterator[Part | Flaw]:
    locator = what.layout.locator(LIST)
    try:
        with what.layout.open(LIST) as stream:
            yield from _chosen(
                what,
                (
                    Listed(each.row, functools.partial(_same, each.file))
                    for each in mbdb.records(stream)
                ),
            )
    except ParseError as error:
        yield Flaw(reason=error.reason, detail=str(error), locator=locator)


def _same(file: MBFile) -> MBFile:
    return file


def _chosen(what: _Survey, listed: Iterator[Listed | None]) -> Iterator[Part | Flaw]:
    """Yield the files that somebody reads; a log of a database goes with it."""
    wanted: list[tuple[str, Listed]] = []
    logs: dict[str, Listed] = {}
    odd = 0
    for one in listed:
        if one is None:
            odd += 1
            continue
        row = one.row
        if row.flags == FOLDER:
            continue
        path = device_path(row.domain, row.path)
        if path is None:
            odd += row.flags == FILE and not _is_known(row)
            continue
        if path.endswith(_WAL) and row.flags == FILE and is_named_rightly(row):
            logs[path] = one
        if what.wanted(File(path=path)):
            wanted.append((path, one))
        elif what.everything and row.flags == FILE:
            yield unread(_source(what, path, one, {}))
    if odd:
        yield Flaw(
            reason="parse_error", detail=f"{_ODD}: {odd} rows", locator=_list_of(what.layout)
        )
    for path, one in wanted:
        yield from _part(what, path, one, logs)


def _is_known(row: Row) -> bool:
    """Say whether it is only the domain that is not known: that of a later iOS."""
    return device_path("HomeDomain", row.path) is not None and "/" not in row.domain


def _part(what: _Survey, path: str, one: Listed, logs: dict[str, Listed]) -> Iterator[Part | Flaw]:
    """Yield a wanted file; what is no plain file of the backup is a flaw."""
    detail = _LINKED if one.row.flags == LINK else "" if one.row.flags == FILE else _ODD
    if not detail and not is_named_rightly(one.row):
        detail = _FORGED
    if detail:
        yield Flaw(reason="parse_error", detail=detail, locator=_list_of(what.layout))
        return
    source = _source(what, path, one, logs)
    part = answering(source, File(path=path), what.wanted)
    # Why it cannot be opened is known, and more than that it cannot.
    yield structs.replace(part, cut=source.cut, detail=source.detail) if source.cut else part


def _source(what: _Survey, path: str, one: Listed, logs: dict[str, Listed]) -> Source:
    """Return a file of the phone as the source of a part; cut where the backup lacks it."""
    layout, title = what.layout, safe_text(path)
    stored = layout.stored(one.row.file_id)
    if stored is None:
        absent = Locator(members=(f"{layout.top}{one.row.file_id[:2]}/{one.row.file_id}",))
        refused = functools.partial(_refused, _NOT_THERE)
        return Source(title, absent, 0, refused, "source_absent", _NOT_THERE)
    locator = layout.locator(stored)
    try:
        sealed, size = _sealed(what, one)
    except ParseError as error:
        refused = functools.partial(_refused, str(error))
        return Source(title, locator, 0, refused, error.reason, str(error))
    locator = structs.replace(locator, sealed=sealed, log=_log(what, path, logs))
    return Source(title, locator, size, functools.partial(_opened, what, locator))


def _log(what: _Survey, path: str, logs: dict[str, Listed]) -> Locator | None:
    log = logs.get(f"{path}{_WAL}")
    stored = what.layout.stored(log.row.file_id) if log else None
    if log is None or stored is None:
        return None
    try:
        sealed, _ = _sealed(what, log)
    except ParseError:
        return None
    return structs.replace(what.layout.locator(stored), sealed=sealed)


def _sealed(what: _Survey, one: Listed) -> tuple[str, int]:
    """Return the wrapped key of a file, in hex, and its size as stated; ParseError without one."""
    file = one.read()
    size = max(file.metadata.size or 0, 0)
    if not what.about.encrypted:
        return "", size
    if file.key is None:
        raise ParseError(_NO_KEY)
    return file.key.hex(), size


def _opened(what: _Survey, locator: Locator) -> BinaryIO:
    try:
        return open_at(what.layout.root, locator, what.keys)
    except NotAvailable as error:
        raise ParseError(str(error)) from None


def _refused(detail: str) -> BinaryIO:
    raise ParseError(detail)


def _answering(what: _Survey, name: str, request: BackupFile, *, title: str, sealed: str) -> Part:
    """Return the part that a list of the backup itself is."""
    log = f"{name}{_WAL}"
    beside = not sealed and what.layout.has(log) and what.layout.size(log) > 0
    locator = structs.replace(
        what.layout.locator(name), sealed=sealed, log=what.layout.locator(log) if beside else None
    )
    source = Source(
        title, locator, what.layout.size(name), functools.partial(_opened, what, locator)
    )
    return answering(source, request, what.wanted)


def _recorded_at(layout: Layout) -> str | None:
    """Return when the backup was made, in UTC."""
    for name, key in ((INFO, "Last Backup Date"), (STATUS, "Date")):
        try:
            value = read_map(layout, name).get(key) if layout.has(name) else None
        except ParseError:
            continue  # the artifact that reads the list says so
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC).isoformat()
    return None
