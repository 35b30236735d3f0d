"""Apps that are installed, and apps that were, from applicationState.db of FrontBoard.

Three tables: application_identifier_tab (id, application_identifier), key_tab (id, key) and kvs
(application_identifier, key, value). An app with `compatibilityInfo` has a bundle on the phone: its
value is a property list that holds another one, of NSKeyedArchiver, with bundleIdentifier and
bundlePath. `_UninstallDate` holds when an app went; not every app that went has one.

Sources: public readers of iOS 11 to 18, FrontBoard's statements (decompiled).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from plistlib import UID

from scanner.artifacts.ios.recorded import tables
from scanner.artifacts.ios.reply import known
from scanner.errors import ParseError
from scanner.formats.ios_paths import area, normal
from scanner.formats.plists import Map, Value, plist_of
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, AppEvent
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Glob

_LENGTH = 255  # characters of an identifier
_PATH = 1000  # characters
_SYSTEM = {"system": True, "cryptex": True, "app": False}
_STATEMENT = (
    "select a.application_identifier, k.key, v.value from kvs v "
    "join application_identifier_tab a on a.id = v.application_identifier "
    "join key_tab k on k.id = v.key where k.key in ('compatibilityInfo', '_UninstallDate')"
)


def parse(file: EvidenceFile) -> Iterator[App | AppEvent]:
    """Yield apps with a bundle and those that went; ParseError behind them for an odd value."""
    odd = False
    with file.sqlite() as connection:
        tables.require(connection, "kvs", "application_identifier", "key", "value")
        tables.require(connection, "application_identifier_tab", "id", "application_identifier")
        tables.require(connection, "key_tab", "id", "key")
        for package, key, value in connection.execute(_STATEMENT):
            if not isinstance(package, str) or not package or not isinstance(value, bytes):
                odd = True
                continue
            try:
                yield _app(package, value) if key == "compatibilityInfo" else _gone(package, value)
            except ParseError:
                odd = True
    if odd:
        raise ParseError("a property list for each app expected")


def _app(package: str, value: bytes) -> App:
    path = _text_of(_inner(value), "bundlePath")
    return App(
        user=0,
        package=package[:_LENGTH],
        installed=True,
        path=known(normal(path) if path else None),
        system=known(_SYSTEM.get(area(path)) if path else None),
    )


def _gone(package: str, value: bytes) -> AppEvent:
    at = _inner(value)
    if not isinstance(at, datetime):
        raise ParseError("a date expected")
    return AppEvent(
        source="front_board",
        package=package[:_LENGTH],
        kind="remove",
        at=at.replace(tzinfo=UTC),
        precision="second",
        clock="utc",
    )


def _inner(value: bytes) -> Value:
    """Return the value of a property list, or of the one that it holds."""
    found = plist_of(value)
    return plist_of(found) if isinstance(found, bytes) else found


def _text_of(archive: Value, key: str) -> str | None:
    """Return a text of the root of a keyed archive, whose class is not known to others."""
    if not isinstance(archive, dict):
        raise ParseError("a keyed archive expected")
    objects, top = archive.get("$objects"), archive.get("$top")
    if not isinstance(objects, list) or not isinstance(top, dict):
        raise ParseError("a keyed archive expected")
    root = _object(objects, top.get("root"))
    found = _object(objects, root.get(key)) if isinstance(root, dict) else None
    return found[:_PATH] if isinstance(found, str) else None


def _object(objects: list[Value], reference: Map | UID | None) -> Value:
    if isinstance(reference, UID):
        return objects[reference.data] if reference.data < len(objects) else None
    return reference


INSTALLED_APPS = Artifact(
    name="ios.installed_apps",
    title="Apps that FrontBoard knows",
    platform="ios",
    states=(
        Stated(App, ("user", "package", "installed", "path", "system")),
        Stated(
            AppEvent,
            ("source", "package", "kind", "at", "precision", "clock"),
            where=("source", ("front_board",)),
        ),
    ),
    readings=(
        Reading(Glob(pattern="/private/var/mobile/Library/FrontBoard/applicationState.db"), parse),
    ),
)
