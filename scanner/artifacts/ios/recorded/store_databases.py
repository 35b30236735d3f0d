"""Apps that came, changed or went, as the databases of the App Store keep it.

- storeSystem.db, and appstored.sqlitedb of a sysdiagnose: app_install, an install or an update that
  was ordered; app_updates and, since iOS 16, mapi_app_update: an update that was installed, where
  install_date is there. AppUpdates.sqlitedb of iOS 12 has app_updates alone.
- storeUser.db: current_apps, an app that was seen, and when it was deleted.
- downloads.28.sqlitedb: download, what was ordered, of any kind: `software` are apps.

Times are Mac absolute, those of downloads Unix. What is bought is the account's history and not the
phone's: tables of purchases are not read, nor accounts, addresses and receipts within the others.

Sources: a real storeSystem.db of iOS 16, the statements of appstored and itunesstored that make the
others (decompiled), public readers of sysdiagnoses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import UNSET, Struct

from scanner.artifacts.ios.recorded import tables
from scanner.errors import ParseError
from scanner.formats.apple_time import mac_absolute, unix
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import AppEvent
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, Glob

if TYPE_CHECKING:
    import sqlite3

_LENGTH = 100  # characters of a version
_SECONDS = 30.0


class _Table(Struct, frozen=True, kw_only=True):
    """A table, and which of its columns tell an event."""

    name: str
    at: str  # a row without a time tells no event, unless `ordered`
    kind: str
    version: str = "bundle_version"
    ordered: bool = False  # a row is an order to install, whether or not it has a time
    unix: bool = False  # its times are Unix


_STORE = (
    _Table(name="app_install", at="timestamp", kind="install", ordered=True),
    _Table(name="app_updates", at="install_date", kind="update"),
    _Table(name="mapi_app_update", at="install_date", kind="update"),
    _Table(name="app_update", at="install_date", kind="update"),
    _Table(name="current_apps", at="timestamp", kind="install", version="short_version"),
    _Table(name="current_apps", at="deletion_date", kind="remove", version="short_version"),
)
_DOWNLOADS = (_Table(name="download", at="timestamp", kind="install", ordered=True, unix=True),)
_MARKS = ("update_type", "failure_error", "is_system_app", "kind")
_APPS = "software"  # with this begins the kind of a download that is an app


def parse(file: EvidenceFile) -> Iterator[AppEvent]:
    """Yield what a database of the App Store tells; ParseError where it has no table of apps."""
    yield from _events(file, "app_store", _STORE)


def parse_downloads(file: EvidenceFile) -> Iterator[AppEvent]:
    """Yield what the database of downloads tells."""
    yield from _events(file, "itunes_store", _DOWNLOADS)


def _events(file: EvidenceFile, source: str, known: tuple[_Table, ...]) -> Iterator[AppEvent]:
    with file.sqlite(seconds=_SECONDS) as connection:
        there = [table for table in known if "bundle_id" in tables.columns(connection, table.name)]
        if not there:
            raise ParseError("a table of apps expected")
        for table in there:
            yield from _read(connection, source, table)


def _read(connection: sqlite3.Connection, source: str, table: _Table) -> Iterator[AppEvent]:
    columns = (table.at, table.version, *_MARKS)
    for row in tables.rows(connection, table.name, columns, "bundle_id"):
        package = tables.text(row, "bundle_id")
        at = (unix if table.unix else mac_absolute)(row.get(table.at))
        kind = tables.text(row, "kind") or _APPS
        if package and kind.startswith(_APPS) and (at is not None or table.ordered):
            yield _event(source, package, at, table, row)


def _event(
    source: str, package: str, at: datetime | None, table: _Table, row: Mapping[str, object]
) -> AppEvent:
    version = row.get(table.version)
    return AppEvent(
        source=source,
        package=package,
        kind=_kind(table, row),
        at=at,
        version=version[:_LENGTH] if isinstance(version, str) else UNSET,
        precision="second",
        clock="utc",
    )


def _kind(table: _Table, row: Mapping[str, object]) -> str:
    """Return the kind of an event; an app of the system that is listed was not installed then."""
    if row.get("failure_error"):
        return "failure"
    if table.kind == "install" and row.get("is_system_app"):
        return "other"
    return "update" if table.kind == "install" and row.get("update_type") else table.kind


_PERSISTENCE = "/private/var/containers/Data/System/*/Documents/Persistence"
_CACHES = "/private/var/mobile/Library/Caches"
STORE_DATABASES = Artifact(
    name="ios.store_databases",
    title="Installs and updates by the App Store",
    platform="ios",
    states=(Stated(AppEvent, where=("source", ("app_store", "itunes_store"))),),
    readings=(
        Reading(Glob(pattern=f"{_PERSISTENCE}/storeSystem.db"), parse, covers=("system",)),
        *(  # what the phone keeps in two stands together there
            Reading(
                Diagnostic(name=f"logs/appinstallation/{name}.sqlitedb"),
                parse,
                covers=("system", "user"),
            )
            for name in ("appstored", "AppUpdates")
        ),
        Reading(
            Glob(pattern=f"{_CACHES}/com.apple.appstored/storeUser.db"), parse, covers=("user",)
        ),
        Reading(
            Diagnostic(name="logs/itunesstored/downloads.*.sqlitedb"),
            parse_downloads,
            covers=("downloads",),
        ),
        Reading(
            Glob(pattern="/private/var/mobile/Media/Downloads/downloads.*.sqlitedb"),
            parse_downloads,
            covers=("downloads",),
        ),
    ),
)
